"""The clock on the wall of a zone, from pinned offsets: local time to UTC and back, in whole seconds.

A local time that comes twice is the first of the two; one that is left out is the next instant that exists.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from escalation.calendar.working_hours import DAY, Offset

EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Change:
    """A change of the clocks: when (seconds since 1970), and by how many seconds they go forward."""

    at: int
    forward: int


class LocalClock:
    """Reads local time off the offsets; seconds of local time are counted as if it were UTC."""

    def __init__(self, offsets: Sequence[Offset]) -> None:
        self._since = [since for since, _ in offsets]
        self._ahead = [ahead for _, ahead in offsets]
        self._local_ends = [end + ahead for end, ahead in zip(self._since[1:], self._ahead, strict=False)]

    def local(self, utc: int) -> int:
        """The local time at an instant."""
        return utc + self._ahead[max(bisect_right(self._since, utc) - 1, 0)]

    def utc(self, local: int) -> int:
        """The first instant at which the clock shows this time, or has passed it."""
        place = bisect_right(self._local_ends, local)
        found = local - self._ahead[place]
        return max(found, self._since[place]) if place else found

    def left_out_at(self, local: int) -> int:
        """How many seconds the clocks leave out in the change that leaves out this time; 0 where it exists."""
        place = bisect_right(self._local_ends, local)
        if place == 0 or local - self._ahead[place] >= self._since[place]:
            return 0
        return self._ahead[place] - self._ahead[place - 1]

    def ahead_throughout(self, begins: int, ends: int) -> int | None:
        """How far the clocks are ahead of UTC from one local time to another; None where they change between them."""
        place = bisect_right(self._local_ends, begins)
        ahead = self._ahead[place]
        if place < len(self._local_ends) and self._local_ends[place] <= ends:
            return None
        return ahead if place == 0 or begins - ahead >= self._since[place] else None

    def changes(self, begins: int, ends: int) -> list[Change]:
        """The changes of the clocks after the one instant and not after the other."""
        first, last = bisect_right(self._since, begins), bisect_right(self._since, ends)
        return [
            Change(self._since[place], self._ahead[place] - self._ahead[place - 1])
            for place in range(max(first, 1), last)
        ]


def midnight(ordinal: int) -> int:
    """The local seconds at which the day of this ordinal begins."""
    return (ordinal - EPOCH_DAY) * DAY


def ordinal_of(local: int) -> int:
    """The ordinal of the day in which these local seconds lie."""
    return local // DAY + EPOCH_DAY
