"""How an issue begins: at its tier, with its owner, at once, however late the workflow hears of it."""

from datetime import timedelta

import pytest

from escalation.issue.commands import Open, Tick
from escalation.issue.decide import CLOCK_SKEW, decide
from escalation.issue.evolve import evolve
from escalation.issue.refusal import Rejected
from tests.given import MACHINE, T0, Played, actor, at, done, opened, policy, refused, tier
from tests.natures import why_not


def test_it_enters_at_its_tier_whose_clocks_count_from_the_opening() -> None:
    played = Played(answer=False)
    assert played.kinds() == ["opened", "tier_began"]
    assert played.began() == [("first", "entered")]
    assert played.due() == {"find": T0.replace(second=30), "acknowledge": at(10), "work": at(30)}
    assert played.state.owner == "ray"


def test_limits_are_those_of_its_severity() -> None:
    assert Played(opened(severity="S2")).state.acknowledge_due_at == at(20)


def test_it_can_enter_in_the_middle_of_the_ladder() -> None:
    assert Played(opened(enter_at="second")).began() == [("second", "entered")]


def test_it_can_enter_at_a_lane_beside_the_ladder_which_leads_back_to_it() -> None:
    lane = tier("lane", is_beside=True, then="second")
    played = Played(opened(policy(tier("first"), tier("second"), lane), enter_at="lane"))
    played.run_to(at(10))
    assert played.began() == [("lane", "entered"), ("second", "not_acknowledged")]


def test_time_passes_a_lane_beside_the_ladder_by() -> None:
    lane = tier("lane", is_beside=True, then="second")
    played = Played(opened(policy(tier("first"), lane, tier("second")))).run_to(at(10))
    assert played.state.tier == "second"


def test_its_clocks_run_from_the_opening_when_the_workflow_hears_of_it_a_little_later() -> None:
    issue = {"opened_at": at(-4), "received_at": at(-4)}
    assert Played(opened(issue=issue)).state.acknowledge_due_at == at(6)


def test_a_tier_whose_time_would_be_over_before_it_was_asked_counts_from_now() -> None:
    issue = {"opened_at": at(-60), "received_at": at(-60)}
    played = Played(opened(issue=issue))
    assert played.entry("opened").happened_at == at(-60)
    assert played.state.tier_began_at == T0
    assert played.state.acknowledge_due_at == at(10)
    assert played.event("tier_began").late_by_s == 3600
    assert played.tick(T0) == ()


def test_a_door_whose_clock_is_ahead_puts_off_nothing() -> None:
    played = Played(opened(issue={"opened_at": at(120), "received_at": at(120)}))
    assert played.state.acknowledge_due_at == at(10)
    assert played.entry("opened").happened_at == T0


def test_the_machine_that_raised_it_owns_nothing() -> None:
    played = Played(opened(issue={"raiser": MACHINE}, owner="lead"))
    assert played.state.owner == "lead"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param(opened(enter_at="third"), "unknown_tier", id="tier"),
        pytest.param(opened(severity="S9"), "unknown_severity", id="severity"),
        pytest.param(opened(owner=""), "owner_missing", id="owner"),
        pytest.param(opened(rules_revision=99), "unknown_revision", id="revision"),
        pytest.param(opened().model_copy(update={"policies": ()}), "policy_missing", id="policy"),
        pytest.param(opened(issue={"about": ("ray",)}), "not_allowed", id="about its raiser"),
        pytest.param(opened(owner="lee", issue={"about": ("lee",)}), "owner_conflict", id="about its owner"),
        pytest.param(opened(policy(roles={"open": ("team_lead",)})), "not_allowed", id="role"),
    ],
)
def test_what_cannot_be_opened_says_why(command: Open, code: str) -> None:
    assert refused(decide(None, command, T0)) == code


def test_an_unknown_tier_is_answered_with_those_that_there_are() -> None:
    answer = decide(None, opened(enter_at="thrid"), T0)
    assert why_not(answer) == "tier 'thrid' is not known; allowed: first, second"


def test_nothing_can_be_done_to_an_issue_that_was_never_opened() -> None:
    assert refused(decide(None, Tick(), T0)) == "not_open"


def test_a_sealed_issue_has_no_title() -> None:
    for issue_class in ("restricted", "sealed"):
        facts = opened(issue={"issue_class": issue_class, "title": "About the director"}).issue
        assert facts.title == ""
    assert opened(issue={"raiser": actor("kim")}).issue.title == "Charged twice"


def test_an_owner_whom_it_is_about_is_answered_in_words() -> None:
    answer = decide(None, opened(owner="lee", issue={"about": ("kim", "lee")}), T0)
    assert isinstance(answer, Rejected)
    assert (answer.why, answer.nature) == ("lee cannot own what is about them; name another owner", "input")


def test_a_door_whose_clock_is_ahead_by_no_more_than_the_skew_is_believed() -> None:
    opened_at = T0 + CLOCK_SKEW
    played = Played(opened(issue={"opened_at": opened_at, "received_at": opened_at}))
    assert played.entry("opened").happened_at == opened_at


def test_a_tier_whose_time_is_over_in_the_very_instant_counts_from_now() -> None:
    opened_at = at(-10) - timedelta(seconds=0.1234)
    for since, late_by_s in ((at(-10), 600), (opened_at, 600.123)):
        played = Played(opened(issue={"opened_at": since, "received_at": since}))
        assert (played.state.acknowledge_due_at, played.event("tier_began").late_by_s) == (at(10), late_by_s)
    played = Played(opened(issue={"opened_at": at(-9.5), "received_at": at(-9.5)}))
    assert (played.state.acknowledge_due_at, played.event("tier_began").late_by_s) == (at(0.5), 0)


def test_without_a_time_to_acknowledge_it_is_the_time_to_work_that_may_be_over() -> None:
    ladder = policy(tier("first", acknowledge_within={}), tier("second"))
    for minute, work_due_at, late_by_s in ((-12, at(18), 0), (-31, at(30), 31 * 60)):
        played = Played(opened(ladder, issue={"opened_at": at(minute), "received_at": at(minute)}))
        assert (played.state.work_due_at, played.event("tier_began").late_by_s) == (work_due_at, late_by_s)


def test_an_issue_is_decided_by_the_revision_that_it_was_opened_with() -> None:
    played = Played()
    of_a_later_release = played.state.model_copy(update={"rules_revision": 99})
    assert refused(decide(of_a_later_release, Tick(), at(10))) == "unknown_revision"
    assert done(played.send(opened(rules_revision=99, id="open-2"), at(1))) == ["opened_again"]


def test_without_an_opening_there_is_nothing_to_write_down() -> None:
    played = Played()
    with pytest.raises(TypeError, match="the first entry of an issue is opened, not tier_began"):
        evolve(None, played.entry("tier_began"))
