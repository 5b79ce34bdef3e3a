"""On hold: which clocks stop, for how long at most, what ends it, and that everything is due exactly as much later."""

from collections.abc import Callable
from typing import Any

import pytest

from escalation.issue.state import IssueState
from escalation.policy.model import Acknowledgement, Clock, Policy, Warn
from tests.given import (
    CUSTOMER,
    T0,
    Answered,
    Played,
    actor,
    at,
    done,
    exhaustion,
    holding,
    minutes,
    opened,
    policy,
    refused,
    target,
    tier,
)
from tests.natures import why_not

WARNINGS = (Warn(at=0.5, of="work", tell=("handler",)), Warn(at=0.8, of="acknowledge", tell=("asked",)))


def ladder(*stops: Clock, **more: Any) -> Policy:
    """Three tiers with warnings; what stops is the time to work, unless said."""
    first = tier("first", warnings=WARNINGS, remind_every={"S1": minutes(4)})
    return policy(first, tier("second"), tier("third"), hold=holding(*stops), **more)


def held(*stops: Clock, since: float = 5, until: float = 25, **more: Any) -> Played:
    """On hold from minute 5 to 25."""
    played = Played(opened(ladder(*stops, **more))).run_to(at(since))
    done(played.hold("first-1", at(until), at(since)))
    return played


def clocks(state: IssueState) -> list[Any]:
    """What a hold can move."""
    return [state.acknowledge_due_at, state.work_due_at, state.remind_at, state.warnings, state.ceilings]


def test_it_is_on_record_who_waits_for_whom_why_and_what_stops() -> None:
    played = Played(opened(ladder()))
    assert done(played.hold("first-1", at(25), at(5), question="mail-7")) == ["held"]
    event = played.event("held")
    assert (event.reason, event.waiting_for, event.question) == ("waiting_customer", "cust-7781", "mail-7")
    assert (event.until, event.stops) == (at(25), ("work",))
    hold = played.state.hold
    assert hold is not None
    assert (hold.by, hold.since, hold.until) == ("first-1", at(5), at(25))


def test_the_time_to_work_stands_still_and_the_time_to_acknowledge_runs() -> None:
    played = held()
    assert {"hold", "acknowledge"} <= set(played.due())
    assert not {"work", "ceiling"} & set(played.due())
    played.run_to(at(10))
    assert played.began()[-1] == ("second", "not_acknowledged")


def test_at_its_end_everything_that_stood_is_due_exactly_as_much_later() -> None:
    played = held(targets=(target(40), target(50, "hard", stops_on_hold=False)))
    played.acknowledge("first-1", at(6))
    assert [warning.at for warning in played.state.warnings] == [at(15)]
    played.run_to(at(25))
    event = played.event("hold_ended")
    assert (event.why, event.held_for_s) == ("until", 1200)
    state = played.state
    assert (state.hold, state.held_s) == (None, 1200)
    assert state.work_due_at == at(50)
    assert [warning.at for warning in state.warnings] == [at(35)]
    assert [(c.tier, c.at) for c in state.ceilings] == [("second", at(50)), ("third", at(80))]
    assert {t.name: t.due_at for t in state.targets} == {"solved": at(60), "hard": at(50)}
    played.run_to(at(50))
    assert played.began()[-1] == ("second", "work_limit_spent")


def test_an_acknowledgement_lapses_as_much_later_too() -> None:
    played = held(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(10)}), since=5)
    played.acknowledge("first-1", at(6))
    assert "lapse" not in played.due()
    played.run_to(at(25))
    assert played.state.lapses_at == at(35), "the ten minutes count from the end: none was used up before the hold"
    before = Played(opened(ladder(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(10)}))))
    before.acknowledge("first-1", at(1))
    before.hold("first-1", at(25), at(5))
    before.run_to(at(25))
    assert before.state.lapses_at == at(31)


def test_a_policy_may_stop_the_time_to_acknowledge_and_with_it_reminders() -> None:
    played = held("acknowledge")
    assert set(played.due()) == {"hold", "warn", "work"}
    played.run_to(at(25))
    state = played.state
    assert state.acknowledge_due_at == at(30)
    assert state.remind_at == at(28)
    assert state.work_due_at == at(30), "the time to work ran on"
    assert [c.at for c in state.ceilings] == [at(30), at(60)], "and with it the ceiling"
    assert state.lapses_at is None


def test_a_tier_that_begins_during_a_hold_stands_from_its_beginning() -> None:
    played = held().run_to(at(10))
    assert played.state.tier == "second"
    assert played.state.work_due_at == at(40)
    played.acknowledge("second-1", at(11))
    played.run_to(at(25))
    assert played.state.work_due_at == at(55), "it stood for the 15 minutes since it began"
    assert [(c.tier, c.at) for c in played.state.ceilings] == [("third", at(80))], "and the ceiling for all 20"


def test_a_tier_that_is_asked_again_during_a_hold_stands_from_then() -> None:
    played = held("acknowledge", "work")
    played.acknowledge("first-1", at(6))
    played.release("first-1", at(15))
    assert played.state.acknowledge_due_at == at(25)
    played.run_to(at(25))
    assert played.state.acknowledge_due_at == at(35)


def test_the_caps_hold_for_one_and_for_all() -> None:
    played = Played(opened(ladder()))
    answer = played.hold("first-1", at(65.1), at(5))
    assert refused(answer) == "until_too_late"
    assert why_not(answer) == (
        "it may be on hold for 1 h at a time and 1 h 30 min more in all: until 2026-11-20T20:45:00+00:00"
    )
    done(played.hold("first-1", at(65), at(5)))
    played.acknowledge("first-1", at(6))
    played.run_to(at(65))
    assert played.state.held_s == 3600
    assert refused(played.hold("first-1", at(96.1), at(66))) == "until_too_late"
    done(played.hold("first-1", at(96), at(66)))
    played.run_to(at(96))
    assert played.state.held_s == 5400
    assert refused(played.hold("first-1", at(97), at(96.5))) == "hold_spent"


def test_what_was_not_used_of_a_hold_counts_for_the_next() -> None:
    played = held(until=60)
    assert done(played.resume("first-1", at(9))) == ["hold_ended"]
    assert played.event("hold_ended").why == "resumed"
    assert played.entry("hold_ended").by.person == "first-1"
    assert played.state.held_s == 240
    assert played.state.work_due_at == at(34)
    done(played.hold("first-1", at(69.5), at(9.5)))


def test_the_caps_count_on_when_it_was_reopened() -> None:
    played = held(until=60)
    played.resolve("first-1", at(50))
    assert played.event("hold_ended").why == "over"
    played.reopen("ray", at(51))
    assert played.state.held_s == 45 * 60
    assert refused(played.hold("first-1", at(98), at(52))) == "until_too_late"
    done(played.hold("first-1", at(97), at(52)))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": "waiting_for_lunch"}, "unknown_reason"),
        ({"waiting_for": ""}, "waiting_for_missing"),
        ({"until": at(2)}, "until_past"),
    ],
)
def test_what_a_hold_needs(given: dict[str, Any], code: str) -> None:
    assert refused(Played(opened(ladder())).hold("first-1", **{"until": at(20), "now": at(2), **given})) == code


def test_a_policy_that_says_nothing_of_holds_allows_none_nor_for_a_severity_it_does_not_name() -> None:
    assert refused(Played().hold("first-1", at(20), at(2))) == "hold_not_allowed"
    mild = holding().model_copy(update={"at_most": {"S2": minutes(5)}})
    answer = Played(opened(policy(hold=mild))).hold("first-1", at(4), at(2))
    assert refused(answer) == "hold_not_allowed"
    assert why_not(answer) == "the policy small allows no hold at S1"


def test_on_hold_it_is_not_held_again_and_not_on_hold_it_is_not_resumed() -> None:
    assert refused(held().hold("first-1", at(30), at(6))) == "already_on_hold"
    assert refused(Played(opened(ladder())).resume("first-1", at(1))) == "not_on_hold"


def test_when_all_tiers_time_is_up_somebody_takes_charge_instead() -> None:
    played = Played(opened(policy(tier("first"), hold=holding()))).run_to(at(10))
    assert refused(played.hold("first-1", at(30), at(11))) == "exhausted"


def test_exhaustion_ends_a_hold() -> None:
    played = Played(opened(policy(tier("first"), hold=holding())))
    played.hold("first-1", at(30), at(5))
    played.run_to(at(10))
    assert played.event("hold_ended").why == "exhausted"
    assert played.state.hold is None


def test_another_pass_over_the_ladder_ends_a_hold() -> None:
    played = Played(opened(policy(tier("first"), hold=holding(), exhaustion=exhaustion(repeats=1))))
    played.hold("first-1", at(30), at(5))
    played.run_to(at(10))
    assert played.began()[-1] == ("first", "repeated")
    assert played.event("hold_ended").why == "exhausted"
    assert played.state.work_due_at == at(40)


def test_who_was_waited_for_ends_it_by_whatever_they_do() -> None:
    played = Played(opened(ladder()))
    played.hold("first-1", at(25), at(5), waiting_for="vendor-9", reason="waiting_vendor")
    assert done(played.note("kim", at(6))) == ["noted"]
    assert done(played.note("vendor-9", at(8))) == ["noted", "hold_ended"]
    assert played.event("hold_ended").why == "heard_from"
    assert played.state.work_due_at == at(33)


def test_any_customer_ends_a_hold_for_the_customer() -> None:
    issue = {"parties": (CUSTOMER,)}
    played = Played(opened(ladder(), issue=issue))
    played.hold("first-1", at(25), at(5), waiting_for="customer")
    assert done(played.note("first-1", at(6))) == ["noted"]
    assert done(played.send(opened(id="again", by=actor("cust-7781"), issue=issue), at(7))) == [
        "opened_again",
        "hold_ended",
    ]


def test_what_they_do_that_is_refused_or_ends_it_anyway_is_no_answer() -> None:
    played = Played(opened(ladder()))
    played.hold("first-1", at(25), at(5), waiting_for="kim")
    assert refused(played.decline("kim", at(6))) == "not_asked"
    assert played.state.hold is not None
    assert done(played.resolve("kim", at(7))) == ["hold_ended", "resolved"]
    assert played.event("hold_ended").why == "over"


def test_who_has_it_is_told_that_a_hold_is_over_unless_they_ended_it() -> None:
    played = held()
    played.acknowledge("first-1", at(6))
    played.run_to(at(25))
    assert played.told("hold_over") == ["first-1"]
    played = held()
    played.resume("first-1", at(6))
    assert played.told("hold_over") == []


def test_a_hold_is_not_longer_than_it_was_to_be_where_the_clock_is_served_late() -> None:
    played = held(until=25)
    played.acknowledge("first-1", at(6))
    done(played.resume("first-1", at(45)))
    assert played.event("hold_ended").held_for_s == 1200
    assert played.entry("hold_ended").happened_at == at(25)
    assert played.state.work_due_at == at(50)


def test_what_is_over_already_is_not_stopped() -> None:
    """The clock was not served at minute 30: the hold cannot take back what was due then."""
    played = Played(opened(ladder()))
    played.acknowledge("first-1", at(1))
    assert done(played.hold("first-1", at(50), at(35))) == ["tier_began", "held"]
    assert played.began()[-1] == ("second", "work_limit_spent")
    assert played.event("tier_began").late_by_s == 300


def test_the_last_tiers_time_that_is_over_is_not_stopped_either() -> None:
    played = Played(opened(policy(tier("first"), hold=holding())))
    assert refused(played.hold("first-1", at(50), at(15))) == "exhausted"


def test_held_in_the_instant_in_which_the_tier_runs_out_it_stands_at_nothing_left() -> None:
    played = Played(opened(ladder()))
    played.acknowledge("first-1", at(1))
    assert done(played.hold("first-1", at(50), at(30))) == ["held"]
    played.run_to(at(49))
    assert played.state.tier == "first"
    played.run_to(at(50))
    assert played.began()[-1] == ("second", "work_limit_spent")
    assert played.entry("tier_began").happened_at == at(50)


def test_what_moves_clocks_happens_when_it_is_decided_whatever_it_claims() -> None:
    played = Played(opened(ladder()))
    acts: dict[str, Callable[[], Answered]] = {
        "held": lambda: played.hold("first-1", at(25), at(5), happened_at=at(1)),
        "hold_ended": lambda: played.resume("first-1", at(6), happened_at=at(1)),
        "severity_changed": lambda: played.change_severity("ray", "S2", at(7), happened_at=at(1)),
        "policy_adopted": lambda: played.adopt("ray", ladder(version=2), now=at(8), happened_at=at(1)),
        "snoozed": lambda: played.snooze("first-1", at(9), at(8), happened_at=at(1)),
    }
    for kind, act in acts.items():
        done(act())
        assert played.entry(kind).happened_at == played.now, kind


def test_a_hold_claims_no_earlier_beginning() -> None:
    played = Played(opened(ladder()))
    done(played.hold("first-1", at(25), at(5), happened_at=at(1)))
    assert played.state.hold is not None
    assert played.state.hold.since == at(5)
    assert at(0) == T0


def handed_down_and_held() -> Played:
    """The third must hear at minute 60; handed down at 50, and on hold from 52 to 90."""
    played = Played(opened(policy(tier("first"), tier("second"), tier("third"), hold=holding()))).run_to(at(10))
    played.de_escalate("second-1", at(50))
    done(played.hold("first-1", at(90), at(52)))
    return played


def test_while_it_stands_still_nobody_is_asked_for_a_ceiling() -> None:
    played = handed_down_and_held()
    assert set(played.due()) == {"acknowledge", "hold"}
    played.run_to(at(60))
    assert played.began()[-1] == ("second", "not_acknowledged"), "the third has until its ceiling, which stands still"
    played.acknowledge("second-1", at(61))
    played.run_to(at(97))
    assert played.began()[-1][0] == "second"
    played.run_to(at(98))
    assert played.began()[-1] == ("third", "ceiling_reached")


def test_the_warnings_of_a_clock_that_runs_are_given_meanwhile() -> None:
    played = held().run_to(at(8))
    assert [(played.event("warned").of, played.event("warned").share)] == [("acknowledge", 0.8)]
    assert played.kinds().count("warned") == 1
