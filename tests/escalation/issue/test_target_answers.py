"""Answers that meet one target alone, and promises of an update that begin with the customer's first word."""

from datetime import datetime
from typing import Any

import pytest

from escalation.issue.commands import ChangeSeverity
from escalation.narrate import narrate
from escalation.policy.target import Target
from tests.given import CUSTOMER, TEXT, Played, actor, at, done, opened, policy, refused, target, tier

LONG = (tier("first", 600, 1200), tier("second", 600, 1200))
FIRST = target(30, "first", ends="first_response")
UPDATE = target(60, "update", ends="updated")
FOR_WORDS = UPDATE.changed({"starts": "customer_wrote"})


def issue(*targets: Target, raiser: str = "ray", **more: Any) -> Played:
    facts = {"parties": (CUSTOMER,), "raiser": actor(raiser)}
    return Played(opened(policy(*LONG, targets=targets, **more), issue=facts))


def runs(played: Played) -> dict[str, datetime]:
    return {each.name: each.due_at for each in played.state.targets}


def answer(played: Played, now: float, **more: Any) -> Any:
    return played.note("first-1", at(now), **{"is_to_customer": True, **more})


class TestMeetsOne:
    """`meets` of a note."""

    def test_a_first_response_alone_leaves_the_update_owed(self) -> None:
        played = issue(FIRST, UPDATE)
        assert done(answer(played, 10, meets="first")) == ["noted", "target_met"]
        assert runs(played) == {"update": at(60)}
        assert narrate(played.entry("noted")) == "first-1 answered the customer, for first alone"
        played.note(CUSTOMER.key, at(20), said_by=CUSTOMER.key)
        assert runs(played) == {"update": at(60)}, "they were owed one before they wrote"
        assert done(answer(played, 50)) == ["noted", "target_met"]
        assert runs(played) == {}

    def test_an_update_alone_leaves_the_first_response_owed(self) -> None:
        played = issue(FIRST, UPDATE)
        answer(played, 10, meets="update")
        assert runs(played) == {"first": at(30)}
        played.note("ray", at(20), said_by=CUSTOMER.key)
        assert runs(played) == {"first": at(30), "update": at(80)}

    def test_what_is_met_alone_does_not_come_back_with_another_severity(self) -> None:
        played = issue(FIRST, UPDATE)
        answer(played, 10, meets="first")
        played.send(ChangeSeverity(id="c", by=actor("ray"), severity="S2", reason=TEXT), at(12))
        assert runs(played) == {"update": at(120)}

    def test_without_it_an_answer_meets_all(self) -> None:
        played = issue(FIRST, UPDATE)
        answer(played, 10)
        assert runs(played) == {}

    def test_it_promises_an_update_only_where_it_meets_one(self) -> None:
        played = issue(FIRST, UPDATE)
        assert refused(answer(played, 10, meets="first", next_update_at=at(20))) == "no_update_promised"
        answer(played, 10, meets="update", next_update_at=at(20))
        assert runs(played) == {"first": at(30), "update": at(20)}

    @pytest.mark.parametrize(
        "more", [{"meets": "solved"}, {"meets": "weather"}, {"meets": "first", "is_to_customer": False}]
    )
    def test_it_names_a_target_that_an_answer_meets(self, more: dict[str, Any]) -> None:
        assert refused(answer(issue(FIRST, target(90)), 10, **more)) == "meets_nothing"


class TestCustomerWrote:
    """`starts: customer_wrote`."""

    def test_nothing_is_owed_before_their_first_word_and_from_then_on(self) -> None:
        played = issue(FOR_WORDS)
        assert runs(played) == {}
        played.note("ray", at(20), said_by=CUSTOMER.key)
        assert runs(played) == {"update": at(80)}
        played.note("ray", at(30), said_by=CUSTOMER.key)
        assert runs(played) == {"update": at(80)}
        answer(played, 40)
        assert runs(played) == {}
        played.note("ray", at(50), said_by=CUSTOMER.key)
        assert runs(played) == {"update": at(110)}

    def test_who_raised_it_has_written(self) -> None:
        played = issue(FOR_WORDS, raiser=CUSTOMER.key)
        assert runs(played) == {"update": at(60)}
        played.note("ray", at(20), said_by=CUSTOMER.key)
        assert runs(played) == {"update": at(60)}

    def test_what_the_house_says_is_no_word_of_theirs(self) -> None:
        played = issue(FOR_WORDS)
        played.note("ray", at(20))
        played.acknowledge("first-1", at(21))
        answer(played, 22)
        assert runs(played) == {}
        played.note("ray", at(30), said_by=CUSTOMER.key)
        assert runs(played) == {"update": at(90)}

    def test_another_severity_begins_nothing_before_it_and_counts_from_it(self) -> None:
        played = issue(FOR_WORDS.changed({"within": {"S2": FOR_WORDS.within["S2"]}}))
        played.send(ChangeSeverity(id="c", by=actor("ray"), severity="S2", reason=TEXT), at(5))
        assert runs(played) == {}
        played.send(ChangeSeverity(id="d", by=actor("ray"), severity="S1", reason=TEXT), at(6))
        played.note("ray", at(20), said_by=CUSTOMER.key)
        assert runs(played) == {}
        played.send(ChangeSeverity(id="e", by=actor("ray"), severity="S2", reason=TEXT), at(30))
        assert runs(played) == {"update": at(140)}
