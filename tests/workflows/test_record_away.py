"""The record is away, locked, or holds something else: pages go out at their instant all the same, and it is seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from client.sending import ask_to_write
from escalation.issue.commands import Acknowledge, Resolve
from escalation.issue.effects import Record
from escalation.issue.events import Entry, Released
from escalation.issue.identity import IssueId
from records import inbox, journal
from tests.activities.channels.mail_server import MailServer, mail_server
from tests.given import actor, minutes, policy, tier
from tests.server import PEOPLE, House, working
from tests.workflows.history import goes_on
from tests.workflows.scenarios import Telling, locked, pending
from tests.workflows.waiting import until_found
from workflows.scribe import MOST_AT_ONCE

pytestmark = pytest.mark.server

IN_TIME = timedelta(seconds=1)
"""How late a page may be here: two cores, shared with everything else that runs."""
BY_MAIL = PEOPLE.replace("{inbox: ann}", "{email: ann@example.org}").replace("{inbox: lee}", "{email: lee@example.org}")


@asynccontextmanager
async def mailing(env: WorkflowEnvironment, home: Path) -> AsyncIterator[tuple[House, MailServer]]:
    """A house whose people are reached by mail, and the mail server."""
    (home / "people.yaml").write_text(BY_MAIL)
    sender = "escalon@example.org"
    async with (
        mail_server() as mails,
        working(
            env, home, str(home), smtp_host="127.0.0.1", smtp_port=mails.port, smtp_security="plain", mail_from=sender
        ) as house,
    ):
        yield house, mails


async def arrival(mails: MailServer, person: str) -> datetime:
    """When the mail to this person had come, looked at every few milliseconds."""

    async def look() -> datetime | None:
        return datetime.now(UTC) if f"{person}@example.org" in {str(mail["To"]) for mail in mails.mails} else None

    found = await until_found(look)
    assert found is not None
    return found


async def test_pages_go_out_at_their_instant_while_the_record_is_locked(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """In real time: the lock is taken before the issue is opened, and kept until two tiers have been told."""
    quick = policy(tier("first", acknowledge=2 / 60), tier("second", acknowledge=60, work=60))
    async with mailing(env, tmp_path) as (house, mails):
        with locked(tmp_path / "record.db"):
            command = house.fresh(quick)
            issue = (await house.open(command)).issue
            opened_at = command.issue.opened_at
            assert await arrival(mails, "ann") - opened_at < IN_TIME
            assert await arrival(mails, "lee") - (opened_at + timedelta(seconds=2)) < IN_TIME
            done = await house.send(issue, Acknowledge(id="a", by=actor("lee")))
            assert done.outcome == "done"
            assert house.journal(issue) == []
        entries = await caught_up(house, issue)
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        decided = [entry.event.kind for entry in entries if entry.event.kind != "told"]
        assert decided == ["opened", "tier_began", "people_asked", "tier_began", "people_asked", "acknowledged"]
        assert [entry.recorded_at for entry in entries] == sorted(entry.recorded_at for entry in entries)
        await goes_on(house.handle(issue), house.client)


async def caught_up(house: House, issue: IssueId) -> list[Entry]:
    """The entries, once all are on record: a write that waits for a lock gives up after ten seconds and tries again."""

    async def look() -> list[Entry]:
        entries = house.journal(issue)
        if len(entries) == (await house.state(issue)).entries:
            return entries
        await ask_to_write(house.client, str(issue))  # also that messages left
        await asyncio.sleep(0.5)
        return []

    return await until_found(look, within_s=30)


TOLD = 5
"""Entries until both who are asked at the first tier have been told: nothing more comes by itself."""


async def test_another_entry_under_the_same_number_is_seen_and_stops_nothing(house: House) -> None:
    story = await Telling.begin(house, policy(tier("first", work=3), tier("second")))
    await house.until(story.issue, lambda s: s.entries == TOLD)
    entries = await house.recorded(story.issue)
    state = await house.state(story.issue)
    forged = entries[-1].model_copy(update={"number": state.entries + 1, "event": Released(person="nobody")})
    snapshot = await house.handle(story.issue).query("status")
    journal.write(house.db, Record.model_validate({"snapshot": snapshot, "entries": [forged]}))

    await story.say(Acknowledge, "ann")
    await until_found(partial(conflicts, house, story.issue))
    await story.after(minutes(3), lambda s: s.tier == "second" and bool(s.asked))
    told = await until_found(partial(messages, house, "lee", story.issue))
    assert "asked" in {message.about for message in told}
    await story.say(Resolve, "lee", outcome="solved")
    assert house.journal(story.issue)[-1] == forged
    assert 1 <= await pending(house, story.issue, "record") <= MOST_AT_ONCE
    await goes_on(house.handle(story.issue), house.client)
    await house.handle(story.issue).terminate()


async def conflicts(house: House, issue: IssueId) -> list[str]:
    """Why the write under way failed last, where the server can show it to anybody."""
    description = await house.handle(issue).describe()
    failures = [activity.last_failure for activity in description.raw_description.pending_activities]
    return [f.message for f in failures if f.application_failure_info.type == "JournalConflict"]


async def messages(house: House, person: str, issue: IssueId) -> list[inbox.InboxMessage]:
    """What lies in this person's inbox about the issue."""
    return [message for message in inbox.read(house.db, person) if message.issue == issue]


async def test_what_comes_while_the_last_entries_are_written_changes_none_of_them(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """The end of a run with writes under way: a task that is lost there must not have written anything down."""
    async with working(env, tmp_path, str(tmp_path)) as house:
        story = await Telling.begin(house)
        await house.recorded(story.issue)
        await story.say(Resolve, "ann", outcome="solved")
        await house.pass_time(story.issue, timedelta(days=5, seconds=1))
        await house.recorded(story.issue)
        handle = house.handle(story.issue)
        skipping = asyncio.create_task(house.pass_time(story.issue, timedelta(days=14, seconds=1)))
        for _ in range(40):
            await handle.signal("confirm", {"by": "ray"})
            await asyncio.sleep(0.002)
        await skipping
        assert (await handle.result())["status"] == "ended"
        entries = house.journal(story.issue)
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        kinds = [entry.event.kind for entry in entries]
        assert (kinds.count("refused"), kinds.count("window_ended")) == (40, 1)
