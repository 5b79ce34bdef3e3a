"""The record is away, locked, or holds something else: pages go out at their instant all the same, and it is seen."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import URL, make_url
from temporalio.testing import WorkflowEnvironment

from activities.channels.contract import opaque
from chaos.link import Cut, Link
from client.sending import ask_to_write
from escalation.issue.commands import Acknowledge, Open, Resolve
from escalation.issue.effects import Record
from escalation.issue.events import Entry, Released
from escalation.issue.identity import IssueId
from records import inbox, journal, texts
from tests.activities.channels.mail_server import MailServer, body_of, mail_server
from tests.given import actor, minutes, policy, tier
from tests.records import postgres
from tests.server import PEOPLE, House, working
from tests.workflows.history import goes_on
from tests.workflows.scenarios import Telling, locked, pending
from tests.workflows.waiting import until_found
from workflows.scribe import MOST_AT_ONCE

pytestmark = pytest.mark.server

IN_TIME = timedelta(seconds=1)
"""How late a page may be here, unless those of the other house are as late: what is late then is the machine."""
A_BIT = timedelta(seconds=0.1)
"""How much later than its pair a page may be."""
AWAY_S = float(os.environ.get("ESCALON_AWAY_S", "2"))
"""How long the record is away at least: the second tier is told after it. By hand also a minute."""
PAIRS = 4
"""Issues in each of two houses, opened side by side; nobody locks the record of the other one. No more than a worker
writes along with pages at once."""
TRIES = 5
"""On a busy machine one page or the other comes later, by any time: it is chance, and seldom the same one four times.
A page that waits for the record is the later one of each pair, in each try."""
TEXT = "Charged for a third time."
BY_MAIL = PEOPLE
for _name in ("ann", "ben", "lee"):
    BY_MAIL = BY_MAIL.replace(f"{{inbox: {_name}}}", f"{{email: {_name}@example.org}}")


@asynccontextmanager
async def mailing(env: WorkflowEnvironment, home: Path, record: str) -> AsyncIterator[tuple[House, MailServer]]:
    """A house whose people are reached by mail, and the mail server. `record`: its URL; empty: SQLite."""
    home.mkdir(parents=True)  # noqa: ASYNC240
    (home / "people.yaml").write_text(BY_MAIL)
    sender = "escalon@example.org"
    async with (
        mail_server() as mails,
        working(
            env,
            home,
            str(home),
            smtp_host="127.0.0.1",
            smtp_port=mails.port,
            smtp_security="plain",
            mail_from=sender,
            record_url=record,
        ) as house,
    ):
        yield house, mails


@dataclass(frozen=True)
class Paged:
    """An issue of which two tiers were told, `AWAY_S` apart."""

    issue: IssueId
    late: tuple[timedelta, timedelta]
    """By how much each of the two pages."""
    has_text: bool


@dataclass(frozen=True)
class Try:
    """How late the pages of issues were whose record was away, beside others whose record was not."""

    away: Sequence[Paged]
    free: Sequence[Paged]

    @property
    def is_in_time(self) -> bool:
        """Whether nothing waited for the record: neither pages of the first tier nor those of the second."""
        return all(self._is_tier_in_time(tier) for tier in (0, 1))

    def _is_tier_in_time(self, tier: int) -> bool:
        lates, theirs = ([each.late[tier] for each in pages] for pages in (self.away, self.free))
        later = [late - other for late, other in zip(lates, theirs, strict=True)]
        return min(later) < A_BIT and min(lates) < max(IN_TIME, min(theirs) + A_BIT)


def ready(house: House) -> Open:
    """One that moves up after `AWAY_S`, with a text that is on record."""
    fresh = house.fresh(policy(tier("first", acknowledge=AWAY_S / 60), tier("second", acknowledge=60, work=60)))
    kept = texts.keep(house.db, fresh.issue.id, "description", TEXT)
    return fresh.model_copy(update={"issue": fresh.issue.model_copy(update={"description": kept})})


async def paged(house: House, mails: MailServer, command: Open) -> Paged:
    """Open it as of now and wait for the mails of both tiers."""
    opened_at = datetime.now(UTC)
    given = command.issue.model_copy(update={"opened_at": opened_at, "received_at": opened_at})
    issue = (await house.open(command.model_copy(update={"issue": given}))).issue
    first_at, first = await arrival(mails, issue, "ann")
    second_at, second = await arrival(mails, issue, "lee")
    late = first_at - opened_at, second_at - (opened_at + timedelta(seconds=AWAY_S))
    return Paged(issue, late, TEXT in first and TEXT in second)


async def arrival(mails: MailServer, issue: IssueId, person: str) -> tuple[datetime, str]:
    """When the mail about it to this person had come, looked at every few milliseconds, and what it says."""

    async def look() -> tuple[datetime, str] | None:
        for mail in mails.mails:
            if opaque(str(issue)) in str(mail["References"]) and f"{person}@example.org" in str(mail["To"]):
                return datetime.now(UTC), body_of(mail)
        return None

    found = await until_found(look, within_s=30 + AWAY_S)
    assert found is not None
    return found


async def test_pages_go_out_at_their_instant_while_the_record_is_locked(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """In real time: the lock is taken before the issues are opened, and kept until two tiers have been told."""

    @asynccontextmanager
    async def on_files(home: Path) -> AsyncIterator[Records]:
        yield Records("", "", lambda: _locked(home / "away" / "record.db"))

    told = await told_in_time(env, tmp_path, on_files)
    # Were it kept from being read none would have its text; that one has not is a machine which takes 80 ms for it.
    assert any(each.has_text for each in told.away), "it can be read"


async def test_pages_go_out_at_their_instant_while_the_record_is_frozen(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Nothing that is asked of the record is answered: pages go without their text and say so."""
    missing = postgres.why_not()
    if missing:
        pytest.skip(missing)
    with postgres.running_server() as url:

        @asynccontextmanager
        async def on_postgres(home: Path) -> AsyncIterator[Records]:
            server = make_url(url)
            away, beside = (server.set(database=f"{name}_{home.name}") for name in ("away", "beside"))
            engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                for each in (away, beside):
                    connection.execute(sqlalchemy.text(f"CREATE DATABASE {each.database}"))
            engine.dispose()
            with link_to(server.port or 0) as (port, cut):
                yield Records(_shown(away.set(port=port)), _shown(beside), cut)

        told = await told_in_time(env, tmp_path, on_postgres)
        assert not any(each.has_text for each in told.away)
        assert any(each.has_text for each in told.free)


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@asynccontextmanager
async def _locked(database: Path) -> AsyncIterator[None]:
    with locked(database):
        yield
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("SELECT count(*) FROM entries").fetchone() == (0,)


@contextmanager
def link_to(server_port: int) -> Iterator[tuple[int, Callable[[], AbstractAsyncContextManager[None]]]]:
    """A port that leads there, and what lets nothing through for the time of a block. In a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()

    def do(what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, loop).result()

    @asynccontextmanager
    async def cut() -> AsyncIterator[None]:
        do(link.be_cut(Cut.HANGING))
        try:
            yield
        finally:
            do(link.mend())

    link = Link("record", server_port)
    do(link.open())
    try:
        yield link.port, cut
    finally:
        do(link.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True)
class Records:
    """The records of two houses, by URL, and what takes the first one away for the time of a block."""

    away: str
    beside: str
    take_away: Callable[[], AbstractAsyncContextManager[object]]


async def told_in_time(
    env: WorkflowEnvironment, home: Path, records: Callable[[Path], AbstractAsyncContextManager[Records]]
) -> Try:
    """Held against pages of issues beside them whose record is there, and against the clock."""
    tries = []
    for attempt in range(TRIES):
        async with records(home / str(attempt)) as given:
            tries.append(await told_while_away(env, home / str(attempt), given))
        if tries[-1].is_in_time:
            return tries[-1]
    raise AssertionError(f"late again and again: {tries}")


async def told_while_away(env: WorkflowEnvironment, home: Path, records: Records) -> Try:
    """Issues whose record is away until both of their tiers are told, and as many beside them whose record is not."""
    async with (
        mailing(env, home / "away", records.away) as (house, mails),
        mailing(env, home / "beside", records.beside) as (other, their_mails),
    ):
        pairs = [(ready(house), ready(other)) for _ in range(PAIRS)]
        async with records.take_away():
            told = await asyncio.gather(
                *(paged(house, mails, each) for each, _ in pairs),
                *(paged(other, their_mails, each) for _, each in pairs),
            )
            of_away, of_free = told[:PAIRS], told[PAIRS:]
            done = await asyncio.gather(
                *(house.send(each.issue, Acknowledge(id="a", by=actor("lee"))) for each in of_away)
            )
            assert {each.outcome for each in done} == {"done"}
        for each in of_away:
            await came_on_record(house, each.issue)
        return Try(of_away, of_free)


async def came_on_record(house: House, issue: IssueId) -> None:
    """All of it, in order, and the issue goes on."""
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
