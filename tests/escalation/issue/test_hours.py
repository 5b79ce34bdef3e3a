"""Hours: limits that count in working time; a tier that is closed waits, is passed by, or pages out of hours."""

from datetime import UTC, datetime, timedelta
from typing import Any

from escalation.calendar.working_hours import WorkingHours
from escalation.issue.card import card
from escalation.issue.commands import Command, Open
from escalation.issue.effects import FindResponders
from escalation.issue.explain import explain
from escalation.issue.hours import WALL, Hours, closed_at, hours_of
from escalation.issue.refusal import Rejected
from escalation.issue.sent_policies import unsound
from escalation.issue.state import IssueState
from escalation.narrate import narrate
from escalation.policy.model import Policy, SeverityChange, Tell, Tier, Warn
from tests.escalation.calendar.hours import hours
from tests.given import Answered, Played, holding, minutes, opened, policy, refused, tier

DESK = hours("Europe/Dublin", mon_fri="09:00-17:00").model_copy(update={"name": "desk"})
LATE = hours("Europe/Dublin", mon_fri="12:00-20:00").model_copy(update={"name": "late"})
BOTH = {"S1": "desk", "S2": "desk"}


def on(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """In November 2026, when Dublin has the time of UTC; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def in_hours(name: str, acknowledge: float = 60, work: float | None = 240, **more: Any) -> Tier:
    """A tier whose limits count in the desk's hours."""
    return tier(name, acknowledge, work, **{"hours": BOTH, **more})


def ladder(*tiers: Tier, calendars: tuple[WorkingHours, ...] = (DESK, LATE), **more: Any) -> Policy:
    """A policy with calendars pinned."""
    chosen = tiers or (in_hours("first"), in_hours("second"))
    return policy(*chosen, pinned_calendars={each.name: each for each in calendars}, **more)


class Begun(Played):
    """Played from an instant of its own."""

    def __init__(self, command: Open, first: datetime) -> None:
        self._first = first
        super().__init__(command)

    def send(self, command: Command, now: datetime | None = None) -> Answered:
        """Decide a command; the first one at that instant."""
        return super().send(command, now or (None if self.entries else self._first))


def began(chosen: Policy, now: datetime, severity: str = "S1") -> Played:
    """An issue that is opened then."""
    times = {"opened_at": now, "received_at": now}
    return Begun(opened(chosen, severity=severity, issue=times), now)


FRI_1630 = on(20, 16, 30)
SAT_NOON = on(21, 12)
MON_9 = on(23, 9)


class TestLimits:
    """Limits that count in working time."""

    def test_an_hour_of_friday_half_past_four_ends_on_monday_at_half_past_nine(self) -> None:
        played = began(ladder(), FRI_1630)
        assert played.state.acknowledge_due_at == on(23, 9, 30)
        assert played.state.work_due_at == on(23, 12, 30)
        assert played.run_to(on(23, 9, 29)).began() == [("first", "entered")]
        assert played.run_to(on(23, 9, 30)).began()[1] == ("second", "not_acknowledged")

    def test_a_severity_without_hours_counts_day_and_night(self) -> None:
        chosen = ladder(in_hours("first", hours={"S2": "desk"}), tier("second"))
        assert began(chosen, FRI_1630).state.acknowledge_due_at == on(20, 17, 30)
        assert began(chosen, FRI_1630, "S2").state.acknowledge_due_at == on(23, 10, 30)

    def test_warnings_and_reminders_come_in_working_time(self) -> None:
        warn = Warn(at=0.5, of="work", tell=("asked",))
        first = in_hours("first", 120, 240, warnings=(warn,), remind_every={"S1": minutes(45)})
        played = began(ladder(first, in_hours("second")), FRI_1630)
        assert played.due()["remind"] == on(23, 9, 15)
        assert played.due()["warn"] == on(23, 10, 30)
        assert played.run_to(on(23, 9, 15)).due()["remind"] == on(23, 10)

    def test_each_ceiling_adds_the_limits_below_in_their_own_hours(self) -> None:
        night = tier("second", 60, 240)
        played = began(
            ladder(in_hours("first"), night, in_hours("third", hours={"S1": "late", "S2": "late"})), FRI_1630
        )
        assert [(each.tier, each.at) for each in played.state.ceilings] == [
            ("second", on(23, 12, 30)),
            ("third", on(23, 16, 30)),
        ]

    def test_an_acknowledgement_lapses_in_working_time(self) -> None:
        lapsing = policy().acknowledgement.model_copy(update={"lapses_after": {"S1": minutes(60)}})
        played = began(ladder(acknowledgement=lapsing), FRI_1630)
        played.acknowledge("first-1", on(20, 16, 40))
        assert played.state.lapses_at == on(23, 9, 40)
        sums = "".join(explain(played.state, played.now).what_next)
        assert "1 h of working time (desk) (lapses_after for S1)" in sums

    def test_beyond_the_years_that_are_pinned_time_counts_day_and_night(self) -> None:
        late = datetime(2040, 1, 7, 12, tzinfo=UTC)
        played = began(ladder(), late)
        assert played.state.acknowledge_due_at == late + minutes(60)
        assert not played.state.is_closed

    def test_a_change_of_the_clocks_adds_no_working_time_and_takes_none(self) -> None:
        """Dublin leaves summer time on Sunday 25 October 2026: Friday 16:30 is 15:30 UTC, Monday 09:30 is 09:30."""
        played = began(ladder(), datetime(2026, 10, 23, 15, 30, tzinfo=UTC))
        assert played.state.acknowledge_due_at == datetime(2026, 10, 26, 9, 30, tzinfo=UTC)

    def test_over_the_change_a_tier_that_is_open_all_sunday_has_its_twentyfive_hours(self) -> None:
        always = hours("Europe/Dublin", mon_sun="00:00-24:00").model_copy(update={"name": "desk"})
        chosen = ladder(in_hours("first", 26 * 60, None), calendars=(always,))
        midnight = datetime(2026, 10, 24, 23, tzinfo=UTC)
        assert began(chosen, midnight).state.acknowledge_due_at == midnight + timedelta(hours=26)


class TestMoved:
    """What people do to clocks that count in working time."""

    HOLDING = holding("work", "acknowledge", at_most=6000, in_all=9000)

    def test_a_hold_across_the_night_costs_nothing(self) -> None:
        """Vector E2: only the working time that was held is added."""
        played = began(ladder(hold=self.HOLDING), on(23, 16, 30))
        before = played.state
        assert (before.acknowledge_due_at, before.work_due_at) == (on(24, 9, 30), on(24, 12, 30))
        played.hold("first-1", on(24, 8), on(23, 17, 30))
        played.run_to(on(24, 8))
        after = played.state
        assert (after.hold, after.held_s) == (None, 14.5 * 3600)
        assert (after.acknowledge_due_at, after.work_due_at) == (on(24, 9, 30), on(24, 12, 30))
        assert after.ceilings == before.ceilings

    def test_a_hold_gives_back_the_working_time_it_took(self) -> None:
        played = began(ladder(hold=self.HOLDING), on(23, 16))
        played.hold("first-1", on(24, 10), on(23, 16, 30))
        played.run_to(on(24, 10))
        assert played.state.acknowledge_due_at == on(24, 10, 30), "half an hour was left"
        assert played.state.work_due_at == on(24, 13, 30), "three and a half hours were left"
        assert played.state.ceilings[0].at == on(24, 13, 30)

    def test_a_worse_severity_counts_from_the_same_beginning(self) -> None:
        """As vector E7: the true start stays, nothing is told again, and nobody was late."""
        chosen = ladder(in_hours("first", 60, 240), in_hours("second"))
        played = began(chosen, FRI_1630, "S2")
        assert played.state.acknowledge_due_at == on(23, 10, 30)
        played.change_severity("ray", "S1", on(23, 9, 10))
        assert played.state.acknowledge_due_at == on(23, 9, 30)
        assert played.state.missed == 0

    def test_what_a_hold_added_stays_where_the_severity_changes(self) -> None:
        played = began(ladder(hold=self.HOLDING), on(23, 9), "S2")
        played.hold("first-1", on(23, 10), on(23, 9, 30))
        played.run_to(on(23, 10))
        played.change_severity("ray", "S1", on(23, 10, 5))
        assert played.state.acknowledge_due_at == on(23, 10, 30), "an hour of nine, and half an hour on hold"

    def test_from_day_and_night_to_working_time(self) -> None:
        chosen = ladder(in_hours("first", hours={"S2": "desk"}), in_hours("second"))
        played = began(chosen, FRI_1630, "S1")
        played.change_severity("ray", "S2", on(20, 16, 40))
        assert played.state.acknowledge_due_at == on(23, 10, 30)
        assert played.state.ceilings[0].at == on(20, 20, 30), "what a tier above was to hear by is never put off"

    def test_another_policy_with_hours_lengthens_nothing(self) -> None:
        old = policy(tier("first", 60, 240), tier("second"))
        played = began(old, on(23, 16, 30))
        before = played.state
        played.adopt("ray", ladder(in_hours("first"), in_hours("second")), now=on(23, 16, 40))
        assert played.state.acknowledge_due_at == before.acknowledge_due_at == on(23, 17, 30)
        played.run_to(on(23, 17, 30))
        assert played.state.tier == "second"
        assert played.state.opens_at == on(24, 9), "the tier that begins under it has its hours"

    def test_a_policy_without_its_calendar_is_not_adopted(self) -> None:
        played = began(policy(), on(23, 10))
        lacking = policy(in_hours("first"), in_hours("second"))
        assert "'desk' is not a calendar" in (unsound([lacking]) or "")
        assert unsound([ladder()]) is None
        assert played.state.policies[0].pinned_calendars == {}


class TestWaits:
    """A tier that is closed and waits."""

    def test_its_people_are_told_when_it_opens(self) -> None:
        played = began(ladder(), SAT_NOON)
        assert played.kinds() == ["opened", "tier_began"]
        assert played.due() | {"opens": MON_9, "acknowledge": on(23, 10)} == played.due()
        assert [effect.kind for effect in played.effects] == ["notify"], "nobody is looked up"
        assert played.told("waits") == ["ray"], "who raised it, and owns it, hears when it opens"
        played.run_to(MON_9)
        assert played.kinds() == ["opened", "tier_began", "tier_opened", "people_asked"]
        assert played.told("asked") == ["first-1", "first-2"]
        assert "opens" not in played.due()
        assert played.run_to(on(23, 10)).began()[-1] == ("second", "not_acknowledged")

    def test_everybody_is_shown_when_it_opens(self) -> None:
        played = began(ladder(), SAT_NOON)
        assert "opens Mon 23 Nov 2026 09:00 (Europe/Dublin)" in " ".join(explain(played.state, SAT_NOON).lines)
        assert "closed and opens Mon 23 Nov 09:00:00 UTC" in card(played.state, SAT_NOON)
        assert "is closed and is asked when it opens, Mon 23 Nov 09:00:00 UTC" in narrate(played.entries[-1])
        sums = " ".join(explain(played.state, SAT_NOON).what_next)
        assert "Mon 23 Nov 09:00:00 UTC (when the tier opens) + 1 h of working time (desk)" in sums

    def test_a_person_may_act_meanwhile_and_its_people_are_told_all_the_same(self) -> None:
        played = began(ladder(), SAT_NOON)
        played.acknowledge("first-1", on(22, 8))
        assert (played.state.handler, played.state.acknowledge_due_at) == ("first-1", None)
        played.run_to(MON_9)
        assert (played.state.handler, played.state.acknowledge_due_at) == ("first-1", None)
        assert played.state.work_due_at == on(23, 13)

    def test_what_is_resolved_meanwhile_tells_nobody(self) -> None:
        played = began(ladder(), SAT_NOON)
        played.resolve("ray", on(22, 8))
        played.run_to(on(23, 12))
        assert "tier_opened" not in played.kinds()
        assert not played.state.is_closed

    def test_an_opening_that_is_served_late_puts_its_clocks_off(self) -> None:
        played = began(ladder(), SAT_NOON)
        played.tick(on(23, 11))
        assert played.kinds()[2:] == ["tier_opened", "people_asked"], "nobody was late who had not been told"
        assert played.event("tier_opened").late_by_s == 7200
        assert played.state.acknowledge_due_at == on(23, 12)
        assert played.state.ceilings[0].at == on(23, 15)
        assert played.state.missed == 0

    def test_what_is_worse_need_not_wait(self) -> None:
        chosen = ladder(in_hours("first", hours={"S2": "desk"}), in_hours("second"))
        played = began(chosen, SAT_NOON, "S2")
        played.change_severity("ray", "S1", on(21, 13))
        assert played.began()[-1] == ("first", "severity_changed")
        assert (played.state.is_closed, played.state.asked) == (False, ("first-1", "first-2"))
        assert played.state.acknowledge_due_at == on(21, 14)

    def test_a_policy_without_hours_need_not_wait_either(self) -> None:
        played = began(ladder(), SAT_NOON)
        played.adopt("ray", policy(tier("first"), tier("second")), now=on(21, 13))
        assert played.state.asked == ("first-1", "first-2")

    def test_a_milder_severity_goes_on_waiting(self) -> None:
        played = began(ladder(severity_change=SeverityChange(clocks="keep")), SAT_NOON)
        played.change_severity("ray", "S2", on(21, 13))
        assert played.state.is_closed
        assert played.run_to(MON_9).told("asked") == ["first-1", "first-2"]

    def test_a_tier_that_is_moved_up_to_waits_too(self) -> None:
        played = began(ladder(tier("first"), in_hours("second")), SAT_NOON)
        played.run_to(on(21, 12, 10))
        assert (played.state.tier, played.state.opens_at) == ("second", MON_9)
        assert played.told("asked") == ["first-1", "first-2"]
        assert played.run_to(MON_9).told("asked")[2:] == ["second-1", "second-2"]

    def test_an_issue_taken_in_late_that_had_time_left_waits_for_nothing(self) -> None:
        chosen = ladder()
        times = {"opened_at": SAT_NOON, "received_at": SAT_NOON}
        played = Begun(opened(chosen, issue=times), on(23, 11))
        assert played.state.asked == ("first-1", "first-2")
        assert played.state.acknowledge_due_at == on(23, 12)


class TestSkipped:
    """A tier that is closed and passed by."""

    SKIPS = in_hours("first", when_closed={"S1": "skip"})

    def test_the_next_is_asked_at_once(self) -> None:
        played = began(ladder(self.SKIPS, tier("second")), SAT_NOON)
        assert played.began() == [("first", "entered"), ("second", "tier_closed")]
        empty = played.event("tier_found_empty")
        assert (empty.is_closed, empty.why) == (True, "closed until Mon 23 Nov 2026 09:00 (Europe/Dublin)")
        assert played.told("asked") == ["second-1", "second-2"]
        assert played.state.missed == 0

    def test_inside_its_hours_it_is_asked(self) -> None:
        assert began(ladder(self.SKIPS, tier("second")), on(23, 9)).state.asked == ("first-1", "first-2")

    def test_a_ladder_that_is_closed_from_end_to_end_tells_the_last_resort(self) -> None:
        second = in_hours("second", when_closed={"S1": "skip"})
        for procedure in ("last_resort", "restart"):
            chosen = ladder(self.SKIPS, second)
            chosen = chosen.model_copy(
                update={"exhaustion": chosen.exhaustion.model_copy(update={"procedure": procedure, "repeats": 1})}
            )
            played = began(chosen, SAT_NOON)
            assert played.event("exhausted").why == "tier_closed"
            assert played.told("last_resort") == ["boss"]
            assert played.began() == [("first", "entered"), ("second", "tier_closed")]


class TestPagesOutOfHours:
    """A tier that is closed and pages its out-of-hours duty."""

    DUTY = Tell(people=("night-duty",))
    PAGES = in_hours("first", when_closed={"S1": "page_out_of_hours"}, out_of_hours=DUTY)

    def looked_up(self, played: Played) -> list[Tell]:
        return [effect.tell for effect in played.effects if isinstance(effect, FindResponders)]

    def test_its_duty_is_told_and_time_counts_day_and_night(self) -> None:
        played = began(ladder(self.PAGES, in_hours("second")), SAT_NOON)
        assert self.looked_up(played) == [self.DUTY]
        assert played.state.acknowledge_due_at == on(21, 13)
        assert played.state.ceilings[0].at == on(21, 16)
        assert "out-of-hours duty is asked" in narrate(played.entries[1])
        assert "day and night" in " ".join(explain(played.state, SAT_NOON).lines)

    def test_inside_its_hours_its_own_people_are(self) -> None:
        played = began(ladder(self.PAGES, in_hours("second")), FRI_1630)
        assert self.looked_up(played) == [Tell(roles=("first",))]
        assert played.state.acknowledge_due_at == on(23, 9, 30)

    def test_the_next_tier_has_its_own_way(self) -> None:
        played = began(ladder(self.PAGES, in_hours("second")), SAT_NOON).run_to(on(21, 13))
        assert (played.state.tier, played.state.is_closed, played.state.is_out_of_hours) == ("second", True, False)


def test_hours_as_a_value() -> None:
    chosen = ladder()
    desk = hours_of(chosen, chosen.tier("first"), "S1")
    assert desk.later(FRI_1630, minutes(60)) == on(23, 9, 30)
    assert desk.later(on(23, 9, 30), -minutes(60)) == FRI_1630
    assert desk.between(FRI_1630, on(23, 9, 30)) == minutes(60)
    assert WALL.later(FRI_1630, minutes(60)) == on(20, 17, 30)
    assert Hours().opens_at(SAT_NOON) is None
    assert closed_at(chosen, chosen.tier("first"), "S1", on(23, 9)) is None
    assert closed_at(chosen, chosen.tier("first"), "S1", on(23, 17)) is not None


def test_the_policy_and_the_state_come_back_from_json() -> None:
    played = began(ladder(), SAT_NOON)
    assert IssueState.model_validate_json(played.state.model_dump_json()) == played.state


def test_who_promises_for_too_long_is_told_the_working_time() -> None:
    lapsing = policy().acknowledgement.model_copy(update={"lapses_after": {"S1": minutes(60)}})
    played = began(ladder(acknowledgement=lapsing), FRI_1630)
    answer = played.acknowledge("first-1", on(20, 16, 40), until=on(24, 9))
    assert refused(answer) == "until_too_late"
    assert isinstance(answer, Rejected)
    assert "1 h of working time (desk) at most: until 2026-11-23T09:40:00+00:00" in answer.why
