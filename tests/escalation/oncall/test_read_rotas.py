"""Rotas as people write them: what is wrong is said with its line, its field, its value and what is allowed."""

from datetime import UTC, datetime, time

import pytest

from escalation.oncall.read_rotas import RotaTexts, check_rotas, feed_files, read_rotas
from escalation.policy.finding import PolicyErrors
from tests.escalation.oncall.given import DIRECTORY, FILE

GOOD = """\
rotas:
  duty:
    title: Sample duty
    owner: lee
    zone: Europe/Dublin
    covers: [{opens: "09:00", closes: "17:00", days: [mon, fri]}]
    layers:
      week:
        people: [ann, [ben, cid]]
        rotates: daily
        every: 2
        handoff: "08:30"
        from: 2026-11-02
        until: 2027-11-01
      night: {people: [dee], from: 2026-11-02, zone: Asia/Tokyo, hours: [{opens: "22:00", closes: "06:00"}]}
    overrides:
      - {from: 2026-12-24T09:00+01:00, until: 2026-12-25T09:00+01:00, replace: {ann: dee}, why: Christmas}
      - {from: 2026-12-25T08:00Z, until: 2026-12-26T08:00Z, add: [lee]}
    swaps:
      - {people: [ann, ben], spans: [{from: 2026-11-09T09:00Z, until: 2026-11-10T09:00Z}]}
"""


def found(text: str) -> list[str]:
    """Everything that is wrong."""
    _, findings = check_rotas(RotaTexts(FILE, text), DIRECTORY)
    return [str(finding) for finding in findings]


def test_everything_that_is_written_is_read() -> None:
    (rota,) = read_rotas(RotaTexts(FILE, GOOD), DIRECTORY).rotas
    week, night = rota.layers
    assert (rota.name, rota.owner, rota.when_absent) == ("duty", "lee", "next")
    assert week.people == (("ann",), ("ben", "cid"))
    assert (week.rotates, week.every, week.handoff) == ("daily", 2, time(8, 30))
    assert (night.rotates, night.every, night.handoff, night.ends) == ("weekly", 1, time(9), None)
    assert rota.overrides[0].begins_at == datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert rota.overrides[0].replace == {"ann": "dee"}
    assert rota.everybody() == ("ann", "ben", "cid", "dee", "lee")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "zone: Europe/Dublin",
            "zone: Europe/Dublni",
            (
                "5 zone: 'Europe/Dublni' is not a time zone; allowed: an IANA time zone such as "
                "Europe/Dublin; did you mean 'Europe/Dublin'?"
            ),
        ),
        (
            "zone: Asia/Tokyo",
            "zone: JST9",
            ("15 layers.night.zone: 'JST9' is not a time zone; allowed: an IANA time zone such as Europe/Dublin"),
        ),
        (
            "people: [ann, [ben, cid]]",
            "people: []",
            ("9 layers.week.people: is empty: a rotation needs people; allowed: at least one person or group"),
        ),
        (
            "[ben, cid]]",
            "[]]",
            "9 layers.week.people[1]: is a group of nobody; allowed: at least one person",
        ),
        (
            "[ben, cid]]",
            "[ben, ben]]",
            "9 layers.week.people[1][1]: 'ben' is twice in one group; allowed: each once",
        ),
        (
            "people: [ann, [",
            "people: [anne, [",
            (
                "9 layers.week.people[0][0]: 'anne' is not in the directory; allowed: ann, ben, cid, "
                "dee, lee, olga; did you mean 'ann'?"
            ),
        ),
        (
            "owner: lee",
            "owner: leee",
            ("4 owner: 'leee' is not in the directory; allowed: ann, ben, cid, dee, lee, olga; did you mean 'lee'?"),
        ),
        (
            "until: 2027-11-01",
            "until: 2026-11-02",
            ("14 layers.week.until: '2026-11-02' is not after 2026-11-02, when the layer begins; allowed: a later day"),
        ),
        (
            "until: 2026-12-25T09:00+01:00",
            "until: 2026-12-24T08:00Z",
            (
                "17 overrides[0].until: '2026-12-24T08:00:00+00:00' is not after "
                "2026-12-24T08:00:00+00:00, when it begins; allowed: a later instant"
            ),
        ),
        (
            "from: 2026-12-25T08:00Z",
            "from: 2026-12-25T07:59Z",
            (
                "18 overrides[1]: '2026-12-25T07:59:00+00:00' overlaps rotas.duty.overrides[0], which "
                "lasts until 2026-12-25T08:00:00+00:00; allowed: overrides that follow each other; one may "
                "change several "
                "people"
            ),
        ),
        (
            ", add: [lee]",
            "",
            "18 overrides[1]: changes nothing; allowed: replace, add, remove or only",
        ),
        (
            "add: [lee]",
            "add: [lee], only: [ann]",
            ("18 overrides[1].only: stands beside other changes; allowed: alone: only these people are on duty"),
        ),
        (
            "replace: {ann: dee}",
            "replace: {ann: ann}",
            "17 overrides[0].replace.ann: 'ann' replaces themselves; allowed: somebody else",
        ),
        (
            "replace: {ann: dee}",
            "replace: {ann: dee}, remove: [ann]",
            "17 overrides[0].replace.ann: 'ann' is replaced and removed; allowed: one of the two",
        ),
        (
            "people: [ann, ben], spans",
            "people: [ann, ann], spans",
            "20 swaps[0].people: 'ann, ann' is not between two people; allowed: two different ids",
        ),
        (
            "[{from: 2026-11-09T09:00Z, until: 2026-11-10T09:00Z}]",
            "[]",
            "20 swaps[0].spans: is empty; allowed: at least one span",
        ),
        (
            "until: 2026-11-10T09:00Z}]",
            "until: 2026-11-10T09:00Z}, {from: 2026-11-10T08:00Z, until: 2026-11-11T09:00Z}]",
            (
                "20 swaps[0].spans[1]: '2026-11-10T08:00:00+00:00' overlaps "
                "rotas.duty.swaps[0].spans[0] of ann, which lasts until 2026-11-10T09:00:00+00:00; allowed: "
                "swaps that follow "
                "each other; one may change several people"
            ),
        ),
        (
            "days: [mon, fri]",
            "days: [mon, mon]",
            "6 covers[0].days[1]: 'mon' is written twice; allowed: each day once",
        ),
        (
            "days: [mon, fri]",
            "days: [monday]",
            (
                "6 covers[0].days[0]: 'monday' is not one of the choices; allowed: mon, tue, wed, thu, "
                "fri, sat, sun; did you mean 'mon'?"
            ),
        ),
        (
            'handoff: "08:30"',
            'handoff: "24:00"',
            ("12 layers.week.handoff: '24:00' is not a time of the day; allowed: a time of the day such as 09:00"),
        ),
        (
            "from: 2026-11-02\n        until",
            "from: 2026-02-30\n        until",
            "13 layers.week.from: '2026-02-30' is not a day; allowed: a day such as 2026-11-23",
        ),
        (
            "from: 2026-12-25T08:00Z",
            "from: 2026-12-25T08:00",
            (
                "18 overrides[1].from: '2026-12-25T08:00' has no offset, so it could mean many "
                "instants; allowed: an instant with its offset such as 2026-11-23T09:00+01:00 or 2026-11-23T08:00Z"
            ),
        ),
        (
            "every: 2",
            "every: 0",
            "11 layers.week.every: '0' is out of range; allowed: at least 1 and at most 1000",
        ),
        (
            "rotates: daily",
            "rotates: fortnightly",
            (
                "10 layers.week.rotates: 'fortnightly' is not one of the choices; allowed: hourly, "
                "daily, weekly, monthly"
            ),
        ),
        (
            "    owner: lee",
            "    onwer: lee",
            (
                "4 onwer: 'onwer' is not a field; allowed: title, owner, zone, covers, "
                "when_absent, layers, feed, overrides, swaps; did you mean 'owner'?"
            ),
        ),
    ],
)
def test_what_is_wrong_is_said(before: str, after: str, expected: str) -> None:
    assert GOOD.count(before) == 1
    line, _, rest = expected.partition(" ")
    assert f"rotas.yaml:{line}: rotas.duty.{rest}" in found(GOOD.replace(before, after))


def test_a_rota_needs_somebody_who_takes_turns() -> None:
    assert found("rotas: {duty: {zone: UTC}}") == [
        "rotas.yaml:1: rotas.duty: has nobody who takes turns; allowed: at least one layer, or a feed"
    ]


def test_several_mistakes_are_said_together_in_the_order_of_their_lines() -> None:
    with pytest.raises(PolicyErrors) as caught:
        read_rotas(RotaTexts(FILE, GOOD.replace("owner: lee", "owner: x1").replace("[dee]", "[x2]")), DIRECTORY)
    assert [error.line for error in caught.value.errors] == [4, 15]


def test_an_override_may_begin_as_another_ends() -> None:
    assert found(GOOD) == []


def test_no_rotas_are_rotas_too() -> None:
    assert read_rotas(RotaTexts(FILE, "rotas: {}"), DIRECTORY).names == ()


@pytest.mark.parametrize("text", ["", "rotas", "- a", "rotas: [a]", "\x00", "rotas: {a: {zone: UTC, layers: [x]}}"])
def test_what_is_no_file_of_rotas_is_refused(text: str) -> None:
    assert found(text)
    assert feed_files(text) == ()


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def warned(text: str) -> list[str]:
    """What is warned of as of now."""
    rotas, findings = check_rotas(RotaTexts(FILE, text), DIRECTORY, NOW)
    assert rotas is not None
    assert all(finding.level == "warning" for finding in findings)
    return [str(finding) for finding in findings]


def test_gaps_of_the_next_four_weeks_are_warned_of_with_their_reason() -> None:
    text = (
        "rotas:\n  duty:\n    owner: lee\n    zone: UTC\n"
        "    layers: {x: {people: [ann], from: 2026-11-02, until: 2026-12-19}}"
    )
    assert warned(text) == [
        (
            "rotas.yaml:2: warning: rotas.duty: has a gap in the next 28 days: from Sat 19 Dec 09:00:00 UTC until "
            "Sun 20 Dec 12:00:00 UTC: rota duty: nobody (no layer is in force); allowed: somebody on duty "
            "whenever it covers; "
            "lee answers for it"
        )
    ]
    assert warned(text.replace("2026-12-19", "2026-12-21")) == []


def test_many_gaps_are_one_warning() -> None:
    text = (
        "rotas:\n  duty:\n    zone: UTC\n    layers:\n"
        '      x: {people: [ann], from: 2026-11-02, hours: [{opens: "00:00", closes: "23:00"}]}'
    )
    (one,) = warned(text)
    assert "has 28 gaps, 1 day 4 h in all, in the next 28 days: the first from Sun 22 Nov 23:00:00 UTC" in one


def test_an_override_of_people_who_are_not_on_duty_then_is_warned_of() -> None:
    text = (
        "rotas:\n  duty:\n    zone: UTC\n    layers: {x: {people: [ann, ben], from: 2026-11-02}}\n"
        "    overrides:\n      - {from: 2026-11-23T10:00Z, until: 2026-11-24T10:00Z, replace: {ann: cid}}"
    )
    assert warned(text) == [
        (
            "rotas.yaml:6: warning: rotas.duty.overrides[0]: changes nothing: nobody whom it names is on duty "
            "then; allowed: "
            "people whose turn it is in its span"
        )
    ]
    assert warned(text.replace("11-23T", "11-20T").replace("11-24T", "11-21T")) == [], "it is over"
    assert warned(text.replace("11-24T", "12-01T")) == [], "it is ann's turn from the 30th on"
