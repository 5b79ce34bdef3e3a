"""Whether a message waits for its turn: not more than so many a minute to one person by one channel, the urgent first.

What else a channel keeps to is in `rates.py`.

Pure: instants are given. It delays and never drops; an urgent first page waits for nothing but others of its kind.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from escalation.issue.effects import About, Notify
from escalation.storm.rates import Rate, next_at
from escalation.value import Value

WINDOW = timedelta(minutes=1)
Rank: TypeAlias = Literal[0, 1, 2, 3]
"""An urgent first page; another first page; a reminder, a warning or a question; news."""
URGENT = 2
"""The severity's priority up to which a first page is urgent. Ours: the two highest of five."""
_FIRST: frozenset[About] = frozenset({"asked", "exhausted", "last_resort", "offered", "cancel_asked", "ask_put"})
_NEWS: frozenset[About] = frozenset(
    {
        "left_tier",
        "resolved",
        "closed",
        "declined",
        "severity_changed",
        "customer_changed",
        "waits",
        "suppression_failed",
        "relieved",
    }
)


class Turn(Value):
    """A message's place in the order: what goes first is less."""

    key: str
    rank: Rank
    priority: int
    since: datetime
    """When it began to wait, or would have."""
    of: str = ""
    """What it is one of: messages of one cause, else of one team."""
    nth: int = 0
    """How many of those were before it: a flood from one place does not hold up the first notice from another."""

    @property
    def order(self) -> tuple[int, int, int, datetime, str]:
        """By rank, then severity, then the first of each place before the second of any, then who came first."""
        return (self.rank, self.priority, self.nth, self.since, self.key)


class Left(Value):
    """A message that left."""

    rank: Rank
    at: datetime
    of: str = ""


def place_of(effect: Notify) -> str:
    """What a message is one of."""
    return effect.causes[0].key if effect.causes else f"{effect.issue.legal_entity}:{effect.issue.team}"


def rank_of(about: About, priority: int) -> Rank:
    """How urgent a message on this occasion is."""
    if about in _NEWS:
        return 3
    if about not in _FIRST:
        return 2
    return 0 if priority <= URGENT else 1


def is_news(about: About) -> bool:
    """Whether it asks nothing of anybody."""
    return about in _NEWS


def waits(turn: Turn, waiting: Iterable[Turn], left: Sequence[Left], most: int, now: datetime) -> timedelta:
    """How long until the message may go; nothing: now.

    Args:
        turn: the message.
        waiting: all that wait to the same person by the same channel, it may be among them.
        left: what went there before; what is older than a minute does not count.
        most: so many a minute.
        now: the present instant.
    """
    recent = sorted(each.at for each in left if now - each.at < WINDOW and (turn.rank > 0 or each.rank == 0))
    ahead = sum(each.order < turn.order for each in waiting if each.key != turn.key)
    place = ahead - (most - len(recent))
    if place < 0:
        return timedelta()
    if not recent:  # all places of this minute are for those ahead
        return WINDOW * (1 + place // most)
    rounds, nth = divmod(place, len(recent))
    return max(recent[nth] + WINDOW * (1 + rounds) - now, timedelta(milliseconds=1))


def waits_for_rates(
    turn: Turn, waiting: Iterable[Turn], left: Sequence[Left], rates: Sequence[Rate], now: datetime
) -> timedelta:
    """How long until the rates of the channel let the message go; those that wait ahead of it take their places first.

    An urgent first page is counted with its own kind alone, as in `waits`.
    """
    if not rates:
        return timedelta()
    gone = [each.at for each in left if turn.rank > 0 or each.rank == 0]
    ahead = sum(each.order < turn.order for each in waiting if each.key != turn.key)
    at = now
    for _ in range(min(ahead, _MOST_AHEAD)):
        at = next_at(rates, gone, at)
        gone.append(at)
    return next_at(rates, gone, at) - now


_MOST_AHEAD = 50
"""Who has more before them looks again when those should have gone."""
