"""Durations in words: read `15 min`, `1 h 30 min`, `P1D` or `PT15M`; write `1 h 30 min`.

Wall-clock durations only. Months and years have no fixed length and are refused.
"""

import re
from datetime import timedelta
from difflib import get_close_matches

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.ASCII)
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII)
_UNFIXED = re.compile(r"\d+(?:\.\d+)?\s*(mo|mos|months?|y|yrs?|years?)\b", re.ASCII)
_SHORTEST = timedelta(milliseconds=1)
_LONGEST = timedelta(days=3660)
_LONG_ENOUGH = 3
"""Letters from which a misspelt unit can be told."""

ALLOWED = "a number and a unit, such as 30 s, 15 min, 1 h 30 min, 2 days, 1 week, or ISO 8601 such as PT15M"


def parse_duration(text: str) -> timedelta:
    """Read a positive duration; raises ValueError that says what is allowed."""
    cleaned = text.strip()
    seconds = _iso_seconds(cleaned) if cleaned.startswith("P") else _word_seconds(cleaned.lower())
    if seconds is None:
        why = "is not a duration"
        if _UNFIXED.search(cleaned.lower()):
            why = "has no fixed length: months and years differ, so give days or weeks, such as 30 days"
        raise ValueError(f"{text!r} {why}; allowed: {ALLOWED}{_hint(cleaned.lower())}")
    # Bounded from below too: what rounds to nothing would make a clock that is always due.
    if not _SHORTEST.total_seconds() <= seconds <= _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is out of range; allowed: at least 1 ms and at most {words(_LONGEST)}")
    return timedelta(seconds=seconds)


def _iso_seconds(text: str) -> float | None:
    match = _ISO.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds


def _word_seconds(text: str) -> float | None:
    position, total = 0, 0.0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None or match[2] not in _UNITS:
            return None
        total += float(match[1]) * _UNITS[match[2]]
        position = match.end()
    return total if position else None


def _hint(text: str) -> str:
    """What was probably meant, where only a unit is misspelt."""
    meant = _PART.sub(lambda part: _spelt(part[0], part[1], part[2]), text).strip()
    return f"; did you mean {meant!r}?" if meant != text and _word_seconds(meant) is not None else ""


def _spelt(whole: str, number: str, unit: str) -> str:
    if unit in _UNITS or len(unit) < _LONG_ENOUGH:
        return whole
    near = get_close_matches(unit, _UNITS, n=1, cutoff=0.7)
    return f"{number} {near[0]} " if near else whole


def words(duration: timedelta) -> str:
    """The duration in words a person reads, to the second: `2 days`, `1 h 45 min`, `30 s`."""
    left = round(abs(duration.total_seconds()))
    days, left = divmod(left, 86400)
    hours, left = divmod(left, 3600)
    minutes, seconds = divmod(left, 60)
    parts = [f"{days} day" + ("s" if days != 1 else "")] if days else []
    parts += [f"{value} {unit}" for value, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if value]
    return ("-" if duration < timedelta(0) else "") + (" ".join(parts) or "0 s")
