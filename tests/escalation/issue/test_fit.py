"""A customer's deadline compresses the ladder so that the top hears before it; what cannot be is said at once."""

from datetime import timedelta
from typing import Any

from escalation.calendar.due import part_of
from escalation.issue.beside import beside
from escalation.issue.effects import Notify
from escalation.issue.explain import explain
from escalation.narrate import narrate
from escalation.policy.model import Policy, Tier
from tests.escalation.issue.test_hours import DESK, began, in_hours, ladder, on
from tests.given import Played, at, done, exhaustion, holding, minutes, opened, person, policy, target, tier

LADDER = (tier("first", 20, 60), tier("second", 20, 60), tier("third", 20, 60))
"""The top hears after 40 minutes where nobody answers, after 2 h where everybody acknowledges; and has 20 min more."""


def fitted(within: float, *tiers: Tier, **more: Any) -> Policy:
    """A ladder that must fit into so many minutes."""
    chosen = tiers or LADDER
    return policy(*chosen, targets=(target(within, "fix"),), **{"fit_ladder_to": "fix", **more})


def acknowledged_all_the_way(played: Played) -> dict[str, Any]:
    """When each tier begins where everybody acknowledges and nobody solves it."""
    for name in ("first", "second"):
        played.acknowledge(f"{name}-1")
        assert played.state.work_due_at is not None
        played.run_to(played.state.work_due_at)
    return {entry.event.tier: entry.happened_at for entry in played.entries if entry.event.kind == "tier_began"}


def test_before_the_second_tier_closes_it_may_still_fit() -> None:
    """Half an hour before five, shortened so that the second tier is asked while it is open."""
    tiers = tier("first", 20, 60), in_hours("second", 20, 60), tier("third", 20, 60)
    made = ladder(*tiers, targets=(target(240, "fix"),), fit_ladder_to="fix", calendars=(DESK,))
    played = began(made, on(20, 16, 30))
    assert acknowledged_all_the_way(played)["third"] <= on(20, 17)


def test_a_ladder_that_fits_stays_as_it_is() -> None:
    assert "ladder_fitted" not in Played(opened(fitted(140))).kinds()
    assert "ladder_fitted" not in Played(opened(fitted(30, fit_ladder_to=None))).kinds()


def test_limits_are_shortened_in_proportion_so_that_the_top_hears_in_time() -> None:
    """Seventy minutes for what takes 140: half of each limit."""
    played = Played(opened(fitted(70)))
    assert played.kinds()[:3] == ["opened", "ladder_fitted", "tier_began"]
    assert played.event("ladder_fitted").parts == 500
    assert played.state.acknowledge_due_at == at(10)
    assert acknowledged_all_the_way(played) == {"first": at(0), "second": at(30), "third": at(60)}
    assert played.state.acknowledge_due_at == at(70), "with its time to acknowledge before the deadline"
    assert played.event("ladder_fitted").top_hears_at == at(60)


def test_where_nobody_answers_it_climbs_as_much_faster() -> None:
    played = Played(opened(fitted(70))).run_to(at(20))
    assert played.began() == [("first", "entered"), ("second", "not_acknowledged"), ("third", "not_acknowledged")]


def test_it_is_said_in_words_and_the_sums_are_right() -> None:
    played = Played(opened(fitted(70)))
    said = narrate(played.entry("ladder_fitted"))
    assert "the limits of the tiers are shortened to 50%: the third hears" in said
    assert "before the target fix ends" in said
    assert ("Shortened", "limits are 50% of the policy's") in [(each.name, each.words) for each in beside(played.state)]
    assert "10 min (acknowledge_within for S1 at first)" in " ".join(explain(played.state, at(0)).what_next)


def test_warnings_and_reminders_keep_their_shares() -> None:
    first = tier("first", 20, 60, remind_every={"S1": minutes(6)})
    assert Played(opened(fitted(70, first, *LADDER[1:]))).due()["remind"] == at(3)


def test_the_other_severities_and_the_policy_of_others_stay_as_they_are() -> None:
    chosen = fitted(70)
    played = Played(opened(chosen))
    assert played.state.here.acknowledge_within == {"S1": minutes(10), "S2": minutes(40)}
    assert chosen.tier("first").acknowledge_within["S1"] == minutes(20)


def test_from_the_tier_where_it_enters() -> None:
    """From the second tier it takes 80 minutes, which fit."""
    assert "ladder_fitted" not in Played(opened(fitted(80), enter_at="second")).kinds()
    assert Played(opened(fitted(40), enter_at="second")).event("ladder_fitted").parts == 500
    assert "ladder_fitted" not in Played(opened(fitted(10), enter_at="third")).kinds(), "the top hears at once"


def test_no_tier_gets_less_than_a_minute_or_than_it_had() -> None:
    """A twentieth of twenty minutes is a minute; less than that is no plan."""
    assert Played(opened(fitted(7))).event("ladder_fitted").parts == 50
    assert "plan_impossible" in Played(opened(fitted(6.9))).kinds()
    brisk = (tier("first", 1.5, 60), *LADDER[1:])
    assert Played(opened(fitted(100, *brisk))).event("ladder_fitted").parts == 714
    hasty = tuple(tier(name, 0.5, 1) for name in ("first", "second", "third"))
    assert "plan_impossible" in Played(opened(fitted(2, *hasty))).kinds()


def told(played: Played, about: str) -> list[str]:
    """Who was told of it."""
    return [effect.person.id for effect in played.effects if isinstance(effect, Notify) and effect.about == about]


def test_an_impossible_plan_is_said_at_the_opening_and_the_top_is_told_at_once() -> None:
    played = Played(opened(fitted(5)))
    assert played.kinds()[:3] == ["opened", "plan_impossible", "tier_began"]
    event = played.event("plan_impossible")
    assert (event.target, event.due_at, event.top, event.top_hears_at) == ("fix", at(5), "third", at(120))
    assert told(played, "plan_impossible") == ["third-known", "ray"]
    assert played.entry("plan_impossible").happened_at == at(0)
    said = narrate(played.entry("plan_impossible"))
    assert said.startswith("THIS CANNOT BE KEPT: the target fix ends")
    assert "the third hears" in said
    assert played.state.acknowledge_due_at == at(20), "the ladder goes on as it is written"


def test_a_tier_that_is_closed_for_too_long_makes_it_impossible() -> None:
    """Opened on Friday just before five with four hours day and night; the second tier opens on Monday."""
    first, second, third = tier("first", 20, 60), in_hours("second", 20, 60), tier("third", 20, 60)
    made = ladder(first, second, third, targets=(target(240, "fix"),), fit_ladder_to="fix", calendars=(DESK,))
    assert "plan_impossible" in began(made, on(20, 16, 59)).kinds()
    passed = second.model_copy(update={"when_closed": {"S1": "skip"}})
    made = ladder(first, passed, third, targets=(target(240, "fix"),), fit_ladder_to="fix", calendars=(DESK,))
    assert "plan_impossible" not in began(made, on(20, 16, 59)).kinds()


def test_working_time_is_shortened_in_working_time() -> None:
    """Six hours of the desk's for what takes twelve of them: over the weekend."""
    tiers = tuple(in_hours(name, 240, 240) for name in ("first", "second", "third"))
    due = target(360, "fix", hours={"S1": "desk", "S2": "desk"})
    played = began(ladder(*tiers, targets=(due,), fit_ladder_to="fix", calendars=(DESK,)), on(20, 15))
    assert played.event("ladder_fitted").parts == 500
    assert played.event("ladder_fitted").top_hears_at == on(23, 11)
    assert acknowledged_all_the_way(played)["third"] == on(23, 11)


def test_another_severity_shortens_what_remains() -> None:
    """At S2 280 minutes fit into 290. At S1, after 30 of them, 115 are left for 110 of limits that began before."""
    played = Played(opened(fitted(145), severity="S2"))
    assert "ladder_fitted" not in played.kinds()
    played.acknowledge("first-1", at(10))
    played.change_severity("ray", "S1", at(30))
    assert "ladder_fitted" not in played.kinds()
    tight = Played(opened(fitted(140).model_copy(update={"targets": (target(100, "fix"),)}), severity="S2"))
    assert "ladder_fitted" in tight.kinds(), "280 minutes into 200"
    tight.acknowledge("first-1", at(10))
    assert "ladder_fitted" in done(tight.change_severity("ray", "S1", at(20)))
    event = tight.event("ladder_fitted")
    assert event.due_at == at(100)
    assert event.top_hears_at < at(100)
    assert tight.state.work_due_at == at(20) + part_of(minutes(40), event.parts)
    assert tight.state.ceilings[-1].at <= event.top_hears_at
    began_at = acknowledged_all_the_way(tight)
    assert began_at["third"] <= event.top_hears_at


def test_after_a_hold_that_the_target_does_not_wait_for_what_remains_is_shortened() -> None:
    hard = target(150, "fix", stops_on_hold=False)
    chosen = policy(*LADDER, targets=(hard,), fit_ladder_to="fix", hold=holding(at_most=60, in_all=60))
    played = Played(opened(chosen))
    played.acknowledge("first-1", at(5))
    played.hold("first-1", at(40), at(10))
    played.run_to(at(40))
    assert played.kinds()[-2:] == ["hold_ended", "ladder_fitted"]
    assert acknowledged_all_the_way(played)["third"] < at(150)
    assert played.state.acknowledge_due_at is not None
    assert played.state.acknowledge_due_at <= at(150)


def test_an_impossible_plan_is_said_once_for_a_severity() -> None:
    played = Played(opened(fitted(1), severity="S2"))
    played.change_severity("ray", "S1", at(0.3))
    played.change_severity("ray", "S2", at(0.5))
    assert played.kinds().count("plan_impossible") == 2
    assert played.state.impossible == (("fix", "S2"), ("fix", "S1"))


def test_another_policy_is_fitted_anew() -> None:
    played = Played(opened(policy(*LADDER)))
    played.acknowledge("first-1", at(5))
    assert "ladder_fitted" in done(played.adopt("ray", fitted(80, version=2), now=at(10)))
    assert acknowledged_all_the_way(played)["third"] < at(80)


def test_on_the_ladder_of_a_fallback_nothing_is_fitted() -> None:
    lower = fitted(600, exhaustion=exhaustion("fallback", fallback="other"))
    played = Played(opened(lower, policy(tier("boss", 500, 900), name="other")))
    played.run_to(at(100))
    assert played.state.policy == "other"
    played.change_severity("ray", "S2", at(110))
    assert "ladder_fitted" not in played.kinds()


def test_those_known_at_the_top_are_told_by_their_own_channels() -> None:
    known = person("third-known", "third", channels=("inbox", "sms"))
    command = opened(fitted(5))
    people = tuple(each for each in command.people if each.id != "third-known")
    played = Played(command.model_copy(update={"people": (*people, known)}))
    assert sorted(
        effect.channel
        for effect in played.effects
        if isinstance(effect, Notify) and effect.about == "plan_impossible" and effect.person.id == "third-known"
    ) == ["inbox", "sms"]


def test_parts_are_whole_seconds() -> None:
    assert part_of(timedelta(minutes=7), 333) == timedelta(seconds=139)
    assert part_of(timedelta(milliseconds=900), 500) == timedelta(milliseconds=450)
