"""What people read of an issue whose tier waits for its hours, at the command line and on the page."""

from rich.console import Console

from escalation.issue.standing import snapshot
from escalation.issue.state import IssueState
from starter.http.raising import next_lines
from starter.reader import Reader
from starter.views.answer import _stands
from starter.views.standing import moving_view, standing, standing_view
from tests.escalation.calendar.hours import hours
from tests.given import T0, Played, opened, policy, tier

READER = Reader(T0, "Europe/Dublin")


def waiting() -> IssueState:
    """Opened on a Friday evening."""
    first = tier("first", hours={"S1": "desk", "S2": "desk"})
    desk = hours("Europe/Dublin", mon_fri="09:00-17:00")
    return Played(opened(policy(first, tier("second"), pinned_calendars={"desk": desk}))).state


def test_every_view_says_when_it_opens_and_none_that_people_are_looked_up() -> None:
    state = waiting()
    for view in (standing(state, READER), moving_view(state, READER), standing_view(state, READER)):
        console = Console(width=200)
        with console.capture() as shown:
            console.print(view)
        assert "closed and opens Mon 23 Nov 09:00 Dublin" in shown.get()
        assert "looked up" not in shown.get()


def test_the_answer_to_a_command_and_the_page_say_so_too() -> None:
    state = waiting()
    assert "nobody before it opens" in _stands(snapshot(state), READER)[0]
    lines = next_lines(state, READER)
    assert lines[0] == "First is closed now, and is told when it opens."
    assert "First opens and is asked" in lines[1]
