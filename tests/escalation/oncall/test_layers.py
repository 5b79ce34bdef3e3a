"""Layers and their hours: a later layer goes over an earlier one where it is in force."""

from datetime import timedelta

import pytest

from escalation.oncall.duty import on_duty
from tests.escalation.oncall.given import at, listed, rota

WINDOWS = {
    "day": '{opens: "08:00", closes: "20:00", days: [mon]}',
    "night": '{opens: "20:00", closes: "08:00", days: [mon]}',
    "contiguous": '{opens: "08:00", closes: "08:00", days: [mon, tue, wed, thu, fri]}',
    "weeknights": '{opens: "20:00", closes: "08:00", days: [mon, tue, wed, thu, fri]}',
}


@pytest.mark.parametrize(
    ("window", "instant", "is_active"),
    [
        ("day", "2017-07-20T08:00", False),
        ("day", "2017-07-24T08:00", True),
        ("day", "2017-07-24T09:00", True),
        ("day", "2017-07-24T20:00", False),
        ("day", "2017-07-25T08:00", False),
        ("night", "2017-07-24T09:00", False),
        ("night", "2017-07-24T20:00", True),
        ("night", "2017-07-25T07:00", True),
        ("night", "2017-07-25T08:00", False),
        ("contiguous", "2017-07-24T07:00", False),
        ("contiguous", "2017-07-24T08:00", True),
        ("contiguous", "2017-07-29T07:00", True),
        ("contiguous", "2017-07-29T08:00", False),
        ("weeknights", "2017-07-24T07:00", False),
        ("weeknights", "2017-07-28T20:00", True),
        ("weeknights", "2017-07-29T07:00", True),
        ("weeknights", "2017-07-29T20:00", False),
    ],
)
def test_hours_run_into_the_next_day_and_end_before_their_end(window: str, instant: str, is_active: bool) -> None:
    written = rota(f"zone: UTC\nlayers: {{x: {{people: [ann], from: 2017-01-02, hours: [{WINDOWS[window]}]}}}}")
    assert (on_duty(written, at(instant)).people == ("ann",)) is is_active


def test_a_later_layer_goes_over_an_earlier_one_within_its_hours() -> None:
    written = rota("""
zone: Europe/Dublin
layers:
  weeks: {people: [ann], from: 2026-11-02}
  nights: {people: [ben], from: 2026-11-02, hours: [{opens: "22:00", closes: "06:00", days: [fri]}]}
""")
    assert listed(written, "2026-11-06T12:00", "2026-11-08T00:00") == [
        "11-06 12:00 - 11-06 22:00 ann",
        "11-06 22:00 - 11-07 06:00 ben",
        "11-07 06:00 - 11-08 00:00 ann",
    ]


FOLLOW_THE_SUN = """
zone: UTC
layers:
  tokyo: {people: [ann], zone: Asia/Tokyo, from: 2026-01-05, hours: [{opens: "09:00", closes: "17:00"}]}
  dublin: {people: [ben], zone: Europe/Dublin, from: 2026-01-05, hours: [{opens: "08:00", closes: "17:00"}]}
  denver: {people: [cid], zone: America/Denver, from: 2026-01-05, hours: [{opens: "09:00", closes: "17:00"}]}
"""


def test_the_sun_is_followed_in_each_zones_own_hours() -> None:
    """In winter Dublin follows Tokyo at once and Denver Dublin; Denver's day ends as Tokyo's begins."""
    assert listed(rota(FOLLOW_THE_SUN), "2026-01-07T00:00", "2026-01-08T00:00") == [
        "01-07 00:00 - 01-07 08:00 ann",
        "01-07 08:00 - 01-07 16:00 ben",
        "01-07 16:00 - 01-08 00:00 cid",
    ]


def test_the_sun_is_followed_while_only_some_of_the_clocks_have_changed() -> None:
    """Denver changes on 8 March, Dublin on 29 March, Tokyo never: an overlap is the later layer's, an hour is free."""
    march, april = "2026-03-18", "2026-04-01"
    assert listed(rota(FOLLOW_THE_SUN), f"{march}T00:00", "2026-03-19T00:00") == [
        "03-18 00:00 - 03-18 08:00 ann",
        "03-18 08:00 - 03-18 15:00 ben",
        "03-18 15:00 - 03-18 23:00 cid",
    ]
    assert listed(rota(FOLLOW_THE_SUN), f"{april}T00:00", "2026-04-02T00:00") == [
        "04-01 00:00 - 04-01 07:00 ann",
        "04-01 07:00 - 04-01 15:00 ben",
        "04-01 15:00 - 04-01 23:00 cid",
    ]


def test_turns_go_on_while_a_layer_is_out_of_its_hours() -> None:
    """The hand-over is the layer's own, so that whose week it is does not hang on its hours."""
    written = rota("""
zone: UTC
layers:
  weekends: {people: [ann, ben], from: 2026-11-02, hours: [{opens: "00:00", closes: "00:00", days: [sat, sun]}]}
""")
    assert listed(written, "2026-11-02T09:00", "2026-11-16T09:00") == [
        "11-07 00:00 - 11-09 00:00 ann",
        "11-14 00:00 - 11-16 00:00 ben",
    ]


@pytest.mark.parametrize(
    ("noon", "night"),
    [
        ("2026-03-28T12:00", "03-28 22:00 - 03-29 05:00 ann"),
        ("2026-10-24T12:00", "10-24 21:00 - 10-25 06:00 ann"),
        ("2026-11-07T12:00", "11-07 22:00 - 11-08 06:00 ann"),
    ],
)
def test_a_night_is_an_hour_shorter_or_longer_when_clocks_change(noon: str, night: str) -> None:
    written = rota("""
zone: Europe/Dublin
layers: {x: {people: [ann], rotates: monthly, from: 2026-01-01, hours: [{opens: "22:00", closes: "06:00"}]}}
""")
    assert listed(written, noon, (at(noon) + timedelta(days=1)).isoformat()) == [night]
