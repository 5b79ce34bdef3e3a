"""Several must acknowledge: the time to acknowledge stops with the last one that is needed, and not before."""

from typing import Any

import pytest

from escalation.issue.commands import TakePeople
from escalation.issue.delivery import StandIn
from escalation.issue.explain import explain
from escalation.issue.quorum import quorum
from escalation.narrate import narrate
from escalation.policy.finding import Findings
from escalation.policy.lint_routing import so_many_can_acknowledge
from escalation.policy.model import Acknowledgement, Tell
from tests.escalation.policy.sample import the_finding, with_change
from tests.given import Played, at, done, minutes, opened, person, policy, refused, tier

THREE = ("ann", "ben", "cid")


def asked(*names: str, lapses: float | None = None, more: dict[str, Any] | None = None, **of_tier: Any) -> Played:
    """A first tier at which these are asked; the second one's people are found by themselves."""
    held = Acknowledgement(lapses_after={"S1": minutes(lapses)} if lapses else {})
    first = tier("first", **{"remind_every": {"S1": minutes(4)}, **of_tier})
    played = Played(opened(policy(first, tier("second"), acknowledgement=held)), answer=False)
    find = next(effect for effect in played.effects if effect.kind == "find_responders")
    found = {"id": find.key, "turn": 1, "people": tuple(person(name) for name in names or THREE), "why": "on duty"}
    done(played.send(TakePeople(**{**found, **(more or {})})))
    return played


def test_one_is_enough_where_nothing_is_said() -> None:
    played = asked()
    played.acknowledge("ann", at(1))
    assert "acknowledge" not in played.due()
    assert (played.event("acknowledged").have, played.event("acknowledged").needed) == (0, 0)
    assert not any(line.startswith("Acknowledged") for line in explain(played.state, at(1)).who)


def test_two_of_three_stop_the_clock_and_explain_counts_them() -> None:
    played = asked(acknowledged_by=2)
    done(played.acknowledge("ann", at(1)))
    assert (played.state.handler, played.due()["acknowledge"], played.due()["remind"]) == ("ann", at(10), at(4))
    assert narrate(played.entry("acknowledged")) == "ann acknowledged it (1 of 2 that are needed)"
    assert "Acknowledged: 1 of 2 that are needed, 3 are asked: ann." in explain(played.state, at(1)).who
    done(played.acknowledge("cid", at(2)))
    assert (played.state.handler, played.state.joined) == ("ann", ("cid",))
    assert {"acknowledge", "remind"}.isdisjoint(played.due())
    assert narrate(played.entry("acknowledged")) == "cid joined (2 of 2 that are needed)"
    assert "Acknowledged: 2 of 2 that are needed, 3 are asked: ann, cid." in explain(played.state, at(2)).who


def test_who_says_it_twice_counts_once() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    assert refused(played.acknowledge("ann", at(2))) == "already_acknowledged"
    lapsing = asked(acknowledged_by=2, lapses=6)
    lapsing.acknowledge("ann", at(1))
    assert done(lapsing.acknowledge("ann", at(2))) == ["acknowledged"], "a renewal"
    assert "acknowledge" in lapsing.due()


def test_whoever_was_not_asked_does_not_count() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.acknowledge("kim", at(2))
    assert played.state.joined == ("kim",)
    assert "acknowledge" in played.due()
    assert quorum(played.state).have == ("ann",)


def test_everybody_must_where_it_says_so() -> None:
    played = asked(is_acknowledged_by_all=True)
    for minute, name in enumerate(THREE[:-1], start=1):
        played.acknowledge(name, at(minute))
        assert "acknowledge" in played.due()
    played.acknowledge("cid", at(3))
    assert "acknowledge" not in played.due()


def test_who_has_acknowledged_is_not_reminded() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.run_to(at(4))
    assert played.told("reminded") == ["ben", "cid"]
    note = next(effect for effect in reversed(played.effects) if effect.kind == "notify")
    assert note.asked_of_you.startswith("Acknowledged so far: 1 of 2 that are needed, 3 are asked. You are asked")
    assert note.otherwise.endswith("too few have acknowledged: Second is asked.")


def test_too_few_in_time_move_it_up_and_who_has_it_keeps_it() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.run_to(at(10))
    assert played.began()[-1] == ("second", "too_few_acknowledged")
    assert (played.state.handler, played.state.missed) == ("ann", 1)
    assert "too few acknowledged in time" in narrate(played.entry("tier_began"))
    nobody = asked(acknowledged_by=2).run_to(at(10))
    assert nobody.began()[-1] == ("second", "not_acknowledged")


def test_a_decline_counts_down_and_too_few_left_move_it_up_at_once() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.decline("ben", at(2))
    assert (played.state.tier, quorum(played.state)[1:]) == ("first", (2, 2))
    played.decline("cid", at(3))
    assert played.began()[-1] == ("second", "too_few_left")
    assert (played.state.tier_began_at, played.state.handler, played.state.missed) == (at(3), "ann", 0)


def test_where_everybody_must_those_left_may_be_enough() -> None:
    played = asked(is_acknowledged_by_all=True)
    played.acknowledge("ann", at(1))
    played.acknowledge("ben", at(2))
    played.decline("cid", at(3))
    assert played.event("declined").is_tier_clock_stopped
    assert {"acknowledge", "remind"}.isdisjoint(played.due())
    assert (played.state.tier, played.state.handler) == ("first", "ann")


def test_a_decline_after_it_was_reached_takes_nothing_back() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.acknowledge("ben", at(2))
    played.decline("cid", at(3))
    assert played.began() == [("first", "entered")]
    assert "acknowledge" not in played.due()


def test_where_the_handler_declines_and_too_few_are_left_it_moves_up() -> None:
    played = asked("ann", "ben", acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.acknowledge("ben", at(2))
    played.decline("ann", at(3))
    assert played.began()[-1] == ("second", "too_few_left")


def test_who_declines_is_followed_by_the_next_so_that_nobody_is_missing() -> None:
    follows = {"stand_ins": {"ben": (StandIn(id="dot", why="next", is_next=True),)}, "beside": (person("dot"),)}
    played = asked("ann", "ben", acknowledged_by=2, more=follows)
    played.acknowledge("ann", at(1))
    played.decline("ben", at(2))
    assert (played.state.tier, played.state.asked) == ("first", ("ann", "dot"))
    played.acknowledge("dot", at(3))
    assert "acknowledge" not in played.due()


def test_where_fewer_are_there_than_must_all_of_them_must() -> None:
    played = asked("ann", acknowledged_by=2)
    played.acknowledge("ann", at(1))
    assert "acknowledge" not in played.due()


def test_who_gives_it_back_counts_no_more() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.acknowledge("ben", at(2))
    played.release("ann", at(3))
    assert played.due()["acknowledge"] == at(13)
    assert quorum(played.state).have == ("ben",)
    played.acknowledge("cid", at(4))
    assert "acknowledge" not in played.due()


def test_who_is_relieved_counts_no_more() -> None:
    played = asked(acknowledged_by=2)
    played.acknowledge("ann", at(1))
    played.acknowledge("ben", at(2), take_over_from="ann")
    assert "acknowledge" in played.due()
    assert quorum(played.state).have == ("ben",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("acknowledged_by: 1", "tiers[0].acknowledged_by: '1'"),
        ("acknowledged_by: 2\n    is_acknowledged_by_all: true", "is given beside is_acknowledged_by_all"),
    ],
)
def test_what_cannot_be_is_refused(given: str, words: str) -> None:
    field = "tell: { roles: [agent] }"
    assert words in str(the_finding(with_change(field, f"{field}\n    {given}")))


@pytest.mark.parametrize(
    ("tell", "allowed"),
    [
        (Tell(people=("ann", "ben")), "at most 2"),
        (Tell(people=("ann",)), "absent: one is asked"),
        (Tell(roles=("first",), choose="first"), "absent: one is asked"),
        (Tell(people=("ann", "ben"), roles=("first",)), None),
        (Tell(roles=("first",), choose="round_robin", at_most=3), None),
    ],
)
def test_never_more_than_are_asked(tell: Tell, allowed: str | None) -> None:
    findings = Findings("small.yaml")
    so_many_can_acknowledge(policy(tier("first", tell=tell, acknowledged_by=3)), findings)
    assert [str(found).endswith(f"allowed: {allowed}") for found in findings.found] == [True] * (allowed is not None)
