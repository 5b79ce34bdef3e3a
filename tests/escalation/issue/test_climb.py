"""Silence moves an issue up at the exact instant; warnings and reminders come before, and nothing comes twice."""

from datetime import timedelta

from escalation.policy.model import Warn
from tests.given import Played, at, minutes, opened, policy, tier


def test_silence_moves_it_up_at_the_exact_instant() -> None:
    played = Played().run_to(at(10))
    assert played.began() == [("first", "entered"), ("second", "not_acknowledged")]
    assert played.entry("tier_began").happened_at == at(10)
    assert played.state.asked == ("second-1", "second-2")
    assert played.state.acknowledge_due_at == at(20)
    assert played.state.work_due_at == at(40)


def test_nothing_happens_before_that_instant() -> None:
    played = Played()
    assert played.tick(at(9.999)) == ()
    assert played.state.tier == "first"


def test_a_timer_that_fires_within_the_second_is_on_time() -> None:
    played = Played()
    played.tick(at(10) + timedelta(seconds=1))
    assert played.state.tier_began_at == at(10)
    assert played.state.acknowledge_due_at == at(20)
    assert played.event("tier_began").late_by_s == 0


def test_a_missed_limit_counts_and_stays() -> None:
    played = Played().run_to(at(10))
    assert played.state.missed == 1
    played.acknowledge("second-1")
    played.resolve("second-1")
    assert played.state.missed == 1


def test_the_work_limit_moves_an_acknowledged_issue_up_and_the_handler_stays() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    played.run_to(at(30))
    assert played.began()[-1] == ("second", "work_limit_spent")
    assert played.state.handler == "first-1"
    assert played.state.acknowledge_due_at == at(40)


def test_without_a_work_limit_an_acknowledged_issue_stays() -> None:
    played = Played(opened(policy(tier("first", work=None), tier("second"))))
    played.acknowledge("first-1", at(5))
    assert played.run_to(at(5000)).state.tier == "first"


def test_warnings_come_at_their_share_of_the_limit_to_whom_the_policy_says() -> None:
    warnings = (
        Warn(at=0.75, of="acknowledge", tell=("asked", "next_tier")),
        Warn(at=0.5, of="work", tell=("handler", "owner")),
    )
    played = Played(opened(policy(tier("first", warnings=warnings), tier("second")))).run_to(at(7.5))
    warned = played.event("warned")
    assert (warned.of, warned.share, warned.due_at) == ("acknowledge", 0.75, at(10))
    assert played.told("warned") == ["first-1", "first-2", "second-known"]
    played.acknowledge("first-1", at(8))
    played.run_to(at(15))
    assert played.told("warned")[3:] == ["first-1", "ray"]
    assert played.kinds().count("warned") == 2


def test_an_acknowledgement_stops_the_warnings_of_its_clock_alone() -> None:
    warnings = (Warn(at=0.5, of="acknowledge", tell=("asked",)), Warn(at=0.5, of="work", tell=("owner",)))
    played = Played(opened(policy(tier("first", warnings=warnings), tier("second"))))
    played.acknowledge("first-1", at(1))
    played.run_to(at(29))
    assert [entry.event.of for entry in played.entries if entry.event.kind == "warned"] == ["work"]


def test_those_asked_are_reminded_until_somebody_acknowledges() -> None:
    played = Played(opened(policy(tier("first", remind_every={"S1": minutes(3)}), tier("second")))).run_to(at(6))
    assert played.told("reminded") == ["first-1", "first-2"] * 2
    played.acknowledge("first-2", at(7))
    played.run_to(at(20))
    assert played.event("reminded").count == 2


def test_no_reminder_comes_in_the_instant_in_which_the_tier_is_left() -> None:
    played = Played(opened(policy(tier("first", remind_every={"S1": minutes(5)}), tier("second")))).run_to(at(10))
    assert [entry.happened_at for entry in played.entries if entry.event.kind == "reminded"] == [at(5)]
    assert played.state.tier == "second"


def test_a_reminder_that_would_come_with_the_end_of_the_tier_is_never_due() -> None:
    played = Played(opened(policy(tier("first", remind_every={"S1": minutes(10)}), tier("second"))))
    assert "remind" not in played.due()


def test_a_tick_does_each_thing_once() -> None:
    played = Played()
    assert played.tick(at(10)) != ()
    assert played.tick(at(10)) == ()


def test_what_is_due_first_is_named_first_and_warnings_do_not_hide_what_moves_it() -> None:
    played = Played(opened(policy(tier("first", warnings=(Warn(at=0.5, of="work", tell=("asked",)),)), tier("second"))))
    assert list(played.due())[-1] == "acknowledge"
    assert played.due() == {"acknowledge": at(10), "warn": at(15), "work": at(30)}
