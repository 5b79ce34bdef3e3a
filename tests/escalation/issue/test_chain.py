"""The chain: one digest from the row and from the entry, which outlives releases; every link hangs on all before it."""

import json
import typing
from collections.abc import Iterator
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from escalation.issue.chain import (
    Head,
    canonical,
    entry_digest,
    extended,
    gained,
    in_words,
    link,
    row_digest,
    storable,
)
from escalation.issue.events import Acknowledged, Entry, Event
from escalation.issue.facts import Actor
from escalation.value import Value
from tests.records.samples import EVENTS, KIM, entries_of, entry

ISSUE = "main:main:main:desk:REF-1:1"

EARLIER: dict[str, Any] = {
    "by_assurance": "asserted",
    "by_door": "cli",
    "by_is_machine": False,
    "by_person": "kim",
    "by_role": "agent",
    "command": "command-1",
    "event": {"count": 1, "kind": "reminded", "next_at": None, "tier": "front_line"},
    "issue": ISSUE,
    "number": 1,
    "happened_at": entry(1).happened_at,
    "recorded_at": entry(1).recorded_at,
}


def row_of(one: Entry) -> dict[str, Any]:
    """The entry as it lies in the table."""
    by = {f"by_{name}": value for name, value in one.by.model_dump().items()}
    rest = {"command": one.command, "event": json.loads(json.dumps(one.event.model_dump(mode="json")))}
    at = {"happened_at": one.happened_at, "recorded_at": one.recorded_at}
    return typing.cast("dict[str, Any]", storable({**by, **rest, **at, "issue": ISSUE, "number": one.number}))


def test_the_digest_is_the_one_that_it_always_was() -> None:
    """Written down here: workflows that run for weeks carry it on, and signed roots are kept for years."""
    digest = "8ce25a147179bdd85ee62147bac7a8611543017f54d0e70095de9e731121383a"
    assert row_digest(EARLIER) == entry_digest(ISSUE, entry(1)) == digest
    assert link("", digest) == "5432a5fed176868dd6e44a345eb428b419930d358fb0de00c2958f6bd39be732"
    assert link(link("", digest), digest) == "c7f799e9366912307d8e8aa688e06e450c37437903bcf0f61b1f3de7e5d83355"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_the_row_and_the_entry_give_the_same_digest(kind: type) -> None:
    @settings(max_examples=10)
    @given(entries_of(kind))
    def same(one: Entry) -> None:
        digest = entry_digest(ISSUE, one)
        assert row_digest(row_of(one)) == digest
        again = Entry.model_validate_json(one.model_dump_json())
        assert entry_digest(ISSUE, again) == digest, "as the server gives it back"
        there = timezone(timedelta(hours=-7))
        if one.recorded_at.year not in {1, 9999}:
            moved = one.model_copy(update={"recorded_at": one.recorded_at.astimezone(there)})
            assert entry_digest(ISSUE, moved) == digest, "the same instant in another zone"

    same()


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2},
        {"happened_at": entry(2).happened_at},
        {"recorded_at": entry(2).recorded_at},
        {"by": KIM.model_copy(update={"role": None})},
        {"by": KIM.model_copy(update={"is_machine": True})},
        {"command": ""},
        {"event": Acknowledged(person="kim", role="handler")},
        {"event": Acknowledged(person="kim", role="joined")},
    ],
    ids=str,
)
def test_whatever_is_changed_changes_the_digest(change: dict[str, Any]) -> None:
    assert entry_digest(ISSUE, entry(1).model_copy(update=change)) != entry_digest(ISSUE, entry(1))
    assert entry_digest(f"{ISSUE}0", entry(1)) != entry_digest(ISSUE, entry(1))


def test_what_is_empty_is_left_out_and_what_stands_in_a_list_keeps_its_place() -> None:
    given: dict[str, Any] = {
        "a": None,
        "b": False,
        "c": 0,
        "d": "",
        "e": [],
        "f": {"g": {}},
        "h": [0, "", {"i": None}, 2.0],
        "j": True,
    }
    assert canonical(given) == {"h": [0, "", {}, 2], "j": True}
    assert json.dumps(canonical({"x": [0.1, 3.0, 1e300]})) == json.dumps({"x": [0.1, 3, int(1e300)]})


def test_a_field_that_a_later_release_adds_leaves_the_digest_as_it_was() -> None:
    event = EARLIER["event"]
    more: dict[str, Any] = {
        "said": None,
        "is_new": False,
        "attempts": 0,
        "words": "",
        "people": [],
        "by_name": {},
        "part": {"x": None},
    }
    assert row_digest({**EARLIER, "event": {**event, **more}}) == row_digest(EARLIER)
    for name in more:
        assert row_digest({**EARLIER, "event": {**event, name: "something"}}) != row_digest(EARLIER)


def test_an_entry_cannot_be_moved_within_its_chain_or_to_another() -> None:
    one, two = entry_digest(ISSUE, entry(1)), entry_digest(ISSUE, entry(2))
    assert link(link("", one), two) != link(link("", two), one)
    assert link("", one + two) != link(one, two)


def test_a_head_is_carried_on_entry_by_entry() -> None:
    entries = [entry(number) for number in range(1, 6)]
    whole = extended(Head(), ISSUE, entries)
    assert extended(extended(Head(), ISSUE, entries[:2]), ISSUE, entries[2:]) == whole
    assert (whole.number, len(whole.chain), whole.is_known) == (5, 64, True)
    assert extended(whole, ISSUE, ()) == whole
    assert Head().is_known


def test_a_head_that_an_earlier_release_has_not_carried_stays_unknown() -> None:
    after = extended(Head(number=3), ISSUE, [entry(4), entry(5)])
    assert after == Head(number=5, chain="")
    assert not after.is_known


@pytest.mark.parametrize(
    ("stored", "read", "place"),
    [
        ({"a": 1}, {"a": 1, "b": None, "c": {"d": 0, "e": ()}}, ""),
        ({"a": 1, "gone": 2}, {"a": 1}, ""),
        ({"a": 1}, {"a": 1, "channels": ["inbox"]}, "channels"),
        ({"a": {"b": None}}, {"a": {"b": 5}}, "a.b"),
        ({"a": [{"x": 1}, {}]}, {"a": [{"x": 1}, {"y": "new"}]}, "a[1].y"),
        ({"a": []}, {"a": ["x"]}, "a"),
        ({"at": "2026-01-01T00:00:00+00:00"}, {"at": "2026-01-01T00:00:00Z"}, ""),
    ],
)
def test_what_reading_adds_to_what_lies_there_is_named(stored: Any, read: Any, place: str) -> None:
    assert gained(stored, read) == place


def models(of: object, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Every model that the type can hold, through unions, sequences and mappings."""
    if isinstance(of, type) and issubclass(of, BaseModel) and of not in seen:
        seen.add(of)
        yield of
        for field in of.model_fields.values():
            yield from models(field.annotation, seen)
    for part in typing.get_args(of):
        yield from models(part, seen)


RECORDED = sorted(models(Event, {Actor}), key=lambda model: model.__qualname__)
NOT_EMPTY = {
    "Accepted": {"is_tier_clock_stopped"},
    "Acknowledged": {"is_tier_clock_stopped"},
    "Acknowledgement": {"renewals", "second"},
    "Holding": {"stops"},
    "IssueFacts": {"issue_class"},
    "Limit": {"shape", "counted_from"},
    "IssueId": {"legal_entity", "occurrence", "org", "team"},
    "Open": {"rules_revision"},
    "PersonFacts": {"channels"},
    "Policy": {"legal_entity", "severity_change"},
    "Severity": {"priority"},
    "SeverityChange": {"clocks", "tell"},
    "Target": {"stops_on_hold", "tell"},
    "TargetDue": {"stops_on_hold"},
}
"""Fields of the first release that records them whose default says something. There will be no more of them."""


def test_a_field_of_what_is_recorded_has_an_empty_default_or_none() -> None:
    """One that says something would read otherwise in old rows, and change the hash of what is replayed."""
    found = {
        model.__name__: names
        for model in RECORDED
        if (names := {name for name, field in model.model_fields.items() if name != "kind" and not is_empty(field)})
    }
    assert found == NOT_EMPTY


def is_empty(field: FieldInfo) -> bool:
    """Whether the field must be given, or is left out of the hash where it is not."""
    default = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, Value):
        default = default.model_dump(mode="json")
    return field.is_required() or not canonical([default])[0]


def test_instants_are_written_in_one_way() -> None:
    at = entry(1).happened_at
    assert (
        in_words(at)
        == in_words(at.astimezone(timezone(timedelta(hours=5, minutes=45))))
        == "2026-11-20T12:01:00.000000Z"
    )
