"""Who writes the record: an errand that takes along what waits, and else an activity; nothing is lost between them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from activities.along import WritingAlong
from client.asking import ask_unwritten
from client.sending import ask_to_write, send
from escalation.issue.carried import Done
from escalation.issue.commands import Acknowledge, Close, Note, Release, Resolve
from escalation.issue.effects import Record
from escalation.issue.events import Entry, Refused, Told
from escalation.issue.facts import TextRef
from escalation.issue.state import IssueState
from records import journal
from tests.given import actor, minutes
from tests.server import House, working
from tests.workflows.history import events, goes_on, kind
from tests.workflows.scenarios import WITH_MAIL, Scenario, Telling, acknowledged, locked, staged
from workflows.scribe import MOST_WAITING

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


async def settled(house: House, story: Telling) -> IssueState:
    """Where it stands once both of the first tier have been told."""
    return await house.until(story.issue, lambda state: state.entries >= 5)


async def promised(house: House, story: Telling, command_id: str) -> Done:
    """The answer to an acknowledgement whose sender promises to write it."""
    command = Acknowledge(id=command_id, by=actor("ann"))
    sent = await send(house.client, story.issue, command, will_record=True)
    assert sent.done is not None
    return sent.done


async def test_a_page_takes_along_what_its_own_step_decided(house: House) -> None:
    story = await Telling.begin(house)
    await house.recorded(story.issue)
    (looked_up, _), (name, (_, along)) = (await scheduled(house, story))[:2]
    assert (looked_up, name) == ("find_responders", "notify")
    assert [entry["event"]["kind"] for entry in along["entries"]] == ["opened", "tier_began", "people_asked"]


async def test_a_message_that_left_comes_on_record_with_the_next_step(house: House) -> None:
    """Until then the issue tells of it; nothing else of the story is behind."""
    story = await Telling.begin(house)
    state = await settled(house, story)
    await asyncio.sleep(0.3)
    assert [entry.event.kind for entry in house.journal(story.issue)] == ["opened", "tier_began", "people_asked"]
    waiting = await ask_unwritten(house.client, story.issue)
    assert [(entry.number, entry.event.kind) for entry in waiting] == [(4, "told"), (5, "told")]
    assert state.entries == 5
    await story.say(Acknowledge, "ann")
    async with asyncio.timeout(10):
        while len(house.journal(story.issue)) < 6:  # noqa: ASYNC110 - the record is looked at
            await asyncio.sleep(0.02)
    assert house.journal(story.issue)[3:5] == waiting
    assert await ask_unwritten(house.client, story.issue) == []


async def test_a_message_that_could_not_leave_is_on_record_at_once(env: WorkflowEnvironment, tmp_path: Path) -> None:
    """Whether somebody was not told is what one looks for first in an emergency."""
    async with staged(env, tmp_path, Scenario("refused", acknowledged, WITH_MAIL, has_mail=True)) as house:
        story = await Telling.begin(house)
        await story.after(minutes(10), lambda s: s.tier == "second" and bool(s.asked))
        async with asyncio.timeout(10):
            while "failed" not in outcomes(house.journal(story.issue)):  # noqa: ASYNC110 - the record is looked at
                await asyncio.sleep(0.02)


def outcomes(entries: list[Entry]) -> list[str]:
    """What became of the messages."""
    return [entry.event.outcome for entry in entries if isinstance(entry.event, Told)]


async def test_a_sender_that_promises_writes_what_its_answer_brings(house: House) -> None:
    story = await Telling.begin(house)
    await settled(house, story)
    done = await promised(house, story, "ack-1")
    assert [entry.event.kind for entry in done.unwritten] == ["told", "told", "acknowledged"]
    await asyncio.sleep(0.3)
    assert len(house.journal(story.issue)) == 3, "it is for the sender to write"
    journal.write(house.db, Record(snapshot=done.status, entries=done.unwritten))
    journal.write(house.db, Record(snapshot=done.status, entries=done.unwritten))
    assert len(house.journal(story.issue)) == 6
    assert "record" not in [name for name, _ in await scheduled(house, story)]
    await story.say(Release, "ann")
    assert [entry.number for entry in await house.recorded(story.issue)][:7] == [1, 2, 3, 4, 5, 6, 7]
    await goes_on(house.handle(story.issue), house.client)


async def by_the_watch(house: House, story: Telling) -> None:
    await ask_to_write(house.client, str(story.issue))


async def by_the_same_command_as_a_signal(house: House, story: Telling) -> None:
    """What a sender does that had no answer in time."""
    await house.handle(story.issue).signal("acknowledge", {"id": "ack-1", "by": "ann"})


async def by_the_same_command_again(house: House, story: Telling) -> None:
    """Another update of the same command, whose sender promises nothing."""
    body = {"id": "ack-1", "by": "ann"}
    done: Any = await house.handle(story.issue).execute_update("acknowledge", body, id="another")
    assert done["is_repeat"]


async def by_another_command(house: House, story: Telling) -> None:
    await story.say(Release, "ann")


async def by_the_next_deadline(house: House, story: Telling) -> None:
    await story.after(minutes(40), lambda s: s.tier == "second" and bool(s.asked))


@pytest.mark.parametrize(
    "how",
    [
        by_the_watch,
        by_the_same_command_as_a_signal,
        by_the_same_command_again,
        by_another_command,
        by_the_next_deadline,
    ],
)
async def test_a_promise_that_is_not_kept_loses_nothing(
    house: House, how: Callable[[House, Telling], Awaitable[None]]
) -> None:
    story = await Telling.begin(house)
    done = await promised(house, story, "ack-1")
    await how(house, story)
    async with asyncio.timeout(10):
        while len(house.journal(story.issue)) < done.status.entries:  # noqa: ASYNC110 - the record is looked at
            await asyncio.sleep(0.02)
    assert tuple(house.journal(story.issue))[done.unwritten[0].number - 1 :][: len(done.unwritten)] == done.unwritten


async def test_all_is_on_record_when_an_issue_ends_though_no_promise_was_kept(house: House) -> None:
    story = await Telling.begin(house)
    await promised(house, story, "ack-1")
    resolve = Resolve(id="resolve-1", by=actor("ann"), outcome="solved")
    close = Close(id="close-1", by=actor("lee", "second"), reason="confirmed")
    for command in (resolve, close):
        assert (await send(house.client, story.issue, command, will_record=True)).outcome == "done"
    await story.end()
    kinds = [entry.event.kind for entry in house.journal(story.issue)]
    assert {"acknowledged", "resolved", "closed"} < set(kinds)
    assert kinds[-1] == "window_ended"


async def test_not_more_than_a_few_entries_wait(house: House) -> None:
    story = await Telling.begin(house)
    await settled(house, story)
    for number in range(MOST_WAITING):
        note = Note(id=f"note-{number}", by=actor("ann"), text=TextRef(ref=f"note-{number}.text", length=3))
        assert (await send(house.client, story.issue, note, will_record=True)).outcome == "done"
    async with asyncio.timeout(10):
        while len(house.journal(story.issue)) < MOST_WAITING:  # noqa: ASYNC110 - the record is looked at
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("said", ["yes", 1, None])
async def test_a_promise_is_true_or_false(house: House, said: object) -> None:
    story = await Telling.begin(house)
    body = {"by": "ann", "will_record": said}
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await house.handle(story.issue).execute_update("acknowledge", body)
    assert "will_record is of type" in str(refused.value.cause)


async def test_a_signal_can_promise_nothing(house: House) -> None:
    """Whoever signals hears no answer that could be written."""
    story = await Telling.begin(house)
    await house.handle(story.issue).signal("acknowledge", {"by": "ann", "will_record": True})
    await story.until(lambda s: s.entries >= 6)
    refused = [entry.event.why for entry in await house.recorded(story.issue) if isinstance(entry.event, Refused)]
    assert ["'will_record' is not known" in why for why in refused] == [True]


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
