"""How long something may take, in the unit in which it was agreed, and how what comes out is shaped.

Written as `4 wh`, `3 business days, close of business`, `2 months`; plain durations are those of `duration.py`. When
that is due is in `due.py`.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from escalation import duration
from escalation.value import Value

Unit: TypeAlias = Literal["wall", "working", "calendar_days", "business_days", "weeks", "months"]
Shape: TypeAlias = Literal["instant", "close_of_business", "end_of_day", "next_working_day"]
CountedFrom: TypeAlias = Literal["start", "opening", "end_of_year"]

ALLOWED = (
    "a duration such as 15 min, 4 h or 2 days; working time such as 4 wh, 4 working hours or 90 working min; "
    "3 bd or 3 business days; 30 calendar days, 8 calendar weeks, 2 months; "
    "and after a comma, if wanted: close of business, end of day, "
    "next working day 10:00, counted from opening, counted from the end of the year"
)
SPANS = f"{duration.ALLOWED}; also 4 wh, 2 business days, 2 months, or '3 days, close of business'"
"""The same, shorter, where it is a plain duration as a rule."""
NO_LIMIT = "is no limit"
_MOST = 3660
_WHOLE = 1000
_LONG: dict[Unit, int] = {"calendar_days": 1, "business_days": 7, "weeks": 7, "months": 31}
"""Days that one of them may last."""
_COUNTED: dict[str, Unit] = {
    **dict.fromkeys(("bd", "business day", "business days", "working day", "working days"), "business_days"),
    **dict.fromkeys(("cd", "calendar day", "calendar days"), "calendar_days"),
    **dict.fromkeys(("cw", "calendar week", "calendar weeks"), "weeks"),
    **dict.fromkeys(("mo", "mos", "month", "months", "calendar month", "calendar months"), "months"),
}  # fmt: skip
_OF_DATES: dict[str, Unit] = {
    **dict.fromkeys(("d", "day", "days"), "calendar_days"),
    **dict.fromkeys(("w", "week", "weeks"), "weeks"),
}  # fmt: skip
"""Plain days and weeks, where what comes out is shaped: then dates are counted, not hours."""
_COUNT = re.compile(r"(\d{1,4})\s*([a-z]+(?:\s+[a-z]+)?)", re.ASCII)
_WORKING = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:working\s+([a-z]+)|w(h|hrs?|hours?|min|mins|minutes?))\s*", re.ASCII)
_NEXT_DAY = re.compile(r"next (?:working|business) day(?: at)? (\d\d?):(\d\d)", re.ASCII)
_WORDS: dict[Unit, str] = {
    "business_days": "business day",
    "calendar_days": "calendar day",
    "weeks": "calendar week",
    "months": "month",
}


class Limit(Value):
    """How long something may take."""

    unit: Unit
    """wall: elapsed time; working: time in which the calendar is open; business_days: days with hours, the day of the
    start not counted; the others: dates of the local clock, at the same time of day; a month ends with its last day."""
    length: timedelta | None = None
    """Of wall and working."""
    count: int | None = Field(default=None, ge=0, le=_MOST)
    """Of the others."""
    shape: Shape = "instant"
    """instant: as it is; close_of_business: when the day closes, or the next one that has hours; end_of_day: the last
    second of the date; next_working_day: the first working day after the date, at `hour`."""
    hour: int | None = Field(default=None, ge=0, lt=86_400)
    """Of next_working_day: seconds after midnight."""
    parts: int = Field(default=0, ge=0, lt=1000)
    """So many thousandths of it, 0 for all of it: of the time until it would be due, as its unit counts that. Never
    written: a ladder that is fitted to a deadline has such limits."""
    counted_from: CountedFrom = "start"
    """start: the instant that it began; opening: the next opening, where that was out of hours; end_of_year: the same
    time on the last day of that year."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        is_length = self.unit in {"wall", "working"}
        if is_length != (self.length is not None) or is_length != (self.count is None):
            raise ValueError(f"{'length' if is_length else 'count'}: is needed of {self.unit}, and nothing else is")
        if self.length is not None and not timedelta(0) <= self.length <= timedelta(days=_MOST):
            raise ValueError(f"length: {self.length} is out of range; allowed: at most {_MOST} days")
        if (self.shape == "next_working_day") != (self.hour is not None):
            raise ValueError("hour: is needed of next_working_day, and of nothing else")
        return self

    @property
    def needs_calendar(self) -> bool:
        """Whether it can only be reckoned in a calendar."""
        return self.unit != "wall" or self.shape != "instant" or self.counted_from != "start"

    def __str__(self) -> str:
        """In words that `read_limit` reads."""
        if self.length is not None:
            words = duration.words(self.length)
            words = f"{words} of working time" if self.unit == "working" else words
        else:
            words = f"{self.count} {_WORDS[self.unit]}" + ("" if self.count == 1 else "s")
        if self.shape == "next_working_day":
            hour, rest = divmod(self.hour or 0, 3600)
            words += f", next working day {hour:02}:{rest // 60:02}"
        elif self.shape != "instant":
            words += f", {self.shape.replace('_', ' ')}"
        if self.counted_from != "start":
            words += ", counted from " + ("opening" if self.counted_from == "opening" else "the end of the year")
        return f"{self.parts / _WHOLE:.1%} of {words}" if self.parts else words

    @property
    def counts_hours(self) -> bool:
        """Whether what prolongs it, and what is a share of it, is working time rather than elapsed time."""
        return self.unit in {"working", "business_days"}

    @property
    def at_most(self) -> timedelta:
        """About the longest that it lasts: of working time and days with a week for each of them."""
        day = timedelta(days=1)
        if self.length is not None:
            return self.length + 7 * day if self.unit == "wall" else self.length * 21 + 7 * day
        return ((self.count or 0) + 1) * _LONG[self.unit] * day


Span: TypeAlias = timedelta | Limit
"""How long something may take: a plain duration, or a limit with a unit or a shape of its own."""
Within: TypeAlias = Mapping[str, timedelta | Limit]
"""One by severity name. A severity that is absent has no such limit."""


def read_span(text: str) -> Span:
    """Read one; a plain duration where it is one. Raises ValueError as `read_limit`."""
    limit = read_limit(text)
    return limit if limit.needs_calendar or limit.length is None else limit.length


def longest(span: Span) -> timedelta:
    """About how long it lasts at most; of a plain duration, how long."""
    return span.at_most if isinstance(span, Limit) else span


def span_words(span: Span) -> str:
    """In words: `1 h 30 min`, `2 business days, close of business`."""
    return str(span) if isinstance(span, Limit) else duration.words(span)


def read_limit(text: str) -> Limit:
    """Read a limit; raises ValueError that names the text and says what is allowed."""
    first, *rest = (part.strip() for part in text.split(","))
    given: dict[str, object] = {}
    for part in rest:
        found = _clause(part)
        if found is None or found.keys() & given.keys():
            raise _wrong(text, f"has {part!r} after its comma" if found is None else f"says twice what {part!r} says")
        given |= found
    measured = _measured(first, text, is_shaped=given.get("shape", "instant") != "instant")
    return Limit.model_validate({**measured, **given})


def _clause(part: str) -> dict[str, object] | None:
    words = " ".join(part.lower().split())
    match words:
        case "close of business" | "cob" | "end of business":
            return {"shape": "close_of_business"}
        case "end of day" | "eod":
            return {"shape": "end_of_day"}
        case "counted from opening":
            return {"counted_from": "opening"}
        case "counted from the end of the year" | "counted from end of year":
            return {"counted_from": "end_of_year"}
        case _:
            pass
    found = _NEXT_DAY.fullmatch(words)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return {"shape": "next_working_day", "hour": int(found[1]) * 3600 + int(found[2]) * 60}


def _measured(first: str, text: str, *, is_shaped: bool) -> dict[str, object]:
    words = " ".join(first.lower().split())
    counted = _COUNT.fullmatch(words)
    if counted is not None:
        unit = _COUNTED.get(counted[2]) or (_OF_DATES.get(counted[2]) if is_shaped else None)
        if unit is not None:
            count = int(counted[1])
            if not (0 if is_shaped else 1) <= count <= _MOST:
                raise _wrong(text, f"is out of range: at least 1 and at most {_MOST}, or 0 with a shape")
            return {"unit": unit, "count": count}
    is_working = words.endswith(" of working time")
    plain = words.removesuffix(" of working time") if is_working else _plain(words)
    if not is_working and plain is not None:
        is_working = True
    try:
        length = duration.parse_duration(plain if is_working and plain is not None else first)
    except ValueError as error:
        why, _, meant = str(error).partition("; did you mean ")
        problem = why.partition("is out of range; allowed: ")[2]
        raise _wrong(text, f"is out of range: {problem}" if problem else NO_LIMIT, meant) from None
    return {"unit": "working" if is_working else "wall", "length": length}


def _plain(words: str) -> str | None:
    """`4 wh 30 wmin` as `4 h 30 min`; None where it is not all working time."""
    position, plain = 0, []
    while position < len(words):
        found = _WORKING.match(words, position)
        unit = (found[2] or found[3]) if found else ""
        if found is None or unit[0] in "dwy":
            return None
        plain.append(f"{found[1]} {unit}")
        position = found.end()
    return " ".join(plain) or None


def _wrong(text: str, why: str, meant: str = "") -> ValueError:
    return ValueError(f"{text!r} {why}; allowed: {ALLOWED}" + (f"; did you mean {meant}" if meant else ""))
