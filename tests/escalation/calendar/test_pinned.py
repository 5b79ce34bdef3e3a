"""Working hours that are pinned: complete, small when cut, and untouched by newer holiday and zone data."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import holidays
import pytest
from pydantic import ValidationError

from escalation.calendar.due import due_at
from escalation.calendar.limit import read_limit
from escalation.calendar.materialise import materialise, what_changes
from escalation.calendar.open_times import OpenTimes, OutOfReach
from escalation.calendar.working_hours import WorkingHours, cut_to, hours_words
from escalation.calendar.zone_offsets import offsets_of
from tests.escalation.calendar.hours import calendar, hours, local, shown, times

DUBLIN = "Europe/Dublin"
DESK = calendar(DUBLIN, holidays="IE", mon_fri="09:00-17:00")
STARTED = local("2026-12-24 16:00", DUBLIN)
LIMIT = read_limit("2 wh")


def test_newer_holiday_data_changes_nothing_that_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = materialise(DESK, 2026, 2030).model_dump_json()
    due = due_at(STARTED, LIMIT, WorkingHours.model_validate_json(pinned))
    assert shown(due, DUBLIN) == "2026-12-28 10:00"

    def newer(*_: Any, **more: Any) -> holidays.HolidayBase:
        found = holidays.HolidayBase(years=more.get("years"))
        found[date(2026, 12, 28)] = "A new holiday"
        return found

    monkeypatch.setattr("escalation.calendar.materialise.holidays.country_holidays", newer)
    fresh = materialise(DESK, 2026, 2030)
    assert shown(due_at(STARTED, LIMIT, fresh), DUBLIN) == "2026-12-25 10:00", "Christmas is none in the new data"
    assert due_at(STARTED, LIMIT, WorkingHours.model_validate_json(pinned)) == due
    told = what_changes(WorkingHours.model_validate_json(pinned), fresh)
    assert "2026-12-25: Christmas Day becomes an ordinary day" in told
    assert "2026-12-28: an ordinary day becomes A new holiday" in told


def test_newer_zone_data_changes_nothing_that_is_pinned() -> None:
    pinned = materialise(DESK, 2026, 2030)
    summer = local("2026-06-08 08:00", DUBLIN)
    assert OpenTimes(pinned).next_opening(summer) == local("2026-06-08 09:00", DUBLIN)
    without_summer_time = pinned.model_copy(update={"offsets": ((0, 0),)})
    assert OpenTimes(without_summer_time).next_opening(summer) == datetime(2026, 6, 8, 9, tzinfo=UTC)
    assert what_changes(pinned, without_summer_time) == ("the clocks of Europe/Dublin change otherwise than was known",)


def test_what_changes_says_hours_and_zones_too_and_nothing_of_what_is_the_same() -> None:
    one = hours(DUBLIN, mon_fri="09:00-17:00")
    assert what_changes(one, one) == ()
    assert what_changes(one, hours("UTC", mon_fri="09:00-18:00")) == (
        "zone: Europe/Dublin becomes UTC",
        "the hours of the week change",
    )


def test_the_name_of_a_day_is_that_of_the_first_source_and_what_is_not_english_is_translated() -> None:
    made = hours("Europe/Berlin", holidays="DE-BY", off=("2026-12-25",), mon_fri="09:00-17:00")
    named = {day: why for day, why, _ in made.days}
    assert named[date(2026, 12, 25)] == "off 2026-12-25"
    assert named[date(2026, 1, 6)] == "Epiphany"
    assert date(2026, 1, 6) not in {
        day for day, _, _ in hours("Europe/Berlin", holidays="DE", mon_fri="09:00-17:00").days
    }


def test_a_cut_calendar_gives_the_same_answers_in_its_years_and_none_beyond() -> None:
    night = calendar(DUBLIN, holidays="IE", off=("2025-12-31",), mon_fri="22:00-06:00")
    whole = materialise(night, 2020, 2036)
    cut = cut_to(whole, 2026, 2027)
    assert len(cut.model_dump_json()) < len(whole.model_dump_json()) / 4
    assert WorkingHours.model_validate_json(cut.model_dump_json()) == cut
    one, two = OpenTimes(whole), OpenTimes(cut)
    assert not two.is_open(datetime(2026, 1, 1, 3, tzinfo=UTC)), "31 December 2025 is a holiday, and its night"
    at = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    while at < datetime(2027, 12, 20, tzinfo=UTC):
        assert one.is_open(at) == two.is_open(at), at
        assert one.add(at, timedelta(hours=9)) == two.add(at, timedelta(hours=9)), at
        at += timedelta(hours=31, minutes=7)
    with pytest.raises(OutOfReach, match="2026 to 2027"):
        two.is_open(datetime(2028, 6, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="years: 2019 to 2027 are not those of sample; allowed: within 2020 to 2036"):
        cut_to(whole, 2019, 2027)


def test_a_holiday_library_that_ends_is_said() -> None:
    made = materialise(calendar(DUBLIN, holidays="IE", mon_fri="09:00-17:00"), 2098, 2102)
    assert made.holidays_known_until == date(2100, 12, 31)
    assert cut_to(made, 2098, 2100).holidays_known_until is None
    assert not OpenTimes(made).is_known(datetime(2101, 1, 2, tzinfo=UTC))
    assert OpenTimes(made).is_known(datetime(2100, 12, 31, tzinfo=UTC))


def test_offsets_are_those_of_the_zone_to_the_second() -> None:
    found = offsets_of("America/New_York", 2026, 2026)
    assert [(datetime.fromtimestamp(since, tz=UTC).isoformat(), ahead // 3600) for since, ahead in found] == [
        ("2026-01-01T00:00:00+00:00", -5),
        ("2026-03-08T07:00:00+00:00", -4),
        ("2026-11-01T06:00:00+00:00", -5),
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"last_year": 2020}, "last_year: 2020 is before first_year"),
        ({"offsets": ()}, "offsets"),
        ({"offsets": ((5, 0), (5, 3600))}, "offsets: not in order"),
        ({"timetables": ()}, "timetables"),
        ({"timetables": ({"week": ((),) * 6},)}, "a week has 6 days"),
        ({"timetables": ({"week": (((3600, 3600),), *((),) * 6)},)}, "is not a window"),
        ({"timetables": ({"week": (((0, 7200), (3600, 9000)), *((),) * 6)},)}, "overlaps"),
        ({"days": (("2026-12-25", "a", ()), ("2026-12-25", "b", ()))}, "days: not in order, or a date twice"),
        ({"days": (("2026-12-25", "a", ((0, 999_999),)),)}, "is not a window of at most 24 h"),
    ],
)
def test_hours_that_cannot_be_reckoned_with_are_refused(change: dict[str, Any], says: str) -> None:
    whole = hours(DUBLIN, mon_fri="09:00-17:00").model_dump()
    with pytest.raises(ValidationError, match=says):
        WorkingHours.model_validate({**whole, **change})


def test_a_year_ends_without_a_seam() -> None:
    ever, night = times("UTC", mon_sun="00:00-24:00"), times("UTC", mon_sun="22:00-06:00")
    eve = datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert ever.add(eve, timedelta(hours=3)) == eve + timedelta(hours=3)
    assert night.next_closing(eve) == datetime(2027, 1, 1, 6, tzinfo=UTC)
    assert night.next_opening(eve) == datetime(2027, 1, 1, 22, tzinfo=UTC)
    first = datetime(2027, 1, 1, 3, tzinfo=UTC)
    assert times("UTC", mon_sun="22:00-06:00", years=(2027, 2027)).is_open(first)
    assert not times("UTC", mon_sun="22:00-06:00", years=(2027, 2027), off=("2026-12-31",)).is_open(first)
    with pytest.raises(OutOfReach, match="no closing after"):
        ever.next_closing(eve)


@pytest.mark.parametrize(
    ("windows", "text"),
    [
        ("09:00-17:30", "09:00-17:30"),
        ("00:00-23:59", "00:00-24:00"),
        ("09:00:15-17:30", "09:00:15-17:30"),
        ("13:30-18:00,08:00-12:00", "08:00-12:00, 13:30-18:00"),
        ("22:00 - 06:00", "22:00-06:00"),
        ("09:00 to 17:00", "09:00-17:00"),
        ("Closed", "closed"),
    ],
)
def test_hours_in_words(windows: str, text: str) -> None:
    made = hours(mon="09:00-10:00", tue=windows)
    assert hours_words(made.timetables[0].week[1]) == text
