"""Checking the journal: every digest and every link is computed anew from the rows, and the heads are told.

What is found here needs nobody but the record. What the record cannot show by itself (a tail that was cut, an issue
that is gone, a chain that was made anew) shows against heads from outside: `compare`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, TypeAlias

from pydantic import ValidationError
from sqlalchemy import RowMapping, and_, func, select

from escalation.issue.chain import Head, extended, gained, link, row_digest
from escalation.issue.events import Entry
from escalation.value import Value
from records import tables
from records.database import Database
from records.journal import read_entry

What: TypeAlias = Literal[
    "changed",
    "missing",
    "reordered",
    "made_anew",
    "cut",
    "deleted",
    "added",
    "altered_root",
    "version",
    "directory",
]
MEANS: dict[What, str] = {
    "changed": "a row was changed",
    "missing": "a row is missing",
    "reordered": "rows stand in each other's place",
    "made_anew": "rows were changed and the chain was made anew",
    "cut": "the last rows are gone",
    "deleted": "the whole issue is gone",
    "added": "rows were added that the issue knows nothing of",
    "altered_root": "a root is not what was signed",
    "version": "what a file said is not what was kept",
    "directory": "what the directory in the record said is not what was kept",
}
_AT_ONCE = 200
_MOST_DISPLACED = 50
"""Changed rows of an issue of which it is tried whether they only stand in each other's place."""
_TABLE = tables.entries


class Finding(Value):
    """Something that is not as it was written."""

    what: What
    issue: str
    """Its full id; empty where it is about none."""
    number: int | None = None
    """Of the entry at which it shows."""
    detail: str
    """One sentence with nothing in it that anybody wrote."""


class Checked(Value):
    """What came of checking one issue."""

    issue: str
    entries: int
    head: Head
    """The last row's number, and the chain that it must have by all rows up to it."""
    findings: tuple[Finding, ...] = ()


def count(db: Database, issue: str | None = None) -> int:
    """How many entries there are to check."""
    wanted = select(func.count()).select_from(_TABLE)
    with db.reading() as connection:
        return connection.scalar(wanted.where(_TABLE.c.issue == issue) if issue else wanted) or 0


def check_rows(db: Database, issue: str | None = None) -> Iterator[Checked]:
    """Check every entry of every issue on record, or of one; issues in the order of their ids."""
    for names in [[issue]] if issue else _batches(db):
        with db.reading() as connection:
            wanted = select(_TABLE).where(_TABLE.c.issue.in_(names)).order_by(_TABLE.c.issue, _TABLE.c.number)
            rows = connection.execute(wanted).mappings().all()
        for name, of_issue in groupby(rows, key=lambda row: str(row["issue"])):
            yield _checked(name, list(of_issue))


def heads(db: Database, issues: Iterable[str] | None = None) -> dict[str, Head]:
    """The last entry's number and chain by issue, as they lie there, of all issues or of these."""
    found: dict[str, Head] = {}
    parts: Iterable[list[str] | None] = [None] if issues is None else _parts(list(issues))
    for part in parts:
        last = select(_TABLE.c.issue, func.max(_TABLE.c.number).label("number")).group_by(_TABLE.c.issue)
        if part is not None:
            last = last.where(_TABLE.c.issue.in_(part))
        newest = last.subquery()
        is_last = and_(_TABLE.c.issue == newest.c.issue, _TABLE.c.number == newest.c.number)
        with db.reading() as connection:
            rows = connection.execute(select(_TABLE.c.issue, _TABLE.c.number, _TABLE.c.chain).join(newest, is_last))
            found |= {row.issue: Head(number=row.number, chain=row.chain) for row in rows}
    return found


def chain_at(db: Database, issue: str, number: int) -> str | None:
    """The chain of this entry as it lies there; None where there is no such entry."""
    wanted = select(_TABLE.c.chain).where(_TABLE.c.issue == issue, _TABLE.c.number == number)
    with db.reading() as connection:
        return connection.scalar(wanted)


def compare(
    db: Database, known: Mapping[str, Head], whose: str, unwritten: Mapping[str, Sequence[Entry]] | None = None
) -> list[Finding]:
    """Hold the record against heads that lie elsewhere, `whose` in words: every issue must have come as far at least.

    `unwritten`: entries by issue that are known there and need not be on record yet.
    """
    found: list[Finding] = []
    for part in _parts(sorted(issue for issue, head in known.items() if head.number)):
        there = heads(db, part)
        for issue in part:
            waiting = (unwritten or {}).get(issue, ())
            finding = _held(db, issue, there.get(issue, Head()), known[issue], whose, waiting)
            if finding is not None:
                found.append(finding)
    return found


def compare_issues(db: Database) -> list[Finding]:
    """Hold the entries against the rows of the issues, which say after how many entries they stand."""
    issues = tables.issues
    last = select(_TABLE.c.issue, func.max(_TABLE.c.number).label("number")).group_by(_TABLE.c.issue).subquery()
    is_behind = func.coalesce(last.c.number, 0) < issues.c.entries
    behind = (
        select(issues.c.issue, issues.c.entries, func.coalesce(last.c.number, 0).label("number"))
        .outerjoin(last, last.c.issue == issues.c.issue)
        .where(is_behind)
        .order_by(issues.c.issue)
    )
    with db.reading() as connection:
        rows = connection.execute(behind).all()
    return [_behind(row.issue, row.number, row.entries, "the table of issues") for row in rows]


def _held(db: Database, issue: str, there: Head, head: Head, whose: str, unwritten: Sequence[Entry]) -> Finding | None:
    if there.number < head.number:
        rest = [entry for entry in unwritten if there.number < entry.number <= head.number]
        is_whole = len(rest) == head.number - there.number
        if is_whole and (not head.chain or extended(there, issue, rest) == head):
            return None
        return _behind(issue, there.number, head.number, whose)
    lying = there.chain if there.number == head.number else chain_at(db, issue, head.number)
    if head.chain and lying != head.chain:
        detail = f"entry {head.number} has another chain than {whose} has for it"
        return _finding("made_anew", issue, head.number, detail)
    return None


def _behind(issue: str, number: int, known: int, whose: str) -> Finding:
    if not number:
        detail = f"{whose} knows of {_entries(known)}, the record has none"
        return Finding(what="deleted", issue=issue, detail=detail)
    return _finding("cut", issue, number + 1, f"the record ends with entry {number}, {whose} knows of {known}")


def _checked(issue: str, rows: Sequence[RowMapping]) -> Checked:
    found: list[Finding] = []
    chain, expected = "", 1
    displaced = _displaced(rows)
    for row in rows:
        number = row["number"]
        if number != expected:
            found.append(_finding("missing", issue, expected, _gap(expected, number - 1)))
        is_after_its_own = number == expected and not displaced.get(number - 1)
        must_be = link(chain, row["digest"]) if is_after_its_own else None
        finding = _wrong(issue, row, displaced.get(number), must_be)
        if finding is not None:
            found.append(finding)
        # What follows is held against what is written here, so that one change is told once.
        chain, expected = row["chain"], number + 1
    head = Head(number=rows[-1]["number"], chain=rows[-1]["chain"])
    return Checked(issue=issue, entries=len(rows), head=head, findings=tuple(found))


def _displaced(rows: Sequence[RowMapping]) -> dict[int, int]:
    """Rows by number that are not what their digest stands for, with the number that they had; 0: none of these."""
    wrong = [row for row in rows if row_digest(dict(row)) != row["digest"]]
    numbers = [row["number"] for row in wrong[:_MOST_DISPLACED]]
    return {
        row["number"]: next((had for had in numbers if row_digest({**row, "number": had}) == row["digest"]), 0)
        for row in wrong
    }


def _gap(first: int, last: int) -> str:
    return f"entry {first} is not there" if first == last else f"entries {first} to {last} are not there"


def _wrong(issue: str, row: RowMapping, had: int | None, chain: str | None) -> Finding | None:
    """What is wrong with this row; `chain` is what it must have, None where another stands before it."""
    number = row["number"]
    if had:
        return _finding("reordered", issue, number, f"entry {had} stands in the place of entry {number}")
    if had is not None:
        return _finding("changed", issue, number, f"entry {number} is not what its digest stands for")
    if chain is not None and chain != row["chain"]:
        before = "has a chain of its own" if number == 1 else "does not follow from the one before it"
        return _finding("changed", issue, number, f"entry {number} {before}: it was changed, or all before it")
    return _unlike(issue, row)


def _unlike(issue: str, row: RowMapping) -> Finding | None:
    """Columns that say again what the entry says, and what is left out of the digest where it is empty."""
    number = row["number"]
    try:
        entry = read_entry(row)
    except ValidationError as error:
        return _finding("changed", issue, number, f"entry {number} cannot be read: {error.errors()[0]['msg'][:100]}")
    whose = f"{row['org']}:{row['legal_entity']}:{row['team']}:"
    if row["kind"] != entry.event.kind or not issue.startswith(whose):
        return _finding("changed", issue, number, f"entry {number} is sorted under another kind or owner than it has")
    place = gained(row["event"], entry.event.model_dump(mode="json"))
    if place:
        return _finding("changed", issue, number, f"entry {number} lacks {place}, which was written with every entry")
    return None


def _finding(what: What, issue: str, number: int, detail: str) -> Finding:
    return Finding(what=what, issue=issue, number=number, detail=detail)


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


def _batches(db: Database) -> Iterator[list[str]]:
    with db.reading() as connection:
        names = connection.scalars(select(_TABLE.c.issue).distinct().order_by(_TABLE.c.issue)).all()
    yield from _parts(list(names))


def _parts(names: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(names), _AT_ONCE):
        yield names[first : first + _AT_ONCE]
