"""Moving up by hand: at once, with the next tier's checklist given or waived, by one of two who try at once."""

from typing import Any

from escalation.issue.facts import TextRef
from escalation.policy.model import ChecklistItem
from tests.given import MACHINE, Played, actor, at, done, exhaustion, opened, policy, refused, tier
from tests.natures import why_not

WHAT = ChecklistItem(name="what", ask="What happened?")
HARM = ChecklistItem(name="harm", ask="What is the harm?", waived_for=("S1",))


def with_checklist(severity: str = "S1", **issue: Any) -> Played:
    """The second tier wants to know what happened, and what the harm is."""
    ladder = policy(tier("first"), tier("second", checklist=(WHAT, HARM)))
    return Played(opened(ladder, severity=severity, issue=issue))


def test_it_is_moved_up_at_once_and_who_did_it_is_on_record() -> None:
    played = Played()
    done(played.escalate("first-1", at(2)))
    assert played.began()[-1] == ("second", "escalated_by_hand")
    assert played.entry("tier_began").by.person == "first-1"
    assert played.state.acknowledge_due_at == at(12)
    assert played.state.missed == 0


def test_the_handler_stays() -> None:
    played = Played()
    played.acknowledge("first-1", at(1))
    played.escalate("first-1", at(2))
    assert played.state.handler == "first-1"
    assert played.state.owner == "ray"


def test_the_next_tiers_checklist_must_be_given() -> None:
    answer = with_checklist().escalate("first-1", at(2))
    assert refused(answer) == "checklist_open"
    assert "second needs: what (What happened?)" in why_not(answer)
    assert "harm" not in why_not(answer)


def test_what_is_waived_for_one_severity_is_asked_at_another() -> None:
    assert done(with_checklist().escalate("first-1", at(2), checked=("what",))) == ["tier_began"]
    assert refused(with_checklist("S2").escalate("first-1", at(2), checked=("what",))) == "checklist_open"


def test_the_checklist_can_be_waived_on_record() -> None:
    played = with_checklist("S2")
    done(played.escalate("first-1", at(2), is_waived=True, checked=("what",), reason=TextRef(ref="r", length=4)))
    assert played.event("tier_began").waived == ("harm",)
    assert played.event("tier_began").reason == TextRef(ref="r", length=4)


def test_an_item_that_is_not_on_the_checklist_is_answered_with_those_that_are() -> None:
    answer = with_checklist().escalate("first-1", at(2), checked=("waht",))
    assert refused(answer) == "unknown_item"
    assert why_not(answer) == "'waht' is not on the checklist of second; allowed: what, harm"


def test_time_and_machines_are_asked_no_questions() -> None:
    played = with_checklist(raiser=MACHINE)
    done(played.escalate("alertmanager", at(2), by=MACHINE))
    assert played.event("tier_began").waived == ("what",)
    assert with_checklist().run_to(at(10)).state.tier == "second"


def test_above_the_last_tier_it_is_exhausted() -> None:
    played = Played()
    played.escalate("first-1", at(1))
    done(played.escalate("second-1", at(2)))
    assert played.event("exhausted").why == "escalated_by_hand"
    assert played.entry("exhausted").by.person == "second-1"
    assert refused(played.escalate("second-1", at(3))) == "exhausted"


def test_a_repeat_of_the_ladder_by_hand_is_its_senders_and_is_done_once() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion(repeats=3))))
    for _ in range(2):
        played.escalate("first-1", at(1), id="up")
    assert played.began() == [("first", "entered"), ("first", "repeated")]
    assert played.entry("tier_began").by == actor("first-1")


def test_the_reason_of_a_repeat_by_hand_goes_with_it() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion(repeats=1))))
    why = TextRef(ref="why", length=3)
    done(played.escalate("first-1", at(1), reason=why))
    assert played.began()[-1] == ("first", "repeated")
    assert played.event("tier_began").reason == why
    assert (played.state.said, played.state.said_by) == (why, "first-1")


def test_of_two_who_move_it_up_at_once_the_second_hears_that_it_is_there_already() -> None:
    played = Played()
    done(played.escalate("first-1", at(2), from_tier="first"))
    answer = played.escalate("first-2", at(2), from_tier="first")
    assert refused(answer) == "tier_changed"
    assert why_not(answer) == "it is not at first any more: second is asked since Fri 20 Nov 19:42:00 UTC"


def test_what_was_missed_stays_on_record_when_it_is_moved_up_too_late() -> None:
    played = Played()
    assert done(played.escalate("first-1", at(12))) == ["limit_missed", "tier_began"]
    assert played.entry("limit_missed").happened_at == at(10)
    assert played.state.missed == 1


def test_a_checklist_is_waived_with_a_reason_or_not_at_all() -> None:
    played = with_checklist()
    assert refused(played.escalate("first-1", at(2), is_waived=True)) == "reason_missing"
    done(played.escalate("first-1", at(2), is_waived=True, reason=TextRef(ref="r", length=3)))
    assert played.event("tier_began").waived == ("what",)


def test_a_tier_that_never_was_is_no_race() -> None:
    answer = Played().escalate("first-1", at(2), from_tier="frist")
    assert refused(answer) == "unknown_tier"
    assert why_not(answer) == "from_tier 'frist' is not known; allowed: first, second"


def test_a_repeat_by_hand_before_the_time_is_up_misses_nothing() -> None:
    played = Played(opened(policy(tier("first"), exhaustion=exhaustion(repeats=1))))
    assert done(played.escalate("first-1", at(1))) == ["tier_began"]
    assert played.state.missed == 0


def test_what_is_moved_up_by_hand_counts_from_now_whenever_its_sender_says_that_it_was() -> None:
    played = Played()
    done(played.escalate("first-1", at(5), happened_at=at(2)))
    assert (played.entry("tier_began").happened_at, played.state.acknowledge_due_at) == (at(5), at(15))
    done(played.escalate("second-1", at(9), happened_at=at(6)))
    assert (played.entry("exhausted").happened_at, played.due()) == (at(9), {"last_resort": at(24)})
