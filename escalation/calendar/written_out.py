"""The windows of a calendar written out in UTC, year by year. A value: one more year makes another one, so that many
threads can read what one of them is about to prolong. What is reckoned with them is in `open_times.py`.
"""

from dataclasses import dataclass
from datetime import date

from escalation.calendar.local_clock import LocalClock, midnight, ordinal_of
from escalation.calendar.working_hours import DAY, Hours, WorkingHours

MICRO = 1_000_000
_WEEKEND = 5
"""Saturday and what follows."""
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


class Days:
    """What each date of a calendar is like: its windows on the clock's face, and why they are not its weekday's."""

    def __init__(self, hours: WorkingHours) -> None:
        self._named = {day.toordinal(): (windows, why) for day, why, windows in hours.days}
        self._tables = [
            (
                table.valid_from.toordinal() if table.valid_from else 0,
                table.valid_until.toordinal() if table.valid_until else date.max.toordinal(),
                table.week,
            )
            for table in hours.timetables
        ]

    def of(self, ordinal: int) -> tuple[Hours, str]:
        """The windows of the day, and the reason where it is closed or named."""
        found = self._named.get(ordinal)
        if found is not None:
            return found
        for begins, ends, week in self._tables:
            if begins <= ordinal <= ends:
                weekday = (ordinal + 6) % 7
                if week[weekday]:
                    return week[weekday], ""
                return (), "weekend" if weekday >= _WEEKEND else f"no hours on {_DAYS[weekday]}"
        if ordinal < self._tables[0][0]:
            return (), f"before the calendar's first day, {date.fromordinal(self._tables[0][0])}"
        return (), f"after the calendar's last day, {date.fromordinal(self._tables[-1][1])}"


@dataclass(frozen=True)
class WrittenOut:
    """Windows in order, apart from each other, in microseconds since 1970. Its lists are never changed."""

    begins: list[int]
    ends: list[int]
    before: list[int]
    """Open time before each window."""
    sums: list[int]
    """Open time until the end of each window."""
    working_days: list[int]
    """Ordinals of the days that have hours."""
    next_day: int
    """The first day that is not written out."""
    until: int
    """The instant at which that day begins."""

    def and_one_year(self, days: Days, clock: LocalClock) -> "WrittenOut":
        """The same with one year more."""
        last = date(date.fromordinal(self.next_day + 1).year, 12, 31).toordinal()
        begins, ends, working = self.begins.copy(), self.ends.copy(), self.working_days.copy()
        for ordinal in range(self.next_day, last + 1):
            windows, _ = days.of(ordinal)
            if not windows:
                continue
            working.append(ordinal)
            start = midnight(ordinal)
            ahead = clock.ahead_throughout(start, start + 2 * DAY)
            for begin, end in windows:
                if ahead is not None:  # nearly every day
                    found: tuple[int, int] | None = start + begin - ahead, start + end - ahead
                else:
                    found = window_in_utc(clock, ordinal, begin, end)
                if found is None:
                    continue
                if ends and found[0] * MICRO <= ends[-1]:
                    ends[-1] = max(ends[-1], found[1] * MICRO)
                else:
                    begins.append(found[0] * MICRO)
                    ends.append(found[1] * MICRO)
        before, sums, total = [], [], 0
        for begin, end in zip(begins, ends, strict=True):
            before.append(total)
            total += end - begin
            sums.append(total)
        return WrittenOut(begins, ends, before, sums, working, last + 1, clock.utc(midnight(last + 1)) * MICRO)


def nothing_yet(first_year: int, clock: LocalClock) -> WrittenOut:
    """Before the first year. It will begin with the night before, so that its night shift is there."""
    first = midnight(date(first_year, 1, 1).toordinal())
    return WrittenOut([], [], [], [], [], ordinal_of(first) - 1, clock.utc(first) * MICRO)


def window_in_utc(clock: LocalClock, ordinal: int, begins: int, ends: int) -> tuple[int, int] | None:
    """The instants, in seconds, of a window of that day; None where the clocks leave it out.

    That is also where it begins in the hour that is left out and is no longer than that: who comes by the clock that
    has not been put forward comes after it has closed.
    """
    start = midnight(ordinal)
    left_out = clock.left_out_at(start + begins)
    if left_out and ends - begins <= left_out:
        return None
    found = clock.utc(start + begins), clock.utc(start + ends)
    return found if found[0] < found[1] else None
