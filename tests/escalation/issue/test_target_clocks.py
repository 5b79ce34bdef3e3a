"""Targets in working time, their warnings, and what holds and changes of severity and policy do to both."""

from datetime import timedelta
from typing import Any

from escalation.issue.beside import beside
from escalation.issue.clocks import next_at
from escalation.issue.explain import explain
from escalation.narrate import narrate
from escalation.policy.model import Policy, Target, TargetWarn
from starter.views.clocks import running
from tests.escalation.issue.test_hours import DESK, FRI_1630, LATE, began, ladder, on
from tests.given import Played, at, holding, minutes, opened, policy, target, tier

HALF = TargetWarn(at=0.5, tell=("handler", "owner"))
MOST = TargetWarn(at=0.75, tell=("owner",))
SOON = TargetWarn(before=minutes(5), tell=("owner", "next_tier"))


def at_the_desk(within: float, **more: Any) -> Target:
    """A target that counts in the desk's hours, nine to five."""
    return target(within, **{"hours": {"S1": "desk", "S2": "desk"}, **more})


def agreed(*targets: Target, **more: Any) -> Policy:
    """A ladder of one tier that keeps out of the way, with these targets."""
    long = holding(at_most=5 * 1440, in_all=9 * 1440)
    return ladder(tier("first", 20_000, None), targets=targets, **{"hold": long, **more})


def warned(played: Played) -> list[Any]:
    """Every warning of a target so far."""
    return [entry.event for entry in played.entries if entry.event.kind == "target_warned"]


def ends(played: Played) -> list[object]:
    """When the running targets end."""
    return [each.due_at for each in played.state.targets]


class TestHours:
    """Working time."""

    def test_it_counts_in_the_hours_of_its_calendar(self) -> None:
        assert ends(began(agreed(at_the_desk(60)), FRI_1630)) == [on(23, 9, 30)]
        assert ends(began(agreed(target(60)), FRI_1630)) == [on(20, 17, 30)]

    def test_for_a_severity_without_hours_it_counts_day_and_night(self) -> None:
        chosen = agreed(at_the_desk(60, hours={"S2": "desk"}))
        assert ends(began(chosen, FRI_1630)) == [on(20, 17, 30)]
        assert ends(began(chosen, FRI_1630, "S2")) == [on(23, 10, 30)]

    def test_e2_a_hold_outside_of_the_hours_costs_nothing(self) -> None:
        """Eight hours from nine, on hold from five to nine: they end at five of the same day."""
        played = began(agreed(at_the_desk(8 * 60)), on(23, 9))
        assert ends(played) == [on(23, 17)]
        played.hold("first-1", on(24, 9), on(23, 17))
        played.resume("first-1", on(24, 9))
        assert ends(played) == [on(23, 17)]
        played.run_to(on(24, 9))
        assert played.event("target_missed").due_at == on(23, 17)

    def test_a_hold_over_the_night_takes_what_was_working_time(self) -> None:
        played = began(agreed(at_the_desk(8 * 60, warnings=(HALF,))), on(23, 12))
        assert ends(played) == [on(24, 12)]
        played.hold("first-1", on(24, 10), on(23, 15))
        assert any("the target solved, 5 h of working time (desk) left" in each.words for each in beside(played.state))
        played.run_to(on(24, 10))
        assert ends(played) == [on(24, 15)], "two hours of Monday and one of Tuesday"
        assert "target_warned" not in played.kinds()
        assert played.due()["target_warn"] == on(24, 11)

    def test_the_sum_is_shown(self) -> None:
        played = began(agreed(at_the_desk(8 * 60, warnings=(SOON,))), on(23, 12))
        played.hold("first-1", on(24, 10), on(23, 16))
        played.resume("first-1", on(24, 10))
        said = " ".join(explain(played.state, played.now).what_next)
        whole = "(opened) + 8 h of working time (desk) (within of target solved for S1) + 2 h of working time (desk)"
        assert f"{whole} (on hold)" in said
        assert "(when target solved ends) - 5 min of working time (desk)" in said
        clock = next(each for each in running(played.state) if each.name == "target solved")
        assert clock.began_at == on(23, 14)

    def test_another_severity_counts_from_the_opening_in_the_hours_that_count_now(self) -> None:
        """The pause is two hours on the wall, and one of them in the desk's hours."""
        chosen = agreed(at_the_desk(8 * 60, hours={"S2": "desk"}))
        played = began(chosen, on(23, 9), "S2")
        played.hold("first-1", on(23, 18), on(23, 16))
        played.resume("first-1", on(23, 18))
        assert ends(played) == [on(25, 10)]
        played.change_severity("ray", "S1", on(23, 18, 30))
        assert ends(played) == [on(23, 19)], "8 h from 9, and 2 h on hold"
        played.change_severity("ray", "S2", on(23, 18, 40))
        assert ends(played) == [on(25, 10)]

    def test_a_policy_without_the_calendar_puts_it_off_no_more(self) -> None:
        """Early rather than late: nothing says what would be working time."""
        played = began(agreed(at_the_desk(8 * 60)), on(23, 12))
        played.adopt("ray", agreed(calendars=(), version=2), now=on(23, 13))
        played.hold("first-1", on(23, 16), on(23, 14))
        played.resume("first-1", on(23, 16))
        assert ends(played) == [on(24, 12)]

    def test_another_policy_never_lengthens_it(self) -> None:
        played = began(agreed(at_the_desk(60)), on(23, 9))
        played.adopt("ray", agreed(at_the_desk(60, hours={"S1": "late"}), version=2), now=on(23, 9, 10))
        assert ends(played) == [on(23, 10)]
        played.adopt("ray", agreed(target(30), calendars=(LATE, DESK), version=3), now=on(23, 9, 20))
        assert ends(played) == [on(23, 9, 30)]


class TestWarnings:
    """Each once."""

    def test_at_a_share_and_before_the_end(self) -> None:
        played = Played(opened(policy(targets=(target(8, warnings=(HALF, SOON)),))))
        assert next_at(played.state) == at(3)
        played.run_to(at(4))
        assert [(each.at, each.share, each.before_s) for each in warned(played)] == [(at(3), 0, 300), (at(4), 0.5, 0)]
        assert played.told("target_warned") == ["ray", "second-known", "first-1", "first-2", "ray"]
        sentences = [narrate(entry) for entry in played.entries[-2:]]
        assert "the target solved ends in 5 min; it ends" in sentences[0]
        assert "50% of the target solved is used up; it ends" in sentences[1]
        assert played.run_to(at(9)).kinds().count("target_warned") == 2

    def test_what_comes_is_said_in_words(self) -> None:
        played = Played(opened(policy(targets=(target(8, warnings=(HALF, SOON)),))))
        said = " ".join(explain(played.state, at(1)).what_next)
        assert "the target solved ends in 5 min: a warning to the owner and the next tier" in said
        assert "50% of the target solved is used up: a warning to the handler and the owner" in said

    def test_of_those_that_are_due_together_the_last_is_given(self) -> None:
        played = Played(opened(policy(targets=(target(9, warnings=(HALF, MOST)),))))
        played.tick(at(8))
        assert [each.share for each in warned(played)] == [0.75]
        assert played.entry("target_warned").happened_at == at(8)
        assert played.state.targets[0].warnings == ()

    def test_of_one_that_is_missed_by_then_none_is(self) -> None:
        played = Played(opened(policy(targets=(target(6, warnings=(HALF, MOST)),))))
        played.tick(at(8))
        assert "target_missed" in played.kinds()
        assert "target_warned" not in played.kinds()

    def test_a_hold_puts_them_off_and_gives_none_again(self) -> None:
        played = Played(opened(policy(targets=(target(8, warnings=(HALF, MOST)),), hold=holding())))
        played.run_to(at(4))
        played.hold("first-1", at(25), at(5))
        assert "target_warn" not in played.due()
        played.resume("first-1", at(8))
        assert played.due()["target_warn"] == at(9)
        played.run_to(at(10))
        assert [each.share for each in warned(played)] == [0.5, 0.75]

    def test_a_change_of_severity_gives_no_old_one_and_skips_those_that_are_past(self) -> None:
        played = Played(opened(policy(targets=(target(8, warnings=(HALF, MOST)),)), severity="S2"))
        played.acknowledge("first-1", at(1))
        played.run_to(at(7))
        played.change_severity("ray", "S1", at(7))
        assert [(each.share, each.at) for each in played.state.targets[0].warnings] == []
        played.change_severity("ray", "S2", at(7.5))
        assert played.run_to(at(15)).kinds().count("target_warned") == 0

    def test_a_change_of_severity_keeps_those_ahead(self) -> None:
        played = Played(opened(policy(targets=(target(8, warnings=(HALF, MOST)),)), severity="S2"))
        played.run_to(at(2))
        played.change_severity("ray", "S1", at(2))
        assert [(each.share, each.at) for each in played.state.targets[0].warnings] == [(0.5, at(4)), (0.75, at(6))]
        played.run_to(at(4))
        played.change_severity("ray", "S2", at(4.5))
        assert [(each.share, each.at) for each in played.state.targets[0].warnings] == [(0.75, at(12))]

    def test_another_policy_adds_its_own_and_repeats_none(self) -> None:
        played = Played(opened(policy(targets=(target(8, warnings=(HALF,)),))))
        played.run_to(at(4))
        played.adopt("ray", policy(targets=(target(8, warnings=(HALF, MOST)),), version=2), now=at(5))
        assert [(each.share, each.at) for each in played.state.targets[0].warnings] == [(0.75, at(6))]

    def test_resolved_there_is_nothing_more_to_warn_of(self) -> None:
        played = Played(opened(policy(targets=(target(8, warnings=(HALF,)),))))
        played.resolve("first-1", at(2))
        assert played.run_to(at(9)).kinds().count("target_warned") == 0

    def test_one_that_would_come_before_the_beginning_does_not(self) -> None:
        """`policy check` refuses it; a policy that is sent past it holds up nothing."""
        played = Played(opened(policy(targets=(target(4, warnings=(SOON,)),))))
        assert played.state.targets[0].warnings == ()


def test_e10_a_policy_without_the_target_sends_nothing_more_of_a_breach() -> None:
    """Zammad #4353. The breach stays on record; of what no policy promises any more nobody hears again."""
    played = Played(opened(policy(targets=(target(5, warnings=(HALF,)),))))
    played.run_to(at(6))
    told = len(played.effects)
    played.adopt("ray", policy(version=2), now=at(7))
    played.run_to(at(9))
    assert [each for each in played.effects[told:] if each.kind == "notify" and "target" in each.about] == []
    assert (played.state.missed, played.state.missed_targets, played.state.targets) == (1, ("solved",), ())
    played.adopt("ray", policy(targets=(target(5),), version=3), now=at(9.5))
    assert played.state.targets == ()
    assert played.kinds().count("target_missed") == 1


def test_inside_the_house_it_is_an_ola() -> None:
    played = Played(opened(policy(targets=(target(5, kind="ola"), target(6, "customer")))))
    shown = next(each.words for each in beside(played.state) if each.name == "Targets")
    assert "solved (OLA) by" in shown
    assert "customer by" in shown
    assert timedelta(minutes=5) == played.state.targets[0].due_at - at(0)
