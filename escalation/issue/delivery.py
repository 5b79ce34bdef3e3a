"""Ways to a person and what becomes of messages: the order of channels, patience, attempts, stand-ins.

Facts and sums alone. What follows from them is decided in `decide_delivery.py` (docs/decisions/0015).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, ValidationError

from escalation.value import Value

Outcome: TypeAlias = Literal["sent", "failed", "delayed", "withdrawn"]
"""Of a message by one channel: it left; it never will; it has not yet, and is tried on; it is not tried on any more,
since what it says is over."""
Waits: TypeAlias = Literal["rule", "quiet_hours"]
"""Why a message waits for an instant: it is a later step of the person's rule, or their quiet hours are on."""
TryOutcome: TypeAlias = Literal["sent", "failed_for_now", "failed_for_good", "unknown"]

INBOX = "inbox"

PATIENCE = timedelta(minutes=2)
"""How long one channel is tried before the next way is taken, too. Ours: most that ails a mail server or an HTTP
service is over by then (a restart, a deployment, a rate limit's pause of 1 to 60 s), and two channels of a person and
one of their deputy have been tried within six minutes."""
SHARE = 4
"""No channel is waited for longer than this part of the time that the message gives: where five minutes are left to
acknowledge, two channels and the stand-in must all fit in."""
LEAST_PATIENCE = timedelta(seconds=10)
"""But at least so long: two or three attempts, past a lost connection."""

MOST_STAND_INS = 4
"""Who may be asked in one person's place, one after the other: deputies of deputies, and the duty lead. Ours."""
MOST_TRIES = 10
"""Attempts that one answer tells of: the first few and the last. How many there were is told beside it."""
_FIRST_TRIES = 3


class Try(Value):
    """One attempt to hand a message over."""

    number: int
    """From 1, counted over all errands for the message."""
    at: AwareDatetime | None = None
    """When it ended; None where it was lost on its way, with its worker."""
    outcome: TryOutcome
    error: str | None = None
    """In few words, without an address."""
    retry_after_s: float | None = None
    """Seconds that the other side asked to be left alone."""


class Noted(Value):
    """What the attempts of one errand leave for those after them: the details of its heartbeats."""

    last: int = 0
    """The errand's last attempt that ended here, from 1; those after it were lost on their way."""
    is_unknown: bool = False
    """Whether any of its copies may have left."""
    waited: int = 0
    """Attempts that tried nothing, since the other side had asked for time before the errand began."""
    tries: tuple[Try, ...] = ()
    held: int = 0
    """Those of them that waited for others to go with, or for their turn."""
    bundle: str = ""
    """To which the message was handed, to go with others; empty: to none."""
    is_released: bool = False
    """Whether it goes by itself all the same."""

    def with_lost(self, attempt: int, earlier: int) -> "Noted":
        """The same as the errand's next attempt finds it: with those in between, which left nothing behind."""
        lost = range(self.last + 1, attempt)
        if not lost:
            return self
        numbers = (earlier + place - self.waited for place in lost)
        tries = (Try(number=number, outcome="unknown", error="lost on its way") for number in numbers)
        found = shortened((*self.tries, *tries))
        return self.changed({"last": attempt - 1, "is_unknown": True, "tries": found})

    def with_try(self, tried: Try) -> "Noted":
        """The same after one more attempt."""
        is_unknown = self.is_unknown or tried.outcome == "unknown"
        tries = shortened((*self.tries, tried))
        return self.changed({"last": self.last + 1, "is_unknown": is_unknown, "tries": tries})


def read_noted(details: Sequence[object]) -> Noted:
    """What heartbeats left; of other releases, or where there is nothing, nothing."""
    try:
        return Noted.model_validate(details[0])
    except (IndexError, ValidationError):
        return Noted()


class StandIn(Value):
    """Who is asked where somebody cannot be reached, and why they."""

    id: str
    why: str
    """In words, with ids alone."""
    is_next: bool = False
    """Whether they could have been asked as well: then they are, too, where this person declines."""


def first_ways(channels: Iterable[str]) -> tuple[str, ...]:
    """By which channels a person is told at first: the inbox, which is quiet, and the first of the others."""
    ways = tuple(dict.fromkeys(channels))
    first = next((way for way in ways if way != INBOX), None)
    return tuple(way for way in ways if way in {INBOX, first})


def counting_ways(channels: Iterable[str]) -> tuple[str, ...]:
    """The channels by which a person counts as reached, in their order: the inbox only where there is no other."""
    ways = tuple(dict.fromkeys(channels))
    return tuple(way for way in ways if way != INBOX) or ways


def way_after(channels: Iterable[str], channel: str) -> str | None:
    """The channel that is tried when this one fails; None after the last, and after the inbox."""
    ways = counting_ways(channels)
    if channel not in ways:
        return None
    return next(iter(ways[ways.index(channel) + 1 :]), None)


def patience(
    channels: Iterable[str], channel: str, at: datetime, until: datetime | None, *, asks: bool
) -> timedelta | None:
    """How long a channel is tried before other ways are taken; None: there are none, it is tried for as long as it may.

    Args:
        channels: all of the person's.
        channel: the one that is tried.
        at: the instant that the message is about.
        until: by when an answer is asked.
        asks: whether somebody else is asked where this person cannot be reached.
    """
    ways = counting_ways(channels)
    if channel not in ways or not (asks or channel != ways[-1]):
        return None
    share = (until - at) / SHARE if until is not None else PATIENCE
    return max(LEAST_PATIENCE, min(PATIENCE, share))


def shortened(tries: tuple[Try, ...]) -> tuple[Try, ...]:
    """Not more of them than are carried along."""
    if len(tries) <= MOST_TRIES:
        return tries
    return (*tries[:_FIRST_TRIES], *tries[-(MOST_TRIES - _FIRST_TRIES) :])
