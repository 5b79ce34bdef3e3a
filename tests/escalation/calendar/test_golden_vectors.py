"""Cases that other products got wrong, and those of regulators: by their number in our list of golden vectors."""

from datetime import datetime, timedelta

import pytest

from escalation.calendar.due import due_at
from escalation.calendar.limit import read_limit
from escalation.calendar.materialise import materialise
from escalation.calendar.model import Calendar, Version
from escalation.calendar.open_times import OutOfReach, open_times
from escalation.calendar.working_hours import Timetable, WorkingHours
from tests.escalation.calendar.hours import CLOSED, hours, local, shown

DESK = {"mon_fri": "09:00-17:00"}
ROUND_THE_CLOCK = {"mon_sun": "00:00-24:00"}


@pytest.mark.parametrize(
    ("days", "started", "limit", "due"),
    [
        pytest.param(DESK, "2026-11-20 16:30", "1 wh", "2026-11-23 09:30", id="E1-over-the-weekend"),
        pytest.param(DESK, "2026-11-20 09:00", "8 wh", "2026-11-20 17:00", id="E2-used-up-at-closing"),
        pytest.param(
            {"mon_fri": "08:00-12:00, 13:30-18:00"}, "2026-11-20 11:00", "4 wh", "2026-11-20 16:30", id="E3-split"
        ),
        pytest.param({"mon_sun": "22:00-06:00"}, "2026-11-20 23:00", "7 wh", "2026-11-21 06:00", id="E4-the-night"),
        pytest.param({"mon_sun": "22:00-06:00"}, "2026-11-20 23:00", "8 wh", "2026-11-21 23:00", id="E4-next-night"),
    ],
)
def test_working_time(days: dict[str, str], started: str, limit: str, due: str) -> None:
    made = hours("Europe/Dublin", **days)  # type: ignore[arg-type]
    assert shown(due_at(local(started, "Europe/Dublin"), read_limit(limit), made), "Europe/Dublin") == due


@pytest.mark.parametrize("unit", ["24 h", "24 wh"])
@pytest.mark.parametrize(
    ("zone", "started", "due"),
    [
        pytest.param("Europe/Berlin", "2026-03-28 12:00", "2026-03-29 13:00", id="E5-spring"),
        pytest.param("America/New_York", "2026-10-31 12:00", "2026-11-01 11:00", id="E6-autumn"),
    ],
)
def test_elapsed_and_working_hours_over_a_change_of_the_clocks(unit: str, zone: str, started: str, due: str) -> None:
    made = hours(zone, **ROUND_THE_CLOCK)  # type: ignore[arg-type]
    assert shown(due_at(local(started, zone), read_limit(unit), made), zone) == due


def test_e2_a_hold_out_of_hours_costs_nothing() -> None:
    made, zone = hours("Europe/Dublin", **DESK), "Europe/Dublin"  # type: ignore[arg-type]
    started = local("2026-11-19 09:00", zone)
    hold = (local("2026-11-19 17:00", zone), local("2026-11-20 09:00", zone))
    assert shown(due_at(started, read_limit("8 wh"), made, [hold]), zone) == "2026-11-19 17:00"
    assert shown(due_at(started, read_limit("9 wh"), made, [hold]), zone) == "2026-11-20 10:00"
    before = (local("2026-11-19 16:00", zone), local("2026-11-20 10:00", zone))
    assert shown(due_at(started, read_limit("8 wh"), made, [before]), zone) == "2026-11-20 11:00"


def test_e12_two_holds_within_a_minute_both_count_and_one_that_is_listed_twice_counts_once() -> None:
    made, started = hours("UTC", **DESK), datetime.fromisoformat("2026-11-20T10:00:00Z")  # type: ignore[arg-type]
    holds = [
        (started + timedelta(seconds=begins), started + timedelta(seconds=begins + 20)) for begins in (5, 30, 30, 35)
    ]
    for limit, length in (("1 wh", timedelta(hours=1)), ("1 h", timedelta(hours=1))):
        assert due_at(started, read_limit(limit), made, holds) == started + length + timedelta(seconds=45)


def test_e11_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="hours: never open"):
        Calendar(name="never", zone="UTC", versions=(Version(),))
    over = Calendar.model_validate(
        {
            "name": "over",
            "zone": "UTC",
            "versions": [{"week": [[[0, 3600]], *[[]] * 6]}],
            "valid_until": "2024-12-31",
        }
    )
    with pytest.raises(ValueError, match="hours: never open in 2025 to 2026"):
        materialise(over, 2025, 2026)


def test_e11_the_horizon_ends_what_would_go_on_for_ever() -> None:
    never = WorkingHours(
        name="never",
        zone="UTC",
        first_year=2025,
        last_year=2030,
        offsets=((0, 0),),
        timetables=(Timetable(week=(CLOSED,) * 7),),
    )
    times, at = open_times(never), datetime.fromisoformat("2026-11-20T10:00:00Z")
    for ask in (times.next_opening, times.next_closing, times.when_open, times.when_last_open):
        with pytest.raises(OutOfReach, match="calendar never, written out for 2025 to 2030"):
            ask(at)
    for length in (timedelta(hours=1), -timedelta(hours=1)):
        with pytest.raises(OutOfReach, match="not that much working time"):
            times.add(at, length)


US, UK, IE = (
    {"holidays": "US"},
    {"holidays": "GB-ENG"},
    {"off": ("2026-12-25", "2026-12-28", "2027-01-01", "2027-02-01")},
)


@pytest.mark.parametrize(
    ("zone", "where", "started", "limit", "due"),
    [
        pytest.param("Europe/London", UK, "2026-11-02 10:00", "8 weeks, end of day", "2026-12-28 23:59", id="R-E1"),
        pytest.param("Europe/London", UK, "2026-12-24 10:00", "3 bd, close of business", "2026-12-31 17:00", id="R-E2"),
        pytest.param(
            "Europe/London",
            UK,
            "2026-12-24 20:00",
            "3 bd, close of business",
            "2026-12-31 17:00",
            id="R-E2-after-hours",
        ),
        pytest.param("America/New_York", US, "2026-11-25 10:00", "4 bd, end of day", "2026-12-02 23:59", id="R-E3"),
        pytest.param("America/New_York", US, "2026-11-20 10:00", "5 bd, end of day", "2026-11-30 23:59", id="R-E4"),
        pytest.param(
            "America/New_York", US, "2026-11-02 10:00", "30 cd, end of day", "2026-12-02 23:59", id="R-E4-days"
        ),
        pytest.param("America/New_York", US, "2026-11-09 10:00", "10 bd", "2026-11-24 10:00", id="R-E5"),
        pytest.param("America/New_York", US, "2026-11-09 10:00", "45 cd", "2026-12-24 10:00", id="R-E5-days"),
        *(
            pytest.param(
                "America/New_York",
                US,
                f"2026-{day} 10:00",
                "60 calendar days, end of day, counted from the end of the year",
                "2027-03-01 23:59",
                id=f"R-E6-{day}",
            )
            for day in ("01-01", "07-04", "12-31")
        ),
        pytest.param("America/New_York", US, "2026-11-21 10:00", "15 cd", "2026-12-06 10:00", id="R-E7-a-sunday-stays"),
        pytest.param("America/New_York", US, "2026-11-21 10:00", "60 cd", "2027-01-20 10:00", id="R-E7"),
        pytest.param("Europe/London", UK, "2026-12-01 10:00", "15 bd", "2026-12-22 10:00", id="R-E8"),
        pytest.param("Europe/London", UK, "2026-12-01 10:00", "35 bd", "2027-01-22 10:00", id="R-E8-35"),
        pytest.param("Europe/Dublin", IE, "2026-12-01 10:00", "5 bd", "2026-12-08 10:00", id="R-E9"),
        pytest.param("Europe/Dublin", IE, "2026-12-01 10:00", "20 bd", "2026-12-31 10:00", id="R-E9-20"),
        pytest.param("Europe/Dublin", IE, "2026-12-01 10:00", "40 bd", "2027-01-29 10:00", id="R-E9-40"),
        pytest.param("Europe/Brussels", {}, "2027-01-31 10:00", "1 month", "2027-02-28 10:00", id="R-E11"),
        pytest.param("Europe/Brussels", {}, "2028-01-31 10:00", "1 month", "2028-02-29 10:00", id="R-E11-leap-year"),
    ],
)
def test_what_regulators_ask(zone: str, where: dict[str, object], started: str, limit: str, due: str) -> None:
    made = hours(zone, **DESK, **where)  # type: ignore[arg-type]
    assert shown(due_at(local(started, zone), read_limit(limit), made), zone) == due


def test_r_e15_hours_that_do_not_run_on_weekends() -> None:
    made = hours("America/New_York", mon_fri="00:00-24:00")
    due = due_at(local("2026-11-20 16:00", "America/New_York"), read_limit("24 wh"), made)
    assert shown(due, "America/New_York") == "2026-11-23 16:00"
