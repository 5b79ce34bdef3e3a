"""How late pages are on an idle server: from the instant that a page is due until the server hears that it was sent.

A page is due when the issue is opened, and again when the first tier's time is up. Issues are opened one after the
other, so that none waits for another.
"""

import asyncio
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.api.history.v1 import HistoryEvent

from bench.beside import OUR_QUEUE, our_stand
from bench.story import bench_policy, opening
from client.opening import open_issue

SILENCE = timedelta(seconds=3)
"""Not shorter: a default server fires timers of less than a second up to a second late."""
_APART_S = 0.5


@dataclass(frozen=True)
class Lateness:
    """Milliseconds, one for each issue."""

    first: list[float]
    """From the opening to the first tier's page: start, look-up and page."""
    due: list[float]
    """From the end of the first tier's time to the second tier's page: timer, look-up and page."""

    @staticmethod
    def median(of: list[float]) -> float:
        """The median."""
        return statistics.median(of)

    @staticmethod
    def ninth(of: list[float]) -> float:
        """Nine of ten are no later."""
        return statistics.quantiles(of, n=10)[-1]


async def measure(home: Path, issues: int, say: Callable[[str], None]) -> Lateness:
    """Open so many issues, and see when their pages were sent."""
    policy = bench_policy(SILENCE, SILENCE)
    found = Lateness([], [])
    async with our_stand(home) as stand:
        opened = []
        for number in range(issues + 1):
            say(f"issue {number} of {issues}")
            command = opening(f"late-{number}", policy)
            await open_issue(stand.client, command, OUR_QUEUE)
            opened.append(command)
            await asyncio.sleep(_APART_S)
        await asyncio.sleep(SILENCE.total_seconds() + 2)
        for command in opened[1:]:  # the first one is warmth
            history = await stand.client.get_workflow_handle(str(command.issue.id)).fetch_history()
            first, second = list(_pages(history.events))[:2]
            found.first.append(_ms(first - command.issue.opened_at))
            found.due.append(_ms(second - command.issue.opened_at - SILENCE))
    return found


def _pages(events: Iterable[HistoryEvent]) -> Iterable[datetime]:
    """When the server heard of each page that it was sent."""
    asked: set[int] = set()
    for event in events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            if event.activity_task_scheduled_event_attributes.activity_type.name == "notify":
                asked.add(event.event_id)
        elif event.activity_task_completed_event_attributes.scheduled_event_id in asked:
            yield event.event_time.ToDatetime(UTC)


def _ms(lateness: timedelta) -> float:
    return lateness.total_seconds() * 1000
