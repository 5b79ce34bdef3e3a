"""Checking the journal: what was done to a copy is found and named, and nothing else is."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, select, update

from escalation.issue.chain import Head, extended
from escalation.issue.effects import Record
from escalation.issue.events import Acknowledged
from records import journal, tables, verifying
from records.database import Database
from records.verifying import Checked, Finding
from tests.records import tampering
from tests.records.samples import entry, issue_id, record, snapshot
from tests.records.tampering import SEEN_BY_ITSELF, SEEN_FROM_OUTSIDE

ISSUE, OTHERS = issue_id("THIS"), [issue_id("A"), issue_id("Z"), issue_id("THIS", team="two")]
NAME = str(ISSUE)


@pytest.fixture
def written(db: Database) -> Database:
    """Four issues of six entries each, written in batches."""
    for issue in (ISSUE, *OTHERS):
        for first in (1, 3, 5):
            journal.write(db, record(issue, first, first + 1))
    return db


def found(db: Database) -> list[Finding]:
    return [finding for checked in verifying.check_rows(db) for finding in checked.findings]


def test_a_record_that_was_only_written_to_is_whole(written: Database) -> None:
    checked = list(verifying.check_rows(written))
    assert [each.issue for each in checked] == sorted(str(issue) for issue in (ISSUE, *OTHERS))
    assert [(each.entries, each.findings) for each in checked] == [(6, ())] * 4
    assert verifying.count(written) == 24
    assert verifying.count(written, NAME) == 6
    assert {each.issue: each.head for each in checked} == verifying.heads(written)
    assert verifying.heads(written, [NAME]) == {NAME: extended(Head(), NAME, record(ISSUE, 1, 6).entries)}
    assert verifying.compare(written, verifying.heads(written), "the root") == []
    assert verifying.compare_issues(written) == []


def test_however_entries_are_cut_into_batches_the_chain_is_the_same(db: Database) -> None:
    for other, sizes in (("A", (1, 1, 1, 1, 1, 1)), ("B", (6,)), ("C", (2, 4))):
        first = 1
        for size in sizes:
            journal.write(db, record(issue_id(other), first, first + size - 1))
            journal.write(db, record(issue_id(other), max(1, first - 1), first + size - 1))
            first += size
        assert verifying.heads(db)[str(issue_id(other))] == extended(
            Head(), str(issue_id(other)), record(issue_id(other), 1, 6).entries
        )


@pytest.mark.parametrize("tamper", SEEN_BY_ITSELF, ids=lambda each: each.__name__)
def test_what_the_rows_alone_show_is_found_and_named(
    written: Database, tamper: Callable[[Database, str], None]
) -> None:
    tamper(written, NAME)
    first, *rest = found(written)
    assert (first.what, first.number) == SEEN_BY_ITSELF[tamper]
    assert {finding.issue for finding in (first, *rest)} == {NAME}, "the others are as they were"
    assert len(rest) <= 1


def test_of_two_that_are_swapped_both_are_named(written: Database) -> None:
    tampering.swap_two(written, NAME)
    assert [finding.detail for finding in found(written)] == [
        "entry 4 stands in the place of entry 2",
        "entry 2 stands in the place of entry 4",
    ]


@pytest.mark.parametrize("tamper", SEEN_FROM_OUTSIDE, ids=lambda each: each.__name__)
def test_what_only_a_head_from_outside_shows(written: Database, tamper: Callable[[Database, str], None]) -> None:
    before = verifying.heads(written)
    tamper(written, NAME)
    assert found(written) == [], "the rows alone do not show it"
    assert verifying.compare_issues(written) == []
    (finding,) = verifying.compare(written, before, "the root of yesterday")
    assert (finding.what, finding.number, finding.issue) == (*SEEN_FROM_OUTSIDE[tamper], NAME)
    assert "the root of yesterday" in finding.detail


@pytest.mark.parametrize("tamper", [tampering.cut_the_tail, tampering.delete_the_issue], ids=["cut", "deleted"])
def test_an_attacker_who_forgets_the_row_of_the_issue_is_found_by_it(
    written: Database, tamper: Callable[[Database, str], None]
) -> None:
    with written.reading() as connection:
        row = dict(connection.execute(select(tables.issues).where(tables.issues.c.issue == NAME)).mappings().one())
    tamper(written, NAME)
    with written.writing() as connection:
        connection.execute(tables.issues.delete().where(tables.issues.c.issue == NAME))
        connection.execute(tables.issues.insert().values(row))
    (finding,) = verifying.compare_issues(written)
    assert (finding.what, finding.number) == SEEN_FROM_OUTSIDE[tamper]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "closed"}, "sorted under another kind"),
        ({"team": "two"}, "sorted under another kind or owner"),
        ({"by_person": "somebody"}, "not what its digest stands for"),
        ({"command": ""}, "not what its digest stands for"),
        ({"digest": "0" * 64}, "not what its digest stands for"),
        ({"chain": "0" * 64}, "does not follow from the one before it"),
        ({"event": {"kind": "reminded"}}, "not what its digest stands for"),
    ],
    ids=str,
)
def test_every_column_that_says_something_is_held(written: Database, values: dict[str, Any], said: str) -> None:
    with tampering.unguarded(written) as connection:
        of_row = tables.entries.c.issue == NAME, tables.entries.c.number == 6
        connection.execute(update(tables.entries).where(*of_row).values(**values))
    (finding,) = found(written)
    assert finding.number == 6
    assert said in finding.detail


def test_an_empty_value_that_is_taken_away_is_found_where_it_would_read_otherwise(db: Database) -> None:
    """The digest leaves it out, and its default says something."""
    event = Acknowledged(person="kim", role="handler", is_tier_clock_stopped=False)
    journal.write(db, Record(snapshot=snapshot(ISSUE, 1), entries=(entry(1, event),)))
    assert found(db) == []
    with tampering.unguarded(db) as connection:
        kept = {"kind": "acknowledged", "person": "kim", "role": "handler"}
        connection.execute(update(tables.entries).values(event=kept))
    (finding,) = found(db)
    assert finding.detail == "entry 1 lacks is_tier_clock_stopped, which was written with every entry"


def test_rows_that_are_gone_are_told_as_one(written: Database) -> None:
    with tampering.unguarded(written) as connection:
        gone = tables.entries.c.issue == NAME, tables.entries.c.number.in_([1, 2, 4])
        connection.execute(tables.entries.delete().where(*gone))
    assert [finding.detail for finding in found(written)] == ["entries 1 to 2 are not there", "entry 4 is not there"]


def test_heads_that_stand_at_the_end_are_not_asked_for_one_by_one(written: Database) -> None:
    """A root has a line for every issue there ever was, and most are where they were."""
    asked: list[str] = []
    event.listen(written.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert verifying.compare(written, verifying.heads(written), "the root") == []
    asked.clear()
    assert verifying.compare(written, verifying.heads(written), "the root") == []
    assert len([each for each in asked if each.startswith("SELECT")]) == 2
    earlier = {NAME: extended(Head(), NAME, record(ISSUE, 1, 4).entries)}
    assert verifying.compare(written, earlier, "the root") == []
    wrong = {NAME: Head(number=4, chain="0" * 64)}
    assert [each.what for each in verifying.compare(written, wrong, "the root")] == ["made_anew"]


def test_what_is_on_its_way_to_the_record_is_no_finding(written: Database) -> None:
    entries = record(ISSUE, 1, 9).entries
    head = extended(Head(), NAME, entries)
    new = issue_id("NEW")
    known = {NAME: head, str(new): extended(Head(), str(new), entries[:2])}

    def compare(**unwritten: Any) -> list[str]:
        by_issue = {NAME: unwritten.get("this", entries[6:]), str(new): unwritten.get("new", entries[:2])}
        return [finding.what for finding in verifying.compare(written, known, "the workflow", by_issue)]

    assert compare() == []
    assert compare(this=entries[4:]) == [], "it need not know how far the record is"
    assert compare(this=entries[7:]) == ["cut"], "it takes entry 7 for written"
    assert compare(this=()) == ["cut"]
    assert compare(new=entries[1:2]) == ["deleted"]
    other = (entry(7), entry(8, command="another"), entry(9))
    assert compare(this=other) == ["cut"], "they do not lead to the head"


def test_a_head_that_no_release_has_carried_on_is_held_by_its_number(written: Database) -> None:
    assert verifying.compare(written, {NAME: Head(number=6), str(OTHERS[0]): Head()}, "the workflow") == []
    (finding,) = verifying.compare(written, {NAME: Head(number=7)}, "the workflow")
    assert finding.what == "cut"
    assert verifying.compare(written, {NAME: Head(number=8)}, "the workflow", {NAME: record(ISSUE, 7, 8).entries}) == []


def test_one_issue_can_be_checked_alone(written: Database) -> None:
    tampering.change_a_row(written, str(OTHERS[0]))
    assert [(each.issue, each.findings) for each in verifying.check_rows(written, NAME)] == [(NAME, ())]
    assert list(verifying.check_rows(written, str(issue_id("UNKNOWN")))) == []
    (checked,) = verifying.check_rows(written, str(OTHERS[0]))
    assert isinstance(checked, Checked)
    assert len(checked.findings) == 1


def test_an_auditor_can_do_it_from_the_description_alone(written: Database) -> None:
    """As docs/record.md says it, with none of our code."""

    def kept(value: Any) -> Any:
        match value:
            case dict():
                parts = {name: kept(part) for name, part in value.items()}
                return {name: part for name, part in parts.items() if part not in (None, False, 0, "", [], {})}
            case list():
                return [kept(part) for part in value]
            case _:
                return value

    def at(instant: datetime) -> str:
        return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    chain = ""
    with written.reading() as connection:
        of_issue = select(tables.entries).where(tables.entries.c.issue == NAME).order_by(tables.entries.c.number)
        for row in connection.execute(of_issue).mappings():
            by = {name: row[f"by_{name}"] for name in ("person", "role", "door", "assurance", "is_machine")}
            content = {
                "issue": row["issue"],
                "number": row["number"],
                "happened_at": at(row["happened_at"]),
                "recorded_at": at(row["recorded_at"]),
                "by": by,
                "command": row["command"],
                "event": row["event"],
            }
            said = json.dumps(kept(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            digest = hashlib.sha256(said.encode()).hexdigest()
            assert digest == row["digest"]
            chain = hashlib.sha256(f"escalon chain 1\n{chain}\n{digest}".encode()).hexdigest()
            assert chain == row["chain"]
    assert chain == verifying.heads(written)[NAME].chain
