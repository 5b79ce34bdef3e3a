"""What can be written as a limit, and what cannot."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from escalation.calendar.limit import ALLOWED, Limit, read_limit

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("15 min", {"unit": "wall", "length": HOUR / 4}),
        ("PT15M", {"unit": "wall", "length": HOUR / 4}),
        ("2 days", {"unit": "wall", "length": 48 * HOUR}),
        ("1 week", {"unit": "wall", "length": 168 * HOUR}),
        ("4 wh", {"unit": "working", "length": 4 * HOUR}),
        ("4wh", {"unit": "working", "length": 4 * HOUR}),
        ("4 working hours", {"unit": "working", "length": 4 * HOUR}),
        ("1 Working Hour", {"unit": "working", "length": HOUR}),
        ("90 working min", {"unit": "working", "length": 1.5 * HOUR}),
        ("90 working minutes", {"unit": "working", "length": 1.5 * HOUR}),
        ("1 wh 30 wmin", {"unit": "working", "length": 1.5 * HOUR}),
        ("1.5 wh", {"unit": "working", "length": 1.5 * HOUR}),
        ("1 h 30 min of working time", {"unit": "working", "length": 1.5 * HOUR}),
        ("3 bd", {"unit": "business_days", "count": 3}),
        ("3 business days", {"unit": "business_days", "count": 3}),
        ("1 working day", {"unit": "business_days", "count": 1}),
        ("30 calendar days", {"unit": "calendar_days", "count": 30}),
        ("30 cd", {"unit": "calendar_days", "count": 30}),
        ("8 calendar weeks", {"unit": "weeks", "count": 8}),
        ("2 months", {"unit": "months", "count": 2}),
        ("1 mo", {"unit": "months", "count": 1}),
        ("8 weeks, end of day", {"unit": "weeks", "count": 8, "shape": "end_of_day"}),
        ("2 days, close of business", {"unit": "calendar_days", "count": 2, "shape": "close_of_business"}),
        ("0 days, cob", {"unit": "calendar_days", "count": 0, "shape": "close_of_business"}),
        ("4 wh, end of day", {"unit": "working", "length": 4 * HOUR, "shape": "end_of_day"}),
        (
            "0 days, next business day at 9:30",
            {"unit": "calendar_days", "count": 0, "shape": "next_working_day", "hour": 34_200},
        ),
        ("4 wh, counted from opening", {"unit": "working", "length": 4 * HOUR, "counted_from": "opening"}),
        (
            "60 cd, end of day, counted from the end of the year",
            {"unit": "calendar_days", "count": 60, "shape": "end_of_day", "counted_from": "end_of_year"},
        ),
    ],
)
def test_what_can_be_written(text: str, fields: dict[str, Any]) -> None:
    found = read_limit(text)
    assert found == Limit(**fields)
    assert read_limit(str(found)) == found
    assert Limit.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is no limit"),
        ("soon", "'soon' is no limit"),
        ("4 wd", "'4 wd' is no limit"),
        ("1.5 bd", "'1.5 bd' is no limit"),
        ("-3 bd", "'-3 bd' is no limit"),
        ("5 years", "'5 years' is no limit"),
        ("4 wh 30 min", "'4 wh 30 min' is no limit"),
        ("3 months 2 days", "'3 months 2 days' is no limit"),
        ("2 working weeks", "'2 working weeks' is no limit"),
        ("0 bd", "'0 bd' is out of range: at least 1 and at most 3660"),
        ("0 wh", "is out of range: at least 1 ms"),
        ("9999 bd", "'9999 bd' is out of range"),
        ("4000 days", "is out of range: at least 1 ms and at most 3660 days"),
        ("3 bd, soon", "'3 bd, soon' has 'soon' after its comma"),
        ("3 bd,", "has '' after its comma"),
        ("3 bd, next working day 24:00", "has 'next working day 24:00' after its comma"),
        ("3 bd, next working day 10:60", "after its comma"),
        ("3 bd, cob, end of day", "says twice what 'end of day' says"),
        ("15 minits", "'15 minits' is no limit"),
    ],
)
def test_what_cannot_says_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="; allowed: ") as refused:
        read_limit(text)
    assert says in str(refused.value)
    assert ALLOWED in str(refused.value)


def test_a_misspelt_unit_is_met_with_what_was_meant() -> None:
    with pytest.raises(ValueError, match="did you mean '15 minutes'"):
        read_limit("15 minuts")


@pytest.mark.parametrize(
    "fields",
    [
        {"unit": "working"},
        {"unit": "working", "length": HOUR, "count": 1},
        {"unit": "months", "length": HOUR},
        {"unit": "wall", "length": -HOUR},
        {"unit": "months", "count": -1},
        {"unit": "months", "count": 1, "shape": "next_working_day"},
        {"unit": "months", "count": 1, "hour": 36_000},
        {"unit": "fortnights", "count": 1},
    ],
)
def test_a_limit_that_is_none_cannot_be_made(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Limit(**fields)


def test_elapsed_time_alone_needs_no_calendar() -> None:
    assert not read_limit("2 days").needs_calendar
    for text in ("4 wh", "1 bd", "2 months", "2 days, end of day", "2 days, counted from opening"):
        assert read_limit(text).needs_calendar
