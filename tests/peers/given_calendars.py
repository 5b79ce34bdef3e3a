"""The calendars of a case as ours: its zone, hours, breaks, holidays and one-off hours, taken in by our own checks.

A calendar that says no hours at all, not even none, is open day and night but for its holidays. One that our checks
refuse stays refused: with its reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from escalation.calendar.materialise import materialise
from escalation.calendar.model import CLOSED_ALL_WEEK, WEEKDAY_NAMES, WEEKDAYS, Calendar, Day, Version, read_hours
from escalation.calendar.open_times import OpenTimes, open_times
from escalation.calendar.working_hours import Hours, WorkingHours
from tests.peers.fields import Fields, Unsupported, as_fields, shown
from tests.peers.instants import read_timestamp
from tests.peers.scenario import Scenario

DAY_AND_NIGHT = "00:00-24:00"
_BACK, _AHEAD = 1, 11
"""Years around those that a case names; the longest span of a case is ten years."""
_FULL = {name.lower(): place for place, name in enumerate(WEEKDAY_NAMES)}
_GROUPS = {"every_day": range(7), "daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
_WINDOW = re.compile(
    r"(?:from )?(\d\d:\d\d) ?(?:-|to|until) ?(\d\d:\d\d)(?: (?P<days>every day|on weekdays|mon-fri))?", re.ASCII
)


class Refused(Exception):
    """Our checks refuse the calendar; the message says why."""


@dataclass(frozen=True)
class Calendars:
    """The calendars of a case."""

    usual: OpenTimes | None = None
    """None: day and night."""
    by_name: Mapping[str, OpenTimes | None] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    """Why, by name; `calendar` is the only one."""
    written: Mapping[str, object] | None = None
    """The usual one, as the case has it."""
    years: tuple[int, int] = (2025, 2037)

    def named(self, name: str | None) -> OpenTimes | None:
        """The calendar of that name, or the usual one. Raises Unsupported."""
        if name is None:
            if "calendar" in self.refused:
                raise Unsupported(f"a calendar that is refused: {self.refused['calendar']}")
            return self.usual
        if name in self.refused:
            raise Unsupported(f"calendar {name} that is refused: {self.refused[name]}")
        if name not in self.by_name:
            raise Unsupported(f"calendar {name}")
        return self.by_name[name]

    def with_hours(self, text: str) -> OpenTimes | None:
        """The usual calendar with the same window on each of its days."""
        window = _WINDOW.fullmatch(text.strip())
        if window is None or self.written is None:
            raise Unsupported(f"calendar_hours {text!r}")
        hours = self.written.get("hours")
        days = hours if isinstance(hours, Mapping) else dict.fromkeys(WEEKDAYS)
        kept = {name: value for name, value in self.written.items() if name != "always_open"}
        changed = {**kept, "hours": {day: [[window[1], window[2]]] for day in days}}
        return read_calendar(Fields(changed, "calendar_hours"), "calendar", self.years)


def read_calendars(scenario: Scenario, fields: Fields) -> Calendars:
    """The calendars that a case gives. Raises Unsupported."""
    years = years_of(scenario)
    zone = fields.text("timezone") or "UTC"
    usual: OpenTimes | None = None
    by_name: dict[str, OpenTimes | None] = {}
    refused: dict[str, str] = {}
    only = fields.below("calendar")
    written = None if only is None else {"timezone": zone, **only.data}
    if written is not None:
        try:
            usual = read_calendar(Fields(written, "given.calendar"), "calendar", years)
        except Refused as reason:
            refused["calendar"] = str(reason)
    for name, item in (fields.below("calendars") or Fields({}, "")).each():
        row = {"timezone": zone, **as_fields(item, f"given.calendars.{name}").data}
        try:
            by_name[name] = read_calendar(Fields(row, f"given.calendars.{name}"), name, years)
        except Refused as reason:
            refused[name] = str(reason)
    return Calendars(usual, by_name, refused, written, years)


def years_of(scenario: Scenario) -> tuple[int, int]:
    """The years to write out: those around all that the case names."""
    found = [at.year for part in (scenario.given, scenario.when, scenario.then) for at in _instants(part)]
    first, last = min(found, default=2026), max(found, default=2026)
    if not 1900 <= first <= last <= first + 50 <= 2200:
        raise Unsupported(f"instants from {first} to {last}")
    return first - _BACK, last + _AHEAD


def _instants(value: object) -> Iterator[datetime]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _instants(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _instants(item)
    elif (at := read_timestamp(value)) is not None:
        yield at


def read_calendar(fields: Fields, name: str, years: tuple[int, int]) -> OpenTimes | None:
    """One calendar; None is day and night. Raises Refused, and Unsupported for what is not known."""
    hours = read_working_hours(fields, name, years)
    return None if hours is None else open_times(hours)


def read_working_hours(fields: Fields, name: str, years: tuple[int, int]) -> WorkingHours | None:
    """The same, date by date."""
    always, enabled = fields.take("always_open"), fields.take("enabled")
    if always not in (None, True, False) or enabled not in (None, True, False):
        raise fields.cannot("always_open" if always not in (None, True, False) else "enabled")
    fields.text("name")
    zone = fields.text("timezone") or "UTC"
    if always or enabled is False:
        for used in ("hours", "holidays"):
            fields.take(used)
        fields.done()
        return None
    written = fields.take("hours") if "hours" in fields else {"every_day": [["00:00", "24:00"]]}
    breaks = _by_day(fields.take("breaks"), f"{fields.where}.breaks")
    one_off = _by_day(fields.take("one_off_hours"), f"{fields.where}.one_off_hours")
    holidays = _holidays(fields)
    fields.done()
    try:
        week = _week(_by_day(written, f"{fields.where}.hours"), f"{fields.where}.hours")
        closed: dict[_Key, str] = {key: each for key, each in breaks.items() if not isinstance(key, date)}
        version = Version(week=week, breaks=_week(closed, f"{fields.where}.breaks"))
        calendar = Calendar(
            name=re.sub(r"\W+", "-", name) or "calendar",
            zone=zone,
            versions=(version,),
            holidays=tuple(_day(day, (), what) for day, what in holidays.items()),
            days=tuple(_days(version, {day: each for day, each in breaks.items() if day not in holidays}, one_off)),
        )
        return materialise(calendar, *years)
    except ValueError as error:
        raise Refused(str(error)) from None


def _holidays(fields: Fields) -> dict[date, str]:
    raw = fields.take("holidays")
    rows = list(raw.items()) if isinstance(raw, Mapping) else [(day, "a holiday") for day in _items(raw, fields)]
    found: dict[date, str] = {}
    for day, what in rows:
        on = read_date(day)
        if on is None or not isinstance(what, str):
            raise fields.cannot("holidays")
        found[on] = what
    return found


def _items(raw: object, fields: Fields) -> list[object]:
    if raw is None:
        return []
    if isinstance(raw, list):
        return raw
    raise fields.cannot("holidays")


def read_date(value: object) -> date | None:
    """`2026-12-24`; None where it is no date."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


_Key = int | date


def _by_day(raw: object, where: str) -> dict[_Key, str]:
    """Windows as text, by weekday or date."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise Unsupported(f"{where} {shown(raw)}")
    found: dict[_Key, str] = {}
    for key, windows in raw.items():
        text = _windows(windows, f"{where}.{key}")
        on = read_date(key)
        if on is not None:
            found[on] = text
        else:
            found |= dict.fromkeys(weekdays(str(key), where), text)
    return found


def weekdays(key: str, where: str) -> list[int]:
    """`mon`, `Monday`, `mon-fri`, `every_day`: places in the week."""
    word = key.strip().lower().replace(" ", "_")
    if word in _GROUPS:
        return list(_GROUPS[word])
    first, _, last = word.partition("-")
    places = [WEEKDAYS.index(each) if each in WEEKDAYS else _FULL.get(each) for each in (first, last or first)]
    begins, ends = places
    if begins is None or ends is None:
        raise Unsupported(f"{where}.{key}")
    return [(begins + ahead) % 7 for ahead in range((ends - begins) % 7 + 1)]


def _windows(raw: object, where: str) -> str:
    """`[["09:00", "12:00"], ...]` as our text; a range 00:00-00:00 is the whole day."""
    if raw is None or raw == []:
        return "closed"
    if isinstance(raw, str):
        raw = [part.strip().split("-") for part in raw.split(",")]
    if isinstance(raw, list) and len(raw) == 2 and all(isinstance(each, str) for each in raw):
        raw = [raw]
    if not isinstance(raw, list):
        raise Unsupported(f"{where} {shown(raw)}")
    parts = []
    for window in raw:
        if not isinstance(window, list) or len(window) != 2 or not all(isinstance(each, str) for each in window):
            raise Unsupported(f"{where} {shown(raw)}")
        text = "-".join(each.strip() for each in window)
        parts.append(DAY_AND_NIGHT if text == "00:00-00:00" else text)
    return ", ".join(parts)


def _week(by_day: Mapping[_Key, str], where: str) -> tuple[Hours, ...]:
    week = list(CLOSED_ALL_WEEK)
    for place, text in by_day.items():
        if not isinstance(place, int):
            raise Unsupported(f"{where}.{place}")
        week[place] = read_hours(text)
    return tuple(week)


def _days(version: Version, breaks: Mapping[_Key, str], one_off: Mapping[_Key, str]) -> Iterator[Day]:
    """Dates with hours of their own: one-off hours, and those of the weekday, without the breaks of the date."""
    dates = {key for key in (*breaks, *one_off) if isinstance(key, date)}
    if any(not isinstance(key, date) for key in one_off):
        raise Unsupported("one_off_hours by weekday")
    for day in sorted(dates):
        hours = read_hours(one_off[day]) if day in one_off else version.week[day.weekday()]
        closed = read_hours(breaks[day]) if day in breaks else version.breaks[day.weekday()]
        week = tuple(hours if place == day.weekday() else () for place in range(7))
        cut = tuple(closed if place == day.weekday() else () for place in range(7))
        left = Version(week=week, breaks=cut).open_week[day.weekday()]
        yield _day(day, left, "hours of its own")


def _day(on: date, hours: Hours, name: str) -> Day:
    return Day(year=on.year, month=on.month, day=on.day, hours=hours, name=name)


def calendar_in_words(text: str) -> dict[str, object] | None:
    """`from 09:00 until 00:00`, `00:00 until 23:59 every day`, `no hours at all` as a calendar; None: no such words."""
    words = " ".join(text.lower().split())
    if words in {"no hours", "no hours at all", "closed all week", "never open", "every day closed", "all closed"}:
        return {"hours": {}}
    window = _WINDOW.fullmatch(words)
    if window is None:
        return None
    days = "weekdays" if window["days"] in {"on weekdays", "mon-fri"} else "every_day"
    return {"hours": {days: [[window[1], window[2]]]}}
