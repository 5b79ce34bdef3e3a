"""A calendar made into working hours, once: its holidays looked up, its zone's clock read, every date written out.

The one module that knows the library `holidays`; zones are read in `zone_offsets.py`. Not run in a workflow.
"""

from datetime import UTC, date, datetime, timedelta

import holidays

from escalation.calendar.feed import read_feed
from escalation.calendar.model import Calendar, NationalHolidays
from escalation.calendar.open_times import OutOfReach, open_times
from escalation.calendar.working_hours import Hours, Timetable, WorkingHours
from escalation.calendar.zone_offsets import offsets_of
from escalation.policy.finding import listed, nearest

YEARS_BACK, YEARS_AHEAD = 1, 10
"""What is usual around the year in which a calendar is materialised; no limit is longer than ten years."""
_VERSION = str(vars(holidays)["__version__"])


def materialise(calendar: Calendar, first_year: int, last_year: int) -> WorkingHours:
    """The working hours of these years; raises ValueError that names the field.

    Refused are an unknown country or subdivision, a feed that cannot be used, a holiday switched off that is none, and
    a calendar that is never open in these years.
    """
    named, known_until, sources = _holidays(calendar, first_year, last_year)
    special = dict(_special(calendar, named, first_year, last_year))
    made = WorkingHours(
        name=calendar.name,
        title=calendar.title,
        zone=calendar.zone,
        first_year=first_year,
        last_year=last_year,
        offsets=offsets_of(calendar.zone, first_year - 1, last_year + 1),
        timetables=_timetables(calendar),
        days=tuple((day, *special[day]) for day in sorted(special)),
        holidays_known_until=known_until,
        sources=sources,
    )
    if not _opens(made):
        raise ValueError(f"hours: never open in {first_year} to {last_year}; allowed: at least one working window")
    return made


def what_changes(pinned: WorkingHours, fresh: WorkingHours) -> tuple[str, ...]:
    """What adopting the fresh hours would change in the pinned ones, a line each; empty where nothing would."""
    lines = []
    if pinned.zone != fresh.zone:
        lines.append(f"zone: {pinned.zone} becomes {fresh.zone}")
    if pinned.timetables != fresh.timetables:
        lines.append("the hours of the week change")
    before, after = ({day: (why, hours) for day, why, hours in each.days} for each in (pinned, fresh))
    first, last = max(pinned.first_year, fresh.first_year), min(pinned.last_year, fresh.last_year)
    for day in sorted(before.keys() | after.keys()):
        if first <= day.year <= last and before.get(day) != after.get(day):
            was, becomes = (each[day][0] if day in each else "an ordinary day" for each in (before, after))
            lines.append(f"{day}: {was} becomes {becomes}" if was != becomes else f"{day}: the hours of {was} change")
    begins, ends = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (first, last + 1))
    clocks = [{each for each in hours.offsets if begins <= each[0] < ends} for hours in (pinned, fresh)]
    if clocks[0] != clocks[1] and pinned.zone == fresh.zone:
        lines.append(f"the clocks of {fresh.zone} change otherwise than was known")
    return tuple(lines)


def _holidays(
    calendar: Calendar, first_year: int, last_year: int
) -> tuple[dict[date, str], date | None, tuple[str, ...]]:
    """Their names by date; until when they are known; where they come from."""
    found: dict[date, str] = {}
    until: list[int] = []
    sources: list[str] = []
    years = range(first_year - 1, last_year + 1)  # the night before the first year is somebody's shift, too
    for day in calendar.holidays:
        found |= {on: day.name for year in years if (on := day.in_year(year)) is not None}
    for place, feed in enumerate(calendar.feeds):
        try:
            days = read_feed(feed.text, feed.name, first_year, last_year)
        except ValueError as error:
            raise ValueError(f"feeds[{place}]: {error}") from None
        found = days | found
        until.append(max(days).year if days else first_year - 1)
        sources.append(f"{feed.name}: {len(days)} days")
    for place, national in enumerate(calendar.national):
        of_country, known = _national(national, years, f"national[{place}]")
        found = of_country | found
        until.append(known)
        code = national.country + (f"-{national.subdivision}" if national.subdivision else "")
        sources.append(f"{code} of holidays {_VERSION}")
    worked = _switched_off(calendar, found, first_year, last_year)
    known_until = min(until, default=last_year)
    return (
        {day: name for day, name in found.items() if day not in worked},
        date(known_until, 12, 31) if known_until < last_year else None,
        tuple(sources),
    )


def _national(asked: NationalHolidays, years: range, where: str) -> tuple[dict[date, str], int]:
    try:
        blank = holidays.country_holidays(asked.country)
    except NotImplementedError:
        known = [code for code in holidays.list_supported_countries() if len(code) == 2]
        hint = nearest(asked.country, known)
        meant = f"; did you mean {hint!r}?" if hint else ""
        allowed = "a code of two letters (ISO 3166-1) such as IE, DE, US"
        raise ValueError(f"{where}.country: {asked.country!r} is not known; allowed: {allowed}{meant}") from None
    parts = (*blank.subdivisions, *blank.subdivisions_aliases)
    if asked.subdivision is not None and asked.subdivision not in parts:
        allowed = listed(parts) or "none: this country has no holidays of its parts"
        raise ValueError(f"{where}.subdivision: {asked.subdivision!r} is not in {asked.country}; allowed: {allowed}")
    default = blank.default_language or ""
    language = "en_US" if "en_US" in blank.supported_languages and not default.startswith("en") else None
    found = holidays.country_holidays(asked.country, subdiv=asked.subdivision, years=years, language=language)
    return {day: " / ".join(name.split("; ")) for day, name in sorted(found.items())}, int(blank.end_year)


def _switched_off(calendar: Calendar, named: dict[date, str], first_year: int, last_year: int) -> set[date]:
    """The holidays that are worked."""
    worked: set[date] = set()
    for place, entry in enumerate(calendar.without):
        matching = {day for day, name in named.items() if entry in {day.isoformat(), f"{day:%m-%d}", name}}
        year = entry[:4]
        is_past = year.isdigit() and len(entry) == 10 and not first_year <= int(year) <= last_year
        if not matching and not is_past:
            meant = nearest(entry, {*named.values(), *map(date.isoformat, named)})
            hint = f"; did you mean {meant!r}?" if meant else ""
            allowed = "the date or the name of a holiday of this calendar"
            raise ValueError(
                f"without[{place}]: {entry!r} is no holiday in {first_year} to {last_year}; allowed: {allowed}{hint}"
            )
        worked |= matching
    return worked


def _special(
    calendar: Calendar, named: dict[date, str], first_year: int, last_year: int
) -> dict[date, tuple[str, Hours]]:
    """Every date that is not like its weekday."""
    found: dict[date, tuple[str, Hours]] = {day: (name, ()) for day, name in named.items()}
    tables = _timetables(calendar)
    for entry in sorted(calendar.days, key=lambda each: each.year is not None):
        for year in range(first_year - 1, last_year + 1):
            day = entry.in_year(year)
            if day is not None and (entry.year is not None or (day not in named and _is_worked(day, tables))):
                found[day] = (entry.name, entry.hours)
    return found


def _is_worked(day: date, tables: tuple[Timetable, ...]) -> bool:
    return any(
        table.week[day.weekday()]
        for table in tables
        if (table.valid_from or date.min) <= day <= (table.valid_until or date.max)
    )


def _timetables(calendar: Calendar) -> tuple[Timetable, ...]:
    ends = [version.valid_from - timedelta(days=1) for version in calendar.versions[1:] if version.valid_from]
    return tuple(
        Timetable(week=version.open_week, valid_from=version.valid_from, valid_until=until)
        for version, until in zip(calendar.versions, [*ends, calendar.valid_until], strict=True)
    )


def _opens(hours: WorkingHours) -> bool:
    times = open_times(hours)
    begins = times.instant_of(date(hours.first_year, 1, 1), 0)
    try:
        return times.is_open(begins) or times.next_opening(begins) is not None
    except OutOfReach:
        return False
