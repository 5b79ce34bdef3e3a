"""Turns by the clock face: hand-overs keep their time of day over every change of clocks."""

from datetime import date, time, timedelta
from typing import Literal

import pytest

from escalation.oncall.clock_face import zone_of
from escalation.oncall.duty import on_duty, shifts
from escalation.oncall.rota import Layer
from escalation.oncall.turns import Rotation
from tests.escalation.oncall.given import WEEKS, at, listed, rota

Rotates = Literal["hourly", "daily", "weekly", "monthly"]


def handoffs(
    zone: str, rotates: Rotates, handoff: time, begins: date, span: tuple[str, str], every: int = 1
) -> list[str]:
    """Every hand-over of the turns that touch the span, and the last one's end, as the clocks there show them."""
    layer = Layer(name="x", people=(("ann",), ("ben",)), rotates=rotates, every=every, handoff=handoff, begins=begins)
    turns = [whole for _, whole in Rotation(layer, zone_of(zone)).turns(at(span[0]), at(span[1]))]
    found = [turn.begins_at for turn in turns] + [turns[-1].ends_at]
    return [instant.astimezone(zone_of(zone)).isoformat() for instant in found]


@pytest.mark.parametrize(
    ("rotates", "every", "begins", "handoff", "hours"),
    [
        ("daily", 1, "2017-03-11", 8, 23),
        ("daily", 1, "2017-11-04", 8, 25),
        ("weekly", 1, "2017-03-10", 8, 167),
        ("weekly", 1, "2017-11-04", 8, 169),
        ("monthly", 1, "2017-03-01", 0, 743),
        ("monthly", 2, "2017-11-01", 0, 1465),
    ],
)
def test_a_turn_over_a_change_of_clocks_is_longer_or_shorter(
    rotates: Rotates, every: int, begins: str, handoff: int, hours: int
) -> None:
    layer = Layer(
        name="x",
        people=(("ann",),),
        rotates=rotates,
        every=every,
        handoff=time(handoff),
        begins=date.fromisoformat(begins),
    )
    rotation = Rotation(layer, zone_of("America/Chicago"))
    assert rotation.handoff(1) - rotation.handoff(0) == timedelta(hours=hours)


def test_what_the_clock_shows_twice_is_its_first_showing() -> None:
    span = ("2020-10-30T01:00-05:00", "2020-11-03T01:00-06:00")
    assert handoffs("America/Chicago", "daily", time(1, 30), date(2020, 10, 1), span) == [
        "2020-10-29T01:30:00-05:00", "2020-10-30T01:30:00-05:00", "2020-10-31T01:30:00-05:00",
        "2020-11-01T01:30:00-05:00", "2020-11-02T01:30:00-06:00", "2020-11-03T01:30:00-06:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "span", "expected"),
    [
        (
            time(0, 30),
            ("2020-03-08T01:00-06:00", "2020-03-08T04:00-05:00"),
            ["00:30:00-06:00", "01:30:00-06:00", "03:00:00-05:00", "03:30:00-05:00", "04:30:00-05:00"],
        ),
        (
            time(0),
            ("2020-03-08T01:00-06:00", "2020-03-08T04:01-05:00"),
            ["01:00:00-06:00", "03:00:00-05:00", "04:00:00-05:00", "05:00:00-05:00"],
        ),
        (
            time(0, 30),
            ("2020-11-01T00:30-05:00", "2020-11-01T04:00-06:00"),
            ["00:30:00-05:00", "01:30:00-05:00", "02:30:00-06:00", "03:30:00-06:00", "04:30:00-06:00"],
        ),
        (
            time(0),
            ("2020-11-01T00:00-05:00", "2020-11-01T04:01-06:00"),
            [
                "00:00:00-05:00",
                "01:00:00-05:00",
                "02:00:00-06:00",
                "03:00:00-06:00",
                "04:00:00-06:00",
                "05:00:00-06:00",
            ],
        ),
    ],
    ids=["spring, half past", "spring, on the hour", "autumn, half past", "autumn, on the hour"],
)
def test_hourly_turns_go_by_the_clock_face(first: time, span: tuple[str, str], expected: list[str]) -> None:
    found = handoffs("America/Chicago", "hourly", first, date(2020, 1, 1), span)
    assert [instant[11:] for instant in found] == expected


def test_monthly_turns_keep_their_day_or_take_the_last_one() -> None:
    span = ("2027-01-31T10:00", "2027-05-01T00:00")
    assert [instant[:10] for instant in handoffs("UTC", "monthly", time(9), date(2026, 12, 31), span)] == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31",
    ]  # fmt: skip


def test_ten_hours_are_reckoned_by_the_clock_face_from_the_first_turn() -> None:
    span = ("2020-06-02T09:00", "2020-06-02T10:00")
    (_, following) = handoffs("America/Chicago", "hourly", time(22), date(2020, 5, 31), span, every=10)
    assert at(following) == at("2020-06-02T19:00")


def test_turns_follow_each_other_in_order_and_wrap() -> None:
    assert listed(rota(WEEKS), "2026-11-02T09:00", "2026-12-01T00:00") == [
        "11-02 09:00 - 11-09 09:00 ann",
        "11-09 09:00 - 11-16 09:00 ben",
        "11-16 09:00 - 11-23 09:00 cid",
        "11-23 09:00 - 11-30 09:00 ann",
        "11-30 09:00 - 12-01 00:00 ben",
    ]


@pytest.mark.parametrize(
    ("instant", "people"),
    [
        ("2026-11-02T08:59:59", ()),
        ("2026-11-02T09:00", ("ann",)),
        ("2026-11-09T08:59:59", ("ann",)),
        ("2026-11-09T09:00", ("ben",)),
        ("2036-11-10T09:00", ("ben",)),  # 523 weeks on: 174 rounds and one turn
    ],
)
def test_a_turn_begins_at_its_hand_over_and_ends_before_the_next(instant: str, people: tuple[str, ...]) -> None:
    assert on_duty(rota(WEEKS), at(instant)).people == people


def test_before_it_begins_and_after_it_ends_a_layer_is_not_in_force() -> None:
    written = rota("zone: UTC\nlayers: {x: {people: [ann], rotates: daily, from: 2026-11-02, until: 2026-11-04}}")
    assert listed(written, "2026-11-01T00:00", "2026-11-09T00:00") == [
        "11-02 09:00 - 11-03 09:00 ann",
        "11-03 09:00 - 11-04 09:00 ann",
    ]


def test_a_group_is_on_duty_together() -> None:
    written = rota("zone: UTC\nlayers: {x: {people: [ann, [ben, cid]], rotates: daily, from: 2026-11-02}}")
    assert listed(written, "2026-11-02T09:00", "2026-11-04T09:00") == [
        "11-02 09:00 - 11-03 09:00 ann",
        "11-03 09:00 - 11-04 09:00 ben cid",
    ]


def test_a_whole_day_that_a_zone_left_out_gives_its_people_the_rest() -> None:
    written = rota("zone: Pacific/Apia\nlayers: {x: {people: [ann, ben, cid], rotates: daily, from: 2011-12-28}}")
    assert [
        (each.people, each.ends_at - each.begins_at)
        for each in shifts(written, at("2011-12-28T09:00-10:00"), at("2012-01-01T09:00+14:00"))
    ] == [
        (("ann",), timedelta(hours=24)),
        (("ben",), timedelta(hours=15)),  # up to midnight, when the 30th was left out
        (("cid",), timedelta(hours=9)),
        (("ann",), timedelta(hours=24)),
    ]
