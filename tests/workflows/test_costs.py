"""What one ordinary issue costs: the figures that a change of the shell or the rules must not let grow unseen."""

import asyncio
import sys
from datetime import timedelta

import pytest

from bench.costs import costs
from bench.story import RECORDED, acts, bench_policy, opening
from escalation.issue.commands import Open
from starter.recording import send_and_record
from tests.server import House
from tests.workflows.history import events

pytestmark = pytest.mark.server

SILENCE = timedelta(seconds=2)
WINDOW = timedelta(seconds=5)
SETTLED_S = 1
"""Between one act and the next, for the workflow to hear that what was written is written. People take longer."""


async def test_what_the_bench_story_costs(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """In real time, without a query, people acting by updates, as their doors send them and write what is answered.

    Counted twice: from the start of the workflow until the close is on record, which is the story; and to the
    workflow's end, when the time in which it could be reopened is over.
    """
    command = opening("costs", bench_policy(SILENCE, WINDOW))
    issue = (await house.open(command)).issue
    await on_record(house, command, 6)  # all but the second delivery, which comes with the next step
    await asyncio.sleep(SETTLED_S)
    for count, act in enumerate(acts(), start=8):
        assert (await send_and_record(house.client, house.db, issue, act)).outcome == "done"
        assert len(house.journal(issue)) == count
        await asyncio.sleep(SETTLED_S)
    closed = costs(await events(house.client, issue))
    await house.handle(issue).result()
    ended = costs(await events(house.client, issue))

    with capsys.disabled():
        sys.stdout.write(f"\nto the close: {closed}\nto the end: {ended}\n")
    assert tuple(entry.event.kind for entry in house.journal(issue)) == RECORDED
    assert closed.actions == {
        "start": 1,
        "find_responders": 2,  # never within the task that begins the tier (docs/decisions/0018)
        "notify": 2,
        "timer": 4,  # acknowledge, acknowledge, confirmation, window
        "memo": 2,  # a delivery that waits leaves an event, or the SDK might play its task with the next one
        "update": 3,
        "attributes": 4,  # second tier, acknowledged, resolved, closed
    }
    assert (closed.total, closed.events) == (18, 59)
    assert ended.actions == {**closed.actions, "record": 1}
    assert (ended.total, ended.events) == (19, 70)


async def on_record(house: House, command: Open, count: int) -> None:
    """Wait until so many entries are on record, looking there alone."""
    for _ in range(1000):
        if len(house.journal(command.issue.id)) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{len(house.journal(command.issue.id))} entries on record, not {count}")
