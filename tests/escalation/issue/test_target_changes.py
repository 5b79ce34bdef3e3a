"""E7: another severity in mid-flight keeps a target's true start and its pauses, and says nothing twice."""

from datetime import datetime
from typing import Any

import pytest

from escalation.policy.model import SeverityChange, Target, TargetWarn
from tests.given import Played, at, done, holding, minutes, opened, policy, tier

SHARES = tuple(TargetWarn(at=share, tell=("owner",)) for share in (0.5, 0.75))
FIX = Target(name="fix", within={"S1": minutes(60), "S2": minutes(480)}, warnings=SHARES)
HOUR = 60


def paused(since: float, until: float, **change: Any) -> Played:
    """Opened at S2, where it has eight hours, and on hold between these minutes; at S1 it would have one."""
    long = holding(at_most=600, in_all=900)
    ladder = policy(
        tier("first", 2000, None), targets=(FIX,), hold=long, severity_change=SeverityChange(tell=(), **change)
    )
    played = Played(opened(ladder, severity="S2"))
    played.run_to(at(since))
    played.hold("first-1", at(until), at(since))
    played.run_to(at(until))
    return played


def ends(played: Played) -> list[datetime]:
    """When its targets end."""
    return [target.due_at for target in played.state.targets]


@pytest.mark.parametrize("is_strict", [False, True])
def test_e7_it_is_due_an_hour_and_the_pause_after_its_true_start(is_strict: bool) -> None:
    """After 3 h, of which it was paused for 2.5 h, one hour is agreed: due after 3.5 h; 50 % and 75 % have passed."""
    played = paused(10, 10 + 2.5 * HOUR, misses_targets=is_strict)
    played.run_to(at(3 * HOUR + 20))
    played.change_severity("ray", "S1", at(3 * HOUR + 20))
    assert ends(played) == [at(3.5 * HOUR)]
    played.run_to(at(6 * HOUR))
    assert played.kinds().count("target_warned") == 0
    assert played.kinds().count("target_missed") == 1
    assert played.event("target_missed").due_at == at(3.5 * HOUR)


def test_e7_a_warning_that_lies_ahead_is_still_given() -> None:
    played = paused(10, 10 + 2.5 * HOUR)
    played.change_severity("ray", "S1", at(3 * HOUR))
    played.run_to(at(3.5 * HOUR - 1))
    assert [entry.happened_at for entry in played.entries if entry.event.kind == "target_warned"] == [at(3.25 * HOUR)]


def test_e7_one_that_is_past_is_missed_once_where_the_policy_says_so() -> None:
    """Paused for 1.5 h alone: it was due after 2.5 h, half an hour before the severity was found to be another."""
    played = paused(10, 10 + 1.5 * HOUR, misses_targets=True)
    played.run_to(at(3 * HOUR))
    assert done(played.change_severity("ray", "S1", at(3 * HOUR))) == ["severity_changed", "target_missed"]
    entry = played.entry("target_missed")
    assert (entry.happened_at, entry.recorded_at) == (at(2.5 * HOUR), at(3 * HOUR))
    played.change_severity("ray", "S2", at(3 * HOUR + 5))
    played.run_to(at(12 * HOUR))
    assert played.kinds().count("target_missed") == 1
    assert played.kinds().count("target_warned") == 0
    assert played.told("target_missed") == ["ray"]


def test_no_false_breach_where_the_policy_does_not() -> None:
    played = paused(10, 10 + 1.5 * HOUR)
    assert done(played.change_severity("ray", "S1", at(3 * HOUR))) == ["severity_changed"]
    assert ends(played) == [at(9.5 * HOUR)], "it stays as it was"
    assert played.state.missed == 0


def test_e12_two_pauses_in_one_minute_both_count() -> None:
    played = paused(10, 10 + 1 / 3)
    played.hold("first-1", at(10 + 5 / 6), at(10.5))
    played.run_to(at(11))
    assert ends(played) == [at(480 + 2 / 3)]
