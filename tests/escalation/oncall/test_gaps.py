"""Gaps, closed hours and the next hand-overs."""

from itertools import pairwise

import pytest

from escalation.oncall.duty import duties, gaps, next_handoffs, on_duty
from escalation.oncall.in_words import in_words
from tests.escalation.oncall.given import WEEKS, at, away, rota

OFFICE = """
zone: Europe/Dublin
layers: {office: {people: [ann], from: 2026-11-02, hours: [{opens: "09:00", closes: "17:00", days: [mon, tue, wed]}]}}
"""
COVERS = 'covers: [{opens: "09:00", closes: "18:00", days: [mon, tue, wed]}]'


def spans(text: str, from_at: str, until_at: str) -> list[str]:
    """The gaps."""
    found = gaps(rota(text), at(from_at), at(until_at))
    return [f"{gap.begins_at:%m-%d %H:%M} - {gap.ends_at:%m-%d %H:%M}" for gap in found]


def test_everything_that_no_layer_covers_is_a_gap() -> None:
    assert spans(OFFICE, "2026-11-03T00:00", "2026-11-05T00:00") == [
        "11-03 00:00 - 11-03 09:00",
        "11-03 17:00 - 11-04 09:00",
        "11-04 17:00 - 11-05 00:00",
    ]


def test_closed_is_not_empty() -> None:
    """Outside of what the rota covers nobody is missed; within, an hour without anybody is."""
    assert spans(f"{OFFICE}{COVERS}", "2026-11-03T00:00", "2026-11-09T00:00") == [
        "11-03 17:00 - 11-03 18:00",
        "11-04 17:00 - 11-04 18:00",
    ]
    written = rota(f"{OFFICE}{COVERS}")
    assert on_duty(written, at("2026-11-03T19:00")).is_closed
    assert not on_duty(written, at("2026-11-03T17:30")).is_closed
    assert "outside the hours that it covers" in in_words(written, on_duty(written, at("2026-11-03T19:00")))


def test_only_absent_people_are_a_gap() -> None:
    written = rota("zone: UTC\nlayers: {x: {people: [ann], from: 2026-11-02}}")
    absent = away(ann=("2026-11-24T00:00", "2026-11-26T00:00"))
    (gap,) = gaps(written, at("2026-11-16T00:00"), at("2026-12-16T00:00"), absent)
    assert (gap.begins_at, gap.ends_at) == (at("2026-11-24T00:00"), at("2026-11-26T00:00"))
    assert "ann is absent until Thu 26 Nov 00:00:00 UTC" in in_words(written, gap.duty)


def test_a_rota_that_never_leaves_anybody_out_has_no_gap() -> None:
    assert gaps(rota(WEEKS), at("2026-11-02T09:00"), at("2036-11-02T09:00")) == ()


def test_a_layer_that_ends_leaves_a_gap_from_that_instant_on() -> None:
    ends = "zone: America/Denver\nlayers: {x: {people: [ann, ben], from: 2026-11-02, until: 2026-11-16}}"
    assert spans(ends, "2026-11-10T00:00", "2026-11-18T00:00") == ["11-16 16:00 - 11-18 00:00"]


def test_the_next_handoffs_are_changes_of_who_is_on_duty() -> None:
    found = next_handoffs(rota(WEEKS), at("2026-11-20T12:00"), 3)
    assert [(each.at, each.before, each.after.people) for each in found] == [
        (at("2026-11-23T09:00"), ("cid",), ("ann",)),
        (at("2026-11-30T09:00"), ("ann",), ("ben",)),
        (at("2026-12-07T09:00"), ("ben",), ("cid",)),
    ]


def test_somebody_whose_turns_follow_each_other_hands_over_to_nobody() -> None:
    alone = rota("zone: UTC\nlayers: {x: {people: [ann], from: 2026-11-02, until: 2027-06-01}}")
    (end,) = next_handoffs(alone, at("2026-11-20T12:00"), 5)
    assert (end.at, end.before, end.after.people) == (at("2027-06-01T09:00"), ("ann",), ())


def test_the_spans_follow_each_other_without_a_hole() -> None:
    found = list(duties(rota(OFFICE), at("2026-11-03T00:00"), at("2026-11-05T00:00")))
    assert found[0].begins_at == at("2026-11-03T00:00")
    assert found[-1].ends_at == at("2026-11-05T00:00")
    assert all(one.ends_at == other.begins_at for one, other in pairwise(found))


@pytest.mark.parametrize("until_at", ["2026-11-03T00:00", "2026-11-02T00:00"])
def test_a_span_that_ends_before_it_begins_is_refused(until_at: str) -> None:
    with pytest.raises(ValueError, match=r"until: 2026-11-0\d.* is not after 2026-11-03"):
        list(duties(rota(OFFICE), at("2026-11-03T00:00"), at(until_at)))
