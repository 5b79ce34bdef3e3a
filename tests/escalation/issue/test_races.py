"""Exact ties and late comers: what docs/rules.md says under Races, each played to the instant.

Commands come before the clock at one instant, and in the order in which they came. What is late by an outage is in
`test_lateness.py`.
"""

from collections.abc import Callable
from typing import Any

import pytest

from escalation.issue.clocks import next_at, next_timer
from escalation.issue.commands import HUMAN_COMMANDS, Command, TakeDuplicate, TakeSuppression
from escalation.issue.facts import CLOCK
from escalation.policy.model import Acknowledgement
from tests.given import (
    TEXT,
    Answered,
    Played,
    actor,
    at,
    done,
    exhaustion,
    holding,
    minutes,
    opened,
    person,
    policy,
    refused,
    target,
    tier,
)
from tests.natures import why_not

LAPSES = Acknowledgement(lapses_after={"S1": minutes(5)})
DAYS = 24 * 60


def held(until: float = 25) -> Played:
    """Acknowledged, and on hold from minute 5."""
    played = Played(opened(policy(hold=holding())))
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(until), at(5))
    return played


def test_acknowledged_in_the_instant_in_which_the_tier_runs_out() -> None:
    played = Played()
    assert done(played.acknowledge("first-1", at(10))) == ["acknowledged"]
    assert played.tick(at(10)) == ()
    assert (played.state.tier, played.state.missed) == ("first", 0)


def test_acknowledged_just_after_it_is_the_next_tiers() -> None:
    played = Played()
    played.tick(at(10))
    done(played.acknowledge("first-1", at(10)))
    assert played.state.tier == "second"
    assert played.state.missed == 1


def test_two_acknowledge_at_once() -> None:
    played = Played()
    played.acknowledge("first-1", at(3))
    done(played.acknowledge("first-2", at(3)))
    assert (played.state.handler, played.state.joined) == ("first-1", ("first-2",))


def test_two_accept_at_once() -> None:
    """The one to whom it was offered works on it; who comes second answers for it, and nobody is forgotten."""
    played = Played()
    played.reassign("ray", "kim", at(1))
    done(played.accept("kim", at(3)))
    done(played.accept("lee", at(3)))
    assert (played.state.owner, played.state.handler) == ("lee", "kim")
    assert played.event("accepted").owner_before == "kim"
    assert refused(played.accept("lee", at(3))) == "already_owner"


def test_somebody_else_accepts_what_was_offered() -> None:
    played = Played()
    played.reassign("ray", "kim", at(1))
    done(played.accept("lee", at(3)))
    assert (played.state.owner, played.state.offer, played.state.handler) == ("lee", None, None)


@pytest.mark.parametrize("declines_first", [True, False])
def test_one_declines_and_another_acknowledges_at_once(declines_first: bool) -> None:
    played = Played()
    acts: list[Callable[[], Answered]] = [
        lambda: played.decline("first-1", at(3)),
        lambda: played.acknowledge("first-2", at(3)),
    ]
    for act in acts if declines_first else reversed(acts):
        done(act())
    assert (played.state.tier, played.state.handler, played.state.asked) == ("first", "first-2", ("first-2",))


def test_the_last_one_declines_just_before_they_would_have_acknowledged() -> None:
    played = Played()
    played.decline("first-1", at(3))
    played.decline("first-2", at(3))
    done(played.acknowledge("first-2", at(3)))
    assert (played.state.tier, played.state.handler) == ("second", "first-2")
    assert played.state.acknowledge_due_at is None


def test_two_cancel_at_once() -> None:
    played = Played()
    assert done(played.cancel("ray", at(3))) == ["cancel_asked"]
    assert done(played.cancel("kim", at(3))) == ["closed"]
    assert refused(played.cancel("lee", at(3))) == "already_closed"


def test_held_and_moved_up_at_once() -> None:
    played = Played(opened(policy(hold=holding())))
    played.hold("first-1", at(20), at(3))
    assert done(played.escalate("first-2", at(3))) == ["hold_ended", "tier_began"]
    assert (played.state.hold, played.state.held_s, played.state.work_due_at) == (None, 0, at(33))
    other = Played(opened(policy(hold=holding())))
    other.escalate("first-2", at(3))
    done(other.hold("first-1", at(20), at(3)))
    assert other.state.tier == "second"
    assert other.state.hold is not None


def test_two_change_the_severity_at_once() -> None:
    played = Played()
    done(played.change_severity("ray", "S2", at(3)))
    assert refused(played.change_severity("kim", "S2", at(3))) == "same_severity"


def test_two_hand_it_down_at_once() -> None:
    played = Played(opened(policy(tier("first"), tier("second"), tier("third"), name="three"), enter_at="third"))
    done(played.de_escalate("ray", at(3), from_tier="third"))
    assert refused(played.de_escalate("kim", at(3), from_tier="third")) == "tier_changed"


def test_the_tier_moves_up_as_of_a_tier_that_was_left_in_that_instant() -> None:
    played = Played()
    played.tick(at(10))
    assert refused(played.escalate("first-1", at(10), from_tier="first")) == "tier_changed"
    assert played.began()[-1] == ("second", "not_acknowledged")


SAME: dict[str, tuple[dict[str, Any], str | None]] = {
    "acknowledge": ({}, "already_acknowledged"),
    "accept": ({}, "already_owner"),
    "reassign": ({"to": "lee"}, "already_offered"),
    "note": ({"text": TEXT}, None),
    "attempt": ({"what": TEXT, "result": "helped"}, None),
    "change_severity": ({"severity": "S2", "reason": TEXT}, "same_severity"),
    "change_customer": ({"customer": "cust-9", "reason": TEXT}, "same_customer"),
    "hold": ({"reason": "waiting_vendor", "waiting_for": "vendor", "until": at(20)}, "already_on_hold"),
    "cancel": ({}, "second_person_needed"),
    "suppress": ({"duplicate_of": "desk:REF-0"}, "already_asked"),
    "snooze": ({"until": at(9)}, None),
    "decline": ({"reason": TEXT}, "not_asked"),
    "escalate": ({"from_tier": "first"}, "tier_changed"),
    "resolve": ({"outcome": "solved"}, "already_resolved"),
    "adopt_policy": ({"policies": (policy(version=2, hold=holding()),), "reason": TEXT}, "already_adopted"),
}


@pytest.mark.parametrize("name", sorted(SAME))
def test_the_same_thing_twice_is_done_once_by_one_id_and_answered_in_words_by_another(name: str) -> None:
    fields, code = SAME[name]
    played = Played(opened(policy(hold=holding())))
    command = HUMAN_COMMANDS[name](**{"id": "once", "by": actor("first-1"), **fields})
    assert done(played.send(command, at(2)))
    assert played.send(command, at(3)) == (), "the same id"
    again = played.send(command.model_copy(update={"id": "twice"}), at(3))
    assert (refused(again) if code else bool(done(again))) == (code or True)


def every_command() -> list[Command]:
    """One of each."""
    fields: dict[str, dict[str, Any]] = {
        "take_charge": {"next_action": TEXT, "until": at(40_000)},
        "de_escalate": {"reason": TEXT, "guidance": TEXT},
        "close": {"reason": "withdrawn_in_writing"},
        "hold": {"reason": "waiting_vendor", "waiting_for": "vendor", "until": at(40_000)},
        "snooze": {"until": at(40_000)},
        "ask": {"of": "network", "text": TEXT},
        "pass_on": {"reason": TEXT},
        "complete": {"result": TEXT},
        "withdraw": {"ask": "network-1"},
        **{name: given for name, (given, _) in SAME.items() if name not in {"hold", "snooze"}},
    }
    return [
        kind(**{"id": f"late-{name}", "by": actor("kim"), **fields.get(name, {})})
        for name, kind in HUMAN_COMMANDS.items()
    ]


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.kind)
def test_after_the_end_everything_is_answered_in_words(command: Command) -> None:
    played = Played(opened(policy(hold=holding())))
    played.resolve("first-1", at(1))
    played.confirm("ray", at(2))
    allowed = {"note": "noted", "reopen": "reopened"}
    answer = played.send(command, at(3))
    if command.kind in allowed:  # type: ignore[attr-defined]
        assert done(answer)[0] == allowed[command.kind]  # type: ignore[attr-defined]
    else:
        assert refused(answer) == "already_closed"
    over = Played(opened(policy(hold=holding())))
    over.resolve("first-1", at(1))
    over.confirm("ray", at(2))
    over.run_to(at(2) + minutes(14 * DAYS))
    assert over.state.status == "ended"
    assert refused(over.send(command)) == "ended"


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.kind)
def test_once_it_is_resolved_too(command: Command) -> None:
    played = Played(opened(policy(hold=holding())))
    played.resolve("first-1", at(1))
    answer = played.send(command, at(3))
    allowed = {"note", "reopen", "close", "confirm", "cancel", "adopt_policy"}
    if command.kind in allowed:  # type: ignore[attr-defined]
        assert done(answer)
    else:
        assert refused(answer) == "already_resolved"


def test_what_the_system_brings_after_the_end_changes_nothing() -> None:
    played = Played()
    played.suppress("ray", "desk:REF-0", at(1))
    played.resolve("first-1", at(2))
    played.confirm("ray", at(3))
    first = "main:main:main:desk:REF-0:1"
    assert played.send(TakeSuppression(id="a", duplicate_of=first), at(4)) == ()
    late = TakeDuplicate(id="b", by=CLOCK, issue="main:main:main:desk:REF-7:1", said_by="kim")
    assert refused(played.send(late, at(4))) == "not_open"


@pytest.mark.parametrize("tiers", [1, 2, 3])
def test_a_clock_that_is_late_by_some_tiers_climbs_one(tiers: int) -> None:
    played = Played(opened(policy(*(tier(name) for name in ("first", "second", "third", "fourth")))))
    played.tick(at(10 * tiers + 5))
    assert played.began()[1:] == [("second", "not_acknowledged")]
    assert played.event("tier_began").late_by_s == (10 * tiers - 5) * 60
    assert played.state.acknowledge_due_at == at(10 * tiers + 15)


def test_late_by_some_tiers_the_ceilings_are_put_off_with_the_tier() -> None:
    played = Played(opened(policy(*(tier(name) for name in ("first", "second", "third")))))
    played.acknowledge("first-1", at(1))
    played.tick(at(95))
    assert played.began()[1:] == [("second", "work_limit_spent")]
    assert [(c.tier, c.at) for c in played.state.ceilings] == [("third", at(125))]


def test_a_hold_that_ends_in_the_instant_in_which_the_tier_is_not_acknowledged() -> None:
    played = Played(opened(policy(hold=holding())))
    played.hold("first-1", at(10), at(5))
    played.run_to(at(10))
    assert played.kinds("people_asked")[-2:] == ["hold_ended", "tier_began"]
    assert played.began()[-1] == ("second", "not_acknowledged")
    assert played.state.work_due_at == at(40)


def test_resumed_in_the_instant_in_which_the_hold_ends() -> None:
    played = held(25)
    assert done(played.resume("first-1", at(25))) == ["hold_ended"]
    assert played.event("hold_ended").why == "resumed"
    assert played.tick(at(25)) == ()
    assert refused(played.resume("first-1", at(25))) == "not_on_hold"


def test_resumed_just_after_the_hold_has_ended() -> None:
    played = held(25)
    played.tick(at(25))
    assert refused(played.resume("first-1", at(25))) == "not_on_hold"


def test_who_was_waited_for_answers_in_the_instant_in_which_the_hold_ends() -> None:
    played = Played(opened(policy(hold=holding())))
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(25), at(5), waiting_for="vendor", reason="waiting_vendor")
    assert done(played.note("vendor", at(25))) == ["noted", "hold_ended"]
    assert played.event("hold_ended").why == "heard_from"
    assert played.tick(at(25)) == ()


def test_resolved_in_the_instant_in_which_a_target_is_due() -> None:
    played = Played(opened(policy(targets=(target(8),))))
    assert done(played.resolve("first-1", at(8))) == ["resolved"]
    assert played.tick(at(8)) == ()
    assert played.state.missed == 0


def test_held_in_the_instant_in_which_a_target_is_due_it_is_due_when_the_hold_ends() -> None:
    played = Played(opened(policy(targets=(target(8),), hold=holding())))
    assert done(played.hold("first-1", at(30), at(8))) == ["held"]
    played.acknowledge("first-1", at(9))
    assert done(played.resolve("first-1", at(30))) == ["hold_ended", "resolved"]
    assert played.state.missed == 0


def test_a_snooze_that_ends_when_the_acknowledgement_lapses() -> None:
    played = Played(opened(policy(acknowledgement=LAPSES)))
    played.acknowledge("first-1", at(1))
    played.snooze("first-1", at(6), at(2))
    played.run_to(at(6))
    assert played.kinds()[-3:] == ["snooze_ended", "acknowledgement_lapsed", "asked_again"]


def test_said_to_repeat_one_that_is_closed_at_that_instant() -> None:
    """The first issue answers by how it stands when the question comes; this one goes on, or is closed."""
    first = Played(opened(issue={"id": opened().issue.id.model_copy(update={"reference": "REF-0"})}))
    second = Played()
    second.suppress("ray", "desk:REF-0", at(3))
    question = TakeDuplicate(id="q", by=CLOCK, issue=str(second.state.facts.id), said_by="ray")
    first.resolve("first-1", at(3))
    assert refused(first.send(question, at(3))) == "not_open"
    second.send(TakeSuppression(id="a", duplicate_of=str(first.state.facts.id), error="it is not open"), at(3))
    assert second.state.status == "open"
    assert second.tick(at(3)) == ()


def test_recorded_by_one_that_is_closed_just_after() -> None:
    first = Played(opened(issue={"id": opened().issue.id.model_copy(update={"reference": "REF-0"})}))
    second = Played()
    second.suppress("ray", "desk:REF-0", at(3))
    question = TakeDuplicate(id="q", by=CLOCK, issue=str(second.state.facts.id), said_by="ray")
    assert done(first.send(question, at(3))) == ["duplicate_recorded"]
    first.resolve("first-1", at(3))
    done(second.send(TakeSuppression(id="a", duplicate_of=str(first.state.facts.id)), at(3)))
    assert (second.state.status, second.state.close_reason) == ("closed", "duplicate_of")


def test_a_tier_and_its_ceiling_in_one_instant_are_one_beginning() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    played.run_to(at(30))
    assert played.began() == [("first", "entered"), ("second", "work_limit_spent")]


def test_in_charge_until_the_last_instant_that_is_allowed() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    answer = played.take_charge("boss", at(72.1), at(12))
    assert refused(answer) == "until_too_late"
    assert why_not(answer) == "the next action may be 1 h ahead at most: until 2026-11-20T20:52:00+00:00"
    done(played.take_charge("boss", at(72), at(12)))


def test_reported_again_in_the_instant_in_which_it_is_resolved() -> None:
    played = Played()
    played.resolve("first-1", at(5))
    done(played.send(opened(id="again", issue={"received_at": at(5)}), at(6)))
    assert played.state.status == "resolved"
    done(played.send(opened(id="later", issue={"received_at": at(5.1)}), at(6)))
    assert played.began()[-1] == ("first", "reopened")


def test_the_last_limit_of_a_pass_is_missed_on_record_before_the_next_begins() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion(repeats=1))))
    played.acknowledge("first-1", at(1))
    played.run_to(at(30))
    assert played.kinds("people_asked")[-2:] == ["limit_missed", "tier_began"]
    event = played.event("limit_missed")
    assert (event.of, event.due_at, event.tier) == ("work", at(30), "first")
    assert played.state.missed == 1


def test_the_timer_waits_for_what_the_rules_say_is_next() -> None:
    played = Played(answer=False)
    for minute in (0, 1, 10, 11, 30, 60):
        played.run_to(at(minute))
        timer = next_timer(played.state)
        assert timer is not None
        assert next_at(played.state) == timer.at
        assert timer.what != "find", "a look-up ends by itself"
    played.take_charge("boss", at(80), at(61))
    assert next_at(played.state) == at(80)


def test_the_first_who_takes_charge_has_it() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    done(played.take_charge("boss", at(40), at(11)))
    assert refused(played.take_charge("first-1", at(40), at(11))) == "in_charge"


def test_two_are_offered_it_at_once() -> None:
    played = Played()
    done(played.reassign("ray", "kim", at(1), facts=person("kim")))
    done(played.reassign("first-1", "lee", at(1), facts=person("lee")))
    assert played.state.offer is not None
    assert played.state.offer.to == "lee"
