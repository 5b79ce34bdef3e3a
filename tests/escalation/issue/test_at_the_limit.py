"""A tier, or a desk, whose people have as much as they may have at once: their lead is asked, or it waits."""

from typing import Any

from escalation.issue.effects import FindResponders, Notify
from escalation.issue.explain import explain
from escalation.issue.facts import LeftOut
from escalation.narrate import narrate
from escalation.policy.model import Tell
from tests.escalation.issue.asking import NETWORK, Asking
from tests.given import Played, at, done, opened, person, policy, tier

FULL = (LeftOut(id="ann", why="at the limit: 3 of 3"), LeftOut(id="ben", why="at the limit: 1 of 1"))
WAITS = tier("first", tell=Tell(roles=("first",), when_full="wait"))


def full(played: Played, effect: FindResponders, *people: str, **more: Any) -> None:
    """The look-up's answer: all are at their limit; `people` are asked all the same."""
    found = played.found(effect, people)
    asked = tuple(person(name) for name in people)
    given = {"is_full": True, "left_out": FULL, "why": "first, without 2 at their limit", "people": asked, **more}
    done(played.send(found.model_copy(update=given), played.now))


def waiting() -> Played:
    """An issue whose first tier waits, a minute after it was opened."""
    played = Played(opened(policy(WAITS, tier("second"))), answer=False)
    played.now = at(1)
    full(played, last(played))
    return played


def last(played: Played) -> FindResponders:
    """The latest look-up."""
    return [effect for effect in played.effects if isinstance(effect, FindResponders)][-1]


def test_where_the_policy_waits_nobody_is_asked_and_the_owner_is_told() -> None:
    played = waiting()
    assert (played.state.asked, played.state.tier) == ((), "first")
    assert played.told("tier_full") == ["ray"]
    words = "\n".join(explain(played.state, at(2)).lines)
    assert "ann (at the limit: 3 of 3); ben (at the limit: 1 of 1)" in words
    assert "Asked at this tier: nobody: everybody is at their limit." in words
    assert narrate(played.entries[-1]) == (
        "everybody of the first is at their limit (first, without 2 at their limit); "
        "they are looked up again Fri 20 Nov 19:46:00 UTC"
    )


def test_they_are_looked_up_again_and_whoever_is_free_then_is_asked() -> None:
    played = waiting().run_to(at(6))
    assert played.entries[-1].event.kind == "looked_again"
    full(played, last(played))
    assert played.told("tier_full") == ["ray"], "told once"
    assert narrate(played.entries[-1]).startswith("everybody of the first is still at their limit")
    played.run_to(at(9.9))
    assert played.state.full is not None


def test_its_time_to_acknowledge_runs_on_and_moves_it_up() -> None:
    played = waiting().run_to(at(6))
    played.send(played.found(last(played), ("ann",)), at(6))
    assert (played.state.asked, played.state.full) == (("ann",), None)
    other = waiting().run_to(at(6))
    full(other, last(other))
    other.run_to(at(10))
    assert (other.state.tier, other.state.full) == ("second", None)
    assert other.event("tier_began").why == "not_acknowledged"
    assert last(other).tier == "second"


def test_who_acknowledges_meanwhile_ends_the_looking() -> None:
    played = waiting()
    played.acknowledge("kim", at(2))
    assert played.state.full is None
    assert "look_again" not in played.due()


def test_else_their_lead_is_asked_and_the_owner_is_told() -> None:
    played = Played(opened(), answer=False)
    full(played, last(played), "lee")
    assert played.state.asked == ("lee",)
    assert played.told("tier_full") == ["ray"]
    told = [effect for effect in played.effects if isinstance(effect, Notify) and effect.about == "tier_full"]
    assert "at their limit: their lead is asked. You own this issue." in told[0].asked_of_you


def test_a_tier_without_a_lead_is_left_as_an_empty_one() -> None:
    played = Played(opened(), answer=False)
    full(played, last(played))
    assert played.state.tier == "second"


def test_a_desk_asks_its_lead_or_waits_as_it_says() -> None:
    lead = person("network-lead", "lead")
    played = Asking(answer=False)
    played.ask("first-1", at(1))
    full(played, played.looked_up(), lead=lead)
    assert played.one("network-1").asked == ("network-lead",)
    assert "everybody there is at the limit" in narrate(played.entries[-1])
    assert [who for who, _ in played.told_of("ask_news")] == ["first-1", "ray"]
    tell = NETWORK.tell.model_copy(update={"when_full": "wait"})
    waits = Asking(NETWORK.model_copy(update={"tell": tell}), answer=False)
    waits.ask("first-1", at(1))
    full(waits, waits.looked_up(), lead=lead)
    assert (waits.one("network-1").asked, waits.one("network-1").look_again_at) == ((), at(16))
    assert [who for who, _ in waits.told_of("ask_news")] == ["first-1", "ray", "network-lead"]
