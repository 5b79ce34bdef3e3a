"""A door that writes what its answer brings: when it can, when the record is kept by another, when it is killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.live_directory import LiveDirectory
from client.asking import ask_unwritten
from client.sending import Sent
from escalation.issue.commands import Acknowledge, Command, Release
from escalation.issue.identity import IssueId
from records import journal, promised
from selfwatch.promises import mend_unkept
from selfwatch.watched import Watched
from starter.recording import send_and_record
from tests.given import actor
from tests.server import House, working
from tests.workflows.history import events, kind
from tests.workflows.scenarios import Telling, locked

pytestmark = pytest.mark.server

EVER = datetime(9999, 1, 1, tzinfo=UTC)
ACK = Acknowledge(id="ack-1", by=actor("ann"))


@pytest.fixture
async def alone(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[House]:
    """A house whose record no other test writes to."""
    async with working(env, tmp_path, str(tmp_path)) as house:
        yield house


async def told(house: House) -> Telling:
    """An issue whose first tier has been told, all of it on record."""
    story = await Telling.begin(house)
    await house.until(story.issue, lambda state: state.entries >= 5)
    await house.recorded(story.issue)
    return story


async def send(house: House, issue: IssueId, command: Command = ACK) -> Sent:
    """Through the door that writes."""
    return await send_and_record(house.client, house.db, issue, command)


async def written(house: House, issue: IssueId) -> int:
    """How many times the issue itself has written."""
    scheduled = [e.activity_task_scheduled_event_attributes for e in await events(house.client, issue)
                 if kind(e) == "ACTIVITY_TASK_SCHEDULED"]  # fmt: skip
    return sum(each.activity_type.name == "record" for each in scheduled)


async def until_on_record(house: House, issue: IssueId, entries: int) -> None:
    async with asyncio.timeout(20):
        while len(house.journal(issue)) < entries:  # noqa: ASYNC110 - the record is looked at
            await asyncio.sleep(0.02)


async def test_what_is_answered_is_on_record_when_the_door_says_so(alone: House) -> None:
    story = await told(alone)
    before = await written(alone, story.issue)
    sent = await send(alone, story.issue)
    assert sent.outcome == "done"
    assert alone.journal(story.issue)[-1].event.kind == "acknowledged"
    assert await written(alone, story.issue) == before
    assert promised.unkept(alone.db, EVER, 10) == []
    assert len(await ask_unwritten(alone.client, story.issue)) == 1, "it does not know, and needs not"


async def test_while_another_keeps_the_record_the_issue_writes_by_itself(alone: House) -> None:
    story = await told(alone)
    began = asyncio.get_running_loop().time()
    with locked(alone.settings.home / "record.db"):
        sent = await send(alone, story.issue)
        assert sent.outcome == "done"
        assert asyncio.get_running_loop().time() - began < 5, "whoever acts does not wait for the record"
    await until_on_record(alone, story.issue, 6)
    assert promised.unkept(alone.db, EVER, 10) == []


async def test_where_the_record_is_kept_after_the_promise_the_issue_is_asked_to_write(
    alone: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await told(alone)

    def cannot(*_: object) -> None:
        raise journal.JournalGap(str(story.issue), 6, 5)

    with monkeypatch.context() as patched:
        patched.setattr(journal, "write", cannot)
        sent = await send(alone, story.issue)
        assert sent.outcome == "done"
    await until_on_record(alone, story.issue, 6)
    assert promised.unkept(alone.db, EVER, 10) == []


async def test_what_is_refused_leaves_no_promise(alone: House) -> None:
    story = await told(alone)
    assert (await send(alone, story.issue, Release(id="back-1", by=actor("ann")))).outcome == "refused"
    assert promised.unkept(alone.db, EVER, 10) == []


async def test_a_repeat_is_answered_and_written_once(alone: House) -> None:
    story = await told(alone)
    first, second = await send(alone, story.issue), await send(alone, story.issue)
    assert first.done is not None
    assert second.done is not None
    assert first.done.entries == second.done.entries
    assert [entry.event.kind for entry in alone.journal(story.issue)].count("acknowledged") == 1


async def test_many_doors_at_once_lose_nothing(alone: House) -> None:
    """Each brings what the issue does not know to be written; the record takes each entry once, in order."""
    story = await told(alone)
    taking = [[Acknowledge(id=f"ack-{n}", by=actor("ann")), Release(id=f"back-{n}", by=actor("ann"))] for n in range(5)]

    async def act(commands: list[Command]) -> None:
        for command in commands:
            assert (await send(alone, story.issue, command)).outcome in {"done", "refused"}

    await asyncio.gather(*(act(list(commands)) for commands in taking))
    entries = await alone.recorded(story.issue)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert promised.unkept(alone.db, EVER, 10) == []


KILLED = """
import asyncio, os, signal, sys
from client.connect import connect
from client.settings import Settings
from escalation.issue.commands import Acknowledge
from escalation.issue.identity import read_issue_id
from records.database import open_database
from starter import recording
from tests.given import actor

recording._write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)

async def act():
    issue = read_issue_id(sys.argv[1])[0]
    await recording.send_and_record(
        await connect(), open_database(Settings().record), issue, Acknowledge(id="ack-1", by=actor("ann"))
    )

asyncio.run(act())
"""


async def test_a_door_that_is_killed_before_it_writes_leaves_a_promise_that_the_watch_mends(
    alone: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await told(alone)
    config = alone.client.service_client.config
    settings = {
        **os.environ,
        "TEMPORAL_ADDRESS": config.target_host,
        "TEMPORAL_NAMESPACE": alone.client.namespace,
        "ESCALON_HOME": str(alone.settings.home),
    }
    door = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(story.issue), env=settings, stderr=subprocess.PIPE
    )
    _, err = await door.communicate()
    assert door.returncode == -signal.SIGKILL, err.decode()
    assert (await alone.state(story.issue)).handler == "ann"
    assert len(alone.journal(story.issue)) == 5
    assert [each.command for each in promised.unkept(alone.db, EVER, 10)] == ["ack-1"]

    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"):
        monkeypatch.setenv(name, settings[name])
    watched = Watched(alone.settings, alone.db, LiveDirectory(alone.settings.people))
    assert await mend_unkept(watched, datetime.now(UTC)) == 0, "it may still be written"
    assert await mend_unkept(watched, datetime.now(UTC) + watched.record_late + timedelta(seconds=1)) == 1
    await until_on_record(alone, story.issue, 6)
    assert promised.unkept(alone.db, EVER, 10) == []
