"""Whose turn it is: what one worker has sent to each person by each channel within a minute, and what waits there.

The rule is in escalation/storm/throttle.py. The inbox is not throttled: it disturbs nobody.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from activities.attempt import Attempt
from escalation.issue.delivery import INBOX
from escalation.issue.effects import Notify
from escalation.storm.throttle import WINDOW, Left, Turn, rank_of, waits

THROTTLED = "Throttled"
"""The type of the failure by which an errand waits for its turn (also in activities/observed.py)."""
HOLD = 0.75
"""Of a message's patience it may wait for its turn so much; then it goes."""
_MOST_READERS = 20_000
_FORGOTTEN_AFTER = timedelta(seconds=30)
"""How long after its next attempt a message that waits is taken to have gone by another worker."""


@dataclass
class _Reader:
    left: list[Left] = field(default_factory=list)
    waiting: dict[str, tuple[Turn, datetime]] = field(default_factory=dict)
    """By key the message's place, and until when it is known to wait."""


class Turns:
    """For one worker. `most`: messages a minute to one person by one channel."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._readers: OrderedDict[tuple[str, str, str], _Reader] = OrderedDict()

    def wait(self, effect: Notify, attempt: Attempt) -> timedelta:
        """How long the message waits for its turn; nothing: it goes, and is counted. Tried before, it has had it."""
        before = attempt.before
        if effect.channel == INBOX or before.last > before.waited:
            return timedelta()
        now = datetime.now(UTC)  # compared with itself alone
        reader = self._reader(effect)
        reader.left = [each for each in reader.left if now - each.at < WINDOW]
        reader.waiting = {key: each for key, each in reader.waiting.items() if each[1] >= now}
        known = reader.waiting.pop(effect.key, None)
        rank = rank_of(effect.about, effect.priority)
        turn = known[0] if known else Turn(key=effect.key, rank=rank, priority=effect.priority, since=now)
        wait = waits(turn, [each for each, _ in reader.waiting.values()], reader.left, self._most, now)
        if effect.patience is not None:
            wait = min(wait, max(effect.patience * HOLD - attempt.waited_for, timedelta()))
        if wait <= timedelta():
            reader.left.append(Left(rank=turn.rank, at=now))
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
