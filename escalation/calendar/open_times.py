"""The arithmetic of working time: add, measure, next opening and closing, over windows that are found by bisection.

Windows are written out year by year as they are needed, once for each value of working hours. Instants are aware and
compared in UTC, to the microsecond; the hours themselves are in seconds.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from escalation.calendar.local_clock import LocalClock, midnight, ordinal_of
from escalation.calendar.working_hours import Hours, WorkingHours
from escalation.calendar.written_out import MICRO, Days, WrittenOut, nothing_yet, window_in_utc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OutOfReach(ValueError):
    """What was asked for lies outside of the years that are written out, or there is no opening until their end."""


class OpenTimes:
    """The windows of one calendar. Made by `open_times`, which keeps those that were asked for last."""

    def __init__(self, hours: WorkingHours) -> None:
        self.hours = hours
        self.clock = LocalClock(hours.offsets)
        self._days = Days(hours)
        self._written = nothing_yet(hours.first_year, self.clock)
        self._begin = self._written.until
        self._end = self.clock.utc(midnight(date(hours.last_year + 1, 1, 1).toordinal())) * MICRO
        # The clock is known for a year more on either side, so that a date may lie just outside.
        self._first_day = date(max(hours.first_year - 1, 1), 1, 2).toordinal()
        self._last_day = date(hours.last_year + 1, 12, 30).toordinal()

    def is_open(self, at: datetime) -> bool:
        """Whether it is open in this instant; in that of closing it is not. Raises OutOfReach."""
        micros = _micros(at)
        written = self._reach(micros)
        place = bisect_right(written.begins, micros) - 1
        return place >= 0 and micros < written.ends[place]

    def add(self, to: datetime, working: timedelta) -> datetime:
        """The instant at which so much working time has passed; where a window is used up in full, its closing.

        A negative duration goes back, and where it uses up a window in full, to its opening. Raises OutOfReach.
        """
        started, length = _micros(to), _length(working)
        written = self._reach(started)
        if not length:
            return _instant(started)
        wanted = _open_until(written, started) + length
        if length < 0:
            place = bisect_right(written.before, wanted) - 1
            if place < 0:
                raise self._out_of_reach(f"not that much working time before {_shown(started)}")
        else:
            while not written.sums or written.sums[-1] < wanted:
                written = self._more(written, f"not that much working time after {_shown(started)}")
            place = bisect_left(written.sums, wanted)
        return _instant(written.begins[place] + wanted - written.before[place])

    def between(self, begins_at: datetime, ends_at: datetime) -> timedelta:
        """The working time from one instant to another; negative where the other is earlier. Raises OutOfReach."""
        begins, ends = _micros(begins_at), _micros(ends_at)
        self._reach(min(begins, ends))
        written = self._reach(max(begins, ends))
        return timedelta(microseconds=_open_until(written, ends) - _open_until(written, begins))

    def next_opening(self, after: datetime) -> datetime:
        """The next instant, later than this one, in which it opens. Raises OutOfReach where there is none."""
        started = _micros(after)
        written = self._reach(started)
        place = bisect_right(written.begins, started)
        while place == len(written.begins):
            written = self._more(written, f"no opening after {_shown(started)}")
        return _instant(written.begins[place])

    def next_closing(self, after: datetime) -> datetime:
        """The next instant, later than this one, in which it closes. Raises OutOfReach where there is none."""
        started = _micros(after)
        written = self._reach(started)
        place = bisect_right(written.ends, started)
        # What is open to the end of what is written out may be open beyond it.
        while place == len(written.ends) or written.ends[place] >= written.until:
            written = self._more(written, f"no closing after {_shown(started)}")
        return _instant(written.ends[place])

    def when_open(self, at: datetime) -> datetime:
        """The instant itself where it is open, else the next opening. Raises OutOfReach."""
        return at.astimezone(UTC) if self.is_open(at) else self.next_opening(at)

    def when_last_open(self, at: datetime) -> datetime:
        """The instant itself where it is open, else the last closing before it. Raises OutOfReach."""
        micros = _micros(at)
        written = self._reach(micros)
        place = bisect_right(written.begins, micros) - 1
        if place < 0:
            raise self._out_of_reach(f"not open before {_shown(micros)}")
        return _instant(min(micros, written.ends[place]))

    def windows(self, begins_at: datetime, ends_at: datetime) -> list[tuple[datetime, datetime]]:
        """What is open between two instants, cut at both. Raises OutOfReach."""
        begins, ends = _micros(begins_at), _micros(ends_at)
        self._reach(begins)
        written = self._reach(ends)
        first, last = bisect_right(written.ends, begins), bisect_left(written.begins, ends)
        return [
            (_instant(max(written.begins[place], begins)), _instant(min(written.ends[place], ends)))
            for place in range(first, last)
        ]

    def date_of(self, at: datetime) -> date:
        """The local date of an instant. Raises OutOfReach."""
        ordinal = ordinal_of(self.clock.local(_micros(at) // MICRO))
        self._check_day(ordinal)
        return date.fromordinal(ordinal)

    def working_date_of(self, at: datetime) -> date:
        """The date to which the window belongs that is open at this instant, or has closed in it; else the local date.

        After midnight a night shift is still at work on the day on which it began.
        """
        micros, here = _micros(at), self.date_of(at).toordinal()
        spans = [
            (ordinal, found[0] * MICRO, found[1] * MICRO)
            for ordinal in (here, here - 1)
            for window in self._days.of(ordinal)[0]
            if (found := window_in_utc(self.clock, ordinal, *window)) is not None
        ]
        owners = [ordinal for ordinal, begins, ends in spans if begins <= micros < ends]
        owners += [ordinal for ordinal, _, ends in spans if micros == ends]
        return date.fromordinal(owners[0] if owners else here)

    def instant_of(self, day: date, seconds: int) -> datetime:
        """The first instant at which the clock on the wall shows this time on this date. Raises OutOfReach."""
        self._check_day(day.toordinal())
        return _instant(self.clock.utc(midnight(day.toordinal()) + seconds) * MICRO)

    def same_time_on(self, day: date, at: datetime) -> datetime:
        """The instant on that date at which the clock shows what it shows at `at`; that itself on its own date.

        Raises OutOfReach.
        """
        self._check_day(day.toordinal())
        seconds, micros = divmod(_micros(at), MICRO)
        local = self.clock.local(seconds)
        if day.toordinal() == ordinal_of(local):
            return at.astimezone(UTC)
        return _instant(
            self.clock.utc(local - midnight(ordinal_of(local)) + midnight(day.toordinal())) * MICRO + micros
        )

    def is_working_day(self, day: date) -> bool:
        """Whether the day has hours."""
        return bool(self.day(day)[0])

    def working_day(self, day: date, count: int) -> date:
        """The so manieth working day after a date, which is not counted; before it where negative. Raises OutOfReach.

        0 is the date itself, whether or not it is a working day.
        """
        if count == 0:
            return day
        ordinal = day.toordinal()
        written = self._reach(self.clock.utc(midnight(ordinal)) * MICRO)
        why = f"not {abs(count)} working days {'after' if count > 0 else 'before'} {day}"
        if count < 0:
            place = bisect_left(written.working_days, ordinal) + count
            if place < 0:
                raise self._out_of_reach(why)
            return date.fromordinal(written.working_days[place])
        place = bisect_right(written.working_days, ordinal) + count - 1
        while place >= len(written.working_days):
            written = self._more(written, why)
        return date.fromordinal(written.working_days[place])

    def closing_on(self, day: date) -> datetime:
        """The closing of the last window that belongs to that date, else of the next working day. Raises OutOfReach."""
        if not self.is_working_day(day):
            day = self.working_day(day, 1)
        return self.instant_of(day, self.day(day)[0][-1][1])

    def day(self, day: date) -> tuple[Hours, str]:
        """The windows of a date as the clock shows them, and the reason where it is not like its weekday or closed."""
        return self._days.of(day.toordinal())

    def is_known(self, at: datetime) -> bool:
        """Whether the holidays up to this instant are known."""
        until = self.hours.holidays_known_until
        return until is None or self.date_of(at) <= until

    def _reach(self, micros: int) -> WrittenOut:
        """The windows, written out for as long as may matter to this instant."""
        written = self._written
        if not self._begin <= micros < self._end:
            raise self._out_of_reach(f"{_shown(micros)} lies outside of these years")
        while written.until <= micros:
            written = self._more(written, "")
        return written

    def _more(self, written: WrittenOut, why: str) -> WrittenOut:
        """One year more; where there is none, that is why the answer cannot be given."""
        if written.until >= self._end:
            raise self._out_of_reach(why)
        self._written = written.and_one_year(self._days, self.clock)
        return self._written

    def _check_day(self, ordinal: int) -> None:
        if not self._first_day <= ordinal <= self._last_day:
            raise self._out_of_reach(f"{date.fromordinal(ordinal)} lies outside of these years")

    def _out_of_reach(self, why: str) -> OutOfReach:
        years = f"{self.hours.first_year} to {self.hours.last_year}"
        return OutOfReach(f"calendar {self.hours.name}, written out for {years}: {why}")


@lru_cache(maxsize=256)
def open_times(hours: WorkingHours) -> OpenTimes:
    """The windows of these hours. Whoever asks often keeps what is returned: to compare hours takes its time, too."""
    return OpenTimes(hours)


def _open_until(written: WrittenOut, micros: int) -> int:
    place = bisect_right(written.begins, micros) - 1
    return written.before[place] + min(micros, written.ends[place]) - written.begins[place] if place >= 0 else 0


def _micros(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError(f"'{at}' has no time zone; allowed: an aware instant")
    return _length(at - _EPOCH)


def _length(duration: timedelta) -> int:
    return (duration.days * 86_400 + duration.seconds) * MICRO + duration.microseconds


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _shown(micros: int) -> str:
    return f"{_instant(micros):%Y-%m-%d %H:%M:%S} UTC"
