"""Moving an issue to a named tier by hand: up, to a lane beside the ladder, and back down with guidance."""

from typing import Any

import pytest

from escalation.issue.refusal import Rejected
from escalation.policy.model import ChecklistItem, Policy
from tests.given import TEXT, Played, at, done, exhaustion, holding, opened, policy, refused, tier
from tests.natures import why_not

WHAT = ChecklistItem(name="what", ask="What happened?")


def three(**more: Any) -> Policy:
    """Three tiers, and a lane of experts that leads to the second."""
    expert = tier("expert", 5, 15, is_beside=True, then="second", checklist=(WHAT,))
    return policy(tier("first"), tier("second", checklist=(WHAT,)), tier("third"), expert, **more)


def test_it_is_moved_to_a_named_tier_and_those_between_are_passed_over() -> None:
    played = Played(opened(three()))
    assert done(played.escalate("ray", at(2), to_tier="third", reason=TEXT)) == ["tier_began"]
    event = played.event("tier_began")
    assert (event.tier, event.from_tier, event.why, event.how) == (
        "third",
        "first",
        "escalated_by_hand",
        "hierarchical",
    )
    assert event.reason == TEXT
    assert played.entry("tier_began").by.person == "ray"
    assert played.state.acknowledge_due_at == at(12)


def test_the_checklist_is_the_one_of_the_tier_that_is_named() -> None:
    played = Played(opened(three()))
    assert refused(played.escalate("ray", at(1), to_tier="second")) == "checklist_open"
    done(played.escalate("ray", at(1), to_tier="third"))


def test_to_a_lane_beside_the_ladder_it_is_for_expertise() -> None:
    played = Played(opened(three()))
    assert refused(played.escalate("ray", at(2), to_tier="expert")) == "checklist_open"
    done(played.escalate("ray", at(2), to_tier="expert", checked=("what",)))
    assert played.event("tier_began").how == "functional"
    played.run_to(at(7))
    assert played.began()[-1] == ("second", "not_acknowledged")


def test_a_lane_is_no_place_to_park() -> None:
    played = Played(opened(three()))
    done(played.escalate("ray", at(25), to_tier="expert", checked=("what",)))
    assert [(c.tier, c.at) for c in played.state.ceilings] == [("second", at(30)), ("third", at(60))]
    played.acknowledge("expert-1", at(26))
    played.run_to(at(30))
    assert played.began()[-1] == ("second", "ceiling_reached")


def test_who_moves_it_says_how_it_is_meant() -> None:
    played = Played(opened(three()))
    done(played.escalate("ray", at(2), to_tier="third", how="functional"))
    assert played.event("tier_began").how == "functional"


def test_from_a_lane_up_are_the_tier_it_leads_to_and_those_above() -> None:
    for to, code in (("first", "not_above"), ("second", None), ("third", None)):
        played = Played(opened(three(), enter_at="expert"))
        answer = played.escalate("ray", at(1), to_tier=to, checked=("what",) if to == "second" else ())
        assert (refused(answer) if code else done(answer)) == (code or ["tier_began"]), to


@pytest.mark.parametrize(
    ("to", "code"), [("thrid", "unknown_tier"), ("second", "already_there"), ("first", "not_above")]
)
def test_what_is_not_above_is_refused_with_what_is(to: str, code: str) -> None:
    played = Played(opened(three(), enter_at="second"))
    answer = played.escalate("ray", at(1), to_tier=to)
    assert refused(answer) == code
    assert isinstance(answer, Rejected)
    if code == "not_above":
        assert answer.why == "first is not above second; allowed: third. De-escalate to go down"


def test_nothing_is_above_the_last_tier() -> None:
    answer = Played(opened(three(), enter_at="third")).escalate("ray", at(1), to_tier="first")
    assert "allowed: none: it is the last" in why_not(answer)


def test_as_of_a_tier_that_was_left_it_is_refused_whatever_tier_is_named() -> None:
    played = Played(opened(three())).run_to(at(10))
    assert refused(played.escalate("ray", at(10), from_tier="first", to_tier="third")) == "tier_changed"
    done(played.escalate("ray", at(10), from_tier="second", to_tier="third"))


def test_what_was_missed_stays_when_it_is_moved_to_a_named_tier_too_late() -> None:
    played = Played(opened(three()))
    assert done(played.escalate("ray", at(12), to_tier="third")) == ["limit_missed", "tier_began"]


def test_at_rest_or_in_charge_it_does_not_go_up() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    assert refused(played.escalate("ray", at(11), to_tier="first")) == "exhausted"
    played.take_charge("boss", at(40), at(11))
    assert refused(played.escalate("ray", at(12), to_tier="first")) == "in_charge"


def test_moving_up_ends_a_hold_and_the_new_tiers_clocks_run() -> None:
    played = Played(opened(three(hold=holding())))
    played.hold("first-1", at(30), at(2))
    assert done(played.escalate("ray", at(12), to_tier="third")) == ["hold_ended", "limit_missed", "tier_began"]
    assert played.event("hold_ended").why == "escalated"
    assert played.state.hold is None
    assert played.state.work_due_at == at(42)


def test_it_is_handed_back_down_with_guidance_and_that_tiers_clocks_start_anew() -> None:
    played = Played(opened(three())).run_to(at(10))
    assert done(played.de_escalate("second-1", at(14))) == ["tier_began"]
    event = played.event("tier_began")
    assert (event.tier, event.why, event.guidance, event.reason) == ("first", "de_escalated", TEXT, TEXT)
    state = played.state
    assert (state.acknowledge_due_at, state.work_due_at) == (at(24), at(44))
    assert state.said == TEXT
    assert state.asked == ("first-1", "first-2")
    assert played.entry("tier_began").by.person == "second-1"


def test_the_ceiling_does_not_start_anew() -> None:
    played = Played(opened(three())).run_to(at(10))
    played.acknowledge("second-1", at(11))
    assert [(c.tier, c.at) for c in played.state.ceilings] == [("third", at(60))]
    for minute in (20, 40):
        played.de_escalate("ray", at(minute), to_tier="first")
        played.acknowledge("first-1", at(minute + 1))
        if minute == 20:
            played.escalate("ray", at(minute + 2), checked=("what",))
    assert [(c.tier, c.at) for c in played.state.ceilings] == [("third", at(60))]
    played.run_to(at(60))
    assert played.began()[-1] == ("third", "ceiling_reached")
    assert played.entry("tier_began").happened_at == at(60)
    assert played.state.handler == "second-1", "who works on it stays"


def test_handed_down_it_goes_to_the_tier_below_or_to_a_named_one() -> None:
    played = Played(opened(three(), enter_at="third"))
    done(played.de_escalate("ray", at(1)))
    assert played.state.tier == "second"
    played = Played(opened(three(), enter_at="third"))
    done(played.de_escalate("ray", at(1), to_tier="first"))
    assert played.state.tier == "first"
    played = Played(opened(three(), enter_at="expert"))
    done(played.de_escalate("ray", at(1)))
    assert played.state.tier == "first", "below the tier to which the lane leads"


@pytest.mark.parametrize(
    ("enter_at", "to", "code"),
    [
        ("first", None, "no_tier_below"),
        ("second", "frist", "unknown_tier"),
        ("second", "third", "not_below"),
        ("second", "second", "not_below"),
        ("second", "expert", "not_below"),
        ("first", "second", "not_below"),
    ],
)
def test_what_is_not_below_is_refused(enter_at: str, to: str | None, code: str) -> None:
    assert refused(Played(opened(three(), enter_at=enter_at)).de_escalate("ray", at(1), to_tier=to)) == code


def test_as_of_a_tier_that_was_left_it_is_not_handed_down() -> None:
    played = Played(opened(three())).run_to(at(20))
    answer = played.de_escalate("ray", at(20), from_tier="second")
    assert refused(answer) == "tier_changed"
    assert refused(played.de_escalate("ray", at(20), from_tier="secnod")) == "unknown_tier"


def test_whoever_hands_it_down_works_on_it_no_more_and_others_stay() -> None:
    played = Played(opened(three())).run_to(at(10))
    played.acknowledge("second-1", at(11))
    played.de_escalate("second-1", at(12))
    assert (played.state.handler, played.state.lapses_at) == (None, None)
    played = Played(opened(three())).run_to(at(10))
    played.acknowledge("second-1", at(11))
    played.de_escalate("ray", at(12))
    assert played.state.handler == "second-1"


def test_what_was_missed_stays_when_it_is_handed_down_too_late() -> None:
    played = Played(opened(three())).run_to(at(10))
    assert done(played.de_escalate("ray", at(22))) == ["limit_missed", "tier_began"]


def test_handing_it_down_ends_a_hold() -> None:
    played = Played(opened(three(hold=holding()))).run_to(at(10))
    played.hold("second-1", at(30), at(12))
    assert done(played.de_escalate("second-1", at(15))) == ["hold_ended", "tier_began"]
    assert played.event("hold_ended").why == "de_escalated"


def test_all_tiers_time_is_up_so_somebody_must_take_charge_before_it_is_handed_down() -> None:
    played = Played(opened(policy())).run_to(at(20))
    assert refused(played.de_escalate("second-1", at(21))) == "exhausted"
    played.take_charge("boss", at(50), at(22))
    assert refused(played.de_escalate("second-1", at(23))) == "in_charge"
    done(played.de_escalate("boss", at(24)))
    state = played.state
    assert (state.exhausted_at, state.charge, state.handler, state.tier) == (None, None, None, "first")
    assert [(c.tier, c.at) for c in state.ceilings] == [("second", at(54))], "who has it anew is bounded anew"
    assert (state.last_resort, state.last_resort_count) == ((), 0)
    assert refused(played.take_charge("boss", at(60), at(25))) == "not_exhausted"


def test_two_tiers_never_begin_in_one_instant() -> None:
    """The time of the tier ends when the third must hear: the second, which has heard, is not asked for nothing."""
    played = Played(opened(three())).run_to(at(10))
    played.de_escalate("second-1", at(30))
    played.acknowledge("first-1", at(31))
    played.run_to(at(60))
    assert played.began()[-2:] == [("first", "de_escalated"), ("third", "work_limit_spent")]


def test_on_a_ladder_that_restarts_a_charge_ends_the_ceilings_of_the_pass() -> None:
    played = Played(opened(policy(tier("first"), tier("second"), exhaustion=exhaustion("restart")))).run_to(at(20))
    assert [c.tier for c in played.state.ceilings] == ["second"]
    played.take_charge("boss", at(75), at(25))
    assert played.state.ceilings == ()
    played.run_to(at(74))
    assert played.began()[-1] == ("first", "restarted"), "nobody is asked while somebody is in charge"


def test_a_ceiling_that_stands_still_on_hold_passes_no_tier_over() -> None:
    """Its instant is past by the clock on the wall, but the time to work stands still, so the next tier is asked."""
    played = Played(opened(three(hold=holding()))).run_to(at(10))
    done(played.de_escalate("second-1", at(52)))
    done(played.hold("ray", at(80), at(55)))
    assert [(c.tier, c.at) for c in played.state.ceilings] == [("third", at(60))]
    played.run_to(at(62))
    assert played.began()[-1] == ("second", "not_acknowledged")


def test_from_a_lane_that_leads_nowhere_nothing_is_above_and_all_of_the_ladder_is_below() -> None:
    lane = tier("lane", is_beside=True)
    played = Played(opened(policy(tier("first"), tier("second"), lane), enter_at="lane"))
    assert refused(played.escalate("ray", at(1), to_tier="second")) == "not_above"
    done(played.de_escalate("ray", at(2)))
    assert played.state.tier == "second"


def test_what_was_waived_for_a_named_tier_is_on_record() -> None:
    played = Played(opened(three()))
    done(played.escalate("ray", at(2), to_tier="second", is_waived=True, reason=TEXT))
    event = played.event("tier_began")
    assert (event.tier, event.waived, event.reason) == ("second", ("what",), TEXT)
