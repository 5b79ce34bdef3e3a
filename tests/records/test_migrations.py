"""From every released schema, with the rows that its release wrote, to today's: all of it is read, and the chain holds.

`releases/` holds what a release left in its tables, one file each. One is added when a schema is released.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from escalation.issue.effects import Record
from escalation.issue.identity import read_issue_id
from records import findings, inbox, journal, migrating, promised, reading, refusals, tables, texts, verifying
from records.database import REVISION, Database, check_schema, migrate, open_database
from records.text_keys import rewrap
from tests.records.samples import NOON, entry
from tests.records.test_text_keys import OLD

FOLDER = Path(__file__).with_name("releases")
RELEASED = ("r0001", "r0002")
GROWS_ONLY = ("entries", "security_log")


@pytest.fixture(params=RELEASED)
def old(request: pytest.FixtureRequest) -> dict[str, list[dict[str, Any]]]:
    """The rows of that release, by table."""
    content = json.loads((FOLDER / f"{request.param}.json").read_text(encoding="utf-8"))
    assert content["release"] == request.param
    found: dict[str, list[dict[str, Any]]] = content["tables"]
    return found


@pytest.fixture(params=["", OLD], ids=["open keys", "wrapped keys"])
def migrated(
    empty_url: str, old: dict[str, list[dict[str, Any]]], request: pytest.FixtureRequest
) -> Iterator[Database]:
    """A record of that release with its rows, brought to today's form."""
    release = request.node.callspec.params["old"]
    db = open_database(empty_url, request.param)
    with db.writing() as connection:
        migrating.upgrade(connection, db.ring, release)
    with db.writing() as connection:
        _load(connection, old)
    migrate(db)
    yield db
    db.close()


def _load(connection: sa.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    there = sa.MetaData()
    there.reflect(connection)
    for name, of_table in rows.items():
        table = there.tables[name]
        if of_table:
            connection.execute(table.insert(), [_as_stored(table, row) for row in of_table])


def _as_stored(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in row.items():
        kind = table.columns[name].type
        if isinstance(value, dict) and "hex" in value:
            made[name] = bytes.fromhex(value["hex"])
        elif isinstance(kind, sa.DateTime) and value is not None:
            made[name] = datetime.fromisoformat(value)
        elif isinstance(kind, sa.JSON) and value is None:
            made[name] = sa.null()
        else:
            made[name] = value
    return made


def test_the_revision_that_is_asked_for_is_the_newest_migration() -> None:
    assert migrating.revisions()[0] == REVISION


def test_who_finds_the_tables_as_they_should_be_does_not_load_alembic(empty_url: str) -> None:
    with closing(open_database(empty_url)) as db:
        migrate(db)
    ask = "import sys; from records.database import *; db = open_database(sys.argv[1]); check_schema(db); migrate(db); "
    ran = [sys.executable, "-c", ask + "print('alembic' in sys.modules)", empty_url]
    assert subprocess.run(ran, capture_output=True, text=True, check=True).stdout == "False\n"


def test_every_released_schema_has_its_rows_here() -> None:
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.json"))) == RELEASED


def test_every_entry_is_read_and_the_chain_holds(migrated: Database, old: dict[str, list[dict[str, Any]]]) -> None:
    check_schema(migrated)
    checked = list(verifying.check_rows(migrated))
    assert [each.findings for each in checked] == [()] * len(old["issues"])
    assert sum(each.entries for each in checked) == len(old["entries"])
    assert verifying.compare_issues(migrated) == []
    with migrated.reading() as connection:
        table = tables.entries
        rows = connection.execute(sa.select(table).order_by(table.c.issue, table.c.number)).mappings().all()
    before = sorted(old["entries"], key=lambda row: (row["issue"], row["number"]))
    for row, was in zip(rows, before, strict=True):
        now = {name: value for name, value in row.items() if name in was and name != "digest"}
        assert json.loads(json.dumps(now, default=_instant)) == {n: v for n, v in was.items() if n != "digest"}


def _instant(value: datetime) -> str:
    return value.isoformat(timespec="microseconds").replace("+00:00", "Z")


def test_lists_and_timelines_are_read(migrated: Database, old: dict[str, list[dict[str, Any]]]) -> None:
    rows = reading.list_issues(migrated)
    assert sorted(str(row.issue) for row in rows) == sorted(row["issue"] for row in old["issues"])
    for row in rows:
        assert len(reading.timeline(migrated, row.issue)) == row.entries
    assert len(refusals.read(migrated)) == len(old["security_log"])
    assert [each.what for each in findings.read(migrated)] == [row["what"] for row in old["findings"]]
    unkept = promised.unkept(migrated, datetime.fromisoformat("2100-01-01T00:00:00Z"), 10)
    assert len(unkept) == len(old.get("promised", []))


def test_text_is_read_and_what_was_erased_stays_so(migrated: Database, old: dict[str, list[dict[str, Any]]]) -> None:
    for row in old["texts"]:
        issue, _ = read_issue_id(row["issue"])
        expected = {} if row["erased_at"] else {row["ref"]: row["text"]}
        assert texts.read(migrated, issue, [row["ref"]]) == expected
        if expected:
            assert texts.keep(migrated, issue, row["ref"], row["text"]).digest == row["digest"]
    told = {each.message: (each.subject, each.body) for each in inbox.read(migrated, "kim")}
    assert told == {row["message"]: (row["subject"], row["body"]) for row in old["inbox"]}
    assert {row["erased_at"] is None for row in old["texts"]} == {True, False}, "the rows have both"


def test_what_stood_open_is_sealed(migrated: Database, old: dict[str, list[dict[str, Any]]]) -> None:
    with migrated.reading() as connection:
        kept = connection.scalars(sa.select(tables.texts.c.text)).all()
        told = connection.execute(sa.select(tables.inbox.c.subject, tables.inbox.c.body)).all()
    lying = "".join((*kept, *(part for row in told for part in row)))
    assert "ünïcode" not in lying
    assert "Act" not in lying.split(".")
    path = migrated.engine.url.database
    if migrated.is_sqlite and path is not None:
        content = b"".join(each.read_bytes() for each in Path(path).parent.iterdir())
        assert "ünïcode".encode() not in content
    assert rewrap(migrated) == 0


def test_the_journal_is_guarded_and_goes_on(migrated: Database, old: dict[str, list[dict[str, Any]]]) -> None:
    for table in GROWS_ONLY:
        with pytest.raises(DBAPIError, match="only grows"), migrated.writing() as connection:
            connection.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
    for row in reading.list_issues(migrated):
        entries = reading.timeline(migrated, row.issue)
        journal.write(migrated, Record(snapshot=row, entries=tuple(entries)))
        after = row.model_copy(update={"entries": row.entries + 1})
        journal.write(migrated, Record(snapshot=after, entries=(*entries[-2:], entry(row.entries + 1))))
    with migrated.reading() as connection:
        first = connection.execute(sa.select(tables.entries).limit(1)).mappings().one()
    with pytest.raises(DBAPIError, match="in order"), migrated.writing() as connection:
        connection.execute(tables.entries.insert().values({**first, "number": 1000, "written_at": NOON}))
    assert [each.findings for each in verifying.check_rows(migrated)] == [()] * len(old["issues"])
