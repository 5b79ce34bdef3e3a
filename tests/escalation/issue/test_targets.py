"""Targets: from the opening to the first resolution, strict to the instant, missed once and for good."""

from datetime import timedelta
from typing import Any

from escalation.policy.model import Policy
from tests.given import Played, at, done, holding, minutes, opened, policy, target

INSTANT = timedelta(microseconds=1)


def one(**more: Any) -> Policy:
    """A target of 25 minutes, told to the owner."""
    return policy(targets=(target(25),), **more)


def test_it_counts_from_the_opening_for_its_severity() -> None:
    played = Played(opened(one(), issue={"opened_at": at(-2)}))
    assert [(t.name, t.due_at) for t in played.state.targets] == [("solved", at(23))]
    assert Played(opened(one(), severity="S2")).due()["target"] == at(50)
    none = policy(targets=(target(25).model_copy(update={"within": {"S2": minutes(5)}}),))
    assert Played(opened(none)).state.targets == ()


def test_resolved_in_the_very_instant_it_is_met() -> None:
    played = Played(opened(one()))
    played.acknowledge("first-1", at(1))
    assert done(played.resolve("first-1", at(25))) == ["resolved"]
    assert played.state.missed == 0
    played.run_to(at(60))
    assert "target_missed" not in played.kinds()


def test_resolved_after_it_even_by_an_instant_it_is_missed() -> None:
    """A clock may be served up to a second late: that makes no target longer."""
    played = Played(opened(one()))
    played.acknowledge("first-1", at(1))
    assert done(played.resolve("first-1", at(25) + INSTANT)) == ["target_missed", "resolved"]
    assert played.entry("target_missed").happened_at == at(25)
    assert played.state.missed == 1


def test_missed_it_stays_missed_and_is_told_once() -> None:
    played = Played(opened(policy(targets=(target(5, tell=("owner", "asked")),)))).run_to(at(30))
    assert played.kinds().count("target_missed") == 1
    event = played.event("target_missed")
    assert (event.target, event.due_at) == ("solved", at(5))
    assert played.told("target_missed") == ["ray", "first-1", "first-2"]
    assert played.state.missed_targets == ("solved",)
    assert played.state.targets == ()
    played.resolve("first-1", at(31))
    played.reopen("ray", at(32))
    assert played.state.targets == ()


def test_met_it_does_not_run_again_when_the_issue_is_reopened() -> None:
    played = Played(opened(one()))
    played.resolve("first-1", at(5))
    played.reopen("ray", at(10))
    played.change_severity("ray", "S2", at(11))
    assert played.state.targets == ()
    assert "target" not in played.due()


def test_two_targets_are_two_clocks() -> None:
    played = Played(opened(policy(targets=(target(5, "first_word"), target(25))))).run_to(at(5))
    assert [t.name for t in played.state.targets] == ["solved"]
    assert played.due()["target"] == at(25)


def test_one_that_stops_on_hold_stands_still_and_one_that_does_not_runs_on() -> None:
    both = (target(8, "hard", stops_on_hold=False), target(12))
    played = Played(opened(policy(targets=both, hold=holding())))
    played.hold("first-1", at(20), at(5))
    assert played.due()["target"] == at(8)
    played.run_to(at(20))
    assert played.state.missed_targets == ("hard",)
    assert [t.due_at for t in played.state.targets] == [at(27)]


def test_whoever_ends_the_issue_too_late_leaves_the_miss_on_record() -> None:
    played = Played(opened(policy(targets=(target(5),))))
    played.cancel("ray", at(6))
    assert done(played.cancel("kim", at(7))) == ["target_missed", "closed"]


def test_with_targets_that_the_clock_did_not_serve_the_miss_comes_before_the_hold() -> None:
    played = Played(opened(policy(targets=(target(5),), hold=holding())))
    assert done(played.hold("first-1", at(20), at(9))) == ["target_missed", "held"]
