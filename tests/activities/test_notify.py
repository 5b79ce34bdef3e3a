"""Telling one person: what goes out, what is answered, and what must not stop it."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.attempt import LONGEST_DELAY
from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent
from activities.channels.inbox import InboxChannel
from activities.channels.memory import MemoryChannel
from activities.live_directory import LiveDirectory
from activities.notify import Notifying
from escalation.issue.commands import TakeDelivery, read_command
from escalation.issue.effects import Notify
from escalation.message import UNREADABLE
from records import inbox, texts
from records.database import BUSY_S, Database
from tests.activities.given import AT, PEOPLE, notify
from tests.activities.trying import Tried
from tests.workflows.scenarios import locked
from tests.workflows.waiting import until_found


@pytest.fixture
def memory() -> MemoryChannel:
    """Where the messages go."""
    return MemoryChannel()


@pytest.fixture
def notifying(memory: MemoryChannel, directory: LiveDirectory, db: Database) -> Notifying:
    """The errand over the sample directory, with a memory channel and the inbox."""
    return Notifying([memory, InboxChannel(db)], directory, db)


async def test_a_message_goes_out_and_the_answer_is_a_command(notifying: Notifying, memory: MemoryChannel) -> None:
    effect = notify()
    answer = await Tried(notifying).tell(effect)
    (sent,) = memory.sent
    assert (sent.address, sent.person, sent.message_id) == ("lee's", "lee", effect.key)
    assert sent.subject == "[S2] Act by 22:10 Bucharest: Card payments fail, desk:REF-1"
    assert "Owner: Sample One (ann)" in sent.body
    assert (answer.message, answer.id, answer.person, answer.channel) == (effect.key, effect.key, "lee", "memory")
    assert (answer.outcome, answer.attempts, answer.is_possible_repeat, answer.error) == ("sent", 1, False, None)
    assert (answer.by.person, answer.by.door, answer.by.assurance) == ("escalon", "memory", "system")
    assert answer.by.is_machine
    assert read_command(answer.model_dump(mode="json")) == answer


async def test_the_text_is_fetched_where_it_is_sent(notifying: Notifying, memory: MemoryChannel, db: Database) -> None:
    issue = notify().issue
    title = texts.keep(db, issue, "t1", "Cards fail")
    described = texts.keep(db, issue, "t2", "Since 19:00.")
    await Tried(notifying).tell(notify(title="", title_ref=title, description=described))
    assert "Cards fail" in memory.sent[0].subject
    assert "> Since 19:00." in memory.sent[0].body


async def test_text_that_was_erased_does_not_stop_it(notifying: Notifying, memory: MemoryChannel, db: Database) -> None:
    described = texts.keep(db, notify().issue, "t2", "Since 19:00.")
    texts.erase(db, notify().issue)
    await Tried(notifying).tell(notify(description=described))
    assert UNREADABLE in memory.sent[0].body
    assert "Since 19:00" not in memory.sent[0].body


async def test_a_record_that_is_away_does_not_stop_it(
    notifying: Notifying, memory: MemoryChannel, db: Database
) -> None:
    described = texts.keep(db, notify().issue, "t2", "Since 19:00.")
    with db.writing() as connection:
        connection.execute(text("ALTER TABLE texts RENAME TO away"))
    answer = await Tried(notifying).tell(notify(description=described))
    assert answer.outcome == "sent"
    assert "Card payments fail" in memory.sent[0].subject
    assert UNREADABLE in memory.sent[0].body


async def test_a_record_that_hangs_holds_up_no_page(
    memory: MemoryChannel, directory: LiveDirectory, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = texts.keep(db, notify().issue, "t2", "Since 19:00.")

    def hang(*_: object) -> dict[str, str]:
        time.sleep(2)
        return {}

    monkeypatch.setattr(texts, "read", hang)
    hasty = Notifying([memory], directory, db, text_patience=timedelta(seconds=0.1))
    began = time.monotonic()
    # More pages than there are threads to read with.
    await asyncio.gather(*(Tried(hasty).tell(notify(key=f"k{n}", description=described)) for n in range(12)))
    assert time.monotonic() - began < 1.5
    assert len(memory.sent) == 12
    assert all(UNREADABLE in sent.body for sent in memory.sent)


async def test_pages_after_one_that_waited_in_vain_for_its_text_hardly_wait(
    memory: MemoryChannel, directory: LiveDirectory, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the record answers in time again: then they have their text."""
    described = texts.keep(db, notify().issue, "t2", "Since 19:00.")
    read, is_back = texts.read, threading.Event()

    def hang(*given: Any) -> dict[str, str]:
        is_back.wait(20)
        return read(*given)

    monkeypatch.setattr(texts, "read", hang)
    notifying = Notifying([memory], directory, db, text_patience=timedelta(seconds=0.5))
    await Tried(notifying).tell(notify(key="first", description=described))
    for number in range(12):  # more than are read at once
        began = time.monotonic()
        await Tried(notifying).tell(notify(key=f"k{number}", description=described))
        assert time.monotonic() - began < 0.3
    assert all(UNREADABLE in sent.body for sent in memory.sent)
    is_back.set()

    async def has_text() -> bool:
        await Tried(notifying).tell(notify(key="later", description=described))
        return "> Since 19:00." in memory.sent[-1].body

    await until_found(has_text)
    monkeypatch.setattr(texts, "read", slow_at(read, 0.2))
    await Tried(notifying).tell(notify(key="last", description=described))
    assert "> Since 19:00." in memory.sent[-1].body, "it is waited for as long as before"


def slow_at(read: Callable[..., dict[str, str]], seconds: float) -> Callable[..., dict[str, str]]:
    """The same, which takes its time."""

    def slowly(*given: Any) -> dict[str, str]:
        time.sleep(seconds)
        return read(*given)

    return slowly


async def test_messages_for_a_record_that_others_keep_give_up_their_places_soon(
    memory: MemoryChannel, directory: LiveDirectory, db: Database, tmp_path: Path
) -> None:
    """A worker has so many places: pages that go other ways would wait for messages that wait for the record."""
    hasty = Notifying([memory, InboxChannel(db)], directory, db, record_patience=timedelta(seconds=0.1))
    effects = [notify(key=f"k{number}", channel="inbox") for number in range(12)]  # more than there are threads
    tries = [Tried(hasty) for _ in effects]
    with locked(tmp_path / "record.db"):
        async with asyncio.timeout(BUSY_S / 2):
            failed = await asyncio.gather(*(tried.fail(effect) for tried, effect in zip(tries, effects, strict=True)))
        assert {error.type for error in failed} == {"ChannelUnavailable"}
        assert failed[0].message == "the record is kept by others"
        await asyncio.sleep(0.1)
        later = await Tried(hasty).fail(notify(key="later", channel="inbox"))
        assert later.message == "the record is kept by others, and messages wait for it already"
        assert (await Tried(hasty).tell(notify())).outcome == "sent"
        assert len(memory.sent) == 1
    assert [[(each.last, each.is_unknown) for each in tried.noted] for tried in tries] == [[(1, False)]] * len(effects)

    async def told(effect: Notify) -> TakeDelivery | None:
        try:
            return await Tried(hasty, attempt=2, noted=1).tell(effect)
        except ApplicationError:
            return None  # what waited is being laid in

    for effect in effects:
        answer = await until_found(partial(told, effect))
        assert answer is not None
        assert (answer.outcome, answer.is_possible_repeat) == ("sent", False)
    assert sorted(lying.message for lying in inbox.read(db, "lee")) == sorted(effect.key for effect in effects)


async def test_what_else_ails_the_record_is_said_as_before(
    memory: MemoryChannel, directory: LiveDirectory, db: Database
) -> None:
    with db.writing() as connection:
        connection.execute(text("ALTER TABLE inbox RENAME TO away"))
    error = await Tried(Notifying([memory, InboxChannel(db)], directory, db)).fail(notify(channel="inbox"))
    assert error.message == "the record cannot be written to (OperationalError)"


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
async def test_of_a_restricted_issue_the_text_is_not_even_read(
    notifying: Notifying, memory: MemoryChannel, db: Database, monkeypatch: pytest.MonkeyPatch, issue_class: str
) -> None:
    described = texts.keep(db, notify().issue, "t2", "Kim took the money.")
    monkeypatch.setattr(texts, "read", lambda *_: pytest.fail("read"))
    await Tried(notifying).tell(notify(issue_class=issue_class, title="", title_ref=described, description=described))
    assert memory.sent[0].subject == "Restricted case: you are asked to act by 22:10 Bucharest, desk:REF-1"


async def test_the_inbox_needs_no_directory(db: Database, memory: MemoryChannel, tmp_path: Path) -> None:
    lost = Notifying([memory, InboxChannel(db)], LiveDirectory(tmp_path / "none.yaml"), db)
    assert (await Tried(lost).tell(notify(channel="inbox"))).outcome == "sent"
    assert inbox.read(db, "lee")[0].subject == "[S2] Act by 20:10 UTC: Card payments fail, desk:REF-1"
    tried = Tried(lost)
    assert (await tried.fail(notify())).type == "DirectoryUnreadable"
    assert [(each.last, each.is_unknown) for each in tried.noted] == [(1, False)]


async def test_the_inbox_keeps_one_copy_at_the_issues_time(notifying: Notifying, db: Database) -> None:
    for attempt in (1, 2):
        await Tried(notifying, attempt).tell(notify(channel="inbox"))
    (lying,) = inbox.read(db, "lee")
    assert (lying.sent_at, lying.about, lying.issue) == (AT, "asked", notify().issue)


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        (notify(channel="carrier_pigeon"), "channel 'carrier_pigeon' is not set up here; set up: inbox, memory"),
        (notify("ann"), "the directory has no memory address of ann any more"),
        (notify("zoe"), "the directory has no memory address of zoe any more"),
    ],
)
async def test_who_cannot_be_told_this_way_is_an_answer_at_once(
    notifying: Notifying, memory: MemoryChannel, effect: Notify, error: str
) -> None:
    answer = await Tried(notifying).tell(effect)
    assert (answer.outcome, answer.error) == ("failed", error)
    assert memory.sent == []


async def test_somebody_who_left_the_directory_still_has_an_inbox(notifying: Notifying, db: Database) -> None:
    assert (await Tried(notifying).tell(notify("zoe", "inbox"))).outcome == "sent"
    assert len(inbox.read(db, "zoe")) == 1


async def test_an_address_is_the_one_of_now(notifying: Notifying, memory: MemoryChannel, people_file: Path) -> None:
    await Tried(notifying).tell(notify())
    await asyncio.to_thread(people_file.write_text, PEOPLE.replace("lee's", "new-address"))
    await Tried(notifying).tell(notify(key="k2"))
    assert [sent.address for sent in memory.sent] == ["lee's", "new-address"]


async def test_a_refusal_without_end_holds_up_nothing(notifying: Notifying, memory: MemoryChannel) -> None:
    memory.trouble = ChannelUnavailable("a" * 20_000 + " lee@example.org, <kim@example.org>")
    began = time.monotonic()
    error = await Tried(notifying).fail(notify())
    assert time.monotonic() - began < 1
    assert error.message == "a" * 300
    memory.trouble = ChannelUnavailable("no route to lee@example.org, <kim@example.org> @ all")
    assert (await Tried(notifying).fail(notify())).message == "no route to (address), <(address)> @ all"


async def test_a_refusal_for_good_is_an_answer_without_the_address(notifying: Notifying, memory: MemoryChannel) -> None:
    memory.refused.add("lee's")
    answer = await Tried(notifying, attempt=3, noted=2).tell(notify())
    assert (answer.outcome, answer.attempts) == ("failed", 3)
    assert answer.error == "(address): no such address"


@pytest.mark.parametrize(
    ("asked_for", "waited"),
    [
        (None, None),
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(days=365), LONGEST_DELAY),
        (timedelta(seconds=-1), timedelta(0)),
    ],
)
async def test_trouble_for_now_is_tried_again_when_the_other_side_says_within_reason(
    notifying: Notifying, memory: MemoryChannel, asked_for: timedelta | None, waited: timedelta | None
) -> None:
    memory.trouble = ChannelUnavailable("421 ann@example.org\r\ntry later", retry_after=asked_for)
    error = await Tried(notifying).fail(notify())
    assert error.type == "ChannelUnavailable"
    assert error.next_retry_delay == waited
    assert error.message == "421 (address) try later"


class TestWhatMayBeARepeat:
    """A copy is marked when an earlier one may have gone out, and only then."""

    @pytest.mark.parametrize(
        ("attempt", "noted", "marked"),
        [
            (1, None, False),
            (2, 1, False),
            (5, 4, False),
            (2, None, True),
            (3, 1, True),
            (4, 1, True),
            (3, "nonsense", True),
            (2, {"last": 1, "is_unknown": True}, True),
        ],
    )
    async def test_it_depends_on_what_earlier_attempts_noted(
        self, notifying: Notifying, memory: MemoryChannel, attempt: int, noted: object, *, marked: bool
    ) -> None:
        answer = await Tried(notifying, attempt, noted).tell(notify())
        assert answer.is_possible_repeat is marked
        assert memory.sent[0].is_possible_repeat is marked
        assert ("(may be a repeat)" in memory.sent[0].subject) is marked

    async def test_a_failure_in_which_nothing_left_is_noted(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away")
        tried = Tried(notifying, attempt=3, noted=2)
        await tried.fail(notify())
        assert [(each.last, each.is_unknown) for each in tried.noted] == [(3, False)]

    async def test_so_is_one_that_leaves_it_open(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("silence", is_outcome_unknown=True)
        tried = Tried(notifying)
        await tried.fail(notify())
        assert [each.is_unknown for each in tried.noted] == [True]

    async def test_what_was_open_once_stays_open(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away")
        tried = Tried(notifying, attempt=3, noted=1)
        await tried.fail(notify())
        assert [each.is_unknown for each in tried.noted] == [True]

    async def test_an_attempt_that_was_broken_off_is_not(self, directory: LiveDirectory, db: Database) -> None:
        class Slow:
            name = "memory"

            async def send(self, envelope: Envelope) -> Sent:
                await asyncio.sleep(30)
                raise ChannelRefused("never reached")

        env = ActivityEnvironment()
        noted: list[Any] = []
        env.on_heartbeat = lambda *details: noted.append(details)
        running = asyncio.create_task(env.run(Notifying([Slow()], directory, db).notify, notify()))
        await asyncio.sleep(0.1)
        env.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert noted == []
