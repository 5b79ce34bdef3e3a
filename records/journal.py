"""Writing the journal: the scribe's one act. Reading it back: `reading.py`. Checking it: `verifying.py`.

An entry is written once. One that is there with the same content is left alone; with other content, or after a gap,
it is an error that is raised, never dropped and never overwritten. Each is chained to the one before it
(`escalation/issue/chain.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select, update

from escalation.issue.chain import link, row_digest
from escalation.issue.effects import Record, Snapshot
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from records import tables
from records.columns import storable
from records.database import Database


class JournalConflict(RuntimeError):
    """An entry is on record with other content."""

    def __init__(self, issue: str, number: int, on_record: str, offered: str) -> None:
        super().__init__(
            f"entry {number} of {issue} is on record with other content: on record {on_record}, offered {offered}"
        )


class JournalGap(RuntimeError):
    """An entry came before the one that it follows."""

    def __init__(self, issue: str, number: int, expected: int) -> None:
        super().__init__(f"entry {number} of {issue} came, the next one is {expected}: those between are missing")


def write(db: Database, record: Record, within_s: float | None = None) -> None:
    """Write the entries that are not yet on record, and the issue's row, in one transaction.

    Raises JournalConflict, JournalGap, and whatever the database raises when it cannot be written to, RecordBusy after
    `within_s` seconds (None: ten); then nothing of the batch is written, and the same call can be made again.
    """
    issue = str(record.snapshot.issue)
    with db.writing(issue, within_s) as connection:
        last, chain = _head(connection, issue)
        rows = [_row(record.snapshot, entry) for entry in record.entries]
        new = [row for row in rows if row["number"] > last]
        _check(connection, issue, [row for row in rows if row["number"] <= last])
        for expected, row in enumerate(new, start=last + 1):
            if row["number"] != expected:
                raise JournalGap(issue, row["number"], expected)
            chain = row["chain"] = link(chain, row["digest"])
        if new:
            connection.execute(insert(tables.entries), new)
        _stand(connection, record.snapshot)


def read_entry(row: Mapping[str, Any] | RowMapping) -> Entry:
    """The entry of a row of `entries`, through today's models."""
    return Entry.model_validate(
        {
            "number": row["number"],
            "happened_at": row["happened_at"],
            "recorded_at": row["recorded_at"],
            "by": _by(row),
            "command": row["command"],
            "event": row["event"],
        }
    )


def whose(issue: IssueId) -> dict[str, str]:
    """The columns that every row has: organisation, legal entity, team."""
    return {"org": issue.org, "legal_entity": issue.legal_entity, "team": issue.team}


def _head(connection: Connection, issue: str) -> tuple[int, str]:
    """The number and the chain of the issue's last entry; 0 and nothing where it has none."""
    table = tables.entries
    last = select(table.c.number, table.c.chain).where(table.c.issue == issue).order_by(table.c.number.desc()).limit(1)
    found = connection.execute(last).first()
    return (0, "") if found is None else (found.number, found.chain)


def _by(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    return {name: row[f"by_{name}"] for name in ("person", "role", "door", "assurance", "is_machine")}


def _row(snapshot: Snapshot, entry: Entry) -> dict[str, Any]:
    row = {
        **whose(snapshot.issue),
        "issue": str(snapshot.issue),
        "number": entry.number,
        "kind": entry.event.kind,
        "happened_at": entry.happened_at,
        "recorded_at": entry.recorded_at,
        "written_at": datetime.now(UTC),
        **{f"by_{name}": value for name, value in entry.by.model_dump().items()},
        "command": entry.command,
        "event": entry.event.model_dump(mode="json"),
        "rules_revision": snapshot.rules_revision,
    }
    row = storable(row)
    return {**row, "digest": row_digest(row)}


def _check(connection: Connection, issue: str, known: Sequence[Mapping[str, Any]]) -> None:
    """Raise JournalConflict unless these rows are on record with the same content."""
    if not known:
        return
    table = tables.entries
    numbers = [row["number"] for row in known]
    wanted = select(table).where(table.c.issue == issue, table.c.number.in_(numbers))
    on_record = {row["number"]: row for row in connection.execute(wanted).mappings()}
    for offered in known:
        found = on_record[offered["number"]]
        # By meaning where the bytes differ: the same entry, written again by a later release, may have gained a field.
        if found["digest"] != offered["digest"] and read_entry(found) != read_entry(offered):
            raise JournalConflict(issue, offered["number"], found["digest"], offered["digest"])


def _stand(connection: Connection, snapshot: Snapshot) -> None:
    """Set the issue's row and those that hang on it, unless they already stand after this entry or a later one."""
    issue, table = str(snapshot.issue), tables.issues
    stands_after = connection.scalar(select(table.c.entries).where(table.c.issue == issue))
    if stands_after is not None and stands_after >= snapshot.entries:
        return
    row = {
        **snapshot.model_dump(exclude={"issue", "asked", "helpers", "parties", "links", "title_ref"}),
        **whose(snapshot.issue),
        "issue": issue,
        "source": snapshot.issue.source,
        "reference": snapshot.issue.reference,
        "occurrence": snapshot.issue.occurrence,
        "series": snapshot.issue.series,
        "title_ref": snapshot.title_ref and snapshot.title_ref.model_dump(mode="json"),
        "written_at": datetime.now(UTC),
    }
    row = storable(row)
    if stands_after is None:
        connection.execute(insert(table).values(row))
    else:
        connection.execute(update(table).where(table.c.issue == issue).values(row))
    _hang(connection, tables.asked, snapshot.issue, [{"person": person} for person in snapshot.asked])
    helpers = [{"person": person, "ask": ask} for person, ask in snapshot.helpers]
    _hang(connection, tables.helpers, snapshot.issue, helpers)
    _hang(connection, tables.parties, snapshot.issue, [party.model_dump() for party in snapshot.parties])
    links = [{"kind": link.kind, "other": link.issue} for link in snapshot.links]
    _hang(connection, tables.links, snapshot.issue, links)


def _hang(connection: Connection, table: Table, issue: IssueId, parts: Sequence[Mapping[str, Any]]) -> None:
    """Set the issue's rows of a table that has several for each, in their order."""
    connection.execute(delete(table).where(table.c.issue == str(issue)))
    rows = [
        {**whose(issue), "issue": str(issue), "place": place, **storable(dict(part))}
        for place, part in enumerate(parts)
    ]
    if rows:
        connection.execute(insert(table), rows)
