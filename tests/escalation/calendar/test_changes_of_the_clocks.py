"""Every change of the clocks of every zone from 2020 to 2030, against the standard library's reading of the zones."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from escalation.calendar.local_clock import LocalClock
from escalation.calendar.open_times import OpenTimes
from escalation.calendar.working_hours import Hours, Offset, Timetable, WorkingHours
from escalation.calendar.zone_offsets import offsets_of
from tests.escalation.calendar.hours import local, shown, times

pytestmark = pytest.mark.slow  # some 600 zones

FIRST, LAST = 2020, 2030
ZONES = sorted(available_timezones())
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DESK: Hours = ((9 * 3600, 12 * 3600 + 900), (13 * 3600, 17 * 3600 + 1800))
NIGHT: Hours = ((22 * 3600, 30 * 3600),)
EVER: Hours = ((0, 86_400),)


@cache
def clocks() -> dict[tuple[Offset, ...], str]:
    """One zone for all those whose clocks went alike."""
    found: dict[tuple[Offset, ...], str] = {}
    for zone in ZONES:
        found.setdefault(offsets_of(zone, FIRST - 1, LAST + 1), zone)
    return found


def open_daily(zone: str, offsets: tuple[Offset, ...], hours: Hours) -> OpenTimes:
    """Open every day alike."""
    return OpenTimes(
        WorkingHours(
            name="daily",
            zone=zone,
            first_year=FIRST,
            last_year=LAST,
            offsets=offsets,
            timetables=(Timetable(week=(hours,) * 7),),
        )
    )


def changes(offsets: tuple[Offset, ...]) -> list[datetime]:
    """When the clocks change, from the second year to the last but one."""
    found = [datetime.fromtimestamp(since, tz=UTC) for since, _ in offsets[1:]]
    return [at for at in found if FIRST < at.year < LAST]


def test_there_are_changes_to_try() -> None:
    assert len(ZONES) > 400
    assert sum(len(changes(offsets)) for offsets in clocks()) > 500


def test_pinned_offsets_say_what_the_zone_says_in_the_second_before_and_of_each_change() -> None:
    for offsets, zone in clocks().items():
        clock, place = LocalClock(offsets), ZoneInfo(zone)
        for change in changes(offsets):
            for seconds in (-7200, -1, 0, 1, 7200):
                at = change + timedelta(seconds=seconds)
                wall = at.astimezone(place).replace(tzinfo=None)
                assert clock.local(int(at.timestamp())) == (wall - EPOCH) // timedelta(seconds=1), (zone, at)


def test_local_times_are_the_first_of_two_and_the_next_that_exists() -> None:
    for offsets, zone in clocks().items():
        clock, place = LocalClock(offsets), ZoneInfo(zone)
        for change in changes(offsets):
            for minutes in range(-180, 181, 15):
                wall = (change + timedelta(minutes=minutes)).astimezone(place).replace(tzinfo=None)
                for probe in (wall, wall + timedelta(minutes=60), wall - timedelta(minutes=30)):
                    found = datetime.fromtimestamp(clock.utc((probe - EPOCH) // timedelta(seconds=1)), tz=UTC)
                    first = probe.replace(tzinfo=place, fold=0).astimezone(UTC)
                    is_there = first.astimezone(place).replace(tzinfo=None) == probe
                    # What does not exist lies between the two readings, and the change is the next instant.
                    assert found == (first if is_there else change), (zone, probe)


@pytest.mark.parametrize("hours", [DESK, NIGHT, EVER], ids=["desk", "night", "ever"])
def test_open_and_closed_are_what_the_clock_on_the_wall_shows(hours: Hours) -> None:
    for offsets, zone in clocks().items():
        made, place = open_daily(zone, offsets, hours), ZoneInfo(zone)
        for change in changes(offsets):
            for minutes in range(-26 * 60, 26 * 60, 97):
                at = change + timedelta(minutes=minutes)
                wall = at.astimezone(place)
                seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
                by_the_wall = any(begins <= seconds + shift < ends for begins, ends in hours for shift in (0, 86_400))
                assert made.is_open(at) == by_the_wall, (zone, wall)


def test_add_and_between_undo_each_other_over_every_change() -> None:
    for offsets, zone in clocks().items():
        for hours in (DESK, NIGHT):
            made = open_daily(zone, offsets, hours)
            for place, change in enumerate(changes(offsets)):
                began = change - timedelta(hours=30, minutes=place)
                for length in (timedelta(minutes=1), timedelta(hours=9), timedelta(hours=33, seconds=7)):
                    due = made.add(began, length)
                    assert made.between(began, due) == length, (zone, began, length)
                    assert made.between(made.add(due, -length), due) == length, (zone, began, length)


def test_a_calendar_that_never_closes_counts_elapsed_time_over_every_change() -> None:
    for offsets, zone in clocks().items():
        made = open_daily(zone, offsets, EVER)
        for change in changes(offsets):
            began = change - timedelta(hours=7, seconds=1)
            assert made.add(began, timedelta(hours=24)) == began + timedelta(hours=24), zone


CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("windows", "opens", "closes"),
    [
        pytest.param("02:30-17:00", "2027-03-14 03:00", "2027-03-14 17:00", id="begins-in-the-hour-left-out"),
        pytest.param("00:00-02:30", "2027-03-14 00:00", "2027-03-14 03:00", id="ends-in-the-hour-left-out"),
        pytest.param("02:30-03:15", "2027-03-15 02:30", "2027-03-15 03:15", id="lies-in-the-hour-left-out"),
        pytest.param("02:10-02:50", "2027-03-15 02:10", "2027-03-15 02:50", id="is-left-out"),
        pytest.param("02:30-03:45", "2027-03-14 03:00", "2027-03-14 03:45", id="is-longer-than-what-is-left-out"),
    ],
)
def test_when_the_clocks_go_forward(windows: str, opens: str, closes: str) -> None:
    made = times(CHICAGO, mon_sun=windows)
    midnight = local("2027-03-13 23:59:59", CHICAGO)
    assert shown(made.next_opening(midnight), CHICAGO) == opens
    assert shown(made.next_closing(made.next_opening(midnight)), CHICAGO) == closes


@pytest.mark.parametrize(
    ("windows", "opens", "closes"),
    [
        pytest.param("01:30-05:00", "2027-11-07T01:30:00-05:00", "2027-11-07T05:00:00-06:00", id="opens-at-the-first"),
        pytest.param("00:00-01:30", "2027-11-07T00:00:00-05:00", "2027-11-07T01:30:00-05:00", id="closes-at-the-first"),
        pytest.param("00:00-02:00", "2027-11-07T00:00:00-05:00", "2027-11-07T02:00:00-06:00", id="three-hours-long"),
    ],
)
def test_when_the_clocks_go_back(windows: str, opens: str, closes: str) -> None:
    made = times(CHICAGO, mon_sun=windows)
    assert made.next_opening(local("2027-11-06 23:59:59", CHICAGO)) == datetime.fromisoformat(opens)
    assert made.next_closing(datetime.fromisoformat(opens)) == datetime.fromisoformat(closes)
