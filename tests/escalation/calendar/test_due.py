"""When limits are due: shapes, holds, nights, business days in either direction, and what cannot be reckoned."""

from datetime import UTC, datetime, timedelta

import pytest

from escalation.calendar.due import business_days_on, due_at, due_surely, joined, months_on
from escalation.calendar.limit import read_limit
from escalation.calendar.open_times import OutOfReach
from tests.escalation.calendar.hours import hours, local, shown, times

DUBLIN = "Europe/Dublin"
DESK = hours(DUBLIN, mon_thu="09:00-17:00", fri="09:00-15:00", off=("2026-11-25",))
NIGHT = hours(DUBLIN, mon_fri="22:00-06:00")
EVER = hours("UTC", mon_sun="00:00-24:00")


@pytest.mark.parametrize(
    ("started", "limit", "due"),
    [
        pytest.param("2026-11-20 10:00", "2 bd, close of business", "2026-11-24 17:00", id="the-days-own-closing"),
        pytest.param("2026-11-17 10:00", "3 bd, close of business", "2026-11-20 15:00", id="a-short-friday"),
        pytest.param("2026-11-20 10:00", "0 days, close of business", "2026-11-20 15:00", id="today"),
        pytest.param("2026-11-20 15:00", "0 days, close of business", "2026-11-20 15:00", id="at-closing"),
        pytest.param("2026-11-20 16:00", "0 days, close of business", "2026-11-23 17:00", id="after-closing"),
        pytest.param("2026-11-20 16:00", "1 day, close of business", "2026-11-23 17:00", id="a-saturday-rolls-on"),
        pytest.param("2026-11-20 14:30", "1 wh, close of business", "2026-11-23 17:00", id="of-the-day-reached"),
        pytest.param("2026-11-20 14:00", "1 wh, close of business", "2026-11-20 15:00", id="used-up-at-closing"),
        pytest.param(
            "2026-11-16 18:00", "24 h, close of business", "2026-11-18 17:00", id="never-before-hours-are-over"
        ),
        pytest.param("2026-11-16 18:00", "1 cd, close of business", "2026-11-17 17:00", id="a-date-is-a-date"),
        pytest.param("2026-11-20 14:30", "1 wh, end of day", "2026-11-23 23:59", id="end-of-the-day-reached"),
        pytest.param("2026-11-20 14:30", "1 month, end of day", "2026-12-20 23:59", id="a-sunday-stays"),
        pytest.param("2026-11-20 08:00", "0 days, next working day 10:00", "2026-11-23 10:00", id="next-working-day"),
        pytest.param("2026-11-24 08:00", "0 days, next working day 10:00", "2026-11-26 10:00", id="over-a-holiday"),
        pytest.param(
            "2026-11-24 16:30", "1 wh, next working day 10:00", "2026-11-27 10:00", id="after-the-hour-reached"
        ),
        pytest.param("2026-11-21 12:00", "1 bd", "2026-11-23 12:00", id="a-business-day-from-saturday"),
        pytest.param("2026-11-21 12:00", "1 bd, counted from opening", "2026-11-24 09:00", id="counted-from-opening"),
        pytest.param("2026-11-19 16:00", "1 bd", "2026-11-23 09:00", id="closed-by-then-that-day"),
        pytest.param("2026-11-21 12:00", "2 h, counted from opening", "2026-11-23 11:00", id="elapsed-from-opening"),
    ],
)
def test_shapes(started: str, limit: str, due: str) -> None:
    assert shown(due_at(local(started, DUBLIN), read_limit(limit), DESK), DUBLIN) == due


def test_the_end_of_a_day_is_its_last_second_on_a_short_and_on_a_long_day() -> None:
    for day in ("2026-03-29", "2026-10-25"):
        due = due_at(local(f"{day} 00:30", DUBLIN), read_limit("0 days, end of day"), DESK)
        assert due == local(f"{day} 23:59:59", DUBLIN)


@pytest.mark.parametrize(
    ("started", "limit", "due"),
    [
        pytest.param("2026-11-21 02:00", "1 bd", "2026-11-24 02:00", id="fridays-night-to-mondays"),
        pytest.param("2026-11-20 23:00", "1 bd", "2026-11-23 23:00", id="before-midnight"),
        pytest.param("2026-11-21 02:00", "0 days, close of business", "2026-11-21 06:00", id="closing-of-the-night"),
        pytest.param("2026-11-21 02:00", "1 bd, close of business", "2026-11-24 06:00", id="closing-of-the-next-night"),
        pytest.param(
            "2026-11-20 23:00", "7 wh, close of business", "2026-11-21 06:00", id="used-up-when-the-night-ends"
        ),
        pytest.param("2026-11-20 23:00", "4 wh, end of day", "2026-11-21 23:59", id="never-before-hours-are-over"),
        pytest.param("2026-11-21 02:00", "1 bd, end of day", "2026-11-23 23:59", id="a-date-is-a-date"),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(started: str, limit: str, due: str) -> None:
    asked = read_limit(limit.replace("0 days", "0 bd"))
    assert shown(due_at(local(started, DUBLIN), asked, NIGHT), DUBLIN) == due


def test_a_hold_in_the_night_does_not_bring_the_deadline_forward() -> None:
    started = local("2026-11-21 02:00", DUBLIN)
    held = [(started, started + timedelta(minutes=1))]
    due = due_at(started, read_limit("1 bd, close of business"), NIGHT, held)
    assert shown(due, DUBLIN) == "2026-11-24 06:00"


def test_a_date_keeps_its_time_of_day_over_a_change_of_the_clocks_and_hours_do_not() -> None:
    started = local("2026-03-28 12:00", DUBLIN)
    assert shown(due_at(started, read_limit("1 cd"), DESK), DUBLIN) == "2026-03-29 12:00"
    assert shown(due_at(started, read_limit("1 day"), DESK), DUBLIN) == "2026-03-29 13:00"


@pytest.mark.parametrize(
    ("at", "days", "gives"),
    [
        ("2006-01-06T12:00:00Z", 2, "2006-01-09T12:00:00Z"),
        ("2006-01-06T12:30:52Z", 2, "2006-01-09T12:30:52Z"),
        ("2006-01-03T08:00:00Z", 2, "2006-01-05T10:00:00Z"),
        ("2006-01-03T18:00:00Z", 2, "2006-01-06T09:00:00Z"),
        ("2006-01-09T12:00:00Z", -2, "2006-01-06T12:00:00Z"),
        ("2006-01-05T08:00:00Z", -2, "2006-01-02T17:00:00Z"),
        ("2006-01-05T18:00:00Z", -2, "2006-01-03T16:00:00Z"),
        ("2006-01-02T13:00:00Z", 0, "2006-01-02T13:00:00Z"),
    ],
)
def test_business_days_in_either_direction(at: str, days: int, gives: str) -> None:
    week = {"mon": "09:00-17:00", "tue": "10:00-16:00", "wed": "09:00-17:00", "thu": "10:00-16:00"}
    made = times("UTC", years=(2005, 2007), fri="09:00-17:00", sat="11:00-14:30", **week)
    assert business_days_on(datetime.fromisoformat(at), days, made) == datetime.fromisoformat(gives)


def test_holds_prolong_by_what_they_held() -> None:
    started = local("2026-11-19 16:00", DUBLIN)
    evening = (local("2026-11-19 16:30", DUBLIN), local("2026-11-19 20:00", DUBLIN))
    for limit, plain, prolonged in (
        ("4 wh", "2026-11-20 12:00", "2026-11-20 12:30"),
        ("24 h", "2026-11-20 16:00", "2026-11-20 19:30"),
        ("1 bd", "2026-11-23 09:00", "2026-11-23 09:30"),
        ("1 cd", "2026-11-20 16:00", "2026-11-20 19:30"),
        ("1 bd, close of business", "2026-11-20 15:00", "2026-11-23 17:00"),
    ):
        asked = read_limit(limit)
        assert shown(due_at(started, asked, DESK), DUBLIN) == plain, limit
        assert shown(due_at(started, asked, DESK, [evening]), DUBLIN) == prolonged, limit


def test_a_hold_before_the_start_or_after_it_was_due_changes_nothing() -> None:
    started, limit = local("2026-11-19 09:00", DUBLIN), read_limit("2 wh")
    before = (started - timedelta(hours=3), started)
    after = (started + timedelta(hours=2), started + timedelta(hours=5))
    assert due_at(started, limit, DESK, [before, after]) == started + timedelta(hours=2)
    across = (started - timedelta(hours=3), started + timedelta(hours=1))
    assert due_at(started, limit, DESK, [across]) == started + timedelta(hours=3)


def test_a_second_hold_counts_where_the_first_has_moved_the_deadline_behind_it() -> None:
    started, hour = local("2026-11-19 09:00", DUBLIN), timedelta(hours=1)
    holds = [(started + 2.5 * hour, started + 3 * hour), (started + hour, started + 2 * hour)]
    assert due_at(started, read_limit("2 wh"), DESK, holds) == started + 3.5 * hour


def test_holds_that_touch_are_one() -> None:
    one, two, three, four = (datetime(2026, 11, 19, hour, tzinfo=UTC) for hour in (9, 10, 11, 12))
    assert joined([(two, three), (one, two), (four, four), (one, two)]) == ((one, three),)


def test_months_end_with_their_last_day() -> None:
    day = datetime(2027, 1, 31, tzinfo=UTC).date()
    assert [str(months_on(day, count)) for count in (0, 1, 2, 3, 11, 13)] == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-12-31", "2028-02-29",
    ]  # fmt: skip


def test_around_the_clock_every_day_closes_at_midnight() -> None:
    started = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert due_at(started, read_limit("1 bd, close of business"), EVER) == datetime(2026, 11, 22, tzinfo=UTC)
    assert due_at(started, read_limit("36 wh"), EVER) == started + timedelta(hours=36)


def test_elapsed_time_needs_no_calendar_and_anything_else_does() -> None:
    started = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
    assert due_at(started, read_limit("2 h"), None) == started + timedelta(hours=2)
    with pytest.raises(ValueError, match="'2 h of working time' needs a calendar, and there is none"):
        due_at(started, read_limit("2 wh"), None)
    with pytest.raises(ValueError, match="has no time zone"):
        due_at(started.replace(tzinfo=None), read_limit("2 h"), DESK)


def test_what_is_beyond_the_years_is_refused() -> None:
    with pytest.raises(OutOfReach, match="calendar sample, written out for 2025 to 2028"):
        due_at(datetime(2028, 12, 29, 16, tzinfo=UTC), read_limit("20 wh"), DESK)
    with pytest.raises(OutOfReach, match="lies outside of these years"):
        due_at(datetime(2031, 1, 1, tzinfo=UTC), read_limit("1 wh"), DESK)


@pytest.mark.parametrize(
    ("limit", "length"),
    [("20 wh", timedelta(hours=20)), ("3 bd", timedelta(days=3)), ("4000 h, end of day", timedelta(hours=4000))],
)
def test_rules_that_must_go_on_get_an_early_deadline_and_the_reason(limit: str, length: timedelta) -> None:
    started = datetime(2031, 1, 1, tzinfo=UTC)
    due, why = due_surely(started, read_limit(limit), DESK)
    assert due == started + length
    assert "of elapsed time, for calendar sample, written out for 2025 to 2028" in why
    assert due_surely(datetime(2026, 11, 20, 10, tzinfo=UTC), read_limit("1 wh"), DESK)[1] == ""
