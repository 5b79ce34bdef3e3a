"""When all tiers' time is up: the last resort, a new climb or the fallback, until a person takes charge."""

from typing import Any

import pytest

from escalation.issue.commands import TakePeople
from escalation.issue.facts import CLOCK
from escalation.policy.model import Acknowledgement, Exhaustion
from tests.given import MACHINE, Played, actor, at, done, exhaustion, minutes, opened, person, policy, refused, tier


def one_tier(end: Exhaustion | None = None, **more: Any) -> Played:
    """A ladder of one tier, exhausted ten minutes after the opening."""
    return Played(opened(policy(tier("first"), exhaustion=end or exhaustion(), **more)))


def test_when_the_last_tiers_time_is_up_owner_and_last_resort_are_told() -> None:
    played = one_tier().run_to(at(10))
    assert played.event("exhausted").why == "not_acknowledged"
    assert played.told("exhausted") == ["ray"]
    assert played.told("last_resort") == ["boss"]
    assert played.state.is_exhausted
    assert played.state.missed == 1


def test_the_last_resort_is_told_again_and_again() -> None:
    played = one_tier().run_to(at(55))
    assert played.told("last_resort") == ["boss"] * 4
    assert played.event("last_resort_told").count == 3
    assert played.due() == {"last_resort": at(70)}


def test_an_acknowledgement_does_not_end_it() -> None:
    played = one_tier().run_to(at(11))
    done(played.acknowledge("first-1"))
    assert played.state.is_exhausted
    played.run_to(at(25))
    assert played.told("last_resort") == ["boss"] * 2


def test_an_acknowledgement_that_lapses_meanwhile_asks_no_tier_again() -> None:
    played = one_tier(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(5)})).run_to(at(11))
    done(played.acknowledge("first-1"))
    played.run_to(at(16))
    assert played.kinds("told")[-1] == "acknowledgement_lapsed"
    assert played.due() == {"last_resort": at(25)}
    done(played.acknowledge("first-1", at(17)))
    assert done(played.release("first-1", at(18))) == ["released"]


def test_it_ends_when_a_person_takes_charge_until_a_time() -> None:
    played = one_tier().run_to(at(11))
    assert done(played.take_charge("boss", at(40))) == ["charge_taken"]
    assert not played.state.is_exhausted
    assert played.state.handler == "boss"
    assert played.due() == {"charge": at(40)}


def test_when_that_time_is_past_it_goes_on() -> None:
    played = one_tier().run_to(at(11))
    played.take_charge("boss", at(40))
    played.run_to(at(40))
    assert played.told("charge_lapsed") == ["boss"]
    assert played.event("exhausted").why == "charge_lapsed"
    assert played.told("last_resort") == ["boss"] * 2
    assert played.state.missed == 1


def test_who_is_in_charge_can_set_a_new_time_and_nobody_else() -> None:
    played = one_tier().run_to(at(11))
    played.take_charge("boss", at(40))
    assert refused(played.take_charge("kim", at(50))) == "in_charge"
    done(played.take_charge("boss", at(60), at(39)))
    assert played.due() == {"charge": at(60)}


def test_who_is_in_charge_can_give_it_back() -> None:
    played = one_tier().run_to(at(11))
    played.take_charge("boss", at(40))
    assert done(played.release("boss", at(20))) == ["released", "exhausted"]
    assert played.event("exhausted").why == "charge_released"
    assert played.state.is_exhausted


@pytest.mark.parametrize(
    ("until", "code"), [(11, "until_past"), (5, "until_past"), (71.1, "until_too_late")], ids=["now", "past", "far"]
)
def test_a_time_that_cannot_be_set(until: float, code: str) -> None:
    assert refused(one_tier().run_to(at(11)).take_charge("boss", at(until))) == code


def test_only_a_person_takes_charge_and_only_of_what_is_exhausted() -> None:
    assert refused(one_tier().take_charge("boss", at(40), at(5))) == "not_exhausted"
    played = one_tier().run_to(at(11))
    command = played.take_charge("boss", at(40))
    assert done(command)
    machine = one_tier().run_to(at(11))
    assert refused(machine.take_charge("alertmanager", at(40), by=MACHINE)) == "person_needed"


def test_while_somebody_is_in_charge_nobody_else_moves_it() -> None:
    played = one_tier(acknowledgement=Acknowledgement(lapses_after={"S1": minutes(5)})).run_to(at(11))
    played.take_charge("boss", at(40))
    assert refused(played.escalate("kim")) == "in_charge"
    assert refused(played.acknowledge("kim", take_over_from="boss")) == "in_charge"
    assert refused(played.acknowledge("boss")) == "already_acknowledged"
    done(played.acknowledge("kim"))
    assert played.state.joined == ("kim",)
    assert played.due() == {"charge": at(40)}


def test_repeats_climb_the_ladder_again_before_it_counts_as_exhausted() -> None:
    played = one_tier(exhaustion(repeats=1)).run_to(at(20))
    assert played.began() == [("first", "entered"), ("first", "repeated")]
    assert played.entry("exhausted").happened_at == at(20)
    assert played.event("exhausted").passes == 2


def test_every_pass_counts_what_it_missed() -> None:
    played = one_tier(exhaustion(repeats=1)).run_to(at(10))
    assert played.event("limit_missed").due_at == at(10)
    assert played.state.missed == 1
    assert played.run_to(at(20)).state.missed == 2


def test_a_pass_that_asked_nobody_is_not_repeated() -> None:
    command = opened(policy(tier("first"), exhaustion=exhaustion(repeats=5)))
    played = Played(command, nobody_at=("first",))
    assert played.began() == [("first", "entered")]
    assert played.state.is_exhausted


def test_restart_tells_the_last_resort_and_climbs_again() -> None:
    command = opened(policy(tier("first"), tier("second"), exhaustion=exhaustion("restart")))
    played = Played(command).run_to(at(20))
    assert played.began()[-1] == ("first", "restarted")
    assert played.told("last_resort") == ["boss"]
    assert played.state.is_exhausted
    assert played.state.acknowledge_due_at == at(30)
    played.run_to(at(40))
    assert played.told("last_resort") == ["boss", "boss"]


def test_a_restart_without_anybody_waits_for_the_cadence_and_never_runs_hot() -> None:
    command = opened(policy(tier("first"), exhaustion=exhaustion("restart")))
    played = Played(command, nobody_at=("first",)).run_to(at(60))
    assert played.kinds().count("last_resort_told") == 4
    assert played.began()[1:] == [("first", "restarted")] * 4


def test_a_fallback_is_another_policys_ladder_from_its_first_tier() -> None:
    second = policy(tier("upstairs"), name="second", exhaustion=exhaustion())
    first = policy(tier("first"), exhaustion=exhaustion("fallback", fallback="second"))
    played = Played(opened(first, second)).run_to(at(10))
    assert played.began()[-1] == ("upstairs", "fell_back")
    assert played.state.policy == "second"
    assert played.told("last_resort") == ["boss"]
    played.run_to(at(20))
    assert played.event("exhausted").policy == "second"
    assert played.due() == {"last_resort": at(35)}


def test_a_fallback_that_was_not_pinned_leaves_the_last_resort_at_its_cadence() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion("fallback", fallback="gone")))).run_to(at(10))
    assert played.due() == {"last_resort": at(25)}


def test_an_exhausted_issue_that_is_resolved_is_exhausted_no_more() -> None:
    played = one_tier().run_to(at(11))
    played.take_charge("boss", at(40))
    played.resolve("boss", at(20))
    assert not played.state.is_exhausted
    played.reopen("ray", at(30))
    assert not played.state.is_exhausted
    assert played.began()[-1] == ("first", "reopened")


def test_what_a_new_climb_missed_stays_when_somebody_takes_charge_too_late() -> None:
    played = one_tier(exhaustion("restart")).run_to(at(10))
    assert done(played.take_charge("boss", at(60), at(22))) == ["limit_missed", "charge_taken"]
    assert played.state.missed == 2


def test_in_charge_is_a_matter_of_persons_not_of_roles() -> None:
    played = one_tier().run_to(at(11))
    played.take_charge("boss", at(40))
    assert refused(played.release("kim", by=actor("kim", "senior"))) == "not_handler"


def test_a_time_to_work_that_exhausts_the_ladder_is_missed() -> None:
    played = Played(opened(policy(tier("first"))))
    played.acknowledge("first-1", at(1))
    played.run_to(at(30))
    assert (played.event("exhausted").why, played.state.missed) == ("work_limit_spent", 1)


def test_after_a_reopening_the_last_resort_is_counted_anew() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(40))
    assert played.event("last_resort_told").count == 2
    played.resolve("boss", at(41))
    played.reopen("ray", at(50))
    played.run_to(at(75))
    assert played.event("last_resort_told").count == 1


@pytest.mark.parametrize(("procedure", "repeats", "why"), [("last_resort", 1, "repeated"), ("restart", 0, "restarted")])
def test_a_pass_that_asked_anybody_is_climbed_again_though_nobody_is_at_its_last_tier(
    procedure: str, repeats: int, why: str
) -> None:
    rules = policy(tier("first"), tier("second"), exhaustion=exhaustion(procedure, repeats=repeats))
    played = Played(opened(rules), nobody_at=("second",)).run_to(at(10))
    assert played.began()[1:] == [("second", "not_acknowledged"), ("first", why)]
    assert played.state.acknowledge_due_at == at(20)


def test_once_a_restart_has_asked_somebody_the_last_resort_is_told_no_more() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion("restart"))), answer=False)

    def on_duty(*names: str) -> None:
        turn = next(finding.turn for finding in played.state.findings if finding.tier == "first")
        people = tuple(person(name) for name in names)
        done(played.send(TakePeople(id=f"find-{turn}", turn=turn, people=people, why="on duty")))

    on_duty()
    played.run_to(at(15))
    assert played.began()[-1] == ("first", "restarted")
    on_duty("ann")
    assert (played.state.asked, played.state.last_resort_at) == (("ann",), None)


def test_a_time_to_work_that_moves_it_up_is_missed() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    played.run_to(at(30))
    assert (played.began()[-1], played.state.missed) == (("second", "work_limit_spent"), 1)


def test_a_time_to_work_that_ends_a_pass_is_missed_before_the_next_begins() -> None:
    played = one_tier(exhaustion(repeats=1))
    played.acknowledge("first-1", at(1))
    assert [entry.event.kind for entry in played.tick(at(32))] == ["limit_missed", "tier_began"]
    missed = played.event("limit_missed")
    assert (missed.tier, missed.of, missed.due_at) == ("first", "work", at(30))
    assert played.entry("limit_missed").happened_at == at(30)
    assert (played.event("tier_began").why, played.event("tier_began").late_by_s) == ("repeated", 120)
    assert played.state.missed == 1


def test_a_ladder_without_anybody_left_is_exhausted_by_time_not_by_the_last_who_declined() -> None:
    played = one_tier().run_to(at(1))
    played.decline("first-1", at(2))
    done(played.decline("first-2", at(3), happened_at=at(2.5)))
    entry = played.entry("exhausted")
    assert (played.event("exhausted").why, entry.by, entry.happened_at) == ("everybody_declined", CLOCK, at(3))


def test_the_longest_charge_that_the_policy_lets_somebody_take() -> None:
    played = one_tier().run_to(at(11))
    assert done(played.take_charge("boss", at(71))) == ["charge_taken"]


def test_a_fallback_counts_its_own_passes() -> None:
    second = policy(tier("upstairs"), name="second", exhaustion=exhaustion(repeats=1))
    first = policy(tier("first"), exhaustion=exhaustion("fallback", fallback="second", repeats=1))
    played = Played(opened(first, second)).run_to(at(40))
    names = [("first", "entered"), ("first", "repeated"), ("upstairs", "fell_back"), ("upstairs", "repeated")]
    assert played.began() == names
    assert [e.event.passes for e in played.entries if e.event.kind == "exhausted"] == [2, 2]


def test_moved_up_by_hand_from_the_last_tier_what_follows_is_begun_by_the_clock() -> None:
    played = one_tier(exhaustion("restart"))
    assert done(played.escalate("first-1", at(2))) == ["exhausted", "tier_began"]
    assert played.entry("exhausted").by.person == "first-1"
    assert (played.event("tier_began").why, played.entry("tier_began").by) == ("restarted", CLOCK)
