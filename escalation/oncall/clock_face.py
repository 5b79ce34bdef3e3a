"""The clock face of a place: from what a clock on its wall shows to the instant, and back, over every clock change.

Every time of the face is one instant here. What is shown twice, when clocks go back, is its first showing; what is
never shown, when they go forward, is the instant at which the hands jump over it. So what is later on the face is
never earlier in time, and hand-overs by the clock face tile time without overlap.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone of this name; raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name}' is not a time zone; allowed: an IANA name such as Europe/Dublin") from None


def shown_at(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock shows at this instant, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def instant_of(face: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the clock shows this, or jumps over it."""
    local = face.replace(tzinfo=zone, fold=0)
    found = local.astimezone(UTC)
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    # Only in a gap does the second reading lie ahead of the first.
    if before is None or after is None or before >= after:
        return found
    return _jump(found - (after - before), found, zone)


def _jump(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The first second with the later one's offset, by halving: clocks jump once in between."""
    wanted = late.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle <= early:
            middle = early + _SECOND
        if middle.astimezone(zone).utcoffset() == wanted:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)
