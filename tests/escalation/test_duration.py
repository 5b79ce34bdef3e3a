"""Durations in words, read and written."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.duration import parse_duration, words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 s", 30),
        ("15 min", 900),
        (" 1 h 30 min ", 5400),
        ("1h30m", 5400),
        ("15 mins", 900),
        ("2 hrs 1 hr 30 secs", 10_830),
        ("1.5 h", 5400),
        ("2 DAYS", 172_800),
        ("1 week", 604_800),
        ("PT15M", 900),
        ("P1DT12H", 129_600),
        ("P2W", 1_209_600),
        ("PT0.5S", 0.5),
        ("0.001 s", 0.001),
        ("3660 days", 316_224_000),
    ],
)
def test_what_people_write_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "15",
        "min",
        "15 minuets",
        "P1M",
        "P",
        "PT",
        "-5 min",
        "5 min -",
        "one hour",
        "\u0661\u0665 min",
        "1,5 h",
        "\x00",
    ],
)
def test_what_is_no_duration_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; allowed: a number and a unit"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0 min", "PT0S", "0.0000001 s", "0.0004 s", "3661 days", "9" * 400 + " h"])
def test_what_is_no_time_or_too_much_is_out_of_range(text: str) -> None:
    with pytest.raises(ValueError, match="is out of range; allowed: at least 1 ms and at most 3660 days"):
        parse_duration(text)


@given(st.integers(1, 3660 * 86_400))
def test_words_are_read_as_what_they_were_written_for(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(words(duration)) == duration


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = parse_duration(text)
    except ValueError as refused:
        assert "allowed" in str(refused)  # noqa: PT017 - either way is right, and both are checked
    else:
        assert read > timedelta(0)


@pytest.mark.parametrize(
    ("duration", "says"),
    [
        (timedelta(0), "0 s"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=3), "2 days 3 h"),
        (timedelta(minutes=105), "1 h 45 min"),
        (timedelta(seconds=-90), "-1 min 30 s"),
    ],
)
def test_it_is_written_as_people_say_it(duration: timedelta, says: str) -> None:
    assert words(duration) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("30 minits", "is not a duration; allowed: a number and a unit"),
        ("30 minits", "; did you mean '30 mins'?"),
        ("1 month", "has no fixed length: months and years differ, so give days or weeks, such as 30 days"),
        ("P1Y", "has no fixed length"),
        ("2 yrs", "has no fixed length"),
    ],
)
def test_what_was_probably_meant_is_said(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_duration(text)


def test_what_resembles_no_unit_gets_no_guess() -> None:
    with pytest.raises(ValueError, match="is not a duration") as raised:
        parse_duration("5 fortnights")
    assert "did you mean" not in str(raised.value)
