"""How a person wants to be told: by which channels and when, by urgency, and in which hours only what is urgent.

As it travels with the person's facts: repeats are written out, and channels that are not set up are left out. How it
is written in the directory is in `escalation/policy/own_rules.py`; what comes of it for one message in `ways.py`.
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias

from pydantic import ConfigDict, Field

from escalation.calendar.local_clock import LocalClock, midnight, ordinal_of
from escalation.calendar.working_hours import Offset
from escalation.value import Value

Urgency: TypeAlias = Literal["urgent", "ordinary"]
Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MOST_WINDOWS = 10
"""So many windows may follow each other without a break; the check of the directory leaves at most a day of them."""


class QuietHours(Value):
    """A window of the clock face in which a person is told of urgent issues alone."""

    model_config = ConfigDict(populate_by_name=True)

    begins: time = Field(alias="from")
    """When it begins, in the person's zone."""
    until: time
    """When it ends; before its beginning it is the next day's time: 22:00 to 07:00."""
    days: tuple[Day, ...] = ()
    """The days on which it begins; absent: every day."""


class Step(Value):
    """One message by one channel, so long after the person is asked."""

    channel: str
    after: timedelta = timedelta()


class PersonalRules(Value):
    """What one person wants."""

    offsets: tuple[Offset, ...] = ()
    """The clock of their zone, written out for some years: news of zones change nothing that was decided. None: UTC."""
    urgent: tuple[Step, ...] | None = None
    """In the order of time. None: they have no rule; empty: the inbox alone."""
    ordinary: tuple[Step, ...] | None = None
    """The same of what is not urgent."""
    quiet: tuple[QuietHours, ...] = ()
    is_hastened: bool = False
    """Whether what waits is brought forward where the issue becomes urgent. Not of facts that an earlier release has
    looked up, whose messages wait on as they were asked for."""

    def steps(self, urgency: Urgency) -> tuple[Step, ...] | None:
        """The rule for what is so urgent; None where there is none."""
        return self.urgent if urgency == "urgent" else self.ordinary

    def quiet_until(self, at: datetime) -> datetime | None:
        """When the quiet hours end that are on at this instant (UTC); None where none are."""
        end = at
        for _ in range(_MOST_WINDOWS):
            ends = [found for window in self.quiet if (found := self._end(window, end)) is not None]
            if not ends:
                break
            end = max(ends)
        return end if end > at else None

    def _end(self, window: QuietHours, at: datetime) -> datetime | None:
        """When this window ends, where it is on at that instant."""
        clock = _clock(self.offsets)
        now = int(at.timestamp())
        today = ordinal_of(clock.local(now))
        for day in (today - 1, today):
            if window.days and DAYS[(day - 1) % 7] not in window.days:
                continue
            last = day if window.until > window.begins else day + 1
            begins = clock.utc(midnight(day) + _seconds(window.begins))
            ends = clock.utc(midnight(last) + _seconds(window.until))
            if begins <= now < ends:
                return datetime.fromtimestamp(ends, UTC)
        return None


@lru_cache(maxsize=256)
def _clock(offsets: tuple[Offset, ...]) -> LocalClock:
    return LocalClock(offsets or ((0, 0),))


def _seconds(face: time) -> int:
    return face.hour * 3600 + face.minute * 60 + face.second
