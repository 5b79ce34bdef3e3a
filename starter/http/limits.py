"""How much anybody may ask: calls by key and by address, and wrong keys by address. Counted in this process alone."""

import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from starter.http.problems import Refused

WRONG_KEYS = 20
"""Wrong keys a minute that are looked up and logged, for each address. Ours."""
_ADDRESS_MAY = 2
"""So many times what one key may."""


class Limits:
    """The counters."""

    def __init__(self, calls_per_minute: int) -> None:
        self._counters = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._of_key = RateLimitItemPerMinute(calls_per_minute)
        self._of_address = RateLimitItemPerMinute(calls_per_minute * _ADDRESS_MAY)
        self._of_wrong = RateLimitItemPerMinute(WRONG_KEYS)

    def check_key(self, key: str) -> None:
        """Count one call of this key; raises Refused where that is too many."""
        self._count(self._of_key, "key", key, "this key makes")

    def check_address(self, address: str) -> None:
        """Count one call from this address; raises Refused where that is too many."""
        self._count(self._of_address, "address", address, "this address makes")

    def check_wrong_key(self, address: str) -> None:
        """Count one wrong key from this address; raises Refused where that is too many."""
        self._count(self._of_wrong, "wrong", address, "this address tries")

    def may_log(self, whose: str) -> bool:
        """Whether one more refused call of theirs is written to the security log: a flood must not fill it."""
        return self._counters.hit(self._of_wrong, "logged", whose)

    def _count(self, item: RateLimitItem, what: str, whose: str, who: str) -> None:
        if self._counters.hit(item, what, whose):
            return
        wait = max(1, round(self._counters.get_window_stats(item, what, whose).reset_time - time.time()))
        thing = "wrong keys" if what == "wrong" else "calls"
        raise Refused(
            429,
            "too_many",
            f"{who} more than {item.amount:,} {thing} a minute; allowed: to try again in {wait} s",
            headers={"Retry-After": str(wait)},
        )
