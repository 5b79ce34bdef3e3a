"""Instants as people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from starter.failure import WrongInput
from starter.reader import Reader, machine_zone
from starter.when import instant, instant_ahead, instant_past

NOW = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 min", NOW + timedelta(minutes=30)),
        ("in 30 min", NOW + timedelta(minutes=30)),
        ("1h30m", NOW + timedelta(minutes=90)),
        ("PT15M", NOW + timedelta(minutes=15)),
        ("2 days", NOW + timedelta(days=2)),
        ("2026-11-21T20:10Z", datetime(2026, 11, 21, 20, 10, tzinfo=UTC)),
        ("2026-11-21T20:10+01:00", datetime(2026, 11, 21, 19, 10, tzinfo=UTC)),
        ("2026-11-21 20:10:30+00:00", datetime(2026, 11, 21, 20, 10, 30, tzinfo=UTC)),
        ("20261121T201000Z", datetime(2026, 11, 21, 20, 10, tzinfo=UTC)),
    ],
)
def test_ahead(text: str, expected: datetime) -> None:
    found = instant_ahead(text, "until", NOW)
    assert (found, found.tzinfo) == (expected, UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 min ago", NOW - timedelta(minutes=20)),
        ("now", NOW),
        ("2026-11-21T19:00Z", NOW - timedelta(minutes=40)),
        ("2026-11-21T19:40:30Z", NOW + timedelta(seconds=30)),  # a clock that is a little fast
    ],
)
def test_past(text: str, expected: datetime) -> None:
    assert instant_past(text, "at", NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-11-21", "2026-11-21T20:10", "0 min", "-5 min", "1e9 days", "9999-12-31T23:59-10:00", "P1Y"],
)
def test_what_could_mean_anything_is_refused(text: str) -> None:
    for read in (instant_ahead, instant_past):
        with pytest.raises(WrongInput, match="until: "):
            read(text, "until", NOW)
    with pytest.raises(WrongInput, match="until: "):
        instant(text, "until")


def test_what_happens_later_has_not_happened() -> None:
    with pytest.raises(WrongInput, match="is in the future"):
        instant_past("2026-11-21T20:10Z", "at", NOW)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=5), "in 5 s"),
        (timedelta(minutes=9, seconds=59), "in 9 min 59 s"),
        (timedelta(minutes=10, seconds=59), "in 10 min"),
        (timedelta(hours=47, minutes=59, seconds=59), "in 1 day 23 h 59 min"),
        (timedelta(days=2, hours=3, minutes=4), "in 2 days 3 h"),
        (-timedelta(minutes=3), "3 min ago"),
    ],
)
def test_how_far_away_is_told_as_exactly_as_it_matters(away: timedelta, words: str) -> None:
    assert Reader(NOW).away(NOW + away) == words


@pytest.mark.parametrize(
    ("given", "zone"),
    [("Europe/Dublin", "Europe/Dublin"), (":Asia/Tokyo", "Asia/Tokyo"), ("Nowhere", "UTC"), ("UTC", "UTC")],
)
def test_the_machines_zone_is_that_of_its_environment(monkeypatch: pytest.MonkeyPatch, given: str, zone: str) -> None:
    monkeypatch.setenv("TZ", given)
    assert machine_zone() == zone


def test_nothing_in_a_sentence_acts_on_a_terminal() -> None:
    reader = Reader(NOW, "Europe/Bucharest", {"kim": "Kim\x1b[31m"})
    assert reader.sentence("due Sat 21 Nov 20:10:00 UTC \x1b[31m\nred") == "due 22:10 Bucharest [31m red"
    assert reader.person("kim") == "Kim [31m (kim)"
