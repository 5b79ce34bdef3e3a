"""Targets that go on when an issue is reopened, or begin then; that begin anew when missed; that end by a severity."""

from datetime import datetime
from typing import Any

from escalation.issue.events import TargetMissed
from escalation.issue.explain import explain
from escalation.issue.state import IssueState
from escalation.narrate import narrate
from escalation.policy.model import Policy, SeverityChange, TargetWarn
from tests.escalation.issue.test_hours import BOTH, DESK, began, ladder, on
from tests.given import CUSTOMER, TEXT, Played, at, holding, minutes, opened, policy, target, tier

PLAIN = (tier("first", 30, 6000), tier("second", 30, 6000))


def agreed(*targets: Any, **more: Any) -> Policy:
    """A policy with these."""
    return policy(*PLAIN, targets=targets, **more)


def begun(*targets: Any, **more: Any) -> Played:
    """An issue of a customer, acknowledged at minute 1."""
    played = Played(opened(agreed(*targets, **more), issue={"parties": (CUSTOMER,)}))
    played.acknowledge("first-1", at(1))
    return played


def due(played: Played) -> dict[str, datetime]:
    """When each target that runs ends."""
    return {each.name: each.due_at for each in played.state.targets}


def missed(played: Played, name: str) -> list[datetime]:
    """When it was due, each time that it was missed."""
    return [
        entry.event.due_at
        for entry in played.entries
        if isinstance(entry.event, TargetMissed) and entry.event.target == name
    ]


def fixed(played: Played, minute: float) -> None:
    """Resolved then."""
    played.run_to(at(minute)).resolve("first-1", at(minute), told_customer=TEXT)


class TestGoesOn:
    """What was left when it was resolved is left when it is reopened."""

    def test_the_time_in_which_it_was_resolved_is_left_out(self) -> None:
        played = begun(target(60, "solved", when_reopened="goes_on"), target(60, "other"))
        fixed(played, 20)
        assert due(played) == {}
        played.reopen("first-1", at(50))
        assert due(played) == {"solved": at(90)}
        assert played.entry("target_began").happened_at == at(50)
        assert "the target solved goes on" in narrate(played.entry("target_began"))
        assert played.run_to(at(90)).state.missed_targets == ("solved",)

    def test_so_is_a_hold_before_and_a_second_spell(self) -> None:
        played = begun(target(60, "solved", when_reopened="goes_on"), hold=holding("work"))
        played.hold("first-1", at(15), at(5))
        fixed(played, 20)
        played.reopen("first-1", at(50))
        fixed(played, 60)
        played.reopen("first-1", at(100))
        assert due(played) == {"solved": at(60 + 10 + 30 + 40)}

    def test_it_counts_in_its_own_hours_and_keeps_its_warnings(self) -> None:
        warn = (TargetWarn(before=minutes(30), tell=("owner",)),)
        solved = target(240, "solved", when_reopened="goes_on", hours=BOTH, warnings=warn)
        played = began(ladder(targets=(solved,)), on(20, 15))
        played.acknowledge("first-1", on(20, 15, 10))
        played.resolve("first-1", on(20, 16))
        played.reopen("first-1", on(23, 10))
        assert due(played) == {"solved": on(23, 13)}, "an hour was used on Friday; Friday's last and Monday's first not"
        assert [each.at for each in played.state.targets[0].warnings] == [on(23, 12, 30)]
        assert DESK.name == "desk"

    def test_another_severity_after_it_keeps_the_spell(self) -> None:
        solved = target(240, "solved", when_reopened="goes_on", hours=BOTH)
        solved = solved.model_copy(update={"within": {"S1": minutes(180), "S2": minutes(240)}})
        played = began(ladder(targets=(solved,)), on(23, 9), "S2")
        played.acknowledge("first-1", on(23, 9, 10))
        played.resolve("first-1", on(23, 10))
        played.reopen("first-1", on(23, 12))
        assert due(played) == {"solved": on(23, 15)}
        played.change_severity("lead", "S1", on(23, 12, 30))
        assert due(played) == {"solved": on(23, 14)}

    def test_what_was_missed_or_met_before_does_not_come_back(self) -> None:
        answered = target(10, "answered", ends="first_response", when_reopened="goes_on")
        played = begun(answered, target(15, "called", when_reopened="goes_on"))
        played.note("first-1", at(5), is_to_customer=True)
        fixed(played, 20)
        played.reopen("first-1", at(30))
        assert due(played) == {}

    def test_one_that_does_not_stop_on_hold_ran_on_and_is_missed_at_once_where_it_is_over(self) -> None:
        played = begun(target(60, "law", when_reopened="goes_on", stops_on_hold=False))
        fixed(played, 20)
        played.reopen("first-1", at(50))
        assert due(played) == {"law": at(60)}
        other = begun(target(60, "law", when_reopened="goes_on", stops_on_hold=False))
        fixed(other, 20)
        other.reopen("first-1", at(70))
        other.tick(at(70))
        assert missed(other, "law") == [at(60)]

    def test_it_is_explained_and_carried(self) -> None:
        played = begun(target(60, "solved", when_reopened="goes_on"))
        fixed(played, 20)
        assert IssueState.model_validate_json(played.state.model_dump_json()) == played.state
        played.reopen("first-1", at(50))
        told = " ".join(explain(played.state, played.now).what_next)
        assert "1 h (within of target solved for S1) + 30 min (on hold)" in told


class TestReopened:
    """A target that counts from a reopening."""

    def test_it_begins_with_each_and_each_can_be_missed(self) -> None:
        played = begun(target(20, "again", starts="reopened"))
        assert due(played) == {}
        fixed(played, 10)
        played.reopen("first-1", at(30))
        assert due(played) == {"again": at(50)}
        played.run_to(at(51)).acknowledge("first-1", at(51))
        fixed(played, 55)
        played.reopen("first-1", at(60))
        assert due(played) == {"again": at(80)}
        fixed(played, 70)
        assert missed(played, "again") == [at(50)]


class TestEachMessage:
    """A further message of the customer after a missed update."""

    def test_begins_the_next_clock_where_the_policy_says_so(self) -> None:
        played = begun(target(60, "reply", ends="updated", begins_when_missed=True))
        played.note("cust-7781", at(20))
        assert due(played) == {"reply": at(60)}, "it is owed already"
        played.run_to(at(120)).note("cust-7781", at(180))
        assert due(played) == {"reply": at(240)}
        played.run_to(at(300))
        assert missed(played, "reply") == [at(60), at(240)]
        played.note("first-1", at(310), is_to_customer=True)
        played.note("cust-7781", at(320))
        assert due(played) == {"reply": at(380)}

    def test_begins_none_where_it_does_not(self) -> None:
        played = begun(target(60, "reply", ends="updated"))
        played.run_to(at(120)).note("cust-7781", at(180))
        assert due(played) == {}


class TestEnds:
    """A severity for which nothing is agreed."""

    def play(self, **more: Any) -> Played:
        """Agreed for S1 alone; milder at minute 10, worse again at minute 20."""
        solved = target(60, "solved").model_copy(update={"within": {"S1": minutes(60)}})
        played = begun(solved, severity_change=SeverityChange(**more))
        played.change_severity("lead", "S2", at(10))
        return played

    def test_leaves_what_was_promised(self) -> None:
        assert due(self.play()) == {"solved": at(60)}

    def test_or_ends_it_and_the_severity_brings_it_back_from_its_true_start(self) -> None:
        played = self.play(ends_targets=True)
        assert due(played) == {}
        played.change_severity("lead", "S1", at(20))
        assert due(played) == {"solved": at(60)}
