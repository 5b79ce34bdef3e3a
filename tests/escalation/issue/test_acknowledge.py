"""Acknowledging stops the acknowledgement clock and no other; it lapses, is renewed, joined, taken over, released."""

from typing import Any

import pytest

from escalation.issue.commands import TakePeople
from escalation.policy.model import Acknowledgement
from tests.given import TEXT, Played, at, done, holding, minutes, opened, person, policy, refused, tier


def lapsing(minutes_held: float = 5, renewals: int = 2, work: float | None = 60, **more: Any) -> Played:
    """An issue whose acknowledgements lapse."""
    rules = {"lapses_after": {"S1": minutes(minutes_held)}, "renewals": renewals, **more}
    ladder = (tier("first", work=work), tier("second"))
    return Played(opened(policy(*ladder, acknowledgement=Acknowledgement(**rules))))


def test_it_stops_the_acknowledgement_clock_and_nothing_else() -> None:
    played = Played()
    assert done(played.acknowledge("first-1", at(5))) == ["acknowledged"]
    assert played.state.handler == "first-1"
    assert played.due() == {"work": at(30)}


def test_it_moves_no_owner() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    assert played.state.owner == "ray"


def test_acknowledging_twice_is_answered_in_words() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    assert refused(played.acknowledge("first-1", at(6))) == "already_acknowledged"


def test_a_second_person_joins() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    assert played.acknowledge("first-2", at(6))[-1].event.role == "joined"  # type: ignore[index, union-attr]
    assert (played.state.handler, played.state.joined) == ("first-1", ("first-2",))
    assert refused(played.acknowledge("first-2", at(7))) == "already_acknowledged"


def test_taking_over_names_the_present_handler() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    played.acknowledge("first-2", at(6))
    done(played.acknowledge("first-2", at(7), take_over_from="first-1"))
    assert (played.state.handler, played.state.joined) == ("first-2", ())
    assert played.event("acknowledged").took_over_from == "first-1"


def test_who_is_not_the_handler_any_more_cannot_be_relieved() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    done(played.acknowledge("first-2", at(6), take_over_from="first-1"))
    assert refused(played.acknowledge("kim", at(6), take_over_from="first-1")) == "handler_changed"
    assert refused(Played().acknowledge("kim", at(6), take_over_from="first-1")) == "handler_changed"


def test_where_the_policy_says_so_a_second_person_takes_over() -> None:
    played = lapsing(second="takes_over")
    played.acknowledge("first-1", at(1))
    played.acknowledge("first-2", at(2))
    assert played.state.handler == "first-2"
    assert played.event("acknowledged").took_over_from == "first-1"


def test_without_progress_it_lapses_and_those_asked_are_asked_again() -> None:
    played = lapsing()
    played.acknowledge("first-1", at(3))
    played.run_to(at(8))
    assert played.kinds("told")[-2:] == ["acknowledgement_lapsed", "asked_again"]
    assert played.state.handler is None
    assert played.state.acknowledge_due_at == at(18)
    assert played.told("asked_again") == ["first-1", "first-2"]


def test_a_lapse_never_moves_the_work_limit() -> None:
    played = lapsing(work=10)
    played.acknowledge("first-1", at(3))
    played.run_to(at(10))
    assert played.began()[-1] == ("second", "work_limit_spent")


def test_it_is_renewed_as_often_as_the_policy_lets_it() -> None:
    played = lapsing(renewals=2)
    for minute in (3, 6, 9):
        done(played.acknowledge("first-1", at(minute)))
    assert played.event("acknowledged").renewal == 2
    assert played.state.lapses_at == at(14)
    assert refused(played.acknowledge("first-1", at(12))) == "renewals_spent"


def test_in_the_next_tier_renewals_count_anew() -> None:
    played = lapsing(minutes_held=25, renewals=0, work=10)
    played.acknowledge("first-1", at(3))
    assert refused(played.acknowledge("first-1", at(4))) == "renewals_spent"
    played.run_to(at(10))
    assert done(played.acknowledge("first-1", at(11))) == ["acknowledged"]


def test_releasing_and_acknowledging_again_is_a_renewal_too() -> None:
    played = lapsing(renewals=0)
    played.acknowledge("first-1", at(1))
    done(played.release("first-1", at(2)))
    assert refused(played.acknowledge("first-1", at(3))) == "renewals_spent"


def test_it_holds_until_the_instant_that_was_promised() -> None:
    played = lapsing()
    played.acknowledge("first-1", at(1), until=at(4))
    assert played.state.lapses_at == at(4)


@pytest.mark.parametrize(("until", "code"), [(1, "until_past"), (0.5, "until_past"), (6.1, "until_too_late")])
def test_an_instant_that_cannot_be_promised(until: float, code: str) -> None:
    assert refused(lapsing().acknowledge("first-1", at(1), until=at(until))) == code


def test_a_lower_handler_does_not_acknowledge_for_the_tier_above() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    played.run_to(at(30))
    assert refused(played.acknowledge("first-1", at(31))) == "already_acknowledged"
    assert played.state.acknowledge_due_at == at(40)
    done(played.acknowledge("second-1", at(32)))
    assert (played.state.handler, played.state.joined) == ("first-1", ("second-1",))
    assert played.state.acknowledge_due_at is None


def test_the_lapse_of_a_lower_handler_does_not_lengthen_a_running_clock() -> None:
    played = lapsing(minutes_held=9, work=10)
    played.acknowledge("first-1", at(5))
    played.run_to(at(14))
    assert played.state.tier == "second"
    assert played.kinds("told")[-2:] == ["acknowledgement_lapsed", "asked_again"]
    assert played.state.acknowledge_due_at == at(20)


def test_in_the_instant_in_which_a_tier_is_left_a_lapse_asks_nobody_again() -> None:
    played = lapsing(minutes_held=5, work=10)
    played.acknowledge("first-1", at(5))
    played.run_to(at(10))
    assert played.told("asked_again") == []
    assert played.kinds("told")[-3:] == ["tier_began", "acknowledgement_lapsed", "people_asked"]
    assert played.state.handler is None


def test_the_handler_gives_it_back_and_the_tier_is_asked_again() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    assert done(played.release("first-1", at(6))) == ["released", "asked_again"]
    assert played.state.handler is None
    assert played.due() == {"acknowledge": at(16), "work": at(30)}
    assert played.told("asked_again") == ["first-1", "first-2"]


def test_releasing_never_lengthens_a_running_clock() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    played.run_to(at(30))
    done(played.release("first-1", at(39)))
    assert played.state.acknowledge_due_at == at(40)


def test_releasing_while_the_people_are_looked_up_starts_the_clock_and_tells_nobody_twice() -> None:
    played = Played(answer=False)
    played.acknowledge("kim", at(0.1))
    assert done(played.release("kim", at(0.2))) == ["released", "asked_again"]
    assert played.told("asked_again") == []
    assert played.state.acknowledge_due_at == at(10.2)


def test_only_the_handler_can_give_it_back() -> None:
    played = Played()
    assert refused(played.release("first-1", at(1))) == "not_handler"
    played.acknowledge("first-1", at(5))
    assert refused(played.release("first-2", at(6))) == "not_handler"


def test_who_names_no_time_has_promised_none() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    assert (played.state.is_promised, played.state.lapses_at) == (False, None)


def test_a_handler_from_below_who_is_asked_above_stops_the_clock_of_the_tier_above() -> None:
    played = Played(answer=False)
    played.send(TakePeople(id="find-1", turn=1, people=(person("ann"),), why="on duty"), at(1))
    done(played.acknowledge("ann", at(5)))
    played.tick(at(30))
    played.send(TakePeople(id="find-2", turn=2, people=(person("ann"), person("ben")), why="on duty"), at(30))
    assert (played.state.handler, played.state.acknowledge_due_at) == ("ann", at(40))
    assert done(played.acknowledge("ann", at(32))) == ["acknowledged"]
    assert played.event("acknowledged").is_tier_clock_stopped
    assert (played.state.handler, played.state.acknowledge_due_at) == ("ann", None)


def test_it_can_be_promised_for_as_long_as_the_policy_lets_it() -> None:
    played = lapsing()
    done(played.acknowledge("first-1", at(1), until=at(6)))
    assert played.state.lapses_at == at(6)


def test_who_joins_late_for_a_tier_that_is_not_theirs_puts_no_breach_on_record() -> None:
    played = Played()
    played.acknowledge("first-1", at(5))
    played.run_to(at(30))
    assert done(played.acknowledge("kim", at(41))) == ["acknowledged"]
    assert (played.event("acknowledged").role, played.event("acknowledged").is_tier_clock_stopped) == ("joined", False)
    assert played.state.acknowledge_due_at == at(40)


def test_a_time_to_acknowledge_that_a_hold_has_stopped_is_not_missed() -> None:
    played = Played(opened(policy(hold=holding("acknowledge", "work"))))
    done(played.hold("ray", at(40), at(2)))
    assert done(played.acknowledge("first-1", at(15))) == ["acknowledged"]
    assert played.state.missed == 0


def test_who_joins_promises_nothing_for_the_handler() -> None:
    played = lapsing()
    done(played.acknowledge("first-1", at(1)))
    done(played.acknowledge("first-2", at(2), until=at(3)))
    assert played.event("acknowledged").lapses_at is None
    assert played.state.lapses_at == at(6)


def test_whom_one_takes_over_from_is_named_and_nobody_takes_over_from_themselves() -> None:
    played = lapsing()
    done(played.acknowledge("first-1", at(1)))
    done(played.acknowledge("first-1", at(2), take_over_from="first-1"))
    event = played.event("acknowledged")
    assert (event.role, event.took_over_from, event.renewal, event.lapses_at) == ("handler", None, 1, at(7))
    done(played.acknowledge("first-2", at(3), take_over_from="first-1"))
    event = played.event("acknowledged")
    assert (event.role, event.took_over_from, event.renewal, event.lapses_at) == ("handler", "first-1", 0, at(8))


def test_why_it_was_given_back_is_on_record() -> None:
    played = Played()
    done(played.acknowledge("first-1", at(1)))
    done(played.release("first-1", at(2), reason=TEXT))
    event = played.event("released")
    assert (event.person, event.was_in_charge, event.reason) == ("first-1", False, TEXT)
