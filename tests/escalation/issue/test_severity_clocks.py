"""Changing the severity, clock by clock: on hold, where a severity lacks a limit, and exactly at an instant."""

from typing import Any

from escalation.policy.model import Acknowledgement, Policy, Target, Warn
from tests.given import Played, at, done, holding, minutes, opened, policy, target, tier


def ladder(first: Any = None, **more: Any) -> Policy:
    """Two tiers: 10 and 30 minutes for S1, 20 and 60 for S2; both clocks stop on hold."""
    remind = {"S1": minutes(4), "S2": minutes(8)}
    given = {"hold": holding("acknowledge", "work"), **more}
    return policy(first or tier("first", remind_every=remind), tier("second"), **given)


def mild(first: Any = None, **more: Any) -> Played:
    """An issue of severity S2."""
    return Played(opened(ladder(first, **more), severity="S2"))


def only(severity: str, within: float, name: str = "one", **more: Any) -> Target:
    """A target of one severity."""
    return Target(name=name, within={severity: minutes(within)}, **more)


def test_on_hold_the_time_to_acknowledge_is_counted_as_of_when_it_stopped() -> None:
    played = mild()
    played.hold("first-1", at(40), at(5))
    done(played.change_severity("ray", "S1", at(15)))
    assert played.state.tier == "first", "five minutes had passed when it stopped, of ten"
    played.run_to(at(40))
    assert played.state.acknowledge_due_at == at(45)


def test_on_hold_a_reminder_is_counted_as_of_when_it_was_asked_again() -> None:
    played = mild()
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(40), at(5))
    played.release("first-1", at(10))
    assert played.state.remind_at == at(18)
    done(played.change_severity("ray", "S1", at(25)))
    assert played.state.remind_at == at(14)
    played.run_to(at(40))
    assert (played.state.remind_at, played.state.acknowledge_due_at) == (at(44), at(50))


def test_on_hold_a_lapse_is_counted_as_of_when_it_was_acknowledged() -> None:
    played = mild(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(5), "S2": minutes(20)}))
    played.hold("first-1", at(40), at(5))
    played.acknowledge("first-1", at(6))
    done(played.change_severity("ray", "S1", at(15)))
    played.run_to(at(40))
    assert played.state.lapses_at == at(45)


def test_a_time_to_work_that_was_over_already_is_not_called_over_by_the_new_limits() -> None:
    played = mild()
    played.acknowledge("first-1", at(1))
    assert done(played.change_severity("ray", "S1", at(61))) == ["severity_changed"]
    assert played.state.work_due_at == at(60)
    played.tick(at(61))
    assert played.began()[-1] == ("second", "work_limit_spent")
    assert played.event("tier_began").late_by_s == 60


def half(of: float = 30) -> Any:
    """A first tier that has a limit to work for S1 alone, with a warning."""
    warnings = (Warn(at=0.2, of="acknowledge", tell=("asked",)), Warn(at=0.5, of="work", tell=("owner",)))
    return tier("first", warnings=warnings).model_copy(update={"work_within": {"S1": minutes(of)}})


def test_a_limit_that_only_the_new_severity_has_counts_from_the_tiers_beginning() -> None:
    played = mild(half())
    played.acknowledge("first-1", at(1))
    assert played.state.work_due_at is None
    done(played.change_severity("ray", "S1", at(5)))
    assert played.state.work_due_at == at(30)


def test_where_that_is_over_it_goes_up_at_once() -> None:
    played = mild(half())
    played.acknowledge("first-1", at(1))
    assert done(played.change_severity("ray", "S1", at(45))) == ["severity_changed", "tier_began"]
    assert played.state.missed == 0


def test_where_nobody_works_on_it_any_more_no_limit_begins() -> None:
    played = Played(opened(policy(half()), severity="S2")).run_to(at(20))
    assert played.state.is_resting
    done(played.change_severity("ray", "S1", at(21)))
    assert played.state.work_due_at is None
    played.take_charge("boss", at(60), at(22))
    done(played.change_severity("ray", "S2", at(23)))
    done(played.change_severity("ray", "S1", at(24)))
    assert played.state.work_due_at is None


def test_a_limit_that_the_new_severity_lacks_stays_with_its_warning() -> None:
    played = Played(opened(ladder(half())))
    played.acknowledge("first-1", at(1))
    done(played.change_severity("ray", "S2", at(5)))
    assert played.state.work_due_at == at(30)
    assert [(warning.of, warning.at) for warning in played.state.warnings] == [("work", at(15))]
    done(played.change_severity("ray", "S1", at(6)))
    assert played.state.work_due_at == at(30)


def test_a_lapse_that_the_new_severity_lacks_stays() -> None:
    played = Played(opened(ladder(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(5)}))))
    played.acknowledge("first-1", at(1))
    done(played.change_severity("ray", "S2", at(2)))
    assert played.state.lapses_at == at(6)


def test_nobody_is_reminded_in_the_instant_in_which_the_tier_ends() -> None:
    first = tier("first", remind_every={"S1": minutes(5), "S2": minutes(16)})
    played = mild(first)
    done(played.change_severity("ray", "S1", at(5)))
    assert played.state.remind_at is None
    played = mild(first)
    done(played.change_severity("ray", "S1", at(4)))
    assert played.state.remind_at == at(9)


def test_a_warning_after_one_that_was_given_is_still_given() -> None:
    played = Played(opened(ladder(half()))).run_to(at(2))
    done(played.change_severity("ray", "S2", at(3)))
    assert [warning.of for warning in played.state.warnings] == ["work"]


def test_a_warning_after_one_whose_limit_the_new_severity_lacks_is_counted_too() -> None:
    first = half()
    played = Played(opened(ladder(first.model_copy(update={"warnings": first.warnings[::-1]}))))
    done(played.change_severity("ray", "S2", at(1)))
    assert [(w.of, w.at) for w in played.state.warnings] == [("work", at(15)), ("acknowledge", at(4))]


def test_each_target_is_counted_by_itself() -> None:
    played = mild(targets=(only("S2", 70, "mild"), only("S1", 40, "bad"), target(25)))
    done(played.change_severity("ray", "S1", at(5)))
    assert {t.name: t.due_at for t in played.state.targets} == {"mild": at(70), "bad": at(40), "solved": at(25)}
    done(played.change_severity("ray", "S2", at(6)))
    assert {t.name: t.due_at for t in played.state.targets} == {"mild": at(70), "bad": at(40), "solved": at(50)}
    done(played.change_severity("ray", "S1", at(7)))
    assert {t.name: t.due_at for t in played.state.targets} == {"mild": at(70), "bad": at(40), "solved": at(25)}


def test_on_hold_a_target_is_counted_as_of_when_it_stopped() -> None:
    played = mild(targets=(target(20), target(20, "hard", stops_on_hold=False), only("S1", 22, "new")))
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(40), at(10))
    done(played.change_severity("ray", "S1", at(25)))
    assert {t.name: t.due_at for t in played.state.targets} == {"solved": at(20), "hard": at(40), "new": at(22)}
    played.run_to(at(39))
    assert played.state.missed == 0


def test_what_was_held_before_lengthens_a_new_target_too_where_it_stops_on_hold() -> None:
    played = mild(targets=(only("S1", 20), only("S1", 20, "hard", stops_on_hold=False)))
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(15), at(5))
    played.run_to(at(15))
    done(played.change_severity("ray", "S1", at(16)))
    found = {t.name: (t.due_at, t.stops_on_hold) for t in played.state.targets}
    assert found == {"one": (at(30), True), "hard": (at(20), False)}


def test_in_the_instant_in_which_a_target_is_due_it_is_not_missed_yet() -> None:
    played = Played(opened(ladder(targets=(target(8),))))
    done(played.change_severity("ray", "S2", at(8)))
    assert [t.due_at for t in played.state.targets] == [at(16)]


def test_a_target_that_would_be_due_at_this_instant_stays_or_does_not_begin() -> None:
    played = mild(targets=(target(8), only("S1", 8)))
    done(played.change_severity("ray", "S1", at(8)))
    assert {t.name: t.due_at for t in played.state.targets} == {"solved": at(16)}


def test_a_hold_ends_where_the_new_severity_caps_it_in_only_one_way_or_less_of_all_is_left() -> None:
    once = holding("work")
    single = once.model_copy(update={"in_all_at_most": {"S1": minutes(90)}})
    in_all = once.model_copy(update={"at_most": {"S1": minutes(60)}})
    less = once.model_copy(update={"in_all_at_most": {"S1": minutes(90), "S2": minutes(60)}})
    for rules, expected in ((once, []), (single, ["hold_ended"]), (in_all, ["hold_ended"]), (less, ["hold_ended"])):
        played = Played(opened(ladder(hold=rules)))
        played.acknowledge("first-1", at(1))
        done(played.hold("first-1", at(32), at(2)))
        done(played.resume("first-1", at(32)))
        done(played.hold("first-1", at(73), at(33)))
        assert done(played.change_severity("ray", "S2", at(34))) == [*expected, "severity_changed"]
