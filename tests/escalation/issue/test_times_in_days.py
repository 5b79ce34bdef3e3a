"""What an acknowledgement, an offer, a desk and the end of an issue may take, in days and with a shape."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from escalation.calendar.limit import read_span
from escalation.issue.commands import Accept, Acknowledge, Ask, Confirm, Hold, Reassign, Resolve, Resume
from escalation.issue.explain import explain
from escalation.policy.desk import AskKind, Desk, DeskWarn
from escalation.policy.model import Acknowledgement, Closing, Policy, SeverityChange, Tell
from tests.escalation.issue.test_hours import BOTH, FRI_1630, began, in_hours, ladder, on
from tests.given import TEXT, Played, actor, holding, minutes, refused

CLOSED = ("confirmed", "silence", "duplicate_of", "opened_in_error")
LONG = {"S1": minutes(60 * 200), "S2": minutes(60 * 200)}
HELD = holding().model_copy(update={"at_most": LONG, "in_all_at_most": LONG})


def sums(played: Played, now: datetime) -> str:
    """How its instants come about, in words."""
    return "\n".join(explain(played.state, now).lines)


def long_tiers(**more: Any) -> Policy:
    """A ladder of the desk's hours, whose own limits last for weeks."""
    first, second = (in_hours(name, work_within=LONG) for name in ("first", "second"))
    return ladder(first, second, **more)


def lapsing(lapse: str, milder: str = "", **more: Any) -> Policy:
    """One whose acknowledgements lapse so."""
    times = {"S1": read_span(lapse), "S2": read_span(milder or lapse)}
    return long_tiers(acknowledgement=Acknowledgement(lapses_after=times), **more)


def acknowledged(chosen: Policy, since: datetime = FRI_1630, **more: Any) -> Played:
    """Its first tier has it."""
    played = began(chosen, since)
    played.send(Acknowledge(id="ack", by=actor("first-1"), **more), since)
    return played


class TestAnAcknowledgement:
    """Lapses in the calendar of the tier that is asked."""

    @pytest.mark.parametrize(
        ("lapse", "lapses_at"),
        [
            ("1 h", on(23, 9, 30)),
            ("1 business day, close of business", on(23, 17)),
            ("2 business days", on(24, 16, 30)),
            ("1 calendar day, end of day", on(21, 23, 59, 59)),
            ("4 wh, next working day 10:00", on(24, 10)),
        ],
    )
    def test_lapses_as_it_is_written(self, lapse: str, lapses_at: datetime) -> None:
        played = acknowledged(lapsing(lapse))
        assert played.state.lapses_at == lapses_at
        played.run_to(lapses_at - timedelta(seconds=1))
        assert played.state.handler == "first-1"
        played.run_to(lapses_at)
        assert played.state.handler is None

    def test_is_promised_for_no_longer(self) -> None:
        late = began(lapsing("1 business day, close of business"), FRI_1630)
        answer = late.send(Acknowledge(id="ack", by=actor("first-1"), until=on(23, 17, 1)), FRI_1630)
        assert refused(answer) == "until_too_late"
        assert "holds for 1 business day, close of business at most: until 2026-11-23T17:00:00" in str(answer)
        promised = acknowledged(lapsing("1 business day, close of business"), until=on(23, 12))
        assert promised.state.lapses_at == on(23, 12)

    @pytest.mark.parametrize(
        ("until", "lapses_at"), [(on(23, 10, 30), on(23, 17)), (on(24, 9, 30), on(24, 17))], ids=["an hour", "a day"]
    )
    def test_a_hold_leaves_a_close_of_business_or_moves_it_to_the_next(
        self, until: datetime, lapses_at: datetime
    ) -> None:
        chosen = lapsing("1 business day, close of business", hold=HELD)
        played = acknowledged(chosen, on(20, 10))
        since = on(23, 9, 30)
        held = Hold(id="hold", by=actor("first-1"), reason="waiting_customer", waiting_for="them", until=on(25, 10))
        played.send(held, since)
        played.send(Resume(id="resume", by=actor("first-1")), until)
        assert played.state.lapses_at == lapses_at

    def test_a_promise_is_put_off_by_as_much_as_was_held(self) -> None:
        chosen = lapsing("2 business days, close of business", hold=HELD)
        played = acknowledged(chosen, until=on(23, 12))
        held = Hold(id="hold", by=actor("first-1"), reason="waiting_customer", waiting_for="them", until=on(25, 10))
        played.send(held, on(23, 10))
        played.send(Resume(id="resume", by=actor("first-1")), on(23, 11))
        assert played.state.lapses_at == on(23, 13)

    def test_a_worse_severity_counts_from_now_and_never_makes_it_later(self) -> None:
        chosen = lapsing("4 wh", "3 business days", severity_change=SeverityChange(clocks="recount"))
        played = began(chosen, on(18, 10), "S2")
        played.send(Acknowledge(id="ack", by=actor("first-1")), on(18, 10))
        assert played.state.lapses_at == on(23, 10)
        played.change_severity("first-1", "S1", on(18, 11))
        assert played.state.lapses_at is not None
        assert played.state.lapses_at <= on(18, 15)

    def test_is_explained(self) -> None:
        played = acknowledged(lapsing("1 business day, close of business"))
        told = "(acknowledged) + 1 business day, close of business by the calendar desk (lapses_after for S1)"
        assert told in sums(played, FRI_1630)


@pytest.mark.parametrize(
    ("within", "due"),
    [
        ("30 min", on(20, 17)),
        ("1 business day, close of business", on(23, 17)),
        ("0 days, end of day", on(20, 23, 59, 59)),
    ],
)
def test_an_offer_is_to_be_accepted_by_then(within: str, due: datetime) -> None:
    chosen = long_tiers(accept_within={"S1": read_span(within)})
    played = acknowledged(chosen)
    played.send(Reassign(id="offer", by=actor("first-1"), to="kim"), FRI_1630)
    assert played.state.offer is not None
    assert played.state.offer.due_at == due
    if within != "30 min":
        assert f"(offered) + {within.replace('0 days', '0 calendar days')} by the calendar desk" in sums(
            played, FRI_1630
        )
    played.run_to(due - timedelta(seconds=1))
    played.send(Accept(id="accept", by=actor("kim")))
    assert played.state.owner == "kim"


def desk(**more: Any) -> Desk:
    """One whose time is written in days."""
    times = {
        "take_within": {"S1": read_span("4 wh")},
        "done_within": {"S1": read_span("2 business days, close of business")},
        "answer_within": {"S1": read_span("1 business day")},
        "warnings": (DeskWarn(at=0.5, tell=("asker",)),),
        "hours": BOTH,
    }
    return Desk(**{"name": "network", "title": "the network team", "tell": Tell(roles=("net",)), **times, **more})


class TestADesk:
    """Counts in its own hours."""

    def put(self, what: AskKind, **more: Any) -> Played:
        """Something is put to it on Friday at half past four."""
        played = began(long_tiers(desks=(desk(**more),)), FRI_1630)
        played.send(Ask(id="ask", by=actor("ray"), of="network", what=what, text=TEXT), FRI_1630)
        return played

    def test_work_is_due_as_it_is_written_and_taken_on_before(self) -> None:
        played = self.put("work")
        (ask,) = played.state.asks
        assert (ask.due_at, ask.take_due_at) == (on(24, 17), on(23, 12, 30))
        assert [each.at for each in ask.warnings] == [on(23, 16, 45)], "half of the working time until then"
        told = sums(played, FRI_1630)
        of = "(done_within of network for S1)"
        assert f"(when it was put) + 2 business days, close of business by the calendar desk {of}" in told
        assert f"(when it was put) + 50% of 2 business days, close of business by the calendar desk {of}" in told
        played.run_to(on(24, 17))
        assert played.state.asks[0].missed_at == on(24, 17)

    def test_advice_too(self) -> None:
        (ask,) = self.put("advice").state.asks
        assert (ask.due_at, ask.take_due_at) == (on(23, 16, 30), None)

    def test_plain_durations_count_as_ever(self) -> None:
        plain = {"take_within": {"S1": minutes(30)}, "done_within": {"S1": minutes(60)}}
        (ask,) = self.put("work", **plain).state.asks
        assert (ask.due_at, ask.take_due_at) == (on(23, 9, 30), on(20, 17))
        (at_night,) = self.put("work", **plain, hours={}).state.asks
        assert at_night.due_at == on(20, 17, 30)


class TestTheEnd:
    """Silence, reminders and the time to reopen."""

    def closing(self, hours: str | None = "desk", **times: str) -> Policy:
        """A policy whose issues end so."""
        given = {"remind_after": "1 day", "silence_after": "5 days", "reopen_within": "14 days", **times}
        spans = {name: read_span(text) for name, text in given.items()}
        return long_tiers(closing=Closing(reasons=CLOSED, hours=hours, **spans))  # type: ignore[arg-type]

    def resolved(self, chosen: Policy) -> Played:
        """It is said to be fixed on Friday at half past four."""
        played = acknowledged(chosen)
        played.send(Resolve(id="fix", by=actor("first-1"), outcome="solved"), FRI_1630)
        return played

    def test_days_are_those_of_its_calendar(self) -> None:
        chosen = self.closing(
            remind_after="1 business day", silence_after="3 business days, close of business", reopen_within="1 month"
        )
        played = self.resolved(chosen)
        assert (played.state.confirm_at, played.state.silence_at) == (on(23, 16, 30), on(25, 17))
        told = sums(played, FRI_1630)
        assert "(resolved) + 3 business days, close of business by the calendar desk (silence_after)" in told
        assert "(resolved) + 1 business day by the calendar desk (remind_after)" in told
        played.run_to(on(23, 16, 30))
        assert played.state.confirm_at == on(24, 16, 30), "and at the same interval"
        assert "when it was (last asked for) + 1 business day" in sums(played, on(23, 16, 30))
        played.run_to(on(25, 17))
        assert (played.state.close_reason, played.state.reopen_until) == (
            "silence", datetime.fromisoformat("2026-12-25T17:00+00:00"),
        )  # fmt: skip
        assert "(closed) + 1 month by the calendar desk (reopen_within)" in sums(played, on(25, 17))

    def test_plain_durations_are_working_time_where_there_is_a_calendar(self) -> None:
        chosen = self.closing(remind_after="1 h", silence_after="8 h", reopen_within="16 h")
        played = self.resolved(chosen)
        assert (played.state.confirm_at, played.state.silence_at) == (on(23, 9, 30), on(23, 16, 30))
        assert "(resolved) + 8 h of working time (desk) (silence_after)" in sums(played, FRI_1630)
        played.send(Confirm(id="yes", by=actor("ray")), on(23, 9))
        assert played.state.reopen_until == on(24, 17)

    def test_without_one_they_are_as_they_were(self) -> None:
        played = self.resolved(self.closing(None))
        assert (played.state.confirm_at, played.state.silence_at) == (on(21, 16, 30), on(25, 16, 30))
        assert "(resolved) + 5 days (silence_after)" in sums(played, FRI_1630)
