"""Another policy for a running issue: no breach is erased, no promise is lengthened, nobody hears later."""

from typing import Any

import pytest

from escalation.policy.model import Acknowledgement, Policy, SeverityChange, Warn
from tests.given import (
    TEXT,
    Played,
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


def ladder(acknowledge: float, work: float, *names: str, **more: Any) -> Policy:
    """A ladder whose tiers all have these limits."""
    return policy(*(tier(name, acknowledge, work) for name in names or ("first", "second", "third")), **more)


def running(**more: Any) -> Played:
    """Three tiers of 10 and 30 minutes, acknowledged in the first minute."""
    return Played(opened(ladder(10, 30, **more)))


def ceilings(played: Played) -> dict[str, Any]:
    """By when which tier must hear."""
    return {ceiling.tier: ceiling.at for ceiling in played.state.ceilings}


def test_it_goes_on_at_the_same_tier_and_both_policies_are_on_record() -> None:
    played = running()
    assert done(played.adopt("ray", ladder(10, 30, version=2), now=at(2))) == ["policy_adopted"]
    event = played.event("policy_adopted")
    assert (event.tier, event.from_policy, event.from_version, event.reason) == ("first", "small", 1, TEXT)
    assert played.state.policies[0].version == 2
    done(played.adopt("ray", ladder(10, 30, name="other"), now=at(3)))
    assert played.state.policy == "other"
    assert played.state.asked == ("first-1", "first-2")


def test_longer_limits_lengthen_nothing_that_runs() -> None:
    played = running(targets=(target(25),), acknowledgement=Acknowledgement(lapses_after={"S1": minutes(15)}))
    played.acknowledge("first-1", at(1))
    before = played.state
    longer = ladder(100, 300, targets=(target(250),), acknowledgement=Acknowledgement(lapses_after={"S1": minutes(99)}))
    done(played.adopt("ray", longer, now=at(2)))
    state = played.state
    assert (state.work_due_at, state.lapses_at, state.targets, state.ceilings) == (
        before.work_due_at,
        before.lapses_at,
        before.targets,
        before.ceilings,
    )
    played.run_to(at(30))
    assert played.state.work_due_at == at(330), "the next tier has the new times"
    played.acknowledge("second-1", at(31))
    played.run_to(at(60))
    assert played.began()[-1] == ("third", "ceiling_reached"), "but the third hears when it would have"


def test_shorter_limits_count_from_the_same_beginning() -> None:
    played = running(targets=(target(25),))
    done(played.adopt("ray", ladder(5, 20, targets=(target(15),)), now=at(2)))
    state = played.state
    assert (state.acknowledge_due_at, state.work_due_at) == (at(5), at(20))
    assert ceilings(played) == {"second": at(20), "third": at(40)}
    assert [t.due_at for t in state.targets] == [at(15)]


def test_a_tier_whose_time_is_over_by_the_new_policy_alone_is_left_at_once_and_nobody_was_late() -> None:
    played = running()
    assert done(played.adopt("ray", ladder(5, 20), now=at(7))) == ["policy_adopted", "tier_began"]
    assert played.began()[-1] == ("second", "policy_adopted")
    assert played.state.missed == 0
    last = Played(opened(ladder(10, 30, "first")))
    assert done(last.adopt("ray", ladder(5, 20, "first"), now=at(7))) == ["policy_adopted", "exhausted"]


def test_a_breach_is_not_erased() -> None:
    played = Played(opened(ladder(10, 30))).run_to(at(10))
    assert played.state.missed == 1
    done(played.adopt("ray", ladder(100, 300), now=at(11)))
    assert played.state.missed == 1


def test_what_is_over_and_was_not_served_stays_over() -> None:
    played = running()
    done(played.adopt("ray", ladder(100, 300), now=at(12)))
    played.tick(at(12))
    assert played.began()[-1] == ("second", "not_acknowledged")
    assert played.event("tier_began").late_by_s == 120


def test_without_the_tier_it_must_be_said_where_it_goes_on() -> None:
    played = running()
    other = ladder(5, 15, "desk", "board")
    assert refused(played.adopt("ray", other, now=at(2))) == "tier_missing"
    assert refused(played.adopt("ray", other, now=at(2), tier="dekc")) == "unknown_tier"
    assert done(played.adopt("ray", other, now=at(2), tier="desk")) == ["policy_adopted", "tier_began"]
    assert played.began()[-1] == ("desk", "policy_adopted")
    assert played.state.acknowledge_due_at == at(7)


def test_a_breach_stays_where_it_goes_on_at_another_tier() -> None:
    played = running()
    answer = done(played.adopt("ray", ladder(5, 15, "desk"), now=at(12), tier="desk"))
    assert answer == ["policy_adopted", "limit_missed", "tier_began"]


def test_ceilings_go_to_the_tier_that_stands_for_the_old_one() -> None:
    played = Played(opened(ladder(10, 30, "first", "second", "third", "fourth")))
    assert ceilings(played) == {"second": at(30), "third": at(60), "fourth": at(90)}
    done(played.adopt("ray", ladder(100, 300, "first", "third", "top"), now=at(2)))
    assert ceilings(played) == {"third": at(30), "top": at(90)}, "the second is gone, the third hears in its place"


def test_a_tier_that_only_the_new_ladder_has_hears_in_its_time_too() -> None:
    played = Played(opened(ladder(10, 30, "first", "second")))
    done(played.adopt("ray", ladder(10, 30, "first", "second", "board"), now=at(2)))
    assert ceilings(played) == {"second": at(30), "board": at(60)}


def test_at_another_tier_new_ones_count_from_then_and_old_ones_are_kept() -> None:
    played = running()
    done(played.adopt("ray", ladder(10, 30, "desk", "second", "board"), now=at(5), tier="desk"))
    assert ceilings(played) == {"second": at(30), "board": at(60)}, "the old third hears as the board"
    assert list(ceilings(played)) == ["second", "board"], "the first one that is due is the first"
    played = Played(opened(ladder(10, 30, "first")))
    done(played.adopt("ray", ladder(10, 30, "desk", "board"), now=at(5), tier="desk"))
    assert ceilings(played) == {"board": at(35)}


def test_a_tier_that_the_new_ladder_has_further_down_hears_nothing_for_it() -> None:
    played = running()
    played.acknowledge("first-1", at(1))
    done(played.adopt("ray", ladder(10, 30, "second", "first", "third"), now=at(2)))
    assert (played.state.tier, ceilings(played)) == ("first", {"third": at(30)})
    played.run_to(at(30))
    assert played.began() == [("first", "entered"), ("third", "work_limit_spent")]


def test_reminders_come_no_later_than_they_would_have() -> None:
    def reminding(every: float | None) -> Policy:
        remind = {} if every is None else {"S1": minutes(every)}
        return policy(tier("first", remind_every=remind), tier("second"), version=2 if every != 4 else 1)

    for every, expected in ((9, 4), (None, 4), (3, 3)):
        played = Played(opened(reminding(4)))
        done(played.adopt("ray", reminding(every), now=at(0)))
        assert played.state.remind_at == at(expected), every


def test_going_on_further_down_parks_nothing() -> None:
    played = running().run_to(at(10))
    assert played.state.tier == "second"
    done(played.adopt("ray", ladder(100, 300), now=at(11), tier="first"))
    assert played.began()[-1] == ("first", "policy_adopted")
    assert (played.event("policy_adopted").tier, played.event("tier_began").from_tier) == ("second", "second")
    assert ceilings(played) == {"third": at(60)}


def test_a_new_target_begins_at_the_opening_unless_it_would_be_over() -> None:
    played = running()
    played.acknowledge("first-1", at(1))
    done(played.adopt("ray", ladder(10, 30, targets=(target(20), target(3, "first_word"))), now=at(5)))
    assert {t.name: t.due_at for t in played.state.targets} == {"solved": at(20)}


def test_an_old_target_stays_though_the_new_policy_has_it_not() -> None:
    played = running(targets=(target(25),))
    done(played.adopt("ray", ladder(10, 30), now=at(5)))
    assert {t.name: t.due_at for t in played.state.targets} == {"solved": at(25)}
    played.run_to(at(25))
    assert played.told("target_missed") == ["ray"]


def test_a_hold_that_the_new_policy_does_not_allow_ends() -> None:
    played = running(hold=holding())
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(30), at(5))
    assert done(played.adopt("ray", ladder(10, 30), now=at(8))) == ["hold_ended", "policy_adopted"]
    assert played.event("hold_ended").why == "policy_adopted"
    assert played.state.work_due_at == at(33)


def test_on_hold_the_new_limits_count_what_had_passed_when_it_stopped() -> None:
    played = running(hold=holding())
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(30), at(5))
    done(played.adopt("ray", ladder(10, 20, hold=holding()), now=at(28)))
    played.run_to(at(30))
    assert played.state.work_due_at == at(45)


def test_who_is_to_be_asked_when_nobody_can_be_looked_up_comes_with_it() -> None:
    played = running()
    known = {"small/second": ("kim",)}
    done(played.adopt("ray", ladder(10, 30, version=2), now=at(2), last_known=known, people=(person("kim"),)))
    assert [each.id for each in played.state.known_for("second")] == ["kim"]
    done(played.adopt("ray", ladder(11, 31), now=at(3)))
    assert [each.id for each in played.state.known_for("second")] == ["kim"], "nothing said is nothing changed"


@pytest.mark.parametrize(
    ("adopted", "code"),
    [
        ((), "policy_missing"),
        ((ladder(10, 30),), "already_adopted"),
        ((ladder(10, 30, kind="technical"),), "wrong_policy"),
        ((ladder(10, 30, legal_entity="eu"),), "wrong_policy"),
    ],
)
def test_what_cannot_be_adopted(adopted: tuple[Policy, ...], code: str) -> None:
    assert refused(running().adopt("ray", *adopted, now=at(1))) == code


def test_a_policy_for_something_else_is_named_with_what_it_is_for() -> None:
    answer = running().adopt("ray", ladder(10, 30, kind="technical"), now=at(1))
    assert why_not(answer) == "policy small is for main/technical; allowed: main/support"


def test_a_policy_or_fallback_that_does_not_know_the_severity_cannot_be_adopted() -> None:
    first = ladder(10, 31)
    strange = first.model_copy(update={"severities": first.severities[1:]})
    assert refused(running().adopt("ray", strange, now=at(1))) == "unknown_severity"
    assert refused(running().adopt("ray", first, strange, now=at(1))) == "unknown_severity"


def test_a_resolved_issue_may_go_on_under_another_policy_and_a_closed_one_not() -> None:
    played = running()
    played.resolve("first-1", at(2))
    done(played.adopt("ray", ladder(5, 15, "desk"), now=at(3), tier="desk"))
    assert (played.state.status, played.state.tier) == ("resolved", "desk")
    played.reopen("ray", at(4))
    assert played.began()[-1] == ("desk", "reopened")
    played.resolve("ray", at(5))
    played.confirm("ray", at(6))
    assert refused(played.adopt("ray", ladder(10, 30), now=at(7))) == "already_closed"


def test_on_a_fallbacks_ladder_that_one_is_adopted_which_has_its_name() -> None:
    first = ladder(10, 30, "first", exhaustion=exhaustion("fallback", fallback="other"))
    other = ladder(10, 30, "upstairs", "top", name="other")
    played = Played(opened(first, other)).run_to(at(10))
    assert played.state.policy == "other"
    shorter = ladder(5, 15, "upstairs", "top", name="other", version=2)
    done(played.adopt("ray", first.model_copy(update={"version": 2}), shorter, now=at(12)))
    assert (played.state.policy, played.state.tier) == ("other", "upstairs")
    assert played.state.acknowledge_due_at == at(15)


def test_warnings_are_given_no_later_than_they_would_have_been() -> None:
    def warning(acknowledge: float, work: float, **more: Any) -> Policy:
        first = tier("first", acknowledge, work, warnings=(Warn(at=0.5, of="work", tell=("owner",)),))
        return policy(first, tier("second"), **more)

    for work, expected in ((300, 15), (20, 10)):
        played = Played(opened(warning(10, 30)))
        played.acknowledge("first-1", at(1))
        done(played.adopt("ray", warning(10, work, version=2), now=at(2)))
        assert [each.at for each in played.state.warnings] == [at(expected)]
    played = Played(opened(warning(10, 30)))
    played.acknowledge("first-1", at(1))
    done(played.adopt("ray", ladder(10, 30, "first", "second"), now=at(2)))
    assert [each.at for each in played.state.warnings] == [at(15)], "the old one stays"


def test_at_rest_nobody_is_asked_and_the_last_resort_is_told_on() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    assert done(played.adopt("ray", ladder(5, 15, "desk"), now=at(11), tier="desk")) == ["policy_adopted"]
    assert played.state.is_resting
    assert played.due()["last_resort"] == at(25)


def test_the_new_policys_word_counts_from_then_on() -> None:
    played = running()
    strict = ladder(10, 31, roles={"open": ("anyone",)}, severity_change=SeverityChange(clocks="keep"))
    done(played.adopt("ray", strict, now=at(1)))
    assert refused(played.note("kim", at(2))) == "not_allowed"


def test_after_longer_limits_another_severity_still_counts_from_the_same_beginnings() -> None:
    played = Played(opened(ladder(10, 30, targets=(target(50),)), severity="S2"))
    done(played.adopt("ray", ladder(100, 300, targets=(target(500),)), now=at(2)))
    assert (played.state.acknowledge_due_at, played.state.work_due_at) == (at(20), at(60)), "nothing is lengthened"
    assert done(played.change_severity("ray", "S1", at(3))) == ["severity_changed"], "it is not over, but has begun"
    assert (played.state.acknowledge_due_at, played.state.work_due_at) == (at(100), at(300))
    assert [t.due_at for t in played.state.targets] == [at(500)]
    assert ceilings(played) == {"second": at(60), "third": at(120)}, "the tiers above hear when they would have"
    done(played.acknowledge("first-1", at(4)))
    played.release("first-1", at(5))
    done(played.change_severity("ray", "S2", at(6)))
    assert played.state.acknowledge_due_at == at(205), "from when it was asked again"
