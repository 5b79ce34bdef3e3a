"""Limits of tiers and targets that are written in days or have a shape: `2 business days, close of business`."""

from datetime import datetime
from typing import Any

import pytest

from escalation.calendar.limit import Limit, read_span
from escalation.calendar.working_hours import WorkingHours
from escalation.issue.events import HoldEnded, LadderFitted
from escalation.issue.explain import explain
from escalation.issue.state import IssueState
from escalation.policy.model import Policy, Target, TargetWarn, Tell, Tier, Warn
from tests.escalation.calendar.hours import hours
from tests.escalation.issue.test_hours import BOTH, DESK, began, ladder, on
from tests.given import Played, holding, minutes, opened, tier

BERLIN = hours("Europe/Berlin", mon_fri="08:00-18:00").model_copy(update={"name": "berlin"})
FRI_1630, MON_9 = on(20, 16, 30), on(23, 9)


def dated(name: str, acknowledge: str, work: str | None = None, **more: Any) -> Tier:
    """A tier of the desk whose limits are written so."""
    texts = {"acknowledge_within": acknowledge, "work_within": work}
    limits = {field: {each: read_span(text) for each in BOTH} for field, text in texts.items() if text is not None}
    return tier(name, **{"hours": BOTH, "work_within": {}, **limits, **more})


def two(acknowledge: str, work: str | None = None, *, first: dict[str, Any] | None = None, **more: Any) -> Policy:
    """A ladder whose first tier has these limits."""
    return ladder(dated("first", acknowledge, work, **(first or {})), dated("second", acknowledge, work), **more)


class TestDue:
    """When a tier's time is up."""

    @pytest.mark.parametrize(
        ("limit", "since", "due"),
        [
            ("2 business days", on(18, 10), on(20, 10)),
            ("2 business days", on(20, 10), on(24, 10)),
            ("2 business days, close of business", on(18, 10), on(20, 17)),
            ("2 business days, close of business", on(20, 16, 59), on(24, 17)),
            ("0 days, close of business", on(20, 10), on(20, 17)),
            ("3 days, end of day", on(18, 10), on(21, 23, 59, 59)),
            ("1 week", on(18, 10), None),
            ("1 calendar week", on(18, 10), on(25, 10)),
            ("1 month", on(18, 10), datetime.fromisoformat("2026-12-18T10:00+00:00")),
            ("4 h, next working day 10:00", on(20, 10), on(23, 10)),
            ("4 wh, close of business", on(18, 15), on(19, 17)),
            ("6 wh", on(20, 15), on(23, 13)),
            ("48 h, close of business", on(18, 10), on(20, 17)),
        ],
    )
    def test_a_limit_ends_as_it_is_written(self, limit: str, since: datetime, due: datetime | None) -> None:
        played = began(two(limit), since)
        if due is None:  # a plain week is so much working time, as it was before there were others
            assert not isinstance(read_span(limit), Limit)
            return
        assert played.state.acknowledge_due_at == due
        assert played.run_to(due).began()[1:] == [("second", "not_acknowledged")]

    def test_a_tier_that_waits_for_its_hours_counts_from_when_it_opens(self) -> None:
        played = began(two("1 business day, close of business", "2 business days"), on(21, 12))
        assert (played.state.is_closed, played.state.opens_at) == (True, MON_9)
        assert (played.state.acknowledge_due_at, played.state.work_due_at) == (on(24, 17), on(25, 9))
        assert played.state.ceilings[0].at == on(25, 9)

    def test_out_of_its_hours_plain_durations_count_day_and_night_and_days_as_they_are_written(self) -> None:
        pages = {"when_closed": dict.fromkeys(BOTH, "page_out_of_hours"), "out_of_hours": Tell(people=("night",))}
        first = dated("first", "30 min", "1 business day, close of business", **pages)
        state = began(ladder(first, dated("second", "30 min")), on(21, 12)).state
        assert state.is_out_of_hours
        assert (state.acknowledge_due_at, state.work_due_at) == (on(21, 12, 30), on(23, 17))

    def test_the_ceiling_of_a_tier_further_up_adds_the_days_below(self) -> None:
        names = ("first", "second", "third")
        chosen = ladder(*(dated(name, "4 wh", "1 business day, close of business") for name in names))
        ceilings = began(chosen, on(18, 10)).state.ceilings
        assert [(each.tier, each.at) for each in ceilings] == [("second", on(19, 17)), ("third", on(23, 17))], (
            "the second is closed at 17:00 and counts from the next morning"
        )

    def test_warnings_come_at_shares_of_the_time_until_then_and_reminders_in_days(self) -> None:
        warn = (Warn(at=0.5, of="work", tell=("asked",)),)
        first = {"warnings": warn, "remind_every": dict.fromkeys(BOTH, read_span("1 business day"))}
        played = began(two("4 business days", "4 business days", first=first), on(16, 9))
        assert played.due()["warn"] == on(17, 17), "half of 32 hours of work"
        assert played.due()["remind"] == on(17, 9)
        assert played.run_to(on(17, 9)).due()["remind"] == on(18, 9)

    def test_one_that_ends_with_the_day_is_never_over_as_it_begins(self) -> None:
        """A cadence would come again and again in one instant; a tier would be left as it is asked."""
        daily = {"remind_every": dict.fromkeys(BOTH, read_span("0 days, close of business"))}
        played = began(two("4 business days", first=daily), on(18, 10))
        assert played.due()["remind"] == on(18, 17)
        assert played.run_to(on(18, 17)).due()["remind"] == on(19, 17)
        pages = {"when_closed": dict.fromkeys(BOTH, "page_out_of_hours"), "out_of_hours": Tell(people=("night",))}
        state = began(two("0 days, close of business", first=pages), on(18, 17)).state
        assert state.acknowledge_due_at == on(19, 17)

    def test_each_is_told_in_its_words(self) -> None:
        played = began(two("4 wh", "2 business days, close of business"), on(18, 10))
        told = " ".join(explain(played.state, played.now).what_next)
        assert "+ 2 business days, close of business by the calendar desk (work_within for S1 at first)" in told
        assert "+ 4 h of working time by the calendar desk (acknowledge_within for S1 at first)" in told
        assert began(two("4 wh"), on(18, 10)).state.acknowledge_due_at == on(18, 14)


class TestMoved:
    """What people do to them."""

    HOLDING = holding("work", "acknowledge", at_most=10_000, in_all=20_000)

    def held(self, limit: str, since: datetime, until: datetime, **more: Any) -> Played:
        """Held from then until then."""
        played = began(two(limit, limit, hold=self.HOLDING, **more), on(18, 10))
        played.hold("first-1", until, since)
        return played.run_to(until)

    def test_a_hold_of_an_hour_leaves_the_close_of_business_as_it_is(self) -> None:
        state = self.held("2 business days, close of business", on(18, 12), on(18, 13)).state
        assert (state.acknowledge_due_at, state.work_due_at) == (on(20, 17), on(20, 17))

    def test_a_hold_of_a_day_puts_it_off_by_a_day(self) -> None:
        state = self.held("2 business days, close of business", on(18, 12), on(19, 12)).state
        assert (state.acknowledge_due_at, state.work_due_at) == (on(23, 17), on(23, 17))
        assert state.ceilings[0].at == state.work_due_at, "the tier's own limit speaks for it"

    def test_two_holds_count_together(self) -> None:
        """Each of five working hours: alone neither is a day, together they are more than one."""
        played = self.held("2 business days, close of business", on(18, 11), on(18, 16))
        assert played.state.work_due_at == on(20, 17)
        played.hold("first-1", on(19, 15), on(19, 10))
        assert played.run_to(on(19, 15)).state.work_due_at == on(23, 17)

    def test_a_hold_over_the_weekend_costs_business_days_nothing_and_calendar_days_all_of_it(self) -> None:
        assert self.held("3 business days", on(20, 17), on(23, 9)).state.work_due_at == on(23, 10)
        assert self.held("3 calendar days", on(20, 17), on(23, 9)).state.work_due_at == on(24, 2)

    def test_a_warning_comes_later_with_its_limit(self) -> None:
        warn = (Warn(at=0.5, of="work", tell=("asked",)),)
        first = {"warnings": warn}
        before = began(two("4 business days", "4 business days", first=first, hold=self.HOLDING), on(18, 10))
        was = before.due()["warn"]
        state = self.held("4 business days", on(18, 12), on(19, 12), first=first).state
        (warning,) = state.warnings
        assert (was, warning.at) == (on(20, 10), on(23, 10))

    def test_another_severity_counts_its_days_from_the_same_beginning_and_with_the_holds(self) -> None:
        first = {"work_within": {"S1": read_span("1 business day"), "S2": read_span("3 business days")}}
        chosen = two("8 wh", None, first=first, hold=self.HOLDING)
        played = began(chosen, on(18, 10), "S2")
        assert played.state.work_due_at == on(23, 10)
        played.hold("first-1", on(18, 14), on(18, 12))
        played.run_to(on(18, 14))
        assert played.state.work_due_at == on(23, 12)
        played.change_severity("lead", "S1", on(18, 15))
        assert played.state.work_due_at == on(19, 12)

    def test_another_severity_with_a_plain_duration_counts_from_the_same_beginning_and_with_the_holds(self) -> None:
        first = {"work_within": {"S1": minutes(300), "S2": read_span("3 business days")}}
        played = began(two("2 wh", None, first=first, hold=self.HOLDING), on(18, 10), "S2")
        played.acknowledge("first-1", on(18, 11))
        played.hold("first-1", on(18, 14), on(18, 12))
        played.run_to(on(18, 14))
        played.change_severity("lead", "S1", on(18, 15))
        assert played.state.work_due_at == on(18, 17)

    def test_another_policy_never_makes_it_later_and_a_hold_then_adds_its_time(self) -> None:
        short, long = "1 business day, close of business", "3 business days, close of business"
        played = began(two("4 wh", short, hold=self.HOLDING), on(18, 10))
        later = two("4 wh", long, hold=self.HOLDING, version=2)
        played.adopt("lead", later, now=on(18, 11))
        assert played.state.work_due_at == on(19, 17)
        played.hold("first-1", on(18, 13), on(18, 12))
        after = played.run_to(on(18, 13)).state
        (ended,) = [entry.event for entry in played.entries if isinstance(entry.event, HoldEnded)]
        assert after.work_due_at == ended.work_due_at == on(20, 10), "an hour of work later"

    def test_a_change_of_holiday_data_moves_nothing_that_is_pinned(self) -> None:
        played = began(two("1 business day, close of business"), on(18, 10))
        assert IssueState.model_validate_json(played.state.model_dump_json()) == played.state
        limit = played.state.here.acknowledge_within["S1"]
        assert isinstance(limit, Limit)
        assert str(limit) == "1 business day, close of business"


class TestFitted:
    """A ladder that is fitted to a customer's deadline."""

    def test_days_are_shortened_to_a_part_of_the_time_until_then(self) -> None:
        tiers = [dated(name, "8 wh", "2 business days, close of business") for name in ("first", "second", "third")]
        solved = Target(name="solved", within=dict.fromkeys(BOTH, read_span("2 business days")), hours=BOTH)
        played = began(ladder(*tiers, targets=(solved,), fit_ladder_to="solved"), on(18, 9))
        (fitted,) = [entry.event for entry in played.entries if isinstance(entry.event, LadderFitted)]
        assert 0 < fitted.parts < 1000
        limit = played.state.here.work_within["S1"]
        assert isinstance(limit, Limit)
        assert (limit.parts, "% of 2 business days" in str(limit)) == (fitted.parts, True)
        top = played.state.ceilings[-1]
        assert (top.tier, top.at <= on(20, 9)) == ("third", True)
        assert played.run_to(top.at).began()[-1][0] == "third"


class TestTargets:
    """Times agreed with customers."""

    def agreed(self, limit: str, **more: Any) -> Policy:
        """A ladder with a target that is written so."""
        within = dict.fromkeys(BOTH, read_span(limit))
        more = {"hours": BOTH, **more}
        agreed = Target(name="solved", within=within, **more)
        return two("4 wh", hold=holding("work", at_most=10_000, in_all=20_000), targets=(agreed,))

    def test_a_target_ends_at_the_close_of_business(self) -> None:
        played = began(self.agreed("2 business days, close of business"), on(20, 16, 30))
        assert played.state.targets[0].due_at == on(24, 17)

    def test_a_hold_puts_it_off_as_far_as_business_days_go(self) -> None:
        played = began(self.agreed("2 business days, close of business"), on(18, 10))
        played.acknowledge("first-1", on(18, 11))
        played.hold("first-1", on(18, 13), on(18, 12))
        assert played.run_to(on(18, 13)).state.targets[0].due_at == on(20, 17)
        played.hold("first-1", on(19, 13), on(18, 14))
        assert played.run_to(on(19, 13)).state.targets[0].due_at == on(23, 17)

    def test_its_warnings_count_in_its_own_time(self) -> None:
        warnings = (TargetWarn(at=0.5, tell=("owner",)), TargetWarn(before=minutes(120), tell=("owner",)))
        played = began(self.agreed("2 business days, close of business", warnings=warnings), on(18, 9))
        assert [each.at for each in played.state.targets[0].warnings] == [on(19, 13), on(20, 15)]
        played.acknowledge("first-1", on(18, 9, 15))
        played.hold("first-1", on(19, 10), on(18, 9, 30))
        state = played.run_to(on(19, 10)).state
        assert state.targets[0].due_at == on(23, 17)
        assert [each.at for each in state.targets[0].warnings] == [on(20, 13), on(23, 15)]

    def test_it_is_explained(self) -> None:
        played = began(self.agreed("2 business days, close of business"), on(18, 10))
        told = " ".join(explain(played.state, played.now).what_next)
        assert "+ 2 business days, close of business by the calendar desk (within of target solved for S1)" in told


def test_what_a_policy_pinned_before_there_were_such_limits_is_read_as_it_was() -> None:
    chosen = ladder()
    assert Policy.model_validate_json(chosen.model_dump_json()) == chosen
    assert chosen.model_dump(mode="json")["tiers"][0]["acknowledge_within"]["S1"] == "PT1H"
    days = two("2 business days, close of business", calendars=(DESK, BERLIN))
    assert Policy.model_validate_json(days.model_dump_json()) == days
    assert opened(days).policies[0] == days
    assert isinstance(days.pinned_calendars["berlin"], WorkingHours)
