"""Working hours as they are pinned: every date and every change of the clocks written out, nothing left to look up.

What was resolved once (`materialise.py`) is all that the arithmetic (`open_times.py`) uses: an update of holiday or
zone data changes nothing that is pinned. How calendars are written is in `model.py`.
"""

from datetime import date
from itertools import pairwise
from typing import Self, TypeAlias

from pydantic import Field, model_validator

from escalation.value import Value

DAY = 86_400
"""Seconds on the face of a clock from midnight to midnight."""
_EPOCH_DAY = date(1970, 1, 1).toordinal()

Hours: TypeAlias = tuple[tuple[int, int], ...]
"""The windows of one day, in order: from and until, in seconds after midnight on the clock face, until not included.
Beyond 86400 is the next morning: the window belongs to the day on which it begins. None: closed all day."""
NamedDay: TypeAlias = tuple[date, str, Hours]
"""A date that is not like its weekday: which, why in words, and its windows."""
Offset: TypeAlias = tuple[int, int]
"""From when (seconds since 1970 in UTC) clocks are how many seconds ahead of UTC."""


class Timetable(Value):
    """The hours of a week, breaks already cut out, from one date to another."""

    week: tuple[Hours, ...]
    """Seven days, Monday first."""
    valid_from: date | None = None
    """The first date on which they hold; None: since ever."""
    valid_until: date | None = None
    """The last date on which they hold; None: until further notice."""


class WorkingHours(Value):
    """When a calendar is open, from the first to the last of its years, in the zone's clock as it was known."""

    name: str
    title: str = ""
    zone: str
    """The IANA zone that `offsets` were taken from; the arithmetic uses those."""
    first_year: int = Field(ge=1, le=9998)
    last_year: int = Field(ge=1, le=9998)
    """Years, by the local clock, that are written out. What lies outside is refused: `OutOfReach`."""
    offsets: tuple[Offset, ...] = Field(min_length=1)
    """In order; the first holds before its instant too."""
    timetables: tuple[Timetable, ...] = Field(min_length=1)
    """In order, never two for one date; a date of none is closed."""
    days: tuple[NamedDay, ...] = ()
    """Holidays, half days and one-off hours, in order, one to a date."""
    holidays_known_until: date | None = None
    """The last date for which all sources of holidays had data; None: none is needed. Later dates have the hours of
    their weekday, so that what is due is due early rather than late, and every result that reaches them says so."""
    sources: tuple[str, ...] = ()
    """Where the holidays come from, with versions."""

    @model_validator(mode="after")
    def _can_be_reckoned_with(self) -> Self:
        if self.last_year < self.first_year:
            raise ValueError(f"last_year: {self.last_year} is before first_year {self.first_year}")
        if any(before[0] >= after[0] for before, after in pairwise(self.offsets)):
            raise ValueError("offsets: not in order")
        if any(before[0] >= after[0] for before, after in pairwise(self.days)):
            raise ValueError("days: not in order, or a date twice")
        for timetable in self.timetables:
            if len(timetable.week) != 7:
                raise ValueError(f"timetables: a week has {len(timetable.week)} days; allowed: 7")
            for hours in timetable.week:
                check_hours(hours)
        for _, _, hours in self.days:
            check_hours(hours)
        return self


def cut_to(hours: WorkingHours, first_year: int, last_year: int) -> WorkingHours:
    """The same for fewer years, to be pinned where ten years ahead are more than is needed; raises ValueError."""
    if not hours.first_year <= first_year <= last_year <= hours.last_year:
        allowed = f"within {hours.first_year} to {hours.last_year}"
        raise ValueError(f"years: {first_year} to {last_year} are not those of {hours.name}; allowed: {allowed}")
    begins, ends = ((date(year, 1, 1).toordinal() - _EPOCH_DAY) * DAY for year in (first_year - 1, last_year + 2))
    before = [offset for offset in hours.offsets if offset[0] <= begins][-1:]
    known = hours.holidays_known_until
    return hours.changed(
        {
            "first_year": first_year,
            "last_year": last_year,
            "offsets": (*before, *(offset for offset in hours.offsets if begins < offset[0] < ends)),
            # The night before the first year may be somebody's shift.
            "days": tuple(
                day for day in hours.days if date(first_year - 1, 12, 31) <= day[0] <= date(last_year, 12, 31)
            ),
            "holidays_known_until": None if known is None or known >= date(last_year, 12, 31) else known,
        }
    )


def check_hours(hours: Hours) -> None:
    """Raise ValueError where the windows of a day are no windows, or not one after the other."""
    for begins, ends in hours:
        # A night shift goes on after its break, so a window may begin after midnight too.
        if not 0 <= begins < ends <= min(begins, DAY) + DAY:
            raise ValueError(f"hours: {clock_face(begins)}-{clock_face(ends)} is not a window of at most 24 h")
    for (begins, ends), (following, _) in pairwise(hours):
        if following < ends:
            raise ValueError(
                f"hours: the window that begins at {clock_face(following)} overlaps that of {clock_face(begins)}"
            )


def clock_face(seconds: int) -> str:
    """`09:00`, `17:30:15`; 24:00 is the end of the day, and what lies beyond it the next morning."""
    if seconds != DAY:
        seconds %= DAY
    minutes, second = divmod(seconds, 60)
    shown = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{shown}:{second:02}" if second else shown


def hours_words(hours: Hours) -> str:
    """`09:00-12:00, 13:30-18:00`, as it would be written; `closed` for none."""
    return ", ".join(f"{clock_face(begins)}-{clock_face(ends)}" for begins, ends in hours) or "closed"
