"""Whose turn it is: what one sender has sent to each person by each channel lately, and what waits there.

Pure but for that memory: instants are given. The rules are in `throttle.py` and `rates.py`. The inbox is not throttled:
it disturbs nobody.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from escalation.issue.delivery import INBOX
from escalation.issue.effects import Notify
from escalation.storm.rates import Rate
from escalation.storm.throttle import WINDOW, Left, Turn, place_of, rank_of, waits, waits_for_rates
from escalation.storm.waiting import hold

_MOST_READERS = 20_000
_FORGOTTEN_AFTER = timedelta(seconds=30)
"""How long after its next attempt a message that waits is taken to have gone by another worker."""


@dataclass
class _Reader:
    left: list[Left] = field(default_factory=list)
    waiting: dict[str, tuple[Turn, datetime]] = field(default_factory=dict)
    """By key the message's place, and until when it is known to wait."""


class TurnTaking:
    """For one sender. `most`: messages a minute to one person by one channel; `rates`: what channels keep to beside."""

    def __init__(self, most: int, rates: Mapping[str, Sequence[Rate]] | None = None) -> None:
        self._most = most
        self._rates = rates or {}
        self._readers: OrderedDict[tuple[str, str, str], _Reader] = OrderedDict()

    def wait(self, effect: Notify, now: datetime, waited: timedelta) -> timedelta:
        """How long the message waits for its turn, after it has waited so long; nothing: it goes, and is counted.

        For the count a minute no longer than a part of its patience, then it goes; for the channel's rates as long as
        they say: past its patience other ways are taken (`late`), and it waits on.
        """
        if effect.channel == INBOX:
            return timedelta()
        reader, rates = self._reader(effect), self._rates.get(effect.channel, ())
        longest = max([WINDOW, *(rate.per for rate in rates)])
        reader.left = [each for each in reader.left if now - each.at < longest]
        reader.waiting = {key: each for key, each in reader.waiting.items() if each[1] >= now}
        known = reader.waiting.pop(effect.key, None)
        turn = known[0] if known else _turn(effect, reader, now)
        waiting = [each for each, _ in reader.waiting.values()]
        wait = waits(turn, waiting, reader.left, self._most, now)
        if (kept := hold(effect.patience)) is not None:
            wait = min(wait, max(kept - waited, timedelta()))
        wait = max(wait, waits_for_rates(turn, waiting, reader.left, rates, now))
        if wait <= timedelta():
            reader.left.append(Left(rank=turn.rank, at=now, of=turn.of))
        else:
            reader.waiting[effect.key] = turn, now + wait + _FORGOTTEN_AFTER
        return wait

    def _reader(self, effect: Notify) -> _Reader:
        place = (effect.issue.org, effect.person.id, effect.channel)
        reader = self._readers.setdefault(place, _Reader())
        self._readers.move_to_end(place)
        while len(self._readers) > _MOST_READERS:
            self._readers.popitem(last=False)
        return reader


def is_late(effect: Notify, waited: timedelta) -> bool:
    """Whether a message that waits for its turn has waited as long as it may: other ways are taken."""
    return effect.patience is not None and waited >= effect.patience


def until_late(effect: Notify, wait: timedelta, waited: timedelta) -> timedelta:
    """How long it waits for its turn, and no longer than its patience."""
    return wait if effect.patience is None else min(wait, effect.patience - waited)


def _turn(effect: Notify, reader: _Reader, now: datetime) -> Turn:
    of, rank = place_of(effect), rank_of(effect.about, effect.priority)
    same = [*(left.of for left in reader.left), *(each.of for each, _ in reader.waiting.values())].count(of)
    return Turn(key=effect.key, rank=rank, priority=effect.priority, since=now, of=of, nth=same)
