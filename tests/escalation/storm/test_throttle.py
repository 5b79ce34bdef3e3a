"""Who waits for their turn, for how long, and who goes first."""

from datetime import timedelta

import pytest

from escalation.issue.effects import About
from escalation.storm.rates import read_rates
from escalation.storm.throttle import Left, Rank, Turn, rank_of, waits, waits_for_rates
from tests.escalation.storm.given import at, seconds

MOST = 3


def turn(key: str = "mine", rank: Rank = 2, since: float = 50, priority: int = 3) -> Turn:
    return Turn(key=key, rank=rank, priority=priority, since=at(since))


def left(*after: float, rank: Rank = 2) -> list[Left]:
    return [Left(rank=rank, at=at(each)) for each in after]


def wait(mine: Turn, *waiting: Turn, gone: list[Left], now: float = 50) -> timedelta:
    return waits(mine, waiting, gone, MOST, at(now))


def test_so_many_a_minute_go_at_once() -> None:
    assert wait(turn(), gone=[]) == timedelta()
    assert wait(turn(), gone=left(10, 20)) == timedelta()


def test_the_next_waits_until_the_first_of_them_is_a_minute_old() -> None:
    assert wait(turn(), gone=left(30, 10, 20)) == seconds(20)
    assert wait(turn(), gone=left(10, 20, 30), now=69.5) == seconds(0.5)
    assert wait(turn(), gone=left(10, 20, 30), now=70) == timedelta()


def test_each_that_waits_ahead_takes_one_place_more() -> None:
    ahead = [turn("a", since=40), turn("b", since=41)]
    assert wait(turn(), *ahead, gone=left(10, 20, 30)) == seconds(40)
    assert wait(turn(), *ahead, turn("c", since=42), gone=left(10, 20, 30)) == seconds(80), "and so on, round by round"
    assert wait(turn(), *ahead, gone=left(30)) == seconds(40), "the two free places are theirs"
    assert wait(turn(), *ahead, turn("c", since=42), gone=[]) == seconds(60)


def test_who_waits_behind_takes_none() -> None:
    behind = [turn("a", since=60), turn("b", rank=3, since=1), turn("c", priority=4, since=1)]
    assert wait(turn(), *behind, gone=left(20, 30)) == timedelta()
    assert wait(turn(), turn(), gone=left(20, 30)) == timedelta(), "nor does it wait for itself"


def test_first_pages_go_before_reminders_and_reminders_before_news_and_the_more_severe_first() -> None:
    order = [
        turn("urgent", rank=0, since=9, priority=1),
        turn("first", rank=1, since=8),
        turn("grave reminder", rank=2, since=7, priority=1),
        turn("reminder", rank=2, since=5),
        turn("later reminder", rank=2, since=6),
        turn("news", rank=3, since=1),
    ]
    shuffled = [order[place] for place in (5, 2, 0, 4, 1, 3)]
    assert sorted(shuffled, key=lambda each: each.order) == order


def test_an_urgent_first_page_overtakes_whatever_went_there_and_waits() -> None:
    reminders = [turn(str(number), since=1) for number in range(40)]
    urgent = turn(rank=0, priority=1)
    assert wait(urgent, *reminders, gone=left(*range(20, 50))) == timedelta()
    assert wait(turn(rank=1), gone=left(10, 20, 30)) == seconds(20), "one that is not urgent takes its turn"
    assert wait(urgent, gone=left(10, 20, 30, rank=0)) == seconds(20), "and of the urgent so many a minute go"


@pytest.mark.parametrize(
    ("about", "priority", "rank"),
    [
        ("asked", 1, 0), ("asked", 2, 0), ("asked", 3, 1), ("last_resort", 1, 0), ("exhausted", 2, 0),
        ("offered", 4, 1),
        ("reminded", 1, 2), ("asked_again", 1, 2), ("warned", 1, 2), ("confirm", 5, 2), ("left_tier", 1, 3),
        ("closed", 5, 3),
    ],
)  # fmt: skip
def test_how_urgent_a_message_is(about: About, priority: int, rank: int) -> None:
    assert rank_of(about, priority) == rank


def test_none_is_dropped_and_all_go_in_their_order() -> None:
    """Played on: forty messages at once, ten a minute."""
    waiting = [turn(f"{number:02}", rank=(3, 1, 2)[number % 3], since=number / 100) for number in range(40)]
    gone: list[Left] = []
    went: list[str] = []
    for tick in range(300):
        for each in sorted(waiting, key=lambda mine: mine.order):
            if not waits(each, waiting, gone, 10, at(tick)):
                gone.append(Left(rank=each.rank, at=at(tick)))
                went.append(each.key)
                waiting.remove(each)
    by_order = [turn(f"{number:02}", rank=(3, 1, 2)[number % 3], since=number / 100) for number in range(40)]
    assert went == [each.key for each in sorted(by_order, key=lambda mine: mine.order)]
    assert [sum(at(60 * minute) <= each.at < at(60 * minute + 60) for each in gone) for minute in range(4)] == [10] * 4


def test_a_flood_from_one_place_does_not_hold_up_the_first_notice_from_another() -> None:
    flood = [turn(f"s1-{number}", since=1).changed({"of": "s1", "nth": number}) for number in range(2, 300)]
    other = turn("s2-0", since=60).changed({"of": "s2"})
    assert wait(other, *flood, gone=left(30, 31), now=60) == timedelta()
    assert min([*flood, other], key=lambda each: each.order) == other


def test_rates_of_a_channel_make_it_wait_for_those_ahead_too() -> None:
    rates = read_rates("sms: 2/15 min")["sms"]
    gone = left(0, 10)
    assert waits_for_rates(turn(), [], gone, rates, at(60)) == seconds(840)
    ahead = [turn("a", since=1), turn("b", since=2)]
    assert waits_for_rates(turn(), ahead, gone, rates, at(60)) == seconds(1740), "two go when they may, it is the next"
    assert waits_for_rates(turn(rank=0, priority=1), ahead, gone, rates, at(60)) == timedelta()
    assert waits_for_rates(turn(), ahead, gone, (), at(60)) == timedelta()
