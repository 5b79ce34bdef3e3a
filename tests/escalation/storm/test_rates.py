"""When the next message may go by a channel that keeps rates; figures of GoAlert's throttle and some of our own."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.storm.rates import Rate, next_at, read_rates
from tests.escalation.storm.given import at, seconds


def minutes(*after: float) -> list[datetime]:
    return [at(60 * each) for each in after]


def rates(text: str) -> tuple[Rate, ...]:
    return read_rates(f"sms: {text}")["sms"]


@pytest.mark.parametrize(
    ("text", "sent", "following"),
    [
        ("1/1 min", [0], [1, 2]),
        ("1/1 min, 3/15 min", [-12, -10, 0], [3]),
        ("3/15 min", [0], [0]),
        ("3/15 min smooth", [0], [5, 10]),
        ("3/15 min, 18/1 h smooth", [0, 0, 0], [15, 18]),
    ],
)
def test_when_the_next_may_go(text: str, sent: list[float], following: list[float]) -> None:
    gone = minutes(*sent)
    for expected in following:
        found = next_at(rates(text), gone, at(0))
        assert found == at(60 * expected)
        gone.append(found)


def test_an_uneven_history_stops_none_for_longer_than_the_rates_say() -> None:
    early = "04:08:35 04:21:28 04:34:30 05:27:25 05:28:33 06:54:40 07:07:31 07:16:40"
    late = "07:21:30 07:34:35 08:19:40 08:27:28 08:37:00"
    sent = [datetime.fromisoformat(f"2021-07-09T{each}+00:00") for each in (*early.split(), *late.split())]
    now = datetime(2021, 7, 9, 8, 57, tzinfo=UTC)
    assert next_at(rates("3/15 min, 7/1 h smooth, 15/3 h smooth"), sent, now) == now


def test_without_rates_nothing_waits() -> None:
    assert next_at((), minutes(0, 0, 0), at(1)) == at(1)


@given(
    sent=st.lists(st.integers(-7200, 0), max_size=30),
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    is_smooth=st.booleans(),
)
def test_it_delays_and_never_stops(sent: list[int], counts: list[int], *, is_smooth: bool) -> None:
    found = tuple(
        Rate(count=sum(counts[: place + 1]), per=timedelta(minutes=15 * (place + 1)), is_smooth=is_smooth)
        for place in range(len(counts))
    )
    gone = [at(each) for each in sent]
    opens_at = next_at(found, gone, at(0))
    assert at(0) <= opens_at <= at(0) + found[-1].per
    assert next_at(found, gone, opens_at) == opens_at
    for rate in found:
        assert sum(opens_at - each < rate.per for each in gone) < rate.count
    if opens_at > at(0) and not is_smooth:
        assert next_at(found, gone, opens_at - seconds(0.001)) == opens_at, "and none waits longer than it must"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("3/15 min", "no channel"),
        ("SMS: 3/15 min", "no channel"),
        ("sms: three an hour", "'three an hour' is no rate"),
        ("sms: 0/1 h", "'0/1 h' is no rate"),
        ("sms: 3/fortnight", "fortnight"),
        ("sms: 3/30 days", "allowed: a time from 1 s to 7 days"),
        ("sms: 3/1 h, 3/2 h", "allowed: of a longer time more messages"),
        ("sms: 3/1 h; sms: 4/1 h", "'sms' has rates twice"),
    ],
)
def test_what_is_no_rate_is_named(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_rates(text)


def test_rates_are_read_in_any_order() -> None:
    assert read_rates("") == {}
    found = read_rates("sms: 18/1 h smooth, 3/15 min; voice: 2/PT10M")
    assert found == {
        "sms": (
            Rate(count=3, per=timedelta(minutes=15)),
            Rate(count=18, per=timedelta(hours=1), is_smooth=True),
        ),
        "voice": (Rate(count=2, per=timedelta(minutes=10)),),
    }
