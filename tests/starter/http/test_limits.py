"""How often somebody may call: so many in any minute, and a wait that is true."""

import pytest

from starter.http.limits import Limits, Window
from starter.http.problems import Refused


class Clock:
    """Seconds, as the test has them pass."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize("begins", [600.0, 617.5, 659.9])
def test_so_many_and_no_more_wherever_the_minute_begins(begins: float) -> None:
    window = Window(5, Clock(begins))
    assert [window.hit("ann") for _ in range(7)] == [True] * 5 + [False] * 2
    assert window.hit("kim"), "each has a count of their own"


@pytest.mark.parametrize("begins", [600.0, 617.5, 659.9])
def test_who_waits_as_long_as_was_said_is_let_through_and_not_before(begins: float) -> None:
    clock = Clock(begins)
    window = Window(5, clock)
    for _ in range(20):
        while window.hit("ann"):
            clock.at += 0.25
        wait, clock_was = window.wait_s("ann"), clock.at
        assert 0 < wait <= 60
        clock.at = clock_was + wait - 0.01
        assert not window.hit("ann")
        clock.at = clock_was + wait + 0.01
        assert window.hit("ann")


def test_a_flood_at_the_turn_of_the_minute_is_no_second_helping() -> None:
    clock = Clock(659.0)
    window = Window(60, clock)
    assert sum(window.hit("ann") for _ in range(100)) == 60
    clock.at = 661.0
    assert sum(window.hit("ann") for _ in range(100)) == 1, "of the minute before, 59 s of 60 still count"
    clock.at = 690.0
    assert sum(window.hit("ann") for _ in range(100)) == 29, "half of it"


def test_after_two_minutes_nothing_is_remembered() -> None:
    clock = Clock(600.0)
    window = Window(3, clock)
    for _ in range(4):
        window.hit("ann")
    clock.at = 720.0
    assert [window.hit("ann") for _ in range(4)] == [True, True, True, False]
    clock.at += 3600
    assert window.hit("ann")
    assert window._now == {"ann": 1}
    assert window._before == {}


def test_each_limit_has_its_words() -> None:
    limits = Limits(1)
    limits.check_key("k1")
    with pytest.raises(Refused, match="this key makes more than 1 calls a minute; allowed: to try again in") as told:
        limits.check_key("k1")
    assert 1 <= int(told.value.headers["Retry-After"]) <= 60
    limits.check_address("a1")
    limits.check_address("a1")
    with pytest.raises(Refused, match="this address makes more than 2 calls a minute"):
        limits.check_address("a1")
    for _ in range(20):
        limits.check_wrong_key("a1")
        assert limits.may_log("ann")
    with pytest.raises(Refused, match="this address tries more than 20 wrong keys a minute"):
        limits.check_wrong_key("a1")
    assert not limits.may_log("ann")
