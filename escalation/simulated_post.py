"""What lies between an issue's message and its person on the simulated clock: storms gather into digests, messages take
turns. The same rules as in the service (escalation/storm/), with instants given and nobody ever late.

`Post` is shared by all issues of a play; `simulate.py` brings them and it forward together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple, TypeAlias

from escalation.issue.effects import Notify
from escalation.simulated_world import Deliver, Delivery, arrives
from escalation.storm import bundle as rules
from escalation.storm.bundle import Bundle
from escalation.storm.counting import Limits
from escalation.storm.counts import Counts, bundle_of, causes_of_message
from escalation.storm.digest import SendDigest, Standing, digest_of, still
from escalation.storm.turn_taking import TurnTaking, is_late, until_late

Heard: TypeAlias = Callable[[Notify, Delivery, datetime, str], None]
"""What became of a message at that instant (UTC), and in which digest."""


class Left(NamedTuple):
    """A message that left for its person: a page by itself, or a digest."""

    at: datetime
    what: Notify | SendDigest


@dataclass
class _Handed:
    effect: Notify
    since: datetime
    heard: Heard


class Post:
    """One sender's, for all its issues."""

    def __init__(
        self,
        limits: Limits | None = None,
        turns: TurnTaking | None = None,
        deliver: Deliver = arrives,
        standing: Callable[[], Mapping[str, Standing]] = dict,
    ) -> None:
        """`turns`: None: nothing is throttled. `standing`: where issues stand, for what is over when a digest goes."""
        self.left: list[Left] = []
        self._counts = Counts(limits or Limits())
        self._turns = turns
        self._deliver = deliver
        self._standing = standing
        self._handed: dict[str, _Handed] = {}
        self._bundles: dict[str, Bundle] = {}
        self._latest: dict[str, Notify] = {}
        """The message that was handed to each last: what becomes of its digest is asked of this one."""
        self._due: list[tuple[datetime, int, str, bool]] = []
        """When which message is looked at again, and whether it is new."""
        self._told: set[str] = set()
        self._count = 0

    @property
    def next_at(self) -> datetime | None:
        """When something leaves by itself, or is looked at, next; None: nothing will be."""
        found = [at for bundle in self._bundles.values() if (at := rules.sends_at(bundle)) is not None]
        return min([*found, *(each[0] for each in self._due[:1])], default=None)

    def take(self, effect: Notify, at: datetime, heard: Heard) -> None:
        """The message is to leave at that instant, now or later."""
        self._handed[effect.key] = _Handed(effect, at, heard)
        self._again(at, effect.key, is_new=True)

    def withdraw(self, key: str) -> None:
        """The message is not wanted any more; in a digest that waits, its issue is over by then."""
        self._handed.pop(key, None)

    def serve(self, at: datetime) -> frozenset[str]:
        """Everything that is due at this instant; the issues that have heard of their messages."""
        self._told = set()
        while self._due and self._due[0][0] <= at:
            _, _, key, is_new = heappop(self._due)
            if (handed := self._handed.get(key)) is not None:
                if is_new and self._gathers(handed, at):
                    continue
                self._by_itself(handed, at)
        for name, bundle in list(self._bundles.items()):
            due = rules.sends_at(bundle)
            if due is not None and due <= at:
                self._send(name, at)
        return frozenset(self._told)

    def _again(self, at: datetime, key: str, *, is_new: bool) -> None:
        self._count += 1
        heappush(self._due, (at, self._count, key, is_new))

    def _gathers(self, handed: _Handed, at: datetime) -> bool:
        effect = handed.effect
        cause = self._counts.gathers(effect, at) if causes_of_message(effect) else None
        if cause is None:
            return False
        name = bundle_of(effect, cause)
        bundle = self._bundles.get(name)
        ends_at = None if bundle is None else rules.ends_at(bundle)
        if bundle is None or (ends_at is not None and ends_at <= at):
            bundle = Bundle(id=name, whose=self._counts.whose(effect, cause), last_at=at)
        self._latest[name] = effect
        bundle = self._bundles[name] = rules.taken(bundle, self._counts.handed(effect, cause, at))
        if effect.key in bundle.ended:
            self._ended(handed, bundle, at)
        return True

    def _by_itself(self, handed: _Handed, at: datetime) -> None:
        effect = handed.effect
        wait = timedelta() if self._turns is None else self._turns.wait(effect, at, at - handed.since)
        if wait > timedelta():
            if is_late(effect, at - handed.since):
                self._tell(handed, Delivery("delayed", error="it waits for its turn"), at, "")
                return
            self._again(at + until_late(effect, wait, at - handed.since), effect.key, is_new=False)
            return
        became = self._deliver(effect, at)
        if became.outcome == "sent":
            self.left.append(Left(at, effect))
        self._tell(handed, became, at, "")

    def _send(self, name: str, at: datetime) -> None:
        bundle = rules.begun(self._bundles[name])
        self._bundles[name] = bundle
        if bundle.under_way or bundle.naming:
            digest = digest_of(bundle, at)
            listed = {each.issue for each in digest.listed}
            told = still(digest, self._standing())
            became = Delivery() if told is None else self._deliver(self._latest[name], at)
            if became.outcome == "sent":
                if told is not None:
                    self.left.append(Left(at, told))
                dropped = listed - {each.issue for each in (told.listed if told is not None else ())}
                bundle = rules.gone(bundle, at, frozenset(dropped), is_delivered=False)
            else:
                bundle = rules.failed(bundle)
            self._bundles[name] = bundle
        for key in [key for key in self._handed if key in bundle.ended]:
            self._ended(self._handed[key], bundle, at)

    def _ended(self, handed: _Handed, bundle: Bundle, at: datetime) -> None:
        became = bundle.ended[handed.effect.key]
        match became.what:
            case "went":
                self._tell(handed, Delivery(is_joined=became.is_joined), at, became.digest)
            case "over":
                self._tell(handed, Delivery("withdrawn"), at, "")
            case _:
                self._by_itself(handed, at)

    def _tell(self, handed: _Handed, became: Delivery, at: datetime, digest: str) -> None:
        self._handed.pop(handed.effect.key, None)
        self._told.add(str(handed.effect.issue))
        handed.heard(handed.effect, became, at, digest)
