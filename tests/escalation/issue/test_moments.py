"""The three ways to ask what is due agree: all moments, those that are reached, and the next instant alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.issue.clocks import deadlines, moments, next_at, next_timer, reached
from escalation.issue.evolve import evolve
from escalation.issue.state import IssueState
from escalation.policy.model import Policy, Warn
from tests.escalation.issue.plays import Play, command_of, instant_of, plays
from tests.escalation.issue.test_golden import STORIES
from tests.given import Played, at, done, holding, opened, policy, target, tier


def states(play: Play) -> list[IssueState]:
    """The state after each step of a play that is not refused."""
    played = Played(play.command, answer=False)
    found = [played.state]
    for step in play.steps:
        now = instant_of(step, played.state, played.now)
        played.send(command_of(step, played.state, played.effects, [], now), now)
        found.append(played.state)
    return found


def agree(state: IssueState) -> None:
    """The ways to ask what is due give the same answer of this state."""
    all_of_them = moments(state)
    for now in {moment.at for moment in all_of_them}:
        assert reached(state, now) == [moment for moment in all_of_them if moment.at <= now]
    timer = next_timer(state)
    assert next_at(state) == (timer.at if timer is not None else None)
    assert [due.model_dump(exclude={"words"}) for due in deadlines(state)] == [each._asdict() for each in all_of_them]


@pytest.mark.parametrize("name", sorted(STORIES))
def test_they_agree_after_every_entry_of_a_story(name: str) -> None:
    state: IssueState | None = None
    for entry in STORIES[name]().entries:
        state = evolve(state, entry)
        agree(state)


@given(plays(), st.data())
def test_they_agree_after_any_step_of_any_play(play: Play, data: st.DataObject) -> None:
    agree(data.draw(st.sampled_from(states(play))))


def one_tier(**more: Any) -> Policy:
    """A tier without a limit to work, so without ceilings."""
    return policy(tier("first", 10, None, **more.pop("first", {})), **more)


def test_each_thing_that_is_due_first_is_the_next_instant() -> None:
    warned = Played(opened(one_tier(first={"warnings": (Warn(at=0.5, of="acknowledge", tell=("owner",)),)})))
    assert next_at(warned.state) == at(5)
    promised = Played(opened(one_tier(targets=(target(7),))))
    assert next_at(promised.state) == at(7)
    snoozed = Played(opened(one_tier()))
    done(snoozed.snooze("first-1", at(4), at(1)))
    assert next_at(snoozed.state) == at(4)
    held = Played(opened(one_tier(hold=holding("acknowledge"))))
    done(held.hold("first-1", at(40), at(5)))
    assert next_at(held.state) == at(40), "the time to acknowledge stands still"
    bounded = Played(opened(policy(tier("first", 10, 20), tier("second"))))
    done(bounded.acknowledge("first-1", at(1)))
    assert next_at(bounded.state) == at(20)


def test_nothing_is_due_any_more_once_it_is_over() -> None:
    played = Played()
    done(played.resolve("first-1", at(1)))
    done(played.confirm("ray", at(2)))
    over = played.run_to(at(60 * 24 * 30)).state
    assert (next_at(over), next_timer(over), moments(over)) == (None, None, [])


def test_warnings_of_one_instant_come_by_their_share() -> None:
    both = (Warn(at=0.5, of="acknowledge", tell=("asked",)), Warn(at=0.25, of="work", tell=("owner",)))
    played = Played(opened(policy(tier("first", 15, 30, warnings=both))))
    assert [(each.at, each.of) for each in moments(played.state)[:2]] == [(at(7.5), "work"), (at(7.5), "acknowledge")]


def test_of_the_tiers_that_must_hear_only_the_first_is_awaited() -> None:
    ladder = policy(tier("first", 10, 60), tier("second", 10, 30), tier("third", 10, 5), tier("fourth"))
    played = Played(opened(ladder)).run_to(at(10))
    done(played.de_escalate("second-1", at(39)))
    assert [ceiling.tier for ceiling in played.state.ceilings] == ["third", "fourth"]
    assert [(each.name, each.at) for each in moments(played.state) if each.what == "ceiling"] == [("third", at(90))]
    assert [each.what for each in moments(played.state)][-1] == "work", "both are before the tier's own time is up"
