"""Calendars' text (`calendars.yaml`) in, working hours or errors with lines out. Not read in a workflow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError

from escalation.calendar.materialise import materialise
from escalation.calendar.model import (
    CLOSED_ALL_WEEK,
    WEEKDAYS,
    Calendar,
    Day,
    FeedHolidays,
    NationalHolidays,
    Version,
    check_zone,
    read_hours,
)
from escalation.calendar.working_hours import Hours, WorkingHours, hours_words
from escalation.calendar.written import WrittenCalendar, WrittenDay, WrittenFile, WrittenHolidays
from escalation.policy.feed_url import ALLOWED, FETCH, problem_of
from escalation.policy.finding import Findings, PolicyError, PolicyErrors, listed
from escalation.policy.read_value import Failed, ValueReader
from escalation.policy.read_yaml import parse_yaml
from escalation.value import Value

ALLOWED_DAYS = "mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri, or daily"
ALLOWED_DATE = "a date such as 2026-12-24"
_COPY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,99}\.ics", re.ASCII)
_DATE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)", re.ASCII)


@dataclass(frozen=True)
class ReadCalendar:
    """A calendar as it is agreed, and date by date."""

    calendar: Calendar
    hours: WorkingHours


def read_calendars(
    text: str, file: str, feeds: Mapping[str, str], first_year: int, last_year: int
) -> dict[str, ReadCalendar]:
    """The calendars in this YAML text by name, for these years; raises PolicyErrors with all that is wrong.

    `feeds` are the texts of iCalendar files, by the names by which calendars refer to them.
    """
    found, findings = check_calendars(text, file, feeds, first_year, last_year)
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        raise PolicyErrors(errors)
    return found


def check_calendars(
    text: str, file: str, feeds: Mapping[str, str], first_year: int, last_year: int
) -> tuple[dict[str, ReadCalendar], tuple[PolicyError, ...]]:
    """Those that can be used, by name, and all findings: errors and warnings."""
    findings = Findings(file)
    written = _written(text, findings)
    if written is None:
        return {}, findings.in_order()
    if not written.calendars:
        findings.add("calendars", "is empty", allowed="at least one calendar")
    found: dict[str, ReadCalendar] = {}
    for each in written.calendars:
        read = _One(each, findings, feeds).read(first_year, last_year)
        if read is not None:
            found[each.name] = read
    return found, findings.in_order()


def calendar_feeds(text: str) -> tuple[WrittenHolidays, ...]:
    """The sources of holidays that are written in this text; none where it cannot be read."""
    findings = Findings("")
    written = _written(text, findings)
    return () if written is None else tuple(source for each in written.calendars for source in each.holidays)


def _written(text: str, findings: Findings) -> WrittenFile | None:
    node = parse_yaml(text, findings)
    if node is None:
        return None
    keyed: dict[type[Value], str] = {WrittenCalendar: "name", WrittenDay: "on"}
    wordy: frozenset[type[Value]] = frozenset({WrittenHolidays, WrittenDay})
    written = ValueReader(findings, keyed=keyed, wordy=wordy).model(WrittenFile, node, "")
    return None if isinstance(written, Failed) else written


class _One:
    """Reads one calendar, and says of each fault where it stands."""

    def __init__(self, written: WrittenCalendar, findings: Findings, feeds: Mapping[str, str]) -> None:
        self._written = written
        self._findings = findings
        self._feeds = feeds
        self._here = f"calendars.{written.name}"
        self._places: dict[str, str] = {}
        """The fields of the model, with how they are written."""

    def read(self, first_year: int, last_year: int) -> ReadCalendar | None:
        before = len(self._findings.found)
        parts = self._parts()
        if len(self._findings.found) > before or self._findings.is_full:
            return None
        try:
            calendar = Calendar.model_validate(parts)
            hours = materialise(calendar, first_year, last_year)
        except ValidationError as error:
            self._say("", str(error.errors()[0]["msg"]).removeprefix("Value error, "))
            return None
        except ValueError as error:
            self._say("", str(error))
            return None
        if hours.holidays_known_until is not None and hours.holidays_known_until.year <= first_year + 1:
            problem = f"are known until {hours.holidays_known_until} alone: later days have the hours of their weekday"
            self._findings.add(f"{self._here}.holidays", problem, is_warning=True)
        return ReadCalendar(calendar, hours)

    def _parts(self) -> dict[str, object]:
        written = self._written
        try:
            check_zone(written.zone)
        except ValueError as error:
            self._say("zone", str(error), written.zone)
        first = self._version(written.hours, written.breaks, written.valid_from, "")
        later = [
            self._version(change.hours, change.breaks, change.valid_from, f"changes[{place}].")
            for place, change in enumerate(written.changes)
        ]
        national, feeds, holidays = self._sources()
        return {
            "name": written.name,
            "title": written.title,
            "zone": written.zone,
            "versions": [version for version in [first, *later] if version is not None],
            "valid_until": self._date(written.valid_until, "valid_until"),
            "national": national,
            "feeds": feeds,
            "holidays": holidays,
            "without": written.without,
            "days": [
                day
                for each in written.days
                if (day := self._day(each.on, each.hours, each.name, f"days.{each.on}")) is not None
            ],
        }

    def _version(
        self, hours: dict[str, str], breaks: dict[str, str], valid_from: str | None, below: str
    ) -> Version | None:
        week = self._week(hours, f"{below}hours")
        closed = self._week(breaks, f"{below}breaks")
        begins = self._date(valid_from, f"{below}valid_from")
        self._check_breaks(week, closed, f"{below}breaks")
        try:
            return Version(week=week, breaks=closed, valid_from=begins)
        except ValidationError as error:
            self._say("", below + str(error.errors()[0]["msg"]).removeprefix("Value error, "))
            return None

    def _week(self, written: dict[str, str], field: str) -> tuple[Hours, ...]:
        week: list[Hours] = list(CLOSED_ALL_WEEK)
        given: dict[int, str] = {}
        for key, text in written.items():
            here = f"{field}.{key}"
            try:
                hours = read_hours(text)
            except ValueError as error:
                self._say(here, str(error), text)
                continue
            for place in self._days_named(key, here):
                if place in given:
                    problem = f"gives {WEEKDAYS[place]} again: {given[place]} has it already"
                    self._findings.add(f"{self._here}.{here}", problem, allowed="each day once")
                given[place] = key
                week[place] = hours
        return tuple(week)

    def _days_named(self, key: str, field: str) -> list[int]:
        name = key.lower()
        if name == "daily":
            return list(range(7))
        first, _, last = name.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS or name.endswith("-"):
            self._findings.add(f"{self._here}.{field}", "is not a day", value=key, allowed=ALLOWED_DAYS)
            return []
        begins, ends = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        return [(begins + place) % 7 for place in range((ends - begins) % 7 + 1)]

    def _check_breaks(self, week: tuple[Hours, ...], closed: tuple[Hours, ...], field: str) -> None:
        for name, hours, breaks in zip(WEEKDAYS, week, closed, strict=True):
            if breaks and not hours:
                problem = f"is a break on {name}, which has no hours"
                self._findings.add(
                    f"{self._here}.{field}", problem, value=hours_words(breaks), allowed="days with hours"
                )

    def _sources(self) -> tuple[list[NationalHolidays], list[FeedHolidays], list[Day]]:
        national: list[NationalHolidays] = []
        feeds: list[FeedHolidays] = []
        by_hand: list[Day] = []
        for place, source in enumerate(self._written.holidays):
            here = f"holidays[{place}]"
            if source.url is not None:
                self._check_url(source, here)
            given = [name for name in ("country", "file", "on") if getattr(source, name) is not None]
            if len(given) != 1:
                problem = f"has {listed(given) or 'none'} of country, file and on"
                self._findings.add(f"{self._here}.{here}", problem, allowed="one of the three")
            elif source.subdivision is not None and source.country is None:
                self._findings.add(f"{self._here}.{here}.subdivision", "has no country", value=source.subdivision)
            elif source.country is not None:
                self._places[f"national[{len(national)}]"] = here
                national.append(NationalHolidays(country=source.country, subdivision=source.subdivision))
            elif source.file is not None:
                self._places[f"feeds[{len(feeds)}]"] = f"{here}.file"
                if source.file in self._feeds:
                    feeds.append(FeedHolidays(name=source.file, text=self._feeds[source.file]))
                elif source.url is not None:
                    field = f"{self._here}.{here}.file"
                    self._findings.add(field, "is not fetched yet", value=source.file, allowed=FETCH)
                else:
                    self._findings.unknown(
                        f"{self._here}.{here}.file", source.file, "is not beside this file", sorted(self._feeds)
                    )
            else:
                day = self._day(str(source.on), "closed", source.name, f"{here}.on")
                by_hand += [day] if day is not None else []
                if not source.name:
                    self._findings.add(f"{self._here}.{here}", "has no name", allowed="what the day is called")
        return national, feeds, by_hand

    def _check_url(self, source: WrittenHolidays, here: str) -> None:
        assert source.url is not None
        problem = problem_of(source.url)
        if problem is not None:
            self._findings.add(f"{self._here}.{here}.url", problem, allowed=ALLOWED)
        if source.file is None or not _COPY.fullmatch(source.file):
            allowed = "file: where its copy is kept, beside this file, with a name that ends in .ics"
            self._findings.add(f"{self._here}.{here}.url", "has no file for its copy", allowed=allowed)
        if source.at_most_old <= timedelta():
            self._findings.add(f"{self._here}.{here}.at_most_old", "is no time", allowed="more than 0")

    def _day(self, on: str, hours: str, name: str, field: str) -> Day | None:
        found = _DATE.fullmatch(on)
        if found is None:
            allowed = f"{ALLOWED_DATE}, or 12-24 for every year"
            self._findings.add(f"{self._here}.{field}", "is not a date", value=on, allowed=allowed)
            return None
        year = int(found[1]) if found[1] else None
        try:
            windows = read_hours(hours)
            return Day(year=year, month=int(found[2]), day=int(found[3]), hours=windows, name=name)
        except ValidationError:
            allowed = f"{ALLOWED_DATE}, or 12-24 for every year"
            self._findings.add(f"{self._here}.{field}", "is no date of the calendar", value=on, allowed=allowed)
        except ValueError as error:
            self._say(f"{field}.hours", str(error), hours)
        return None

    def _date(self, text: str | None, field: str) -> date | None:
        if text is None:
            return None
        try:
            return date.fromisoformat(text) if len(text) == 10 else date.fromisoformat("")
        except ValueError:
            self._findings.add(f"{self._here}.{field}", "is not a date", value=text, allowed=ALLOWED_DATE)
            return None

    def _say(self, field: str, message: str, value: str | None = None) -> None:
        """What a rule has raised, at its place in the file."""
        if not field:
            field, _, message = message.partition(": ")
            begins = field.partition("]")[0] + "]" if "[" in field else field
            field = self._places.get(begins, begins) + field.removeprefix(begins)
        problem, _, rest = message.partition("; allowed: ")
        allowed, _, meant = rest.partition("; did you mean ")
        if value is not None:
            problem = problem.removeprefix(f"{value!r} ").removeprefix(f"{value!r}: ").removeprefix(f"zone: {value!r} ")
        self._findings.add(
            f"{self._here}.{field}",
            problem,
            value=value,
            allowed=allowed,
            suggestion=meant.removesuffix("?").strip("'") or None,
        )
