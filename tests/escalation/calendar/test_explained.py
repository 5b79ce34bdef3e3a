"""Why something is due then, in words: every stretch counted or skipped, and what a reader must know besides."""

from datetime import UTC, date, datetime

import pytest

from escalation.calendar.explained import explain_between, explain_due, opening_words
from escalation.calendar.limit import read_limit
from escalation.calendar.materialise import materialise
from escalation.calendar.model import Calendar, Day, NationalHolidays, Version, read_hours
from escalation.calendar.open_times import open_times
from escalation.calendar.working_hours import WorkingHours
from tests.escalation.calendar.hours import hours, local, week

DUBLIN = "Europe/Dublin"
DESK = materialise(
    Calendar(
        name="desk",
        title="the desk",
        zone=DUBLIN,
        versions=(Version(week=week(mon_fri="09:00-12:00, 13:00-17:00")),),
        national=(NationalHolidays(country="IE"),),
        days=(Day(month=12, day=24, hours=read_hours("09:00-12:00"), name="Christmas Eve"),),
    ),
    2025,
    2028,
)


def lines(started: str, limit: str, made: WorkingHours = DESK, zone: str = DUBLIN, **more: object) -> list[str]:
    """The spans in words."""
    told = explain_due(local(started, zone), read_limit(limit), made, **more)  # type: ignore[arg-type]
    return [("+ " if span.is_counted else "- ") + span.words for span in told.spans]


def test_working_time_over_a_weekend() -> None:
    assert lines("2026-11-20 16:30", "5 wh") == [
        "+ Fri 20 Nov 16:30 to 17:00: working hours, 30 min",
        "- Fri 20 Nov 17:00 to Sat 21 Nov 00:00: outside hours",
        "- Sat 21 Nov to Sun 22 Nov: weekend",
        "- Mon 23 Nov 00:00 to 09:00: outside hours",
        "+ Mon 23 Nov 09:00 to 12:00: working hours, 3 h",
        "- Mon 23 Nov 12:00 to 13:00: break",
        "+ Mon 23 Nov 13:00 to 14:30: working hours, 1 h 30 min",
    ]


def test_holidays_and_half_days_have_their_names_and_holds_are_holds() -> None:
    held = [(local("2026-12-24 10:00", DUBLIN), local("2026-12-24 11:00", DUBLIN))]
    assert lines("2026-12-24 09:00", "3 wh", held=held) == [
        "+ Thu 24 Dec 09:00 to 10:00: Christmas Eve, 1 h",
        "- Thu 24 Dec 10:00 to 11:00: on hold",
        "+ Thu 24 Dec 11:00 to 12:00: Christmas Eve, 1 h",
        "- Thu 24 Dec 12:00 to Fri 25 Dec 00:00: outside hours",
        "- Fri 25 Dec: Christmas Day",
        "- Sat 26 Dec: Saint Stephen's Day",
        "- Sun 27 Dec: weekend",
        "- Mon 28 Dec 00:00 to 09:00: outside hours",
        "+ Mon 28 Dec 09:00 to 10:00: working hours, 1 h",
    ]


def test_business_days_are_numbered_and_the_others_have_their_reasons() -> None:
    assert lines("2026-12-23 16:00", "2 bd, close of business") == [
        "- Wed 23 Dec 16:00 to Thu 24 Dec 00:00: the day of the start",
        "+ Thu 24 Dec: business day 1, Christmas Eve, 1 day",
        "- Fri 25 Dec: Christmas Day",
        "- Sat 26 Dec: Saint Stephen's Day",
        "- Sun 27 Dec: weekend",
        "+ Mon 28 Dec 00:00 to 17:00: business day 2, 17 h",
    ]


def test_shapes_and_other_beginnings_have_their_own_line() -> None:
    assert lines("2026-11-21 12:00", "1 cd, end of day, counted from opening") == [
        "- Sat 21 Nov 12:00 to Mon 23 Nov 09:00: counted from opening",
        "+ Mon 23 Nov 09:00 to Tue 24 Nov 09:00: every day counts, 1 day",
        "- Tue 24 Nov 09:00 to 23:59:59: until the end of the day",
    ]
    assert lines("2026-11-20 12:00", "2 h, next working day 10:00")[-1] == (
        "- Fri 20 Nov 14:00 to Mon 23 Nov 10:00: until the next working day"
    )
    assert lines("2026-11-20 12:00", "2 h") == ["+ Fri 20 Nov 12:00 to 14:00: elapsed time, 2 h"]


def test_a_night_and_its_break() -> None:
    night = materialise(
        Calendar(
            name="night",
            zone=DUBLIN,
            versions=(Version(week=week(mon_fri="22:00-06:00"), breaks=week(mon_fri="02:00-02:30")),),
        ),
        2025,
        2028,
    )
    assert lines("2026-11-20 23:00", "7 wh", night) == [
        "+ Fri 20 Nov 23:00 to Sat 21 Nov 02:00: working hours, 3 h",
        "- Sat 21 Nov 02:00 to 02:30: break",
        "+ Sat 21 Nov 02:30 to 06:00: working hours, 3 h 30 min",
        "- Sat 21 Nov 06:00 to Mon 23 Nov 00:00: weekend",
        "- Mon 23 Nov 00:00 to 22:00: outside hours",
        "+ Mon 23 Nov 22:00 to 22:30: working hours, 30 min",
    ]


def test_a_weekday_without_hours_and_the_ends_of_a_calendar_are_no_weekend() -> None:
    part = materialise(
        Calendar(
            name="part",
            zone="UTC",
            versions=(Version(week=week(mon="09:00-10:00", wed="09:00-10:00"), valid_from=date(2026, 11, 23)),),
            valid_until=date(2026, 11, 25),
        ),
        2025,
        2028,
    )
    begins, ends = datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)
    assert [span.words for span in explain_between(begins, ends, part) if not span.is_counted] == [
        "Sun 22 Nov: before the calendar's first day, 2026-11-23",
        "Mon 23 Nov 00:00 to 09:00: outside hours",
        "Mon 23 Nov 10:00 to Tue 24 Nov 00:00: outside hours",
        "Tue 24 Nov: no hours on Tuesdays",
        "Wed 25 Nov 00:00 to 09:00: outside hours",
        "Wed 25 Nov 10:00 to Thu 26 Nov 00:00: outside hours",
        "Thu 26 Nov: after the calendar's last day, 2026-11-25",
    ]


@pytest.mark.parametrize(
    ("started", "notes"),
    [
        ("2026-03-27 16:30", ("Sun 29 Mar 01:00: the clocks go forward by 1 h",)),
        ("2026-10-23 16:30", ("Sun 25 Oct 02:00: the clocks go back by 1 h",)),
        ("2026-11-20 16:30", ()),
    ],
)
def test_changes_of_the_clocks_on_the_way_are_said(started: str, notes: tuple[str, ...]) -> None:
    assert explain_due(local(started, DUBLIN), read_limit("5 wh"), DESK).notes == notes


def test_holidays_that_are_not_known_are_said() -> None:
    made = DESK.model_copy(update={"holidays_known_until": date(2026, 12, 31)})
    told = explain_due(local("2026-12-31 16:30", DUBLIN), read_limit("5 wh"), made)
    assert told.notes == ("holidays after 2026-12-31 are not known: later days have the hours of their weekday",)
    assert explain_due(local("2026-12-31 15:30", DUBLIN), read_limit("1 wh"), made).notes == ()


def test_the_whole_is_one_sentence_on_the_calendars_clock() -> None:
    told = explain_due(datetime(2026, 7, 3, 15, 30, tzinfo=UTC), read_limit("1 wh"), DESK)
    assert told.sentence == (
        "1 h of working time from Fri 3 Jul 2026 16:30 in the desk is Mon 6 Jul 2026 09:30 (Europe/Dublin)"
    )
    assert (told.calendar, told.zone, told.limit) == ("desk", DUBLIN, "1 h of working time")


def test_whoever_waits_is_told_when_it_opens() -> None:
    times = open_times(DESK)
    assert opening_words(local("2026-11-20 18:00", DUBLIN), times) == "opens Mon 23 Nov 09:00"
    assert opening_words(local("2026-11-20 12:30", DUBLIN), times) == "opens Fri 20 Nov 13:00"
    assert opening_words(local("2026-11-20 10:00", DUBLIN), times) == ""


def test_raised_in_one_zone_owned_in_another_over_a_holiday_and_a_change_of_the_clocks() -> None:
    made = hours("America/New_York", off=("2027-03-15",), mon_fri="09:00-17:00")
    started = local("2027-03-12 16:30", "Europe/Berlin")
    told = explain_due(started, read_limit("10 wh"), made)
    assert told.at == local("2027-03-16 12:30", "America/New_York"), "10:30 to 17:00, then 3 h 30 min"
    assert told.at == local("2027-03-16 17:30", "Europe/Berlin"), "where the clocks have not changed yet"
    assert told.notes == ("Sun 14 Mar 02:00: the clocks go forward by 1 h",)
    assert "Mon 15 Mar: off 2027-03-15" in [span.words for span in told.spans]
