"""When something is due: a limit, counted from an instant in a calendar, prolonged by holds.

Why it is due then is in `explained.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from escalation.calendar.limit import Limit
from escalation.calendar.open_times import OpenTimes, OutOfReach, open_times
from escalation.calendar.working_hours import WorkingHours

Held: TypeAlias = tuple[datetime, datetime]
"""A hold: from when, until when."""


@dataclass(frozen=True)
class Reckoned:
    """How a limit was reckoned, step by step."""

    began_at: datetime
    """From where it was counted."""
    reached_at: datetime
    """Where the count ended, holds included, before it was shaped."""
    reached_on: date | None
    """The date on which it ended, by which it is shaped; a night shift is on the date on which it began."""
    held: tuple[Held, ...]
    """The holds that prolonged it, cut and joined."""
    at: datetime
    """When it is due."""


def due_at(
    started_at: datetime, limit: Limit, calendar: WorkingHours | OpenTimes | None, held: Sequence[Held] = ()
) -> datetime:
    """The instant, in UTC, at which a limit that started then is used up; doing it in that very instant is in time.

    A hold prolongs working time and business days by the working time that was held, other units by the time that was
    held. One that began after it was due changes nothing. Raises OutOfReach beyond the calendar's years, ValueError
    where the limit needs a calendar and there is none.
    """
    return reckon(started_at, limit, calendar, held).at


def due_surely(
    started_at: datetime, limit: Limit, calendar: WorkingHours | OpenTimes | None, held: Sequence[Held] = ()
) -> tuple[datetime, str]:
    """The same for rules that must go on: what cannot be reckoned is due by elapsed time: early, not never.

    Beside the instant, why it was not reckoned as agreed; empty where it was.
    """
    try:
        return due_at(started_at, limit, calendar, held), ""
    except ValueError as error:
        length = limit.length if limit.length is not None else timedelta(days=(limit.count or 0) * _DAYS[limit.unit])
        plain = Limit(unit="wall", length=min(length, timedelta(days=3660)))
        return due_at(started_at, plain, None, held), f"counted as {plain} of elapsed time, for {error}"


_WHOLE = 1000
_SECOND = timedelta(seconds=1)
_DAYS = {"calendar_days": 1, "business_days": 1, "weeks": 7, "months": 28}
"""At least so many days each."""


def reckon(
    started_at: datetime, limit: Limit, calendar: WorkingHours | OpenTimes | None, held: Sequence[Held] = ()
) -> Reckoned:
    """As `due_at`, with the steps."""
    if started_at.tzinfo is None:
        raise ValueError(f"'{started_at}' has no time zone; allowed: an aware instant")
    holds = joined(held)
    if limit.parts:
        return _shortened(started_at, limit, calendar, holds)
    if not limit.needs_calendar:
        assert limit.length is not None
        began = started_at.astimezone(UTC)
        reached, counted = _prolonged(began, began + limit.length, limit, None, holds)
        return Reckoned(began, reached, None, counted, reached)
    if calendar is None:
        raise ValueError(f"'{limit}' needs a calendar, and there is none")
    times = calendar if isinstance(calendar, OpenTimes) else open_times(calendar)
    began = _began(started_at, limit, times)
    reached, day = _reached(began, limit, times)
    later, counted = _prolonged(began, reached, limit, times, holds)
    if later != reached:
        reached, day = later, max(day, times.working_date_of(later))
    return Reckoned(began, reached, day, counted, _shaped(began, reached, day, limit, times))


def _shortened(
    started_at: datetime, limit: Limit, calendar: WorkingHours | OpenTimes | None, holds: tuple[Held, ...]
) -> Reckoned:
    """A part of the time until the whole of it would be due; in whole seconds, and not shaped."""
    whole = reckon(started_at, limit.changed({"parts": 0}), calendar)
    began = whole.began_at
    times = open_times(calendar) if isinstance(calendar, WorkingHours) else calendar
    if times is not None and limit.counts_hours:
        reached = times.add(began, part_of(times.between(began, whole.at), limit.parts))
    else:
        reached = began + part_of(whole.at - began, limit.parts)
    reached, counted = _prolonged(began, reached, limit, times, holds)
    return Reckoned(began, reached, None, counted, reached)


def part_of(length: timedelta, parts: int) -> timedelta:
    """So many thousandths of it, in whole seconds where it is longer than one."""
    part = length * parts // _WHOLE
    return part - part % _SECOND if part > _SECOND else part


def business_days_on(at: datetime, days: int, times: OpenTimes) -> datetime:
    """So many working days later, or earlier where negative, at the same time of day where that is open.

    Else at the next opening, or, going back, at the last closing; 0 is the instant itself. Raises OutOfReach.
    """
    if days == 0:
        return at.astimezone(UTC)
    day = times.working_date_of(at)
    past_midnight = times.date_of(at) - day
    moved = times.same_time_on(times.working_day(day, days) + past_midnight, at)
    return times.when_open(moved) if days > 0 else times.when_last_open(moved)


def joined(held: Sequence[Held]) -> tuple[Held, ...]:
    """Holds in order, those that overlap or touch joined, empty ones left out."""
    whole: list[Held] = []
    for begins, ends in sorted(held):
        if whole and begins <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], ends))
        elif begins < ends:
            whole.append((begins, ends))
    return tuple(whole)


def _began(started_at: datetime, limit: Limit, times: OpenTimes) -> datetime:
    match limit.counted_from:
        case "opening":
            return times.when_open(started_at)
        case "end_of_year":
            return times.same_time_on(date(times.date_of(started_at).year, 12, 31), started_at)
        case "start":
            return started_at.astimezone(UTC)


def _reached(began: datetime, limit: Limit, times: OpenTimes) -> tuple[datetime, date]:
    count = limit.count or 0
    match limit.unit:
        case "wall":
            reached = began + (limit.length or timedelta(0))
            return reached, times.date_of(reached)
        case "working":
            reached = times.add(began, limit.length or timedelta(0))
            return reached, times.working_date_of(reached)
        case "business_days":
            if limit.shape == "instant":
                return business_days_on(began, count, times), times.date_of(began)
            first = times.working_date_of(began)
            day = times.working_day(first, count)
            return times.same_time_on(day + (times.date_of(began) - first), began), day
        case "calendar_days" | "weeks":
            day = _day_on(times.date_of(began), count * (7 if limit.unit == "weeks" else 1), times)
            return times.same_time_on(day, began), day
        case "months":
            day = months_on(times.date_of(began), count)
            return times.same_time_on(day, began), day


def months_on(day: date, months: int) -> date:
    """So many months later; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = divmod(year * 12 + month + 1, 12)
    last = date(following[0], following[1] + 1, 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def _day_on(day: date, days: int, times: OpenTimes) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise OutOfReach(f"calendar {times.hours.name}: {days} days after {day}") from None


def _prolonged(
    began: datetime, reached: datetime, limit: Limit, times: OpenTimes | None, holds: tuple[Held, ...]
) -> tuple[datetime, tuple[Held, ...]]:
    counted = []
    for begins_at, ends_at in holds:
        begins = max(begins_at.astimezone(UTC), began)
        if begins >= reached:
            break
        ends = ends_at.astimezone(UTC)
        if ends <= begins:
            continue
        counted.append((begins, ends))
        if limit.counts_hours and times is not None:
            reached = times.add(reached, times.between(begins, ends))
        else:
            reached += ends - begins
    return reached, tuple(counted)


def _shaped(began: datetime, reached: datetime, day: date, limit: Limit, times: OpenTimes) -> datetime:
    match limit.shape:
        case "instant":
            return reached
        case "close_of_business":
            closing = times.closing_on(day)
            # Raised after today's closing and due today, or hours that end after it: that is the next day's.
            earliest = began if limit.length is None else reached
            return closing if closing >= earliest else times.closing_on(times.working_day(day, 1))
        case "end_of_day":
            # Hours that end after midnight end on that date, also those of a night shift.
            day = day if limit.length is None else times.date_of(reached)
            return times.instant_of(_day_on(day, 1, times), 0) - timedelta(seconds=1)
        case "next_working_day":
            return times.instant_of(times.working_day(day, 1), limit.hour or 0)
