"""What the record lacks: seen while its database is held by somebody else, and gone when it is let go of."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.live_directory import LiveDirectory
from client.opening import open_issue
from escalation.issue.identity import IssueId
from escalation.issue.standing import record
from records import journal
from records.database import migrate, open_database
from selfwatch.found import Found
from selfwatch.lagging import RecordLag
from selfwatch.watched import Watched
from tests.given import Played
from tests.selfwatch.stand import Stand, quick_issue
from worker import build_worker

pytestmark = pytest.mark.server


def watched(stand: Stand) -> Watched:
    return Watched(stand.settings, stand.db, LiveDirectory(stand.settings.people))


async def look(lag: RecordLag, at: Watched, *suspects: IssueId) -> dict[str | None, str]:
    found: list[Found] = await lag.look(at, datetime.now(UTC), frozenset(map(str, suspects)))
    return {each.issue: each.detail for each in found}


async def test_entries_that_wait_for_a_database_that_somebody_holds(stand: Stand, env: WorkflowEnvironment) -> None:
    command = quick_issue("HELD")
    issue, lag, place = command.issue.id, RecordLag(), watched(stand)
    holder = sqlite3.connect(stand.settings.home / "record.db", isolation_level=None)
    async with build_worker(env.client, stand.settings, stand.db):
        await open_issue(env.client, command, stand.settings.task_queue)
        await asyncio.sleep(3)  # the second tier has been told, and all of it is on record
        holder.execute("BEGIN IMMEDIATE")
        await env.client.get_workflow_handle(str(issue)).execute_update("acknowledge", {"by": "ann"})
        async with asyncio.timeout(10):
            while "an entry waits" not in (found := await look(lag, place)).get(str(issue), ""):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert found.keys() == {str(issue)}
        holder.execute("ROLLBACK")
        async with asyncio.timeout(15):
            while await look(lag, place, issue):  # noqa: ASYNC110 - the worker is waited for
                await asyncio.sleep(0.1)
    holder.close()


async def test_an_entry_that_is_refused_again_and_again(stand: Stand, env: WorkflowEnvironment) -> None:
    """Another entry stands in its place: each attempt fails at once, and the server dates it from the next one."""
    command = quick_issue("CONFLICT")
    issue, lag = command.issue.id, RecordLag()
    patient = stand.settings.model_copy(update={"record_late_s": 3600})
    place = Watched(patient, stand.db, LiveDirectory(stand.settings.people))
    played = Played(command.model_copy(update={"id": "another"}), answer=False)
    journal.write(stand.db, record(played.state, tuple(played.entries)))
    async with build_worker(env.client, stand.settings, stand.db):
        await open_issue(env.client, command, stand.settings.task_queue)
        async with asyncio.timeout(20):
            while "could not be written" not in (found := await look(lag, place, issue)).get(str(issue), ""):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    assert found[str(issue)].endswith("(JournalConflict)")


async def test_issues_that_the_record_does_not_know(stand: Stand, env: WorkflowEnvironment) -> None:
    """As after a record was restored from a backup that is older than they are."""
    commands = [quick_issue(f"UNKNOWN-{number}") for number in range(5)]
    elsewhere = open_database(f"sqlite:///{stand.settings.home / 'elsewhere.db'}")
    migrate(elsewhere)
    async with build_worker(env.client, stand.settings, elsewhere):
        for command in commands:
            await open_issue(env.client, command, stand.settings.task_queue)
        issues = {str(command.issue.id) for command in commands}
        place = watched(stand)
        whole = RecordLag()
        async with asyncio.timeout(10):
            while set(await look(whole, place)) != issues:  # noqa: ASYNC110 - the server's index is waited for
                await asyncio.sleep(0.1)
        # Two a page: the newest two every time, the others in turn; those known to lack stay found meanwhile.
        paged, seen = RecordLag(page=2), set[str | None]()
        for _ in range(4):
            seen |= set(await look(paged, place))
        assert seen == issues
        (one,) = [command.issue.id for command in commands[:1]]
        assert str(one) in await look(RecordLag(page=1), place, one)
        # One that is over is not missed by anybody.
        await env.client.get_workflow_handle(str(one)).terminate("over")
        assert str(one) not in await look(RecordLag(page=1), place, one)
    elsewhere.close()


async def test_a_young_issue_is_not_late(stand: Stand, env: WorkflowEnvironment) -> None:
    command = quick_issue("YOUNG")
    patient = Stand(stand.settings.model_copy(update={"record_late_s": 60}), stand.db)
    await open_issue(env.client, command, stand.settings.task_queue)
    place = watched(patient)
    async with asyncio.timeout(10):
        while not (await (await place.server()).running(10)).listed:  # noqa: ASYNC110 - the server's index is waited for
            await asyncio.sleep(0.1)
    assert await look(RecordLag(), place) == {}
    found = await RecordLag().look(place, datetime.now(UTC) + timedelta(seconds=61), frozenset())
    assert [each.issue for each in found] == [str(command.issue.id)]
