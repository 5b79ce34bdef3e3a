"""Overrides, swaps and absences: who is on duty in the end, and the reasoning in words."""

import pytest

from escalation.oncall.away import Away, away_in
from escalation.oncall.duty import on_duty
from escalation.oncall.in_words import in_words
from escalation.policy.read_directory import read_directory
from tests.escalation.oncall.given import DIRECTORY, PEOPLE, WEEKS, at, away, listed, rota

DAY = """
zone: UTC
layers: {days: {people: [ann], from: 2018-01-01, handoff: "00:00", hours: [{opens: "08:00", closes: "10:00"}]}}
"""
SPAN = "from: 2018-01-01T08:30Z, until: 2018-01-01T08:45Z"


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (
            f"{{{SPAN}, replace: {{ann: ben}}}}",
            ["01-01 08:00 - 01-01 08:30 ann", "01-01 08:30 - 01-01 08:45 ben", "01-01 08:45 - 01-01 09:00 ann"],
        ),
        (
            f"{{{SPAN}, add: [ben]}}",
            ["01-01 08:00 - 01-01 08:30 ann", "01-01 08:30 - 01-01 08:45 ann ben", "01-01 08:45 - 01-01 09:00 ann"],
        ),
        (f"{{{SPAN}, remove: [ann]}}", ["01-01 08:00 - 01-01 08:30 ann", "01-01 08:45 - 01-01 09:00 ann"]),
        (
            f"{{{SPAN}, only: [ben, cid]}}",
            ["01-01 08:00 - 01-01 08:30 ann", "01-01 08:30 - 01-01 08:45 ben cid", "01-01 08:45 - 01-01 09:00 ann"],
        ),
        (f"{{{SPAN}, replace: {{cid: ben}}}}", ["01-01 08:00 - 01-01 09:00 ann"]),
        (f"{{{SPAN}, remove: [cid], add: [ann]}}", ["01-01 08:00 - 01-01 09:00 ann"]),
    ],
    ids=["replace", "add", "remove", "only", "replaces nobody", "adds nobody"],
)
def test_an_override_splits_the_shift_that_it_changes(overrides: str, expected: list[str]) -> None:
    written = rota(f"{DAY}overrides: [{overrides}]")
    assert listed(written, "2018-01-01T08:00", "2018-01-01T09:00") == expected


def test_an_override_replaces_several_at_a_time() -> None:
    written = rota("""
zone: UTC
layers: {days: {people: [[ann, ben, cid]], from: 2026-11-02}}
overrides: [{from: 2026-11-03T00:00Z, until: 2026-11-04T00:00Z, replace: {ann: dee, cid: lee}}]
""")
    assert on_duty(written, at("2026-11-03T12:00")).people == ("dee", "ben", "lee")


def test_only_counts_where_no_layer_is_in_force() -> None:
    written = rota(f"{DAY}overrides: [{{from: 2018-01-01T12:00Z, until: 2018-01-01T13:00Z, only: [ben]}}]")
    assert listed(written, "2018-01-01T11:00", "2018-01-01T14:00") == ["01-01 12:00 - 01-01 13:00 ben"]


def test_two_people_exchange_their_weeks() -> None:
    written = rota(f"""{WEEKS}
swaps:
  - people: [ann, ben]
    spans:
      - {{from: 2026-11-23T09:00Z, until: 2026-11-30T09:00Z}}
      - {{from: 2026-11-30T09:00Z, until: 2026-12-07T09:00Z}}
""")
    assert listed(written, "2026-11-16T09:00", "2026-12-14T09:00") == [
        "11-16 09:00 - 11-23 09:00 cid",
        "11-23 09:00 - 11-30 09:00 ben",
        "11-30 09:00 - 12-07 09:00 ann",
        "12-07 09:00 - 12-14 09:00 cid",
    ]


def test_a_swap_counts_within_its_span_alone_and_an_override_goes_over_it() -> None:
    written = rota(f"""{WEEKS}
swaps: [{{people: [ann, ben], spans: [{{from: 2026-11-24T00:00Z, until: 2026-11-26T00:00Z}}]}}]
overrides: [{{from: 2026-11-25T00:00Z, until: 2026-11-26T00:00Z, replace: {{ben: dee}}}}]
""")
    assert listed(written, "2026-11-23T09:00", "2026-11-27T00:00") == [
        "11-23 09:00 - 11-24 00:00 ann",
        "11-24 00:00 - 11-25 00:00 ben",
        "11-25 00:00 - 11-26 00:00 dee",
        "11-26 00:00 - 11-27 00:00 ann",
    ]
    assert in_words(written, on_duty(written, at("2026-11-25T12:00"))) == (
        "rota duty: dee (weeks: the turn of ann from Mon 23 Nov 09:00:00 UTC until Mon 30 Nov 09:00:00 UTC; "
        "swap: ben in place of ann until Thu 26 Nov 00:00:00 UTC; "
        "override: dee in place of ben until Thu 26 Nov 00:00:00 UTC)"
    )


ANN_AWAY = away(ann=("2026-11-24T00:00", "2026-11-26T00:00"))


def test_who_is_absent_is_skipped_for_the_next_in_line_and_comes_back() -> None:
    assert listed(rota(WEEKS), "2026-11-23T09:00", "2026-11-30T09:00", ANN_AWAY) == [
        "11-23 09:00 - 11-24 00:00 ann",
        "11-24 00:00 - 11-26 00:00 ben",
        "11-26 00:00 - 11-30 09:00 ann",
    ]
    assert in_words(rota(WEEKS), on_duty(rota(WEEKS), at("2026-11-25T00:00"), ANN_AWAY)) == (
        "rota duty: ben (weeks: the turn of ann from Mon 23 Nov 09:00:00 UTC until Mon 30 Nov 09:00:00 UTC; "
        "ann is absent until Thu 26 Nov 00:00:00 UTC; next in line: ben)"
    )


def test_nobody_is_on_duty_in_their_place_where_the_rota_says_so() -> None:
    written = rota(f"{WEEKS}when_absent: gap")
    assert listed(written, "2026-11-23T09:00", "2026-11-30T09:00", ANN_AWAY) == [
        "11-23 09:00 - 11-24 00:00 ann",
        "11-26 00:00 - 11-30 09:00 ann",
    ]


def test_the_next_in_line_may_be_absent_too_and_the_last_comes_before_the_first() -> None:
    both = away(ann=("2026-11-01T00:00", "2026-12-01T00:00"), cid=("2026-11-01T00:00", "2026-12-01T00:00"))
    assert on_duty(rota(WEEKS), at("2026-11-17T00:00"), both).people == ("ben",)


LAYERS = """
zone: UTC
layers:
  below: {people: [dee], from: 2026-11-02}
  above: {people: [ann, ben], from: 2026-11-02}
"""
NONE_ABOVE = away(ann=("2026-11-01T00:00", "2027-01-01T00:00"), ben=("2026-11-01T00:00", "2027-01-01T00:00"))


def test_where_a_whole_layer_is_absent_the_one_below_counts() -> None:
    duty = on_duty(rota(LAYERS), at("2026-11-03T00:00"), NONE_ABOVE)
    assert (duty.people, duty.layer) == (("dee",), "below")
    assert "above: nobody else is there; below: the turn of dee" in in_words(rota(LAYERS), duty)


def test_but_not_where_the_rota_leaves_a_gap() -> None:
    assert on_duty(rota(f"{LAYERS}when_absent: gap"), at("2026-11-03T00:00"), NONE_ABOVE).people == ()


def test_whom_an_override_takes_off_nobody_is_asked_in_the_place_of() -> None:
    written = rota(f"{LAYERS}overrides: [{{from: 2026-11-03T00:00Z, until: 2026-11-04T00:00Z, remove: [ann]}}]")
    assert on_duty(written, at("2026-11-03T12:00")).people == ()


def test_of_a_group_those_who_are_there_stay() -> None:
    written = rota("zone: UTC\nlayers: {x: {people: [[ann, ben], [cid, dee]], from: 2026-11-02}}")
    assert on_duty(written, at("2026-11-25T00:00"), ANN_AWAY).people == ("cid", "dee")
    assert on_duty(written, at("2026-11-24T12:00"), away(cid=("2026-11-24T00:00", "2026-11-26T00:00"))).people == (
        "dee",
    )


def test_an_absence_is_known_to_an_override_which_names_whose_turn_it_is() -> None:
    """Most overrides are made because somebody will be absent: that must not make them fail."""
    span = "from: 2026-11-24T00:00Z, until: 2026-11-26T00:00Z"
    written = rota(f"{WEEKS}overrides: [{{{span}, replace: {{ann: dee}}}}]")
    assert on_duty(written, at("2026-11-25T00:00"), ANN_AWAY).people == ("dee",)


def test_a_stand_in_who_is_absent_has_the_next_in_line_in_their_place() -> None:
    span = "from: 2026-11-24T00:00Z, until: 2026-11-26T00:00Z"
    written = rota(f"{WEEKS}overrides: [{{{span}, replace: {{cid: ann, ann: dee}}}}]")
    absent = away(dee=("2026-11-24T00:00", "2026-11-26T00:00"))
    assert on_duty(written, at("2026-11-25T00:00"), absent).people == ("ben",)
    only = rota(f"{WEEKS}overrides: [{{{span}, only: [dee]}}]")
    assert on_duty(only, at("2026-11-25T00:00"), absent).people == ()


def test_who_is_not_in_the_directory_is_skipped_too() -> None:
    duty = on_duty(rota(WEEKS), at("2026-11-25T00:00"), Away(known={"ben", "cid"}))
    assert duty.people == ("ben",)
    assert "ann is not in the directory; next in line: ben" in in_words(rota(WEEKS), duty)


def test_absences_and_leavers_are_those_of_the_directory() -> None:
    text = PEOPLE.replace(
        "email: ann@example.org}",
        "email: ann@example.org}, zone: Asia/Tokyo, absences: [{from: 2026-11-24, until: 2026-11-25}]",
    ).replace("addresses: {inbox: cid}", "addresses: {inbox: cid}, left_at: 2026-11-20")
    found = away_in(read_directory(text, "people.yaml"))
    assert listed(rota(WEEKS), "2026-11-16T09:00", "2026-11-30T09:00", found) == [
        "11-16 09:00 - 11-21 00:00 cid",
        "11-21 00:00 - 11-23 09:00 ann",
        "11-23 09:00 - 11-23 15:00 ann",  # midnight in Tokyo, where ann's days begin
        "11-23 15:00 - 11-25 15:00 ben",
        "11-25 15:00 - 11-30 09:00 ann",
    ]


def test_without_absences_everybody_is_there() -> None:
    assert rota(WEEKS).everybody() == ("ann", "ben", "cid")
    found = away_in(DIRECTORY)
    assert list(found.spans.items()) == [(person.id, ()) for person in DIRECTORY.people]
    assert found.is_there("ann", at("2026-11-25T00:00"))
    assert not found.is_there("nobody-here", at("2026-11-25T00:00"))
