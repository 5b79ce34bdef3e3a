"""A tick that is late by less than the grace is on time: all that it does happened in the instant that was due."""

from datetime import datetime, timedelta
from typing import Any

from escalation.issue.clocks import next_due
from escalation.issue.facts import CLOCK
from escalation.policy.model import Acknowledgement, Closing, Warn
from tests.given import Played, at, done, holding, minutes, opened, policy, target, tier

HALF_A_SECOND = timedelta(milliseconds=500)
REMINDING = {"S1": minutes(2)}
WARNED = (Warn(at=0.5, of="acknowledge", tell=("asked",)),)


def run_late(played: Played, instant: datetime) -> list[tuple[str, float]]:
    """Tick half a second after each instant that is due until then; what was due, and in which minute."""
    found: list[tuple[str, float]] = []
    while (due := next_due(played.state)) is not None and due.at <= instant:
        entries = played.tick(due.at + HALF_A_SECOND)
        assert {entry.happened_at for entry in entries} == {due.at}, due.what
        found.append((due.what, (due.at - at(0)) / minutes(1)))
    return found


def test_everything_that_comes_by_itself_happened_when_it_was_due() -> None:
    first = tier("first", 10, 60, warnings=WARNED, remind_every=REMINDING)
    lapsing = Acknowledgement(lapses_after={"S1": minutes(4)})
    more: dict[str, Any] = {"acknowledgement": lapsing, "targets": (target(25),), "hold": holding("work")}
    played = Played(opened(policy(first, tier("second"), **more)))
    assert run_late(played, at(6)) == [("remind", 2), ("remind", 4), ("warn", 5), ("remind", 6)]
    done(played.acknowledge("first-1", at(7)))
    assert run_late(played, at(12)) == [("lapse", 11)]
    assert played.state.acknowledge_due_at == at(21)
    done(played.snooze("first-1", at(14), at(12)))
    assert run_late(played, at(20)) == [("remind", 13), ("snooze", 14), *(("remind", each) for each in (15, 17, 19))]
    assert run_late(played, at(22)) == [("acknowledge", 21)]
    done(played.hold("second-1", at(24), at(22)))
    assert run_late(played, at(46)) == [("hold", 24), ("target", 27), ("acknowledge", 31), ("last_resort", 46)]
    done(played.take_charge("boss", at(50), at(47)))
    assert run_late(played, at(65)) == [("charge", 50), ("last_resort", 65)]
    done(played.resolve("boss", at(66)))
    days = 24 * 60
    assert run_late(played, at(30 * days)) == [
        ("confirm", 66 + 3 * days),
        ("silence", 66 + 5 * days),
        ("window", 66 + 19 * days),
    ]


def test_so_it_is_for_the_time_to_work_and_for_a_ceiling() -> None:
    played = Played(opened(policy(tier("first", 10, 30), tier("second", 10, 30), tier("third"))))
    done(played.acknowledge("first-1", at(1)))
    assert run_late(played, at(30)) == [("work", 30)]
    done(played.acknowledge("second-1", at(31)))
    done(played.de_escalate("second-1", at(40)))
    done(played.acknowledge("first-1", at(41)))
    assert run_late(played, at(60)) == [("ceiling", 60)]


def test_what_is_served_later_counts_from_now_and_says_by_how_much() -> None:
    played = Played(opened(policy(tier("first", 10, 30), tier("second", 10, 30), tier("third"))))
    played.tick(at(10) + timedelta(seconds=90.1234))
    assert played.event("tier_began").late_by_s == 90.123
    played.acknowledge("second-1", at(12))
    played.de_escalate("second-1", at(39))
    played.acknowledge("first-1", at(40))
    ceiling = played.state.ceilings[0].at
    played.tick(ceiling + minutes(2))
    assert (played.event("tier_began").why, played.event("tier_began").late_by_s) == ("ceiling_reached", 120)


def test_a_cadence_that_would_be_due_again_at_this_instant_goes_on_from_now() -> None:
    played = Played(opened(policy(tier("first", remind_every={"S1": minutes(3)}))))
    assert [entry.event.kind for entry in played.tick(at(6))] == ["reminded"]
    assert played.event("reminded").next_at == at(9)


def test_nobody_is_asked_to_confirm_in_the_instant_in_which_silence_closes_it() -> None:
    days = timedelta(days=1)
    closing = Closing(reasons=("silence",), remind_after=3 * days, silence_after=6 * days, reopen_within=14 * days)
    played = Played(opened(policy(closing=closing)))
    done(played.resolve("first-1", at(0)))
    played.run_to(at(0) + 3 * days)
    assert played.event("confirmation_requested").next_at is None


def test_a_snooze_of_somebody_else_takes_nothing_from_the_handler() -> None:
    played = Played()
    done(played.acknowledge("first-1", at(1)))
    done(played.snooze("first-2", at(9), at(2)))
    played.run_to(at(9))
    assert not played.event("snooze_ended").is_asked_again
    assert played.state.handler == "first-1"


def test_a_snooze_that_ends_while_the_system_is_away_is_ended_by_the_clock() -> None:
    played = Played(opened(policy(hold=holding("work"))))
    done(played.acknowledge("first-1", at(1)))
    done(played.snooze("first-1", at(12), at(2)))
    assert done(played.hold("ray", at(60), at(32)))[:2] == ["snooze_ended", "asked_again"]
    assert played.entry("asked_again").by == CLOCK


def test_a_tier_without_a_time_to_acknowledge_is_asked_again_without_one() -> None:
    played = Played(opened(policy(tier("first", acknowledge_within={}))))
    done(played.acknowledge("first-1", at(1)))
    assert done(played.release("first-1", at(2))) == ["released", "asked_again"]
    assert (played.state.acknowledge_due_at, played.state.handler) == (None, None)


def test_those_who_are_being_asked_are_reminded_as_before_when_a_lower_handler_gives_it_back() -> None:
    played = Played(opened(policy(tier("first"), tier("second", remind_every={"S1": minutes(4)}))))
    done(played.acknowledge("first-1", at(1)))
    played.run_to(at(30))
    done(played.release("first-1", at(31)))
    assert (played.state.remind_at, played.state.acknowledge_due_at) == (at(34), at(40))
    done(played.change_severity("ray", "S2", at(32)))
    assert played.state.acknowledge_due_at == at(50), "still from when they were asked"
