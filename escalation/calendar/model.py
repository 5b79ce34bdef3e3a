"""A calendar as it is agreed: the hours of a week, breaks, holidays by country, by feed and by hand, one-off hours.

Nothing here is looked up. What it comes to, date by date, is made once by `materialise.py`; YAML is read by
`read_calendars.py`. Hours are on the clock of the calendar's zone.
"""

import re
from datetime import date
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from escalation.calendar.working_hours import DAY, Hours, check_hours, clock_face
from escalation.policy.zones import ALLOWED_ZONE, NO_ZONE, is_zone, meant_zone
from escalation.value import Value

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CLOSED_ALL_WEEK: tuple[Hours, ...] = ((),) * 7
ALLOWED_HOURS = "windows such as 09:00-17:30 or 08:00-12:00, 13:30-18:00; 22:00-06:00 ends the next morning; closed"
_TIME = r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?"
_WINDOW = re.compile(rf"\s*{_TIME}\s*(?:-|to|until)\s*{_TIME}\s*", re.ASCII)


class Version(Value):
    """The hours of a week from one date to another. The last one ends with the calendar."""

    week: tuple[Hours, ...] = CLOSED_ALL_WEEK
    """Seven days, Monday first."""
    breaks: tuple[Hours, ...] = CLOSED_ALL_WEEK
    """What is closed within them, by weekday."""
    valid_from: date | None = None
    """The first date; None: since ever, which only the first version can be."""

    @model_validator(mode="after")
    def _is_a_week(self) -> Self:
        if len(self.week) != 7 or len(self.breaks) != 7:
            raise ValueError("hours: a week has seven days")
        for name, hours, breaks in zip(WEEKDAYS, self.week, self.breaks, strict=True):
            try:
                check_hours(hours)
                check_hours(breaks)
            except ValueError as error:
                raise ValueError(f"hours.{name}: {str(error).removeprefix('hours: ')}") from None
        for place, name in enumerate(WEEKDAYS):
            after = self.week[(place + 1) % 7]
            if self.week[place] and after and self.week[place][-1][1] - DAY > after[0][0]:
                opens, closes = clock_face(after[0][0]), clock_face(self.week[place][-1][1])
                following = WEEKDAYS[(place + 1) % 7]
                raise ValueError(f"hours.{following}: {opens} overlaps the night of {name}, which ends at {closes}")
        return self

    @property
    def open_week(self) -> tuple[Hours, ...]:
        """The week without its breaks."""
        return tuple(without(hours, breaks) for hours, breaks in zip(self.week, self.breaks, strict=True))


class NationalHolidays(Value):
    """The public holidays of a country, or of a part of it, from the library `holidays`."""

    country: str
    """ISO 3166-1 code of two letters."""
    subdivision: str | None = None
    """ISO 3166-2 code without its country, such as BY of DE-BY."""


class FeedHolidays(Value):
    """Holidays from the text of an iCalendar file or feed: its events of whole days."""

    name: str
    """What the source is called in errors and results."""
    text: str


class Day(Value):
    """A date with hours of its own, or none: written by hand."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    year: int | None = Field(default=None, ge=1, le=9998)
    """None: every year. One of every year shortens a working day and never opens a closed one."""
    hours: Hours = ()
    """None: closed."""
    name: str

    @model_validator(mode="after")
    def _exists(self) -> Self:
        try:
            date(self.year or 2024, self.month, self.day)
        except ValueError:
            raise ValueError(f"on: {self.shown} is no date") from None
        check_hours(self.hours)
        return self

    @property
    def shown(self) -> str:
        """`2026-12-24`, or `12-24` for every year."""
        return ("" if self.year is None else f"{self.year:04}-") + f"{self.month:02}-{self.day:02}"

    def in_year(self, year: int) -> date | None:
        """Its date in that year; None where it has none."""
        if self.year not in {None, year}:
            return None
        try:
            return date(year, self.month, self.day)
        except ValueError:  # 29 February
            return None


class Calendar(Value):
    """When somebody works."""

    name: str
    """The word by which policies refer to it."""
    title: str = ""
    """Whose hours these are, in a few words."""
    zone: str
    """The IANA zone on whose clock the hours are."""
    versions: tuple[Version, ...] = Field(min_length=1)
    """The hours, with the dates from which they hold, in order."""
    valid_until: date | None = None
    """The last date of the calendar; None: until further notice."""
    national: tuple[NationalHolidays, ...] = ()
    feeds: tuple[FeedHolidays, ...] = ()
    holidays: tuple[Day, ...] = ()
    """By hand. A date that is in several sources has the name that comes first: by hand, of a feed, of the country."""
    without: tuple[str, ...] = ()
    """Holidays that are worked: their dates (`2026-10-26`, `10-26` for every year) or names."""
    days: tuple[Day, ...] = ()
    """One-off hours and half days. One with its year overrides a holiday."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        check_zone(self.zone)
        begins = [version.valid_from for version in self.versions]
        if any(later is None for later in begins[1:]):
            raise ValueError("changes: each needs the date from which it holds")
        if any(before and later and before >= later for before, later in pairwise(begins)):
            raise ValueError("changes: not in order of their dates")
        last = begins[-1]
        if self.valid_until is not None and last is not None and self.valid_until < last:
            raise ValueError(f"valid_until: {self.valid_until} is before {last}, from which the last hours hold")
        for field, written in (("holidays", self.holidays), ("days", self.days)):
            dates = [each.shown for each in written]
            twice = next((each for each in dates if dates.count(each) > 1), None)
            if twice is not None:
                raise ValueError(f"{field}: {twice} is there twice")
        if not any(any(version.open_week) for version in self.versions):
            raise ValueError(f"hours: never open: there is no working window in any week; allowed: {ALLOWED_HOURS}")
        return self


def check_zone(zone: str) -> None:
    """Raise ValueError where there is no such IANA zone, with the one that was probably meant."""
    if is_zone(zone):
        return
    meant = meant_zone(zone)
    hint = f"; did you mean {meant!r}?" if meant else ""
    raise ValueError(f"zone: {zone!r} {NO_ZONE}; allowed: {ALLOWED_ZONE}{hint}")


def read_hours(text: str) -> Hours:
    """Read `08:00-12:00, 13:30-18:00` or `closed`; raises ValueError that says what is allowed.

    An end before the beginning is the next morning; 23:59 as an end is the end of the day, as in other products.
    """
    if text.strip().lower() == "closed":
        return ()
    windows = sorted(_window(part, text) for part in text.split(","))
    try:
        check_hours(tuple(windows))
    except ValueError as error:
        raise ValueError(f"{text!r}: {str(error).removeprefix('hours: ')}") from None
    return tuple(windows)


def _window(part: str, text: str) -> tuple[int, int]:
    found = _WINDOW.fullmatch(part)
    if found is None:
        raise ValueError(f"{text!r} is not hours; allowed: {ALLOWED_HOURS}")
    begins, ends = _seconds(found, 1), _seconds(found, 4)
    if begins >= DAY or ends > DAY:
        raise ValueError(f"{part.strip()!r} is beyond the day: 24:00 is its end; allowed: {ALLOWED_HOURS}")
    if ends == 0:
        raise ValueError(f"{part.strip()!r} ends before it begins: the end of a day is 24:00; allowed: {ALLOWED_HOURS}")
    if ends == begins:
        raise ValueError(
            f"{part.strip()!r} ends where it begins; the whole day is 00:00-24:00; allowed: {ALLOWED_HOURS}"
        )
    if DAY - ends <= 60:
        ends = DAY
    return begins, ends if ends > begins else ends + DAY


def _seconds(found: re.Match[str], first: int) -> int:
    hour, minute, second = (int(found[place] or 0) for place in range(first, first + 3))
    return hour * 3600 + minute * 60 + second


def without(hours: Hours, breaks: Hours) -> Hours:
    """The windows without what the breaks take out of them; a break after midnight counts for a night shift."""
    left = list(hours)
    for begins, ends in [*breaks, *((begins + DAY, ends + DAY) for begins, ends in breaks)]:
        cut = []
        for opens, closes in left:
            if ends <= opens or closes <= begins:
                cut.append((opens, closes))
                continue
            cut += [window for window in ((opens, begins), (ends, closes)) if window[0] < window[1]]
        left = cut
    # What is left of a night shift after its break may begin after midnight: it still belongs to its day.
    return tuple(left)
