"""How much anybody may ask: calls by key and by address, and wrong keys by address. Counted in this process alone."""

import math
import time
from collections.abc import Callable

from starter.http.problems import Refused

WRONG_KEYS = 20
"""Wrong keys a minute that are looked up and logged, for each address. Ours."""
_ADDRESS_MAY = 2
"""So many times what one key may."""
_MINUTE_S = 60.0


class Window:
    """Counts by name, so many a minute: those of this minute of the clock, and of the one before it as large a part
    as still lies within sixty seconds. What is older is forgotten.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._minute = 0
        self._now: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def hit(self, whose: str) -> bool:
        """Count one more of theirs, unless that is too many; says whether it was counted."""
        left, count = self._left(), self._now.get(whose, 0)
        if self._before.get(whose, 0) * left + count >= self.most:
            return False
        self._now[whose] = count + 1
        return True

    def wait_s(self, whose: str) -> float:
        """How long until one more of theirs is counted."""
        left, free = self._left(), self.most - self._now.get(whose, 0)
        return _MINUTE_S * max(0.0, left - free / self._before[whose] if free and whose in self._before else left)

    def _left(self) -> float:
        """How much of this minute is left, from 1 down to 0."""
        minute, gone = divmod(self._clock(), _MINUTE_S)
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._now, self._minute = {}, int(minute)
        return 1 - gone / _MINUTE_S


class Limits:
    """The counters."""

    def __init__(self, calls_per_minute: int) -> None:
        self._of_key = Window(calls_per_minute)
        self._of_address = Window(calls_per_minute * _ADDRESS_MAY)
        self._of_wrong = Window(WRONG_KEYS)
        self._logged = Window(WRONG_KEYS)

    def check_key(self, key: str) -> None:
        """Count one call of this key; raises Refused where that is too many."""
        _count(self._of_key, key, "this key makes", "calls")

    def check_address(self, address: str) -> None:
        """Count one call from this address; raises Refused where that is too many."""
        _count(self._of_address, address, "this address makes", "calls")

    def check_wrong_key(self, address: str) -> None:
        """Count one wrong key from this address; raises Refused where that is too many."""
        _count(self._of_wrong, address, "this address tries", "wrong keys")

    def may_log(self, whose: str) -> bool:
        """Whether one more refused call of theirs is written to the security log: a flood must not fill it."""
        return self._logged.hit(whose)


def _count(window: Window, whose: str, who: str, what: str) -> None:
    if window.hit(whose):
        return
    wait = max(1, math.ceil(window.wait_s(whose)))
    raise Refused(
        429,
        "too_many",
        f"{who} more than {window.most:,} {what} a minute; allowed: to try again in {wait} s",
        headers={"Retry-After": str(wait)},
    )
