"""The three ways to ask what is due agree: all moments, those that are reached, and the next instant alone."""

from hypothesis import given
from hypothesis import strategies as st

from escalation.issue.clocks import deadlines, moments, next_at, next_timer, reached
from escalation.issue.state import IssueState
from tests.escalation.issue.plays import Play, command_of, instant_of, plays
from tests.given import Played


def states(play: Play) -> list[IssueState]:
    """The state after each step of a play that is not refused."""
    played = Played(play.command, answer=False)
    found = [played.state]
    for step in play.steps:
        now = instant_of(step, played.state, played.now)
        played.send(command_of(step, played.state, played.effects, [], now), now)
        found.append(played.state)
    return found


@given(plays(), st.data())
def test_what_is_reached_is_what_of_all_is_due_by_then(play: Play, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(states(play)))
    all_of_them = moments(state)
    for now in {moment.at for moment in all_of_them}:
        assert reached(state, now) == [moment for moment in all_of_them if moment.at <= now]
    timer = next_timer(state)
    assert next_at(state) == (timer.at if timer is not None else None)
    assert [(due.at, due.what) for due in deadlines(state)] == [(moment.at, moment.what) for moment in all_of_them]
