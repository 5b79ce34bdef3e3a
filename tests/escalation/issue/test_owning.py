"""Who answers for an issue and who takes it: accept, reassign, decline."""

import pytest

from escalation.issue.facts import CLOCK
from escalation.issue.refusal import Rejected
from escalation.policy.model import Acknowledgement, Warn
from tests.given import MACHINE, Played, at, done, exhaustion, holding, minutes, opened, person, policy, refused, tier
from tests.natures import why_not

LAPSES = Acknowledgement(lapses_after={"S1": minutes(5)})


def lapsing() -> Played:
    """Two tiers, where an acknowledgement holds for 5 minutes."""
    return Played(opened(policy(acknowledgement=LAPSES)))


def test_who_accepts_answers_for_it_from_then_on_and_nothing_else_changes() -> None:
    played = Played()
    before = played.state
    assert done(played.accept("kim", at(2))) == ["accepted"]
    assert played.event("accepted").owner_before == "ray"
    assert not played.event("accepted").is_handler
    after = played.state
    assert after.owner == "kim"
    assert (after.handler, after.asked, after.acknowledge_due_at) == (None, before.asked, at(10))
    assert after.work_due_at == at(30)


def test_the_owner_has_nothing_to_accept() -> None:
    answer = Played().accept("ray", at(1))
    assert refused(answer) == "already_owner"
    assert why_not(answer) == "ray answers for it already"


def test_a_machine_cannot_answer_for_an_issue() -> None:
    played = Played(opened(issue={"raiser": MACHINE}, owner="olga"))
    answer = played.accept("alertmanager", at(1), by=MACHINE)
    assert refused(answer) == "person_needed"
    assert isinstance(answer, Rejected)
    assert answer.nature == "authority"


def test_reassigning_moves_nothing_until_it_is_accepted() -> None:
    played = lapsing()
    played.acknowledge("first-1", at(1))
    before = played.state
    assert done(played.reassign("first-1", "kim", at(2), facts=person("kim", "second"))) == ["reassigned"]
    after = played.state
    assert after.offer is not None
    assert (after.offer.to, after.offer.by) == ("kim", "first-1")
    assert (after.owner, after.handler, after.lapses_at) == (before.owner, "first-1", at(6))
    assert after.people["kim"].role == "second"
    assert played.told("offered") == ["kim"]


def test_what_was_offered_moves_when_it_is_accepted_and_the_clock_is_kept() -> None:
    played = lapsing()
    played.acknowledge("first-1", at(1))
    played.reassign("first-1", "kim", at(2))
    done(played.accept("kim", at(4)))
    event = played.event("accepted")
    assert (event.owner_before, event.handler_before, event.is_handler) == ("ray", "first-1", True)
    state = played.state
    assert (state.owner, state.handler, state.offer) == ("kim", "kim", None)
    assert state.work_due_at == at(30), "the time to work runs on"
    assert state.lapses_at == at(9), "the time of the new handler counts from when they accepted"
    assert state.acknowledged_at == at(4)
    assert not state.is_promised


def test_who_accepts_may_promise_when_but_not_beyond_the_lapse() -> None:
    played = lapsing()
    played.reassign("ray", "kim", at(2))
    assert refused(played.accept("kim", at(3), until=at(3))) == "until_past"
    assert refused(played.accept("kim", at(3), until=at(8.1))) == "until_too_late"
    done(played.accept("kim", at(3), until=at(8)))
    assert played.state.lapses_at == at(8)
    assert played.state.is_promised


def test_accepting_an_offer_nobody_works_on_stops_the_time_to_acknowledge_as_an_acknowledgement_does() -> None:
    played = Played()
    played.reassign("ray", "kim", at(2))
    done(played.accept("kim", at(3)))
    assert played.event("accepted").is_tier_clock_stopped
    assert played.state.acknowledge_due_at is None
    assert "acknowledge" not in played.due()


def test_accepting_an_offer_stops_the_warnings_of_the_time_to_acknowledge_alone() -> None:
    warnings = (Warn(at=0.5, of="acknowledge", tell=("asked",)), Warn(at=0.5, of="work", tell=("owner",)))
    played = Played(opened(policy(tier("first", warnings=warnings), tier("second"))))
    played.reassign("ray", "kim", at(1))
    done(played.accept("kim", at(2)))
    assert [(warning.of, warning.at) for warning in played.state.warnings] == [("work", at(15))]
    played.run_to(at(15))
    assert [entry.event.of for entry in played.entries if entry.event.kind == "warned"] == ["work"]
    assert played.told("warned") == ["kim"]


def test_where_no_acknowledgement_lapses_accepting_promises_nothing() -> None:
    played = Played()
    played.reassign("ray", "kim", at(1))
    done(played.accept("kim", at(2)))
    assert (played.state.lapses_at, played.state.is_promised) == (None, False)


def test_who_had_joined_and_accepts_works_on_it_and_the_others_stay_with_them() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    played.acknowledge("first-2", at(2))
    played.acknowledge("kim", at(3))
    played.reassign("first-1", "kim", at(4))
    done(played.accept("kim", at(5)))
    assert (played.state.handler, played.state.joined) == ("kim", ("first-2",))


def test_accepting_in_place_of_a_handler_from_below_lets_the_tier_that_is_asked_answer() -> None:
    played = Played(opened(policy(tier("first", 10, 10), tier("second"))))
    played.acknowledge("first-1", at(1))
    played.run_to(at(10))
    played.reassign("ray", "kim", at(11))
    done(played.accept("kim", at(12)))
    assert played.state.handler == "kim"
    assert played.state.acknowledge_due_at == at(20), "those who are asked have not said a word"


def test_accepting_too_late_keeps_the_tier_and_the_miss_is_on_record() -> None:
    played = Played()
    played.reassign("ray", "kim", at(2))
    assert done(played.accept("kim", at(12))) == ["limit_missed", "accepted"]
    assert played.state.missed == 1


def test_while_somebody_is_in_charge_an_offer_moves_the_owner_alone() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    played.take_charge("boss", at(40), at(11))
    played.reassign("boss", "kim", at(12))
    done(played.accept("kim", at(13)))
    assert (played.state.owner, played.state.handler) == ("kim", "boss")


@pytest.mark.parametrize(("to", "code"), [("", "to_missing"), ("ray", "already_owner")])
def test_whom_it_cannot_be_offered(to: str, code: str) -> None:
    assert refused(Played().reassign("first-1", to, at(1))) == code


def test_it_can_be_offered_to_its_owner_to_work_on_it_in_place_of_the_handler() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    done(played.reassign("first-1", "ray", at(2)))
    done(played.accept("ray", at(3)))
    assert (played.state.owner, played.state.handler) == ("ray", "ray")


def test_it_is_not_offered_to_whom_it_is_about() -> None:
    played = Played(opened(issue={"about": ("sue",)}))
    assert refused(played.reassign("ray", "sue", at(1))) == "unfit_person"


def test_the_same_offer_twice_is_refused_and_another_one_replaces_it() -> None:
    played = Played()
    played.reassign("ray", "kim", at(1))
    assert refused(played.reassign("first-1", "kim", at(2))) == "already_offered"
    done(played.reassign("first-1", "lee", at(3)))
    assert played.state.offer is not None
    assert played.state.offer.to == "lee"


def test_facts_of_somebody_else_are_not_taken_for_whom_it_is_offered_to() -> None:
    played = Played()
    played.reassign("ray", "kim", at(1), facts=person("lee", "second"))
    assert played.event("reassigned").to.id == "kim"


def test_who_declines_is_asked_no_more_and_the_others_are() -> None:
    played = Played()
    assert done(played.decline("first-1", at(2))) == ["declined"]
    event = played.event("declined")
    assert (event.tier, event.left, event.was_offered, event.has_conflict) == ("first", 1, False, False)
    assert played.state.asked == ("first-2",)
    assert played.state.declined == ("first-1",)
    assert played.state.acknowledge_due_at == at(10)
    assert played.told("declined") == ["ray"]


def test_the_last_one_to_decline_empties_the_tier_which_is_left_at_once() -> None:
    played = Played()
    played.decline("first-1", at(2))
    assert done(played.decline("first-2", at(3))) == ["declined", "tier_began"]
    assert played.began()[-1] == ("second", "everybody_declined")
    assert played.state.acknowledge_due_at == at(13)
    assert played.state.missed == 0
    assert played.state.declined == (), "what was declined at one tier says nothing of the next"


def test_the_last_one_of_the_last_tier_exhausts_the_ladder() -> None:
    played = Played(opened(policy(tier("first"))))
    played.decline("first-1", at(2))
    assert done(played.decline("first-2", at(3))) == ["declined", "exhausted"]
    assert played.event("exhausted").why == "everybody_declined"
    assert played.entry("declined").by.person == "first-2"
    assert played.entry("exhausted").by == CLOCK, "who declines says no for themselves, and exhausts nothing"


def test_a_breach_stays_when_the_last_one_declines_too_late() -> None:
    played = Played()
    played.decline("first-1", at(2))
    assert done(played.decline("first-2", at(12))) == ["declined", "limit_missed", "tier_began"]
    assert played.state.missed == 1


def test_a_handler_who_declines_gives_it_back_and_the_others_are_asked_again() -> None:
    played = lapsing()
    played.acknowledge("first-1", at(1))
    assert done(played.decline("first-1", at(3))) == ["declined", "asked_again"]
    assert played.event("asked_again").why == "declined"
    assert (played.state.handler, played.state.lapses_at) == (None, None)
    assert played.state.acknowledge_due_at == at(13)
    assert played.told("asked_again") == ["first-2"]


def test_whoever_works_on_it_stays_when_others_decline() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    assert done(played.decline("first-2", at(2))) == ["declined"]
    assert played.state.handler == "first-1"


def test_declining_an_offer_leaves_it_where_it_is_and_who_offered_it_is_told() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    played.reassign("first-1", "kim", at(2))
    assert done(played.decline("kim", at(3))) == ["declined"]
    assert played.event("declined").was_offered
    assert (played.state.offer, played.state.handler, played.state.asked) == (None, "first-1", ("first-1", "first-2"))
    assert played.state.declined == ()
    assert played.told("declined") == ["first-1"]


def test_a_handler_who_declines_to_own_it_works_on() -> None:
    played = Played()
    played.acknowledge("kim", at(1))
    played.reassign("ray", "kim", at(2))
    assert done(played.decline("kim", at(3))) == ["declined"]
    assert played.state.handler == "kim"
    assert done(played.release("kim", at(4))) == ["released", "asked_again"]


def test_a_conflict_of_interest_takes_them_out_for_good() -> None:
    played = Played(opened(policy(tier("first"), tier("second"), exhaustion=exhaustion(repeats=1))))
    done(played.decline("first-1", at(1), has_conflict=True))
    assert played.state.excluded == ("first-1",)
    played.run_to(at(20))
    assert played.began()[-1] == ("first", "repeated")
    assert played.state.asked == ("first-2",), "they are not asked in the next pass"
    for name, answer in (
        ("acknowledge", played.acknowledge("first-1", at(21))),
        ("accept", played.accept("first-1", at(21))),
        ("take_charge", played.take_charge("first-1", at(30), at(21))),
    ):
        assert refused(answer) == "conflict", name
    assert refused(played.reassign("ray", "first-1", at(21))) == "unfit_person"
    done(played.note("first-1", at(22)))


def test_a_handler_with_a_conflict_who_was_offered_it_works_on_it_no_more() -> None:
    played = Played()
    played.acknowledge("kim", at(1))
    played.reassign("ray", "kim", at(2))
    assert done(played.decline("kim", at(3), has_conflict=True)) == ["declined", "asked_again"]
    assert played.state.handler is None


def test_who_is_not_asked_has_nothing_to_decline() -> None:
    assert refused(Played().decline("kim", at(1))) == "not_asked"


def test_who_is_in_charge_releases_instead() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    played.take_charge("first-1", at(40), at(11))
    assert refused(played.decline("first-1", at(12))) == "in_charge"


def test_there_is_nobody_behind_the_last_resort() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    assert refused(played.decline("boss", at(11))) == "last_resort"
    assert refused(played.decline("kim", at(11))) == "not_asked", "who is no last resort has nothing to decline there"


def test_at_rest_those_asked_last_may_still_say_no_and_nothing_moves() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    for name in ("first-1", "first-2"):
        assert done(played.decline(name, at(11))) == ["declined"]
    assert played.state.is_resting


def test_on_hold_the_last_one_to_decline_misses_no_limit_that_stands_still() -> None:
    played = Played(opened(policy(hold=holding())))
    played.acknowledge("kim", at(1))
    played.hold("kim", at(60), at(5))
    played.decline("first-1", at(39))
    assert done(played.decline("first-2", at(40))) == ["declined", "tier_began"]
    assert played.state.missed == 0


def test_a_machine_gives_back_what_its_handler_had() -> None:
    played = Played(opened(issue={"raiser": MACHINE}, owner="olga"))
    played.acknowledge("first-1", at(1))
    done(played.release("alertmanager", at(2), by=MACHINE))
    assert played.event("released").person == "first-1"


def test_time_alone_exhausts_the_ladder_unless_a_person_did() -> None:
    assert Played(opened(policy(tier("first")))).run_to(at(10)).entry("exhausted").by == CLOCK
