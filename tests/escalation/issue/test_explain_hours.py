"""Raised on a Friday at half past four in New York, owned in Dublin, over a change of the clocks and a holiday."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from escalation.issue.explain import explain
from tests.escalation.calendar.hours import hours
from tests.escalation.issue.test_hours import BOTH, began, in_hours, ladder
from tests.given import Played, tier

DUBLIN = hours("Europe/Dublin", holidays="IE", mon_fri="09:00-17:30").model_copy(update={"name": "dublin"})
RAISED = datetime(2027, 3, 26, 16, 30, tzinfo=ZoneInfo("America/New_York"))
"""Good Friday, no public holiday in Ireland; summer time begins there on Sunday, and Monday is Easter Monday."""


@pytest.fixture
def played() -> Played:
    """Two hours to acknowledge, twelve to work, both of Dublin's working time."""
    in_dublin = in_hours("first", 120, 12 * 60, hours={"S1": "dublin", "S2": "dublin"})
    return began(ladder(in_dublin, tier("second"), calendars=(DUBLIN,)), RAISED)


def test_it_is_due_on_tuesday_by_summer_time(played: Played) -> None:
    tuesday = datetime(2027, 3, 30, 9, 0, tzinfo=ZoneInfo("Europe/Dublin"))
    assert tuesday.utcoffset() == timedelta(hours=1)
    assert played.state.opens_at == tuesday
    assert played.state.acknowledge_due_at == tuesday + timedelta(hours=2)
    assert played.state.work_due_at == tuesday + timedelta(days=1, hours=3.5)


def test_explain_says_what_was_counted_what_was_skipped_and_why(played: Played) -> None:
    found = explain(played.state, played.now)
    assert found.working_time == (
        "By the calendar dublin, on the clock of Europe/Dublin:",
        "Fri 26 Mar 20:30 to Sat 27 Mar 00:00: outside hours",
        "Sat 27 Mar to Sun 28 Mar: weekend",
        "Mon 29 Mar: Easter Monday",
        "Tue 30 Mar 00:00 to 09:00: outside hours",
        "Tue 30 Mar 09:00 to 11:00: working hours, 2 h",
        "Sun 28 Mar 01:00: the clocks go forward by 1 h",
    )
    assert "It is closed: it opens Tue 30 Mar 2027 09:00 (Europe/Dublin), and its people are told then." in found.lines
    (acknowledge,) = (line for line in found.what_next if "nobody has acknowledged" in line)
    assert "+ 2 h of working time (dublin) (acknowledge_within for S1 at first)" in acknowledge


def test_after_that_it_explains_the_limit_that_is_left(played: Played) -> None:
    opens = played.state.opens_at
    assert opens is not None
    played.run_to(opens + timedelta(minutes=1)).acknowledge("first-1", opens + timedelta(minutes=5))
    assert explain(played.state, played.now).working_time[-3:] == (
        "Tue 30 Mar 17:30 to Wed 31 Mar 09:00: outside hours",
        "Wed 31 Mar 09:00 to 12:30: working hours, 3 h 30 min",
        "Sun 28 Mar 01:00: the clocks go forward by 1 h",
    )


def test_what_counts_day_and_night_has_nothing_to_explain() -> None:
    day_and_night = began(ladder(tier("first"), tier("second")), RAISED)
    assert explain(day_and_night.state, day_and_night.now).working_time == ()
    in_desk = began(ladder(in_hours("first", hours={"S2": BOTH["S2"]}), tier("second")), RAISED)
    assert explain(in_desk.state, in_desk.now).working_time == ()
