"""A zone's clock written out: from when on it is how far ahead of UTC. Not run in a workflow."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from escalation.calendar.working_hours import Offset

_STEP = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def offsets_of(zone: str, first_year: int, last_year: int) -> tuple[Offset, ...]:
    """How far the zone's clocks are ahead of UTC, from when on, in these years: changes to the second."""
    place, epoch = ZoneInfo(zone), datetime(1970, 1, 1, tzinfo=UTC)
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)

    def ahead(instant: datetime) -> int:
        offset = instant.astimezone(place).utcoffset()
        assert offset is not None
        return round(offset.total_seconds())

    found = [((at - epoch) // _SECOND, ahead(at))]
    while at < end:
        following = at + _STEP
        if ahead(following) != found[-1][1]:
            before, after = at, following
            while after - before > _SECOND:
                middle = before + (after - before) // _SECOND // 2 * _SECOND
                before, after = (middle, after) if ahead(middle) == found[-1][1] else (before, middle)
            found.append(((after - epoch) // _SECOND, ahead(after)))
        at = following
    return tuple(found)
