"""Who is asked: looked up when a tier begins; an empty tier is left at once; a failed look-up asks the last known."""

from datetime import timedelta

import pytest

from escalation.issue.clocks import FIND_WITHIN, deadlines
from escalation.issue.commands import TakeNoPeople, TakePeople
from escalation.issue.decide import decide
from escalation.issue.effects_of import effects
from escalation.issue.evolve import evolve
from escalation.issue.refusal import Rejected
from tests.given import T0, Played, at, done, opened, person, policy, tier


def answers(turn: int, *names: str) -> TakePeople:
    """The answer of a look-up."""
    return TakePeople(id=f"find-{turn}", turn=turn, people=tuple(person(name) for name in names), why="on duty")


def fails(turn: int) -> TakeNoPeople:
    """A look-up that failed."""
    return TakeNoPeople(id=f"find-{turn}", turn=turn, error="the directory is away")


def test_those_who_are_found_are_asked() -> None:
    played = Played(answer=False)
    played.send(answers(1, "ann", "ben"))
    assert played.state.asked == ("ann", "ben")
    assert played.told("asked") == ["ann", "ben"]
    assert played.event("people_asked").how == "looked_up"


def test_who_is_found_twice_is_asked_once() -> None:
    played = Played(answer=False)
    played.send(answers(1, "ann", "ann"))
    assert played.state.asked == ("ann",)


def test_an_empty_tier_is_left_at_once() -> None:
    played = Played(nobody_at=("first",))
    assert played.began() == [("first", "entered"), ("second", "nobody_on_duty")]
    assert played.state.tier_began_at == T0
    assert played.state.missed == 0


def test_a_ladder_without_anybody_is_exhausted_at_once_and_the_last_resort_told() -> None:
    played = Played(nobody_at=("first", "second"))
    assert played.event("exhausted").why == "nobody_on_duty"
    assert played.told("last_resort") == ["boss"]


def test_when_a_look_up_fails_the_last_known_are_asked() -> None:
    played = Played(answer=False)
    played.send(fails(1))
    assert played.event("lookup_failed").error == "the directory is away"
    assert played.event("people_asked").how == "last_known"
    assert played.event("people_asked").why == "the last known people"
    assert played.state.asked == ("first-known",)


def test_when_a_look_up_fails_and_nobody_is_known_the_tier_is_left() -> None:
    played = Played(opened(last_known={}), answer=False)
    played.send(TakeNoPeople(id="find-1", turn=1, error="x" * 300))
    assert played.event("lookup_failed").error == "x" * 200
    assert played.event("tier_found_empty").why == "nobody could be looked up, and nobody is known"


def test_a_look_up_that_does_not_answer_is_given_up_after_half_a_minute() -> None:
    played = Played(answer=False)
    played.tick(T0 + FIND_WITHIN)
    assert played.kinds() == ["opened", "tier_began", "lookup_failed", "people_asked"]
    assert played.told("asked") == ["first-known"]


@pytest.mark.parametrize("known", [{"small/first": ("boss",)}, {}], ids=["known", "nobody known"])
def test_given_up_within_the_second_all_that_follows_counts_from_when_it_was_due(
    known: dict[str, tuple[str, ...]],
) -> None:
    played = Played(opened(last_known=known, people=(person("boss"),)), answer=False)
    played.tick(T0 + FIND_WITHIN + timedelta(seconds=0.5))
    follows = ["people_asked"] if known else ["tier_found_empty", "tier_began"]
    assert played.kinds()[2:] == ["lookup_failed", *follows]
    assert {entry.happened_at for entry in played.entries[2:]} == {T0 + FIND_WITHIN}


def test_what_it_answers_after_that_changes_nothing() -> None:
    played = Played(answer=False)
    played.tick(T0 + FIND_WITHIN)
    assert played.send(answers(1, "ann")) == ()
    assert played.state.asked == ("first-known",)


def test_an_answer_for_a_tier_that_was_left_changes_nothing() -> None:
    played = Played(answer=False)
    played.escalate("kim", at(0.1))
    assert played.send(answers(1, "ann")) == ()
    assert played.state.asked == ()


def test_an_answer_after_it_was_resolved_asks_nobody() -> None:
    played = Played(answer=False)
    played.resolve("kim", at(0.1))
    assert played.send(answers(1, "ann")) == ()


def test_where_nobody_is_known_either_the_tier_counts_as_empty() -> None:
    played = Played(opened(last_known={}), answer=False)
    played.send(fails(1))
    assert played.kinds()[2:5] == ["lookup_failed", "tier_found_empty", "tier_began"]


@pytest.mark.parametrize("known", [{"small/": ("boss",)}, {}], ids=["known", "nobody known"])
def test_a_last_resort_is_never_nobody(known: dict[str, tuple[str, ...]]) -> None:
    played = Played(opened(policy(tier("first")), last_known=known, people=(person("boss"),)), answer=False)
    played.escalate("kim", at(1))
    played.send(answers(2))
    assert played.told("last_resort") == (["boss"] if known else ["ray"])
    assert played.event("people_asked").how == "last_known"


def test_whom_it_is_about_is_not_asked_though_the_look_up_names_them() -> None:
    played = Played(opened(issue={"about": ("sue",)}), answer=False)
    played.send(answers(1, "sue", "ann"))
    assert played.state.asked == ("ann",)


def test_a_tier_where_only_those_are_whom_it_is_about_counts_as_empty() -> None:
    played = Played(opened(issue={"about": ("first-known",)}), answer=False)
    played.send(fails(1))
    assert played.began()[-1] == ("second", "nobody_on_duty")


def test_a_last_resort_whom_it_is_about_is_passed_by_for_the_owner() -> None:
    played = Played(opened(policy(tier("first")), issue={"about": ("boss",)}), answer=False)
    played.escalate("kim", at(1))
    played.send(answers(2, "boss"))
    assert played.told("last_resort") == ["ray"]


def test_a_last_resort_and_owner_whom_it_is_about_are_not_told_and_the_cadence_goes_on() -> None:
    """No door opens one like this any more; one that runs already still counts on it."""
    played = Played(opened(policy(tier("first")), owner="sue", issue={"about": ("boss",)}), answer=False)
    played.escalate("kim", at(1))
    facts = played.state.facts.model_copy(update={"about": ("boss", "sue")})
    running = played.state.model_copy(update={"facts": facts})
    answer = decide(running, answers(2, "boss"), at(1))
    assert done(answer) == ["tier_found_empty"]
    assert not isinstance(answer, Rejected)
    after = evolve(running, answer[0])
    assert effects(running, after, answer[0]) == ()
    assert [(due.what, due.at) for due in deadlines(after)] == [("last_resort", at(16))]


def test_no_more_are_asked_than_can_be_carried_along() -> None:
    played = Played(answer=False)
    played.send(answers(1, *(f"p{number}" for number in range(250))))
    assert played.state.asked == tuple(f"p{number}" for number in range(200))
    assert played.event("people_asked").why.endswith("; the first 200 of 250")
    assert len(played.state.tried[-1]) == 400


def test_as_many_as_can_be_carried_along_are_all_of_them() -> None:
    played = Played(answer=False)
    played.send(answers(1, *(f"p{number}" for number in range(200))))
    assert len(played.state.asked) == 200
    assert played.event("people_asked").why == "on duty"
