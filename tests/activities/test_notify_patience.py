"""How long one channel is tried before other ways are taken, and what is known of every attempt, live too."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationErrorCategory

from activities.attempt import LONGEST_DELAY
from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent
from activities.channels.inbox import InboxChannel
from activities.channels.memory import MemoryChannel
from activities.delivery_log import DeliveryLog
from activities.live_directory import LiveDirectory
from activities.notify import Notifying
from escalation.issue.commands import TakeDelivery
from escalation.issue.delivery import Noted, Try
from escalation.issue.rules import IssueRules
from records import deliveries
from records.database import Database
from tests.activities.given import AT, notify
from tests.activities.trying import Tried
from tests.workflows.scenarios import locked
from tests.workflows.waiting import until_found
from workflows.errands import BACKSTOP, noted, options

PATIENCE = timedelta(minutes=2)
ASKS = notify(patience=PATIENCE, turn=3)


@pytest.fixture
def memory() -> MemoryChannel:
    """Where the messages go."""
    return MemoryChannel()


@pytest.fixture
def notifying(memory: MemoryChannel, directory: LiveDirectory, db: Database) -> Notifying:
    """The errand over the sample directory, with a memory channel and the inbox."""
    return Notifying([memory, InboxChannel(db)], directory, db)


async def log_of(db: Database, count: int) -> list[deliveries.Delivery]:
    """The live log, once it has so many rows."""

    async def look() -> list[deliveries.Delivery]:
        rows = await asyncio.to_thread(deliveries.of_issue, db, ASKS.issue)
        return rows if len(rows) >= count else []

    return await until_found(look)


class TestPatience:
    """While there are other ways."""

    async def test_trouble_is_tried_again_as_long_as_it_lasts(
        self, notifying: Notifying, memory: MemoryChannel
    ) -> None:
        memory.trouble = ChannelUnavailable("away")
        error = await Tried(notifying, attempt=3, noted=2, waited=timedelta(seconds=3)).fail(ASKS)
        assert (error.message, error.next_retry_delay) == ("away", None)
        assert (error.__cause__, error.__suppress_context__) == (None, True), "whose words may hold an address"

    async def test_the_last_attempt_is_at_its_end(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away")
        error = await Tried(notifying, attempt=7, noted=6, waited=timedelta(seconds=63)).fail(ASKS)
        assert error.next_retry_delay is not None
        assert timedelta(seconds=50) < error.next_retry_delay <= timedelta(seconds=57)

    async def test_then_the_answer_is_that_it_is_delayed(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away lee's")
        answer = await Tried(notifying, attempt=8, noted=7, waited=PATIENCE).tell(ASKS)
        assert (answer.outcome, answer.attempts, answer.error) == ("delayed", 8, "away (address)")
        assert (answer.turn, answer.is_later, answer.ask_again_at, answer.is_possible_repeat) == (3, False, None, False)
        assert answer.tries[-1] == Try(
            number=8, at=answer.tries[-1].at, outcome="failed_for_now", error="away (address)"
        )

    async def test_an_attempt_that_comes_too_late_is_still_made(
        self, notifying: Notifying, memory: MemoryChannel
    ) -> None:
        answer = await Tried(notifying, attempt=2, noted=1, waited=timedelta(hours=1)).tell(ASKS)
        assert (answer.outcome, len(memory.sent)) == ("sent", 1)

    async def test_so_it_is_at_once_where_the_other_side_asks_for_more_than_is_left(
        self, notifying: Notifying, memory: MemoryChannel
    ) -> None:
        memory.trouble = ChannelUnavailable("busy", retry_after=timedelta(minutes=5))
        answer = await Tried(notifying).tell(ASKS)
        assert answer.outcome == "delayed"
        assert answer.ask_again_at is not None
        assert timedelta(minutes=5) <= answer.ask_again_at - AT < timedelta(minutes=6)
        assert answer.tries[0].retry_after_s == 300

    async def test_but_waits_where_it_asks_for_less(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("busy", retry_after=timedelta(minutes=1))
        assert (await Tried(notifying).fail(ASKS)).next_retry_delay == timedelta(minutes=1)

    async def test_without_other_ways_it_is_tried_on(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away", retry_after=timedelta(days=1))
        error = await Tried(notifying, attempt=9, noted=8, waited=timedelta(hours=9)).fail(notify())
        assert error.next_retry_delay == LONGEST_DELAY

    async def test_one_whose_outcome_is_not_known_says_so(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("silence", is_outcome_unknown=True)
        answer = await Tried(notifying, attempt=2, noted=1, waited=PATIENCE).tell(ASKS)
        assert (answer.outcome, answer.is_possible_repeat) == ("delayed", True)

    async def test_the_watch_hears_of_the_attempts_before(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away")
        error = await Tried(notifying).fail(notify(earlier=7))
        assert tuple(error.details)[:2] == ("memory", 7)

    async def test_where_there_is_no_time_for_another_attempt_the_rules_hear_of_all(
        self, notifying: Notifying, memory: MemoryChannel
    ) -> None:
        """The server then gives the last failure, and no heartbeat with it."""
        memory.trouble = ChannelUnavailable("silence", is_outcome_unknown=True)
        goes_on = notify(earlier=7)
        error = await Tried(notifying, attempt=701, noted={"last": 700, "waited": 1}).fail(goes_on)
        answer = IssueRules().on_failure(goes_on, str(error), noted(error))
        assert isinstance(answer, TakeDelivery)
        assert (answer.outcome, answer.attempts, answer.is_possible_repeat) == ("failed", 707, True)


class TestLater:
    """The errand that goes on where the first one has given up for now."""

    async def test_it_leaves_the_other_side_alone_as_long_as_it_asked(
        self, notifying: Notifying, memory: MemoryChannel
    ) -> None:
        tried = Tried(notifying)
        later = notify(earlier=4, not_before=AT + timedelta(minutes=3))
        error = await tried.fail(later)
        assert error.next_retry_delay is not None
        assert timedelta(minutes=2, seconds=50) < error.next_retry_delay <= timedelta(minutes=3)
        assert memory.sent == []
        (noted,) = tried.noted
        assert (noted.last, noted.waited, noted.is_unknown, noted.tries) == (1, 1, False, ())
        waited = noted.model_dump(mode="json")
        answer = await Tried(notifying, attempt=2, noted=waited, waited=timedelta(minutes=3)).tell(later)
        assert (answer.outcome, answer.attempts, answer.is_later, answer.is_possible_repeat) == ("sent", 5, True, False)

    async def test_not_longer_than_is_sensible(self, notifying: Notifying) -> None:
        error = await Tried(notifying).fail(notify(earlier=1, not_before=AT + timedelta(days=3)))
        assert error.next_retry_delay == LONGEST_DELAY

    async def test_attempts_are_counted_on(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.refused.add("lee's")
        answer = await Tried(notifying, attempt=2, noted=1).tell(notify(earlier=7))
        assert (answer.outcome, answer.attempts, answer.tries[-1].number) == ("failed", 9, 9)
        assert answer.is_later


class TestUntilThePersonWants:
    """A step of their rule, or the end of their quiet hours: kept to the end, by whichever attempt."""

    AT_NIGHT = notify(not_before=AT + timedelta(hours=9), waits="quiet_hours", patience=PATIENCE, turn=3)

    async def test_it_waits_for_all_of_it_and_says_so(
        self, notifying: Notifying, memory: MemoryChannel, db: Database
    ) -> None:
        tried = Tried(notifying)
        error = await tried.fail(self.AT_NIGHT)
        assert error.next_retry_delay is not None
        assert timedelta(hours=8, minutes=59) < error.next_retry_delay <= timedelta(hours=9)
        assert (error.type, error.category) == ("Waits", ApplicationErrorCategory.BENIGN)
        assert memory.sent == []
        (row,) = await log_of(db, 1)
        assert (row.state, row.next_try_at) == ("queued", AT + timedelta(hours=9))
        assert row.error == "it waits for the end of the person's quiet hours"

    async def test_one_whose_worker_died_waits_again(self, notifying: Notifying, memory: MemoryChannel) -> None:
        tried = Tried(notifying, attempt=2, waited=timedelta(hours=1))
        assert (await tried.fail(self.AT_NIGHT)).type == "Waits"
        assert memory.sent == []

    async def test_then_it_is_the_first_attempt_and_tells_what_it_waited_for(self, notifying: Notifying) -> None:
        first = Tried(notifying)
        await first.fail(self.AT_NIGHT)
        left = first.noted[-1].model_dump(mode="json")
        answer = await Tried(notifying, attempt=2, noted=left, waited=timedelta(hours=9)).tell(self.AT_NIGHT)
        assert (answer.outcome, answer.attempts, answer.is_possible_repeat) == ("sent", 1, False)
        assert (answer.waits, answer.waited_until) == ("quiet_hours", AT + timedelta(hours=9))

    async def test_its_patience_begins_then(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away")
        soon = timedelta(hours=9) + PATIENCE - timedelta(seconds=30)
        await Tried(notifying, attempt=3, noted=2, waited=soon).fail(self.AT_NIGHT)
        answer = await Tried(notifying, attempt=4, noted=3, waited=timedelta(hours=9) + PATIENCE).tell(self.AT_NIGHT)
        assert answer.outcome == "delayed"

    def test_so_do_its_time_limits(self) -> None:
        rules = IssueRules()
        assert rules.wait(self.AT_NIGHT, AT) == timedelta(hours=9)
        assert rules.wait(self.AT_NIGHT, AT + timedelta(hours=10)) == timedelta(0)
        assert rules.wait(notify(not_before=AT + timedelta(hours=9)), AT) == timedelta(0), "the other side's wish"
        limits = options("notify", PATIENCE, timedelta(hours=9))
        assert limits["schedule_to_close_timeout"] == timedelta(hours=9) + PATIENCE + BACKSTOP
        assert options("notify", None, timedelta(hours=9))["schedule_to_close_timeout"] == timedelta(hours=33)
        assert options("notify", None) is options("notify")


class TestAttempts:
    """What became of each comes with the answer."""

    async def test_one_that_succeeds_at_once_has_nothing_to_tell(self, notifying: Notifying) -> None:
        assert (await Tried(notifying).tell(ASKS)).tries == ()

    async def test_after_failures_it_tells_of_all(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.trouble = ChannelUnavailable("away", retry_after=timedelta(seconds=9))
        first = Tried(notifying)
        await first.fail(ASKS)
        memory.trouble = None
        left = first.noted[-1].model_dump(mode="json")
        answer = await Tried(notifying, 3, left, waited=timedelta(seconds=20)).tell(ASKS)
        assert [(each.number, each.outcome, each.error, each.retry_after_s) for each in answer.tries] == [
            (1, "failed_for_now", "away", 9.0),
            (2, "unknown", "lost on its way", None),
            (3, "sent", None, None),
        ]
        assert answer.tries[0].at is not None
        assert answer.tries[2].at is not None
        assert answer.tries[2].at - answer.tries[0].at > timedelta(seconds=19)
        assert answer.is_possible_repeat

    async def test_a_refusal_tells_of_itself(self, notifying: Notifying, memory: MemoryChannel) -> None:
        memory.refused.add("lee's")
        (tried,) = (await Tried(notifying).tell(ASKS)).tries
        assert (tried.outcome, tried.error) == ("failed_for_good", "(address): no such address")

    async def test_what_lies_in_the_inbox_is_delivered_and_what_was_taken_over_is_not(
        self, notifying: Notifying, directory: LiveDirectory, db: Database
    ) -> None:
        class Carrier:
            name = "memory"

            async def send(self, envelope: Envelope) -> Sent:
                return Sent(reference="250 ok for lee's")

        assert (await Tried(notifying).tell(notify(channel="inbox"))).is_delivered
        assert not (await Tried(Notifying([Carrier()], directory, db)).tell(ASKS)).is_delivered
        rows = await log_of(db, 2)
        assert [(row.state, row.reference) for row in rows][1] == ("sent", "250 ok for (address)")


class TestLiveLog:
    """Whoever reads the record alone sees at once what left, and what did not."""

    async def test_every_attempt_is_there(self, notifying: Notifying, memory: MemoryChannel, db: Database) -> None:
        memory.trouble = ChannelUnavailable("away", retry_after=timedelta(seconds=9))
        first = Tried(notifying)
        await first.fail(ASKS)
        memory.trouble = None
        left = first.noted[-1].model_dump(mode="json")
        await Tried(notifying, 3, left, waited=timedelta(seconds=20)).tell(ASKS)
        await Tried(notifying).tell(notify(channel="inbox"))
        rows = await log_of(db, 4)
        assert [(row.channel, row.attempt, row.state) for row in rows] == [
            ("inbox", 1, "delivered"),
            ("memory", 1, "failed_for_now"),
            ("memory", 2, "unknown"),
            ("memory", 3, "delivered"),
        ]
        assert (rows[1].error, rows[1].person, rows[1].about, rows[1].message) == ("away", "lee", "asked", ASKS.key)
        assert rows[1].at is not None
        assert rows[1].next_try_at is not None
        assert timedelta(seconds=8.9) < rows[1].next_try_at - rows[1].at < timedelta(seconds=9.1)
        assert rows[3].reference == "1"

    async def test_a_refusal_for_good_is_there(self, notifying: Notifying, memory: MemoryChannel, db: Database) -> None:
        memory.refused.add("lee's")
        await Tried(notifying).tell(ASKS)
        (row,) = await log_of(db, 1)
        assert (row.state, row.error, row.next_try_at) == ("failed_for_good", "(address): no such address", None)

    async def test_one_that_hangs_is_seen_under_way_and_then_how_it_ended(
        self, directory: LiveDirectory, db: Database
    ) -> None:
        class Slow:
            name = "memory"

            def __init__(self) -> None:
                self.is_let_go = asyncio.Event()

            async def send(self, envelope: Envelope) -> Sent:
                await self.is_let_go.wait()
                raise ChannelRefused("never")

        slow = Slow()
        telling = asyncio.create_task(Tried(Notifying([slow], directory, db)).tell(ASKS))
        (row,) = await log_of(db, 1)
        assert row.state == "queued"
        slow.is_let_go.set()
        await telling

        async def ended() -> bool:
            return (await log_of(db, 1))[0].state == "failed_for_good"

        assert await until_found(ended)
        assert len(await log_of(db, 1)) == 1

    async def test_a_record_that_is_away_holds_up_no_page_and_hears_of_it_later(
        self, notifying: Notifying, memory: MemoryChannel, db: Database, tmp_path: Path
    ) -> None:
        with locked(tmp_path / "record.db"):
            for number in range(3):
                async with asyncio.timeout(1):
                    await Tried(notifying).tell(notify(key=f"{ASKS.issue}/{number}/lee/memory"))
            await asyncio.sleep(1.5)
        await Tried(notifying).tell(ASKS)
        assert len(await log_of(db, 4)) == 4
        assert len(memory.sent) == 4

    async def test_of_what_waits_for_it_the_newest_is_kept(self, db: Database, tmp_path: Path) -> None:
        log, tried = DeliveryLog(db, most_kept=3), Try(number=1, at=AT, outcome="sent")
        with locked(tmp_path / "record.db"):
            for number in range(5):
                log.ended(notify(key=f"{ASKS.issue}/{number}/lee/memory"), tried)
                await asyncio.sleep(0.1)  # the first is on its way by now, and comes back when all places are taken
            await asyncio.sleep(1.5)
        log.ended(notify(key=f"{ASKS.issue}/5/lee/memory"), tried)
        rows = await log_of(db, 3)
        assert [row.message.split("/")[-3] for row in rows] == ["3", "4", "5"]


def test_how_it_ended_is_not_undone(db: Database) -> None:
    row = deliveries.Delivery(
        message=ASKS.key,
        attempt=1,
        issue=ASKS.issue,
        person="lee",
        channel="memory",
        about="asked",
        state="queued",
        at=AT,
    )
    for state in ("queued", "unknown", "sent", "queued", "unknown", "failed_for_now"):
        deliveries.write(db, [row.model_copy(update={"state": state})])
    (kept,) = deliveries.of_issue(db, ASKS.issue)
    assert kept.state == "sent"
    assert deliveries.counted(db, AT) == {("memory", "sent"): 1}
    assert deliveries.counted(db, AT + timedelta(seconds=1)) == {}


def test_noted_of_an_attempt_that_only_waited_counts_none() -> None:
    noted = Noted(last=1, waited=1).with_lost(3, earlier=4)
    assert [each.number for each in noted.tries] == [5]
