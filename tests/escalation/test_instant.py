"""Instants in words: the reader's zone, named; nothing shown later than it is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.instant import clock, full, localised, place
from escalation.narrate import instant

AT = datetime(2026, 11, 21, 20, 10, 59, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=6000)).map(lambda since: datetime(2024, 1, 1, tzinfo=UTC) + since)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Dublin", "Dublin"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Mars/Base", "UTC"),
        ("../etc/passwd", "UTC"),
        ("", "UTC"),
    ],
)
def test_a_zone_as_people_say_it(zone: str, said: str) -> None:
    assert place(zone) == said


@pytest.mark.parametrize(
    ("zone", "seen_from", "shown"),
    [
        ("Europe/Dublin", None, "20:10 Dublin"),
        ("Europe/Dublin", AT - timedelta(minutes=30), "20:10 Dublin"),
        ("Europe/Dublin", AT - timedelta(minutes=1), "20:10:59 Dublin"),
        ("Europe/Dublin", AT - timedelta(days=1), "Sat 21 Nov 20:10 Dublin"),
        ("Europe/Dublin", AT - timedelta(days=400), "Sat 21 Nov 2026 20:10 Dublin"),
        ("Pacific/Auckland", AT - timedelta(hours=12), "Sun 22 Nov 09:10 Auckland"),
        ("UTC", None, "20:10 UTC"),
    ],
)
def test_a_time_of_day(zone: str, seen_from: datetime | None, shown: str) -> None:
    assert clock(AT, zone, seen_from) == shown


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Dublin", "20:10 Dublin, Sat 21 Nov 2026 (20:10 UTC)"),
        ("Pacific/Auckland", "09:10 Auckland, Sun 22 Nov 2026 (Sat 21 Nov 20:10 UTC)"),
        ("UTC", "20:10 UTC, Sat 21 Nov 2026"),
    ],
)
def test_a_day_and_its_time(zone: str, shown: str) -> None:
    assert full(AT, zone) == shown


def test_the_hour_that_comes_twice_says_which_it_is() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock(first, "Europe/Dublin") == "01:30 IST Dublin"
    assert clock(first + timedelta(hours=1), "Europe/Dublin") == "01:30 GMT Dublin"


def test_a_sentence_of_the_rules_is_told_in_the_readers_zone() -> None:
    sentence = f"If nobody does anything: at {instant(AT)} Team lead is asked."
    shown = localised(sentence, "Europe/Bucharest", AT - timedelta(hours=1))
    assert shown == "If nobody does anything: at 22:10 Bucharest Team lead is asked."


@given(
    at=instants,
    away=st.timedeltas(timedelta(days=-400), timedelta(days=400)),
    zone=st.sampled_from(["Europe/Dublin", "Pacific/Auckland", "America/St_Johns", "UTC"]),
)
def test_an_instant_told_by_the_rules_is_found_again(at: datetime, away: timedelta, zone: str) -> None:
    told = at.replace(microsecond=0)
    assert localised(instant(told), zone, told + away) == clock(told, zone, told + away)


@pytest.mark.parametrize(
    "sentence",
    ["Sat 31 Feb 20:10:59 UTC", "Sat 21 Nov 20:10:59 CET", "Sat 21 nov 20:10:59 UTC", "Sat 21 Nov 20:10 UTC"],
)
def test_what_is_no_instant_of_the_rules_stays_as_it_is(sentence: str) -> None:
    assert localised(sentence, "Europe/Bucharest", AT) == sentence


@given(instants)
def test_a_deadline_is_never_shown_later_than_it_is(at: datetime) -> None:
    shown = datetime.strptime(full(at, "Europe/Dublin").split(" ")[0], "%H:%M").time()  # noqa: DTZ007 - a time of day
    assert shown <= at.astimezone(ZoneInfo("Europe/Dublin")).time()


def test_where_times_are_added_up_every_second_counts() -> None:
    """A tier of 12 seconds, explained: 20:09:18 + 12 s = 20:09:30, long after both."""
    said = "Sat 21 Nov 20:09:30 UTC = Sat 21 Nov 20:09:18 UTC + 12 s"
    now = datetime(2026, 11, 21, 20, 40, tzinfo=UTC)
    assert localised(said, "UTC", now, to_the_second=True) == "20:09:30 UTC = 20:09:18 UTC + 12 s"
