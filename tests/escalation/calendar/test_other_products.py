"""What tests of Zammad, Frappe Helpdesk and biz state of business hours: the same figures here."""

from datetime import datetime, timedelta

import pytest

from escalation.calendar.due import due_at
from escalation.calendar.limit import read_limit
from escalation.calendar.model import read_hours
from escalation.calendar.open_times import OpenTimes
from tests.escalation.calendar.hours import hours

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    """The instant."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "week", "started", "limit", "due"),
    [
        (BERLIN, {"mon_fri": "08:00-18:00"}, "2013-03-21T09:30:00Z", "60 wmin", "2013-03-21T10:30:00Z"),
        (BERLIN, {"mon_fri": "08:00-18:00"}, "2013-03-21T09:30:00Z", "180 wmin", "2013-03-21T12:30:00Z"),
        (BERLIN, {"mon_sun": "08:00-17:00"}, "2013-10-21T05:30:00Z", "120 wmin", "2013-10-21T08:00:00Z"),
        (BERLIN, {"mon_sun": "09:00-17:00"}, "2013-10-21T05:30:00Z", "240 wmin", "2013-10-21T11:00:00Z"),
        (BERLIN, {"mon_fri": "08:00-20:00"}, "2016-11-01T13:56:21Z", "120 wmin", "2016-11-02T09:00:00Z"),
        (BERLIN, {"mon_fri": "08:00-20:00"}, "2016-11-01T13:56:21Z", "1200 wmin", "2016-11-03T15:00:00Z"),
        ("UTC", {"mon_fri": "10:00-18:00"}, "2026-06-06T15:00:00Z", "24 wh", "2026-06-10T18:00:00Z"),
        ("UTC", {"mon_fri": "10:00-18:00"}, "2026-06-06T15:00:00Z", "72 wh", "2026-06-18T18:00:00Z"),
        ("UTC", {"mon_sun": "00:00-23:59"}, "2026-06-06T12:00:00Z", "24 wh", "2026-06-07T12:00:00Z"),
    ],
)
def test_when_it_is_due(zone: str, week: dict[str, str], started: str, limit: str, due: str) -> None:
    off, years = ("2016-11-01",), (at(started).year, at(started).year + 1)
    made = hours(zone, off=off if years[0] == 2016 else (), years=years, **week)
    assert due_at(at(started), read_limit(limit), made) == at(due)


def test_answered_seconds_after_opening_used_seconds() -> None:
    made = OpenTimes(hours(BERLIN, years=(2013, 2013), mon_fri="08:00-18:00"))
    assert made.between(at("2013-03-28T23:49:00Z"), at("2013-03-29T07:00:03Z")) == timedelta(seconds=3)


@pytest.mark.parametrize("text", ["09:00-00:00", "00:00-00:00"])
def test_hours_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"00:00-24:00|24:00; allowed"):
        read_hours(text)


def test_hours_inside_of_the_vanished_hour_give_no_open_time() -> None:
    made = OpenTimes(hours("America/Los_Angeles", years=(2006, 2006), sun="02:30-03:15", mon="09:00-17:00"))
    opens = made.next_opening(at("2006-04-02T00:00:00-08:00"))
    assert (opens, made.next_closing(opens)) == (at("2006-04-03T09:00:00-07:00"), at("2006-04-03T17:00:00-07:00"))


def test_a_holiday_is_a_date_of_the_calendars_zone() -> None:
    made = OpenTimes(hours("America/Los_Angeles", years=(2010, 2010), off=("2010-07-15",), mon_sun="00:00-24:00"))
    open_at = ["2010-07-15T02:00:00-04:00", "2010-07-15T03:00:00-04:00", "2010-07-16T03:00:00-04:00"]
    assert [made.is_open(at(each)) for each in open_at] == [True, False, True]
