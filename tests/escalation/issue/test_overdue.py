"""What was missed and is owed still is shown, until it has come."""

from datetime import datetime

from escalation.issue.beside import beside
from escalation.issue.commands import Reopen
from escalation.issue.target_clocks import still_owed
from escalation.policy.target import Target
from tests.given import CUSTOMER, TEXT, Played, actor, at, done, opened, policy, target, tier

LONG = (tier("first", 600, 1200), tier("second", 600, 1200))
FIRST = target(30, "first", ends="first_response")
UPDATE = target(60, "update", ends="updated")


def issue(*targets: Target) -> Played:
    return Played(opened(policy(*LONG, targets=targets), issue={"parties": (CUSTOMER,)}))


def owed(played: Played) -> dict[str, datetime]:
    return still_owed(played.state)


def shown(played: Played) -> str:
    return next((fact.words for fact in beside(played.state) if fact.name == "Overdue"), "")


def test_nothing_is_overdue_before_its_end_and_what_was_missed_is_since_then() -> None:
    played = issue(FIRST, UPDATE).run_to(at(29))
    assert (owed(played), shown(played)) == ({}, "")
    played.run_to(at(61))
    assert owed(played) == {"first": at(30), "update": at(60)}
    assert shown(played) == "first since Fri 20 Nov 20:10:00 UTC; update since Fri 20 Nov 20:40:00 UTC"


def test_an_answer_meets_it_late_and_the_one_that_it_names_alone() -> None:
    played = issue(FIRST, UPDATE).run_to(at(61))
    played.note("first-1", at(70), is_to_customer=True, meets="first")
    assert owed(played) == {"update": at(60)}
    played.note("first-1", at(71), is_to_customer=True)
    assert owed(played) == {}


def test_an_answer_that_comes_before_the_clock_is_served_leaves_nothing_overdue() -> None:
    played = issue(FIRST)
    played.note("first-1", at(40), is_to_customer=True)
    assert (played.state.missed_targets, owed(played)) == (("first",), {})


def test_an_update_that_begins_anew_is_not_overdue_but_runs() -> None:
    played = issue(UPDATE).run_to(at(61))
    played.note("first-1", at(70), is_to_customer=True)
    played.note("ray", at(80), said_by=CUSTOMER.key)
    assert owed(played) == {}
    assert [each.due_at for each in played.state.targets] == [at(140)]
    played.run_to(at(141))
    assert owed(played) == {"update": at(140)}


def test_an_acknowledgement_and_the_leaving_of_a_tier_meet_theirs() -> None:
    played = issue(target(5, "taken", ends="acknowledged"), target(9, "left", ends="tier_left", tier="first"))
    played.run_to(at(10))
    assert owed(played) == {"taken": at(5), "left": at(9)}
    played.acknowledge("first-1", at(11))
    assert owed(played) == {"left": at(9)}
    played.escalate("first-1", at(12))
    assert owed(played) == {}


def test_with_the_resolution_nothing_is_owed_also_when_it_is_reopened() -> None:
    played = issue(target(30)).run_to(at(31))
    assert owed(played) == {"solved": at(30)}
    assert "resolved" in done(played.resolve("first-1", at(40), told_customer=TEXT))
    assert owed(played) == {}
    played.send(Reopen(id="again", by=actor("ray"), reason=TEXT), at(50))
    assert owed(played) == {}
