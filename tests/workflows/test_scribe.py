"""Who writes the record: an errand that takes along what waits, and else an activity; nothing is lost between them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.along import WritingAlong
from activities.live_directory import LiveDirectory
from escalation.issue.commands import Acknowledge
from escalation.issue.effects import Record
from tests.server import House, working
from tests.workflows.history import events, goes_on, kind
from tests.workflows.scenarios import Telling, locked

pytestmark = pytest.mark.server


@pytest.fixture
async def alone(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[House]:
    """A house whose record no other test writes to."""
    async with working(env, tmp_path, str(tmp_path)) as house:
        yield house


async def scheduled(house: House, story: Telling) -> list[tuple[str, list[Any]]]:
    """All activities that the issue asked for: name and inputs."""
    found = [e.activity_task_scheduled_event_attributes for e in await events(house.client, story.issue)
             if kind(e) == "ACTIVITY_TASK_SCHEDULED"]  # fmt: skip
    return [(each.activity_type.name, [json.loads(p.data or b"null") for p in each.input.payloads]) for each in found]


async def test_a_page_takes_along_what_its_own_step_decided(house: House) -> None:
    story = await Telling.begin(house)
    await house.recorded(story.issue)
    name, (_, along) = (await scheduled(house, story))[0]
    assert name == "notify"
    assert [entry["event"]["kind"] for entry in along["entries"]] == ["opened", "tier_began", "people_asked"]


async def test_where_there_is_no_page_an_activity_writes(house: House) -> None:
    story = await Telling.begin(house)
    await house.recorded(story.issue)
    await story.say(Acknowledge, "ann")
    entries = await house.recorded(story.issue)
    assert "acknowledged" in {entry.event.kind for entry in entries}
    assert (await scheduled(house, story))[-1][0] == "record"


async def test_what_was_not_written_along_is_written_by_an_activity(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(*_: object) -> int:
        return 0

    monkeypatch.setattr(WritingAlong, "_write", cannot)
    story = await Telling.begin(house)
    entries = await house.recorded(story.issue)
    assert [entry.event.kind for entry in entries][:3] == ["opened", "tier_began", "people_asked"]
    assert "record" in [name for name, _ in await scheduled(house, story)]
    await goes_on(house.handle(story.issue), house.client)


async def test_an_answer_does_not_wait_for_a_record_that_is_locked(alone: House) -> None:
    """The inbox is in the record too; a page by mail: test_record_away.py."""
    writing = WritingAlong(alone.db, timedelta(milliseconds=100))
    story = await Telling.begin(alone)
    await alone.recorded(story.issue)
    snapshot = await alone.handle(story.issue).query("status")
    record = Record.model_validate({"snapshot": snapshot, "entries": alone.journal(story.issue)})
    with locked(alone.settings.home / "record.db"):
        async with asyncio.timeout(2):
            under_way = [writing.begin(record) for _ in range(6)]
            assert [await writing.ended(each) for each in under_way] == [0] * 6
    last = record.entries[-1].number
    async with asyncio.timeout(30):
        assert await asyncio.gather(*under_way) == [last] * 4 + [0] * 2  # no more are begun than there are threads
    assert await writing.ended(writing.begin(None)) == 0


async def test_a_slow_directory_is_asked_again_outside_of_the_task(
    alone: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task does not wait for it: the timer is set, and the errand proper finds who is asked."""
    quick, slow = LiveDirectory.current, [1.0]

    def current(self: LiveDirectory) -> Any:
        time.sleep(slow.pop() if slow else 0)
        return quick(self)

    monkeypatch.setattr(LiveDirectory, "current", current)
    story = await Telling.begin(alone)
    assert (await scheduled(alone, story))[0][0] == "find_responders"
    first = next(e for e in await events(alone.client, story.issue) if kind(e) == "WORKFLOW_TASK_COMPLETED")
    assert first.event_time.ToDatetime() < story.opened_at.replace(tzinfo=None) + timedelta(seconds=0.9)
    await goes_on(alone.handle(story.issue), alone.client)


async def test_who_is_asked_is_found_in_the_instant_in_which_the_tier_begins(house: House) -> None:
    """A local activity's clock is the worker's; nothing on record depends on it."""
    story = await Telling.begin(house)
    began, asked = (await house.recorded(story.issue))[1:3]
    assert (began.event.kind, asked.event.kind) == ("tier_began", "people_asked")
    assert asked.recorded_at == began.recorded_at
