"""Changing the severity: what the policy says of the clocks, never less than a fact demands, and nobody late for it."""

from typing import Any

import pytest

from escalation.policy.model import Acknowledgement, Clock, Policy, SeverityChange, Trigger, Warn
from tests.given import TEXT, Played, at, done, holding, minutes, opened, policy, refused, target, tier
from tests.natures import why_not

WARNINGS = (Warn(at=0.5, of="work", tell=("handler",)), Warn(at=0.8, of="acknowledge", tell=("asked",)))


def ladder(clocks: str = "recount", **more: Any) -> Policy:
    """Three tiers: 10 and 30 minutes for S1, 20 and 60 for S2."""
    first = tier("first", warnings=WARNINGS, remind_every={"S1": minutes(4), "S2": minutes(8)})
    change = SeverityChange.model_validate({"clocks": clocks})
    return policy(first, tier("second"), tier("third"), severity_change=change, **more)


def mild(clocks: str = "recount", **more: Any) -> Played:
    """An issue of severity S2."""
    return Played(opened(ladder(clocks, **more), severity="S2"))


def test_a_worse_one_counts_from_the_same_beginning() -> None:
    played = mild()
    assert done(played.change_severity("ray", "S1", at(5))) == ["severity_changed"]
    event = played.event("severity_changed")
    assert (event.severity, event.from_severity, event.reason) == ("S1", "S2", TEXT)
    state = played.state
    assert (state.severity, state.acknowledge_due_at, state.work_due_at) == ("S1", at(10), at(30))
    assert state.remind_at == at(8), "the reminder that waits is not put off"
    assert [(w.of, w.at) for w in state.warnings] == [("work", at(15)), ("acknowledge", at(8))]
    assert [(c.tier, c.at) for c in state.ceilings] == [("second", at(30)), ("third", at(60))]
    assert state.tier_began_at == at(0)


def test_a_lesser_one_gives_the_tier_its_time_and_the_tiers_above_hear_as_they_would_have() -> None:
    played = Played(opened(ladder()))
    done(played.change_severity("ray", "S2", at(5)))
    state = played.state
    assert (state.acknowledge_due_at, state.work_due_at) == (at(20), at(60))
    assert [(c.tier, c.at) for c in state.ceilings] == [("second", at(30)), ("third", at(60))]
    played.acknowledge("first-1", at(6))
    played.run_to(at(30))
    assert played.began()[-1] == ("second", "ceiling_reached")
    played.run_to(at(60))
    assert played.began()[-1][0] == "third"


def test_back_and_forth_moves_no_ceiling_later() -> None:
    played = Played(opened(ladder()))
    played.acknowledge("first-1", at(1))
    for minute in range(2, 20, 2):
        played.change_severity("ray", "S2", at(minute))
        played.change_severity("ray", "S1", at(minute + 1))
    assert played.state.work_due_at == at(30)
    assert [c.at for c in played.state.ceilings] == [at(30), at(60)]


def test_by_keep_the_clocks_of_the_tier_stay_and_the_next_tier_has_the_new_ones() -> None:
    played = mild("keep")
    before = played.state
    done(played.change_severity("ray", "S1", at(5)))
    state = played.state
    assert (state.acknowledge_due_at, state.work_due_at, state.remind_at, state.warnings, state.ceilings) == (
        before.acknowledge_due_at,
        before.work_due_at,
        before.remind_at,
        before.warnings,
        before.ceilings,
    )
    lapsing = mild("keep", acknowledgement=Acknowledgement(lapses_after={"S1": minutes(5), "S2": minutes(20)}))
    lapsing.acknowledge("first-1", at(1))
    lapsing.change_severity("ray", "S1", at(5))
    assert lapsing.state.lapses_at == at(21)
    played.run_to(at(20))
    assert played.state.acknowledge_due_at == at(30)


def test_by_restart_the_tier_is_asked_anew_and_the_ceilings_are_kept() -> None:
    played = Played(opened(ladder("restart")))
    assert done(played.change_severity("ray", "S2", at(5))) == ["severity_changed", "tier_began"]
    assert played.began()[-1] == ("first", "severity_changed")
    assert played.entry("tier_began").by.person == "ray"
    state = played.state
    assert (state.acknowledge_due_at, state.work_due_at, state.tier_began_at) == (at(25), at(65), at(5))
    assert [(c.tier, c.at) for c in state.ceilings] == [("second", at(30)), ("third", at(60))]


def test_by_restart_a_breach_stays() -> None:
    played = mild("restart")
    assert done(played.change_severity("ray", "S1", at(22))) == ["severity_changed", "limit_missed", "tier_began"]


def test_at_rest_and_in_charge_nobody_is_asked_anew() -> None:
    played = Played(opened(policy(tier("first"), severity_change=SeverityChange(clocks="restart")))).run_to(at(10))
    assert done(played.change_severity("ray", "S2", at(11))) == ["severity_changed"]
    played.take_charge("boss", at(40), at(12))
    assert done(played.change_severity("ray", "S1", at(13))) == ["severity_changed"]
    assert set(played.due()) == {"charge"}


@pytest.mark.parametrize("clocks", ["keep", "recount", "restart"])
def test_nobody_is_late_for_a_limit_that_was_not_theirs(clocks: str) -> None:
    played = mild(clocks)
    played.acknowledge("first-1", at(1))
    played.run_to(at(40))
    done(played.change_severity("ray", "S1", at(40)))
    played.run_to(at(40))
    assert played.state.missed == 0


def test_a_tier_whose_time_is_over_by_the_new_limits_alone_is_left_at_once() -> None:
    played = mild()
    assert done(played.change_severity("ray", "S1", at(15))) == ["severity_changed", "tier_began"]
    assert played.began()[-1] == ("second", "severity_changed")
    assert played.entry("tier_began").by.person == "ray"
    assert played.state.acknowledge_due_at == at(25)
    assert played.state.missed == 0


def test_the_last_tier_too() -> None:
    played = Played(opened(policy(tier("first")), severity="S2"))
    assert done(played.change_severity("ray", "S1", at(15))) == ["severity_changed", "exhausted"]
    assert played.event("exhausted").why == "severity_changed"
    assert played.entry("exhausted").by.person == "ray"


def test_what_was_missed_before_it_stays_missed() -> None:
    """The clock was not served at minute 10; a milder severity does not make it minute 20."""
    played = Played(opened(ladder()))
    done(played.change_severity("ray", "S2", at(12)))
    assert played.state.acknowledge_due_at == at(10)
    played.tick(at(12))
    assert played.began()[-1] == ("second", "not_acknowledged")
    assert played.state.missed == 1


def test_in_the_instant_in_which_the_tier_runs_out_the_change_comes_first_and_a_milder_one_gives_it_time() -> None:
    played = Played(opened(ladder()))
    done(played.change_severity("ray", "S2", at(10)))
    played.tick(at(10))
    assert played.state.tier == "first"


def test_in_that_instant_a_worse_one_makes_nobody_less_late() -> None:
    played = mild()
    assert done(played.change_severity("ray", "S1", at(20))) == ["severity_changed"]
    played.tick(at(20))
    assert played.began()[-1] == ("second", "not_acknowledged")
    assert played.state.missed == 1


def test_a_warning_that_was_given_is_not_given_again() -> None:
    played = Played(opened(ladder())).run_to(at(8))
    assert played.kinds().count("warned") == 1
    done(played.change_severity("ray", "S2", at(9)))
    assert [w.of for w in played.state.warnings] == ["work"]
    played.run_to(at(29))
    assert played.kinds().count("warned") == 1


def test_a_warning_that_would_be_past_is_not_given_late() -> None:
    played = mild()
    played.acknowledge("first-1", at(1))
    done(played.change_severity("ray", "S1", at(16)))
    assert played.state.warnings == ()
    assert played.state.work_due_at == at(30)


def test_an_acknowledgement_that_holds_too_long_for_the_new_severity_lapses_sooner_never_later() -> None:
    lapses = Acknowledgement(lapses_after={"S1": minutes(5), "S2": minutes(20)})
    played = mild(acknowledgement=lapses)
    played.acknowledge("first-1", at(1))
    done(played.change_severity("ray", "S1", at(4)))
    assert played.state.lapses_at == at(9)
    done(played.change_severity("ray", "S2", at(5)))
    assert played.state.lapses_at == at(9)


def test_a_clock_that_was_stopped_by_an_acknowledgement_stays_stopped() -> None:
    played = mild()
    played.acknowledge("first-1", at(1))
    done(played.change_severity("ray", "S1", at(4)))
    assert (played.state.acknowledge_due_at, played.state.remind_at) == (None, None)


def test_targets_keep_their_true_start() -> None:
    played = mild(targets=(target(25),))
    done(played.change_severity("ray", "S1", at(5)))
    assert [t.due_at for t in played.state.targets] == [at(25)]
    done(played.change_severity("ray", "S2", at(6)))
    assert [t.due_at for t in played.state.targets] == [at(50)]


def test_a_target_that_would_be_over_already_stays_as_it_was_and_a_new_one_does_not_begin() -> None:
    only_worse = target(3, "first_word").model_copy(update={"within": {"S1": minutes(3)}})
    played = mild(targets=(target(4), only_worse))
    done(played.change_severity("ray", "S1", at(5)))
    assert {t.name: t.due_at for t in played.state.targets} == {"solved": at(8)}
    assert played.state.missed == 0


def test_a_target_that_only_the_new_severity_has_begins_at_the_opening() -> None:
    only_worse = target(9, "first_word").model_copy(update={"within": {"S1": minutes(9)}})
    played = mild(targets=(only_worse,))
    done(played.change_severity("ray", "S1", at(5)))
    assert {t.name: t.due_at for t in played.state.targets} == {"first_word": at(9)}


def test_a_target_that_was_missed_does_not_come_back() -> None:
    only_worse = target(3, "first_word").model_copy(update={"within": {"S1": minutes(60)}})
    only_worse = only_worse.model_copy(update={"within": {"S1": minutes(4)}})
    played = Played(opened(ladder(targets=(only_worse,)))).run_to(at(4))
    assert played.state.missed == 1
    played.change_severity("ray", "S2", at(5))
    played.change_severity("ray", "S1", at(6))
    assert played.state.targets == ()
    played.run_to(at(9))
    assert played.kinds().count("target_missed") == 1


def test_a_target_that_was_missed_but_not_served_stays_missed() -> None:
    played = Played(opened(ladder(targets=(target(4),))))
    done(played.change_severity("ray", "S2", at(5)))
    assert [t.due_at for t in played.state.targets] == [at(4)]


@pytest.mark.parametrize(("severity", "code"), [("S9", "unknown_severity"), ("S2", "same_severity")])
def test_to_what_it_cannot_be_changed(severity: str, code: str) -> None:
    assert refused(mild().change_severity("ray", severity, at(1))) == code


def demanding(**more: Any) -> Policy:
    """A trigger that demands S1."""
    trigger = Trigger(name="all", when="true", why="Everything enters.", owner="steward", severity="S1")
    return ladder(triggers=(trigger,), **more)


def test_never_below_what_the_trigger_demands() -> None:
    answer = Played(opened(demanding())).change_severity("ray", "S2", at(1))
    assert refused(answer) == "below_demanded"
    assert why_not(answer) == "the trigger all demands at least S1"
    trigger = Trigger(name="all", when="true", why="Everything enters.", owner="steward", severity="S2")
    mild = Played(opened(ladder(triggers=(trigger,)), severity="S2"))
    done(mild.change_severity("ray", "S1", at(1)))
    assert done(mild.change_severity("ray", "S2", at(2))) == ["severity_changed"], "as much as it demands is enough"


def test_a_fact_stays_one_under_another_policy() -> None:
    played = Played(opened(demanding()))
    done(played.adopt("ray", policy(name="other"), now=at(1)))
    assert refused(played.change_severity("ray", "S2", at(2))) == "below_demanded"


def test_those_whom_the_policy_names_are_told_but_not_who_did_it() -> None:
    played = mild()
    played.acknowledge("first-1", at(1))
    done(played.change_severity("first-1", "S1", at(5)))
    assert played.told("severity_changed") == ["first-2", "ray"]


def held(*stops: Clock, **more: Any) -> Played:
    """S2, on hold from minute 10 to 40."""
    played = mild(hold=holding(*stops), **more)
    played.acknowledge("first-1", at(1))
    played.run_to(at(10))
    done(played.hold("first-1", at(40), at(10)))
    return played


def test_on_hold_the_new_limits_count_what_had_passed_when_it_stopped() -> None:
    played = held(targets=(target(50),))
    done(played.change_severity("ray", "S1", at(35)))
    assert played.state.hold is not None
    played.run_to(at(40))
    assert played.state.work_due_at == at(60), "20 of 30 minutes were left"
    assert [c.at for c in played.state.ceilings] == [at(60), at(90)]
    assert [t.due_at for t in played.state.targets] == [at(80)]


def test_on_hold_with_its_time_over_by_the_new_limits_alone_it_goes_up_and_the_hold_ends() -> None:
    played = mild(hold=holding())
    played.acknowledge("first-1", at(1))
    played.run_to(at(35))
    played.hold("first-1", at(50), at(35))
    assert done(played.change_severity("ray", "S1", at(40))) == ["severity_changed", "hold_ended", "tier_began"]
    assert played.began()[-1] == ("second", "severity_changed")
    assert played.state.missed == 0


def test_a_hold_that_the_new_severity_does_not_allow_ends() -> None:
    strict = holding().model_copy(update={"at_most": {"S2": minutes(60)}, "in_all_at_most": {"S2": minutes(90)}})
    played = mild(hold=strict)
    played.hold("first-1", at(40), at(10))
    assert done(played.change_severity("ray", "S1", at(12)))[:2] == ["hold_ended", "severity_changed"]
    assert played.event("hold_ended").why == "severity_changed"
    assert played.state.hold is None


@pytest.mark.parametrize(("single", "in_all", "goes_on"), [(30, 90, True), (29, 90, False), (30, 30, True)])
def test_a_hold_that_is_within_the_new_caps_goes_on(single: int, in_all: int, goes_on: bool) -> None:
    caps = {"at_most": {"S1": minutes(single), "S2": minutes(60)}}
    all_caps = {"in_all_at_most": {"S1": minutes(in_all), "S2": minutes(90)}}
    played = mild(hold=holding().model_copy(update={**caps, **all_caps}))
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(35), at(5))
    played.change_severity("ray", "S1", at(6))
    assert (played.state.hold is not None) is goes_on
