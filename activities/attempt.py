"""One attempt of the errand that tells somebody: what those before it left behind, and when it is given up for now.

All times are the server's: an attempt began when the server says so, and has taken what this process has measured
since. So a worker whose clock is wrong is as patient as any other.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from temporalio import activity

from escalation.issue.delivery import Noted, Try, TryOutcome, Waits, read_noted

LONGEST_DELAY = timedelta(minutes=15)
"""The other side may ask for more time than that; a page is worth asking again."""
_NEARLY = timedelta(milliseconds=100)
"""So much too early is in time: the server's clock and its timers are not one."""
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=2)


class Tried(Protocol):
    """What is tried: a page, or a digest of several."""

    @property
    def earlier(self) -> int:
        """Attempts that an earlier errand has made."""

    @property
    def is_possible_repeat(self) -> bool:
        """Whether an earlier copy may have left."""

    @property
    def not_before(self) -> datetime | None:
        """Until then the other side wants to be left alone."""

    @property
    def waits(self) -> Waits | None:
        """Why it waits until then; None: the other side wishes it, or nobody."""

    @property
    def patience(self) -> timedelta | None:
        """After so long without success other ways are taken."""


class Attempt:
    """The one under way."""

    def __init__(self, effect: Tried) -> None:
        info = activity.info()
        self._effect = effect
        self._scheduled_at = info.scheduled_time.astimezone(UTC)
        self._started_at = info.started_time.astimezone(UTC)
        self._since = time.monotonic()
        self._place = info.attempt
        self._before = read_noted(info.heartbeat_details).with_lost(info.attempt, effect.earlier)

    @property
    def number(self) -> int:
        """From 1, over all errands for the message; one that only waited is none."""
        return self._effect.earlier + self._place - self._before.waited

    @property
    def is_possible_repeat(self) -> bool:
        """Whether an earlier copy may have left.

        An attempt that ended in a plain failure has noted it as its last heartbeat. One without that note was lost on
        its way: its worker died, or it ran out of time. Heartbeats and not the attempt's number alone: else every retry
        of a page to a mail server that was merely away would be marked, and the mark would mean nothing.
        """
        return self._effect.is_possible_repeat or self._before.is_unknown

    @property
    def lost(self) -> tuple[Try, ...]:
        """Those just before it that left nothing behind."""
        known = read_noted(activity.info().heartbeat_details)
        return tuple(each for each in self._before.tries if each not in known.tries)

    @property
    def now(self) -> datetime:
        """By the server's clock."""
        return self._started_at + timedelta(seconds=time.monotonic() - self._since)

    def waits_for(self) -> timedelta | None:
        """How long to wait, as the other side asked before this errand began, or as the person wants; None: not now."""
        not_before, now = self._effect.not_before, self.now
        if not_before is None or not_before - now <= _NEARLY:
            return None
        if self._effect.waits is None:  # the other side's wish is kept once, a person's to the end
            if self._place > 1:
                return None
            not_before = min(not_before, now + LONGEST_DELAY)
        waited = {"last": self._place, "waited": self._before.waited + 1}
        activity.heartbeat(self._before.changed(waited).model_dump(mode="json"))
        return not_before - now

    @property
    def before(self) -> Noted:
        """What those before it left."""
        return self._before

    @property
    def waited_for(self) -> timedelta:
        """Since it was to leave."""
        return self.now - self._began_at

    def note_waiting(self, bundle: str = "") -> None:
        """Leave it for the next attempt that this one only waits, for its turn or for the digest of this bundle."""
        waited, held = self._before.waited + 1, self._before.held + 1
        self._before = self._before.changed({"last": self._place, "waited": waited, "held": held, "bundle": bundle})
        self.note(self._before)

    def release(self) -> None:
        """From now on it goes by itself, in this attempt and in all after it."""
        self._before = self._before.changed({"is_released": True})

    def ended(self, outcome: TryOutcome, error: str | None = None, retry_after: timedelta | None = None) -> Noted:
        """What there is to say once it has ended so; not yet said to the server."""
        asked_for = None if retry_after is None else round(retry_after.total_seconds(), 3)
        return self._before.with_try(
            Try(number=self.number, at=self.now, outcome=outcome, error=error, retry_after_s=asked_for)
        )

    def note(self, noted: Noted) -> None:
        """Leave it for the next attempt, and for the server if there is none."""
        activity.heartbeat(noted.model_dump(mode="json"))

    def is_given_up(self, asked_for: timedelta | None) -> bool:
        """Whether other ways are to be taken now: patience is over, or the other side asks for more than is left."""
        left = self._left
        return left is not None and (left <= timedelta() or (asked_for is not None and asked_for >= left))

    def pause(self, asked_for: timedelta | None) -> timedelta | None:
        """Until the next attempt: as the other side asks, but never past the end of the patience; None: as usual."""
        if asked_for is not None:
            return max(timedelta(), min(asked_for, LONGEST_DELAY))
        left = self._left
        return left if left is not None and left < self._usual_pause else None

    def next_at(self, asked_for: timedelta | None) -> datetime:
        """When that is."""
        pause = self.pause(asked_for)
        return self.now + (self._usual_pause if pause is None else pause)

    @property
    def _usual_pause(self) -> timedelta:
        """As the server has it (`workflows/errands.py`)."""
        return min(_FIRST_PAUSE * (1 << min(self._place - 1, 20)), _LONGEST_PAUSE)

    @property
    def _left(self) -> timedelta | None:
        patience = self._effect.patience
        return None if patience is None else patience - self.waited_for

    @property
    def _began_at(self) -> datetime:
        """When the message was to leave: when it was asked for, or at the instant that its person wants."""
        if self._effect.waits is None or self._effect.not_before is None:
            return self._scheduled_at
        return max(self._scheduled_at, self._effect.not_before)
