"""Messages that wait: for their turn, and for a digest that no server can be asked about. None is lost."""

from datetime import timedelta
from typing import Any

from temporalio.client import Client

from activities.channels.memory import MemoryChannel
from activities.gathering import Gathering
from activities.live_directory import LiveDirectory
from activities.notify import Notifying
from activities.turns import Turns
from client.converter import data_converter
from escalation.issue.delivery import Noted
from escalation.issue.facts import CauseRef
from escalation.issue.identity import IssueId
from escalation.storm.counting import Limits
from escalation.storm.rates import read_rates
from escalation.storm.waiting import HANDED_WITHIN
from records.database import Database
from tests.activities.given import notify
from tests.activities.trying import Tried

CAUSE = CauseRef(key="0123456789abcdef", name="component payments-api")


def numbered(number: int, **more: Any) -> dict[str, Any]:
    """A message about an issue of its own."""
    issue = IssueId(source="desk", reference=f"REF-{number}")
    return {"key": f"{issue}/7/lee/memory", "issue": issue, **more}


async def test_beyond_so_many_a_minute_a_reminder_waits_and_an_urgent_page_does_not(
    directory: LiveDirectory,
    db: Database,
) -> None:
    memory = MemoryChannel()
    telling = Notifying([memory], directory, db, turns=Turns(2))
    for number in (1, 2):
        told = await Tried(telling).tell(notify(**numbered(number, about="reminded")))
        assert (told.outcome, told.waited_s) == ("sent", 0)
    tried = Tried(telling)
    failure = await tried.fail(notify(**numbered(3, about="reminded")))
    assert failure.type == "Throttled"
    assert failure.next_retry_delay is not None
    assert timedelta(seconds=50) < failure.next_retry_delay <= timedelta(minutes=1)
    assert (tried.noted[-1].last, tried.noted[-1].waited) == (1, 1), "an attempt that only waited is none"

    assert (await Tried(telling).tell(notify(**numbered(4, about="asked", priority=1)))).outcome == "sent"
    assert len(memory.sent) == 3

    late = Tried(telling, attempt=2, noted=tried.noted[-1].model_dump(mode="json"), waited=timedelta(seconds=95))
    told = await late.tell(notify(**numbered(3, about="reminded", patience=timedelta(minutes=2))))
    assert (told.outcome, told.attempts, told.waited_s) == ("sent", 1, 95), "it waits no longer than it may"


async def test_a_channel_keeps_to_its_rates_and_the_first_of_another_cause_goes_first(
    directory: LiveDirectory,
    db: Database,
) -> None:
    memory = MemoryChannel()
    telling = Notifying([memory], directory, db, turns=Turns(10, read_rates("memory: 2/15 min")))
    flood = [notify(**numbered(number, about="reminded", causes=(CAUSE,))) for number in range(4)]
    for effect in flood[:2]:
        assert (await Tried(telling).tell(effect)).outcome == "sent"
    delays = [(await Tried(telling).fail(effect)).next_retry_delay for effect in flood[2:]]
    other = notify(**numbered(9, about="reminded", causes=(CAUSE.changed({"key": "fedcba9876543210"}),)))
    delays.append((await Tried(telling).fail(other)).next_retry_delay)
    quarter = timedelta(minutes=15)
    assert [round(delay / quarter, 1) for delay in delays if delay is not None] == [1.0, 1.0, 1.0]
    again = (await Tried(telling).fail(flood[3])).next_retry_delay
    assert again is not None
    assert round(again / quarter, 1) == 2.0, "the first of another cause has the place before it"
    assert len(memory.sent) == 2

    patient = flood[3].changed({"patience": timedelta(minutes=2)})
    soon = await Tried(telling).fail(patient)
    assert soon.next_retry_delay is not None
    assert soon.next_retry_delay <= timedelta(minutes=2)
    told = await Tried(telling, 2, Noted(last=1, waited=1).model_dump(mode="json"), timedelta(minutes=2)).tell(patient)
    assert (told.outcome, told.error) == ("delayed", "so many messages have gone there that it waits")


async def test_a_message_that_was_tried_before_has_had_its_turn(
    directory: LiveDirectory,
    db: Database,
) -> None:
    memory = MemoryChannel()
    telling = Notifying([memory], directory, db, turns=Turns(1))
    await Tried(telling).tell(notify(**numbered(1)))
    told = await Tried(telling, attempt=3, noted=2).tell(notify(**numbered(2, about="reminded")))
    assert (told.outcome, told.attempts) == ("sent", 3)


async def without_a_server(directory: LiveDirectory, db: Database) -> tuple[MemoryChannel, Notifying]:
    """What tells people by that channel, and gathers from the second message of a cause on, with no bundle in reach."""
    memory = MemoryChannel()
    nobody = await Client.connect("127.0.0.1:1", lazy=True, data_converter=data_converter)
    return memory, Notifying([memory], directory, db, gathering=Gathering(nobody, Limits(after=1), "nowhere"))


async def test_without_a_server_a_message_of_a_storm_waits_a_little_and_goes_by_itself(
    directory: LiveDirectory,
    db: Database,
) -> None:
    memory, telling = await without_a_server(directory, db)
    assert (await Tried(telling).tell(notify(**numbered(1, causes=(CAUSE,))))).digest == ""
    effect = notify(**numbered(2, causes=(CAUSE,)))
    tried = Tried(telling)
    failure = await tried.fail(effect)
    assert (failure.type, tried.noted[-1].bundle) == ("Gathered", "")
    late = HANDED_WITHIN + timedelta(seconds=1)
    told = await Tried(telling, attempt=2, noted=tried.noted[-1].model_dump(mode="json"), waited=late).tell(effect)
    assert (told.outcome, told.digest, told.attempts) == ("sent", "", 1)
    assert [each.issue.reference for each in memory.sent] == ["REF-1", "REF-2"]
    assert told.message == effect.key


async def test_a_message_whose_digest_is_late_takes_other_ways_and_is_tried_on(
    directory: LiveDirectory,
    db: Database,
) -> None:
    memory, telling = await without_a_server(directory, db)
    await Tried(telling).tell(notify(**numbered(1, causes=(CAUSE,))))
    effect = notify(**numbered(2, causes=(CAUSE,), patience=timedelta(minutes=2)))
    waiting = Noted(last=4, waited=4, held=4, bundle="digest:main:lee:memory:0123456789abcdef")
    told = await Tried(telling, 5, waiting.model_dump(mode="json"), timedelta(minutes=2)).tell(effect)
    assert (told.outcome, told.attempts, told.error) == ("delayed", 1, "its digest has not left yet")
    on = effect.changed({"patience": None, "earlier": 1})
    failure = await Tried(telling).fail(on)
    assert failure.type == "Gathered", "tried on, it gathers again"
    assert len(memory.sent) == 1, "no page of a storm goes by itself because a bundle is late"


async def test_a_message_whose_first_attempt_was_lost_gathers_all_the_same(
    directory: LiveDirectory,
    db: Database,
) -> None:
    memory, telling = await without_a_server(directory, db)
    await Tried(telling).tell(notify(**numbered(1, causes=(CAUSE,))))
    assert (await Tried(telling, attempt=3).fail(notify(**numbered(2, causes=(CAUSE,))))).type == "Gathered"
    assert len(memory.sent) == 1


async def test_news_of_many_issues_gathers_and_news_in_the_inbox_does_not(
    directory: LiveDirectory,
    db: Database,
) -> None:
    memory, inbox = MemoryChannel(), MemoryChannel("inbox")
    nobody = await Client.connect("127.0.0.1:1", lazy=True, data_converter=data_converter)
    telling = Notifying([memory, inbox], directory, db, gathering=Gathering(nobody, Limits(), "nowhere"))
    for number in range(3):
        await Tried(telling).tell(notify(**numbered(number, about="resolved", turn=0)))
    failure = await Tried(telling).fail(notify(**numbered(3, about="left_tier", turn=0)))
    assert failure.type == "Gathered"
    assert (await Tried(telling).tell(notify(**numbered(4, about="asked", turn=1)))).outcome == "sent"
    for number in range(5):
        told = await Tried(telling).tell(notify(**numbered(number, about="resolved", turn=0, channel="inbox")))
        assert told.outcome == "sent"
    assert (len(memory.sent), len(inbox.sent)) == (4, 5)
