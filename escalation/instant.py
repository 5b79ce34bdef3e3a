"""Instants in words, in the zone of the person who reads them; the zone is named, never guessed by the reader.

Minutes are cut, not rounded: a deadline is never shown later than it is. Durations are in `duration.py`.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

# Not strftime: its names follow the process's locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NARRATED = re.compile(
    rf"\b(?P<weekday>{'|'.join(_DAYS)}) (?P<day>[0-3]\d) (?P<month>{'|'.join(_MONTHS)}) "
    r"(?P<hour>[0-2]\d):(?P<minute>[0-5]\d):(?P<second>[0-5]\d) UTC\b",
    re.ASCII,
)
_SECONDS_MATTER = timedelta(minutes=2)


def zone_of(name: str) -> tzinfo:
    """The zone of that IANA name, or UTC where there is none: a wrong zone must not stop a message."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def place(zone: str) -> str:
    """The zone as people say it: `Dublin` for Europe/Dublin, `UTC` for whatever is UTC or unknown."""
    known = zone_of(zone)
    if known is UTC or zone.upper() in {"UTC", "GMT", "ETC/UTC", "ETC/GMT", "ZULU"}:
        return "UTC"
    return zone.rpartition("/")[2].replace("_", " ")


def clock(instant: datetime, zone: str, seen_from: datetime | None = None, *, to_the_second: bool = False) -> str:
    """`20:10 Dublin`; with the day where that is not the one of `seen_from`: `Mon 23 Nov 09:00 Dublin`.

    Seconds are shown of what is less than two minutes ahead, or always, where they are not zero.
    """
    local = instant.astimezone(zone_of(zone))
    day = ""
    if seen_from is not None:
        here = seen_from.astimezone(local.tzinfo)
        if here.date() != local.date():
            day = f"{_day(local, with_year=here.year != local.year)} "
    seconds = to_the_second or _is_close(instant, seen_from)
    return f"{day}{_time(local, with_seconds=seconds)} {place(zone)}"


def full(instant: datetime, zone: str, seen_from: datetime | None = None) -> str:
    """`20:10 Dublin, Sat 21 Nov 2026 (20:10 UTC)`; seconds as in `clock`."""
    local, utc = instant.astimezone(zone_of(zone)), instant.astimezone(UTC)
    seconds = _is_close(instant, seen_from)
    shown = f"{_time(local, with_seconds=seconds)} {place(zone)}, {_day(local, with_year=True)}"
    if place(zone) == "UTC":
        return shown
    day = "" if utc.date() == local.date() else f"{_day(utc, with_year=False)} "
    return f"{shown} ({day}{_time(utc, with_seconds=seconds)} UTC)"


def localised(sentence: str, zone: str, seen_from: datetime, *, to_the_second: bool = False) -> str:
    """The sentence with its instants in UTC, as `narrate.instant` writes them, shown as `clock` does in the zone.

    They have no year: it is the one that brings them nearest to `seen_from`.
    """
    return _NARRATED.sub(lambda found: _localised(found, zone, seen_from, to_the_second), sentence)


def _localised(found: re.Match[str], zone: str, seen_from: datetime, to_the_second: bool) -> str:
    day, month = int(found["day"]), _MONTHS.index(found["month"]) + 1
    hour, minute, second = (int(found[part]) for part in ("hour", "minute", "second"))
    near: list[datetime] = []
    for year in range(seen_from.year - 4, seen_from.year + 5):
        try:
            instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:  # 29 Feb
            continue
        if _DAYS[instant.weekday()] == found["weekday"]:
            near.append(instant)
    if not near:
        return found[0]
    nearest = min(near, key=lambda instant: abs(instant - seen_from))
    return clock(nearest, zone, seen_from, to_the_second=to_the_second)


def _is_close(instant: datetime, seen_from: datetime | None) -> bool:
    return seen_from is not None and timedelta(0) < instant - seen_from < _SECONDS_MATTER


def _day(local: datetime, *, with_year: bool) -> str:
    year = f" {local.year}" if with_year else ""
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year}"


def _time(local: datetime, *, with_seconds: bool) -> str:
    shown = f"{local.hour:02}:{local.minute:02}"
    if with_seconds and local.second:
        shown += f":{local.second:02}"
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        shown += f" {local.tzname()}"  # this hour comes twice tonight
    return shown
