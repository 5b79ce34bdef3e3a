"""Calendars to reckon with, written in a few words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from escalation.calendar.materialise import materialise
from escalation.calendar.model import Calendar, Day, NationalHolidays, Version, read_hours
from escalation.calendar.open_times import OpenTimes
from escalation.calendar.working_hours import Hours, WorkingHours

CLOSED: Hours = ()


def week(**days: str) -> tuple[Hours, ...]:
    """`mon_fri="09:00-17:00", sat="10:00-12:00"`."""
    order = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    made = [CLOSED] * 7
    for key, text in days.items():
        first, _, last = key.partition("_")
        for place in range(order.index(first), order.index(last or first) + 1):
            made[place] = read_hours(text)
    return tuple(made)


def calendar(zone: str = "UTC", *, holidays: str = "", off: tuple[str, ...] = (), **days: str) -> Calendar:
    """A calendar; `holidays` a country such as `DE-BY`, `off` dates by hand."""
    country, _, part = holidays.partition("-")
    by_hand = [date.fromisoformat(each) for each in off]
    return Calendar(
        name="sample",
        zone=zone,
        versions=(Version(week=week(**days)),),
        national=(NationalHolidays(country=country, subdivision=part or None),) if holidays else (),
        holidays=tuple(Day(year=day.year, month=day.month, day=day.day, name=f"off {day}") for day in by_hand),
    )


def hours(
    zone: str = "UTC",
    *,
    holidays: str = "",
    off: tuple[str, ...] = (),
    years: tuple[int, int] = (2025, 2028),
    **days: str,
) -> WorkingHours:
    """The same, materialised."""
    return materialise(calendar(zone, holidays=holidays, off=off, **days), *years)


def times(zone: str = "UTC", **more: object) -> OpenTimes:
    """The same, to be reckoned with."""
    return OpenTimes(hours(zone, **more))  # type: ignore[arg-type]


def local(text: str, zone: str) -> datetime:
    """The instant at which the zone's clock shows this; fold as in the text's offset, if it has one."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def shown(at: datetime, zone: str) -> str:
    """`2026-11-23 09:30`, on the zone's clock."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
