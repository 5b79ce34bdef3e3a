"""Opening and migrating: from nothing, again, from another release, and what cannot be opened."""

import os
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from records import tables
from records.database import BadDatabase, Database, SchemaMismatch, check_schema, migrate, open_database


def test_the_record_is_tested_on_postgresql_too(server_url: str) -> None:
    """Skipped, with the reason, where everything in this folder ran on SQLite alone."""
    assert server_url.startswith("postgresql://")


def test_the_migrations_make_the_tables_that_the_code_names(empty_url: str) -> None:
    with closing(open_database(empty_url)) as db:
        migrate(db)
        _names_what_is_there(db)


def _names_what_is_there(db: Database) -> None:
    with db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_every_row_says_whose_it_is() -> None:
    for table in tables.metadata.tables.values():
        assert {"org", "legal_entity", "team"} <= {column.name for column in table.columns if not column.nullable}


@pytest.mark.parametrize("blank_url", ["postgresql"], indirect=True)
def test_a_server_that_is_gone_without_a_word_is_noticed_within_half_a_minute(db: Database) -> None:
    """Unless told so the kernel waits for a quarter of an hour, or for ever where nothing was left to send."""
    with db.reading() as connection:
        there = connection.connection.dbapi_connection
        assert there is not None
        with socket.socket(fileno=os.dup(there.fileno())) as wire:
            assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            idle, between, most, unheard_ms = (
                wire.getsockopt(socket.IPPROTO_TCP, option)
                for option in (
                    socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT,
                )
            )  # fmt: skip
    assert 0 < idle + between * most <= 30
    assert 0 < unheard_ms <= 30_000


def test_migrating_again_changes_nothing(db: Database) -> None:
    with db.reading() as connection:
        before = sorted(inspect(connection).get_table_names())
    migrate(db)
    with db.reading() as connection:
        assert sorted(inspect(connection).get_table_names()) == before
    check_schema(db)


def test_a_record_without_tables_is_named(empty_url: str) -> None:
    db = open_database(empty_url)
    with pytest.raises(SchemaMismatch, match=r"has no tables yet, this release needs revision r\d+"):
        check_schema(db)
    db.close()


def test_a_record_of_an_unknown_release_is_left_alone(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    for act in (check_schema, migrate):
        with pytest.raises(SchemaMismatch, match=r"newer release \(revision r9999\)"):
            act(db)


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    """A table is in the way of the last one that the first migration makes."""
    db = open_database(empty_url)
    with db.writing() as connection:
        connection.execute(text("CREATE TABLE findings (x INTEGER)"))
    with pytest.raises(DBAPIError, match="findings"):
        migrate(db)
    with db.reading() as connection:
        assert inspect(connection).get_table_names() == ["findings"]
    with db.writing() as connection:
        connection.execute(text("DROP TABLE findings"))
    migrate(db)
    check_schema(db)
    db.close()


def test_a_sqlite_file_is_set_up_as_agreed(sqlite_db: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 10_000, "foreign_keys": 1, "secure_delete": 1}
    with sqlite_db.reading() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/a/b/record.db")
    migrate(db)
    db.close()
    assert (tmp_path / "a/b/record.db").is_file()
    assert (tmp_path / "a/b").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "cannot be read|is not one that can be read"),
        ("record.db", "is not one that can be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite+aiosqlite:///record.db", r"names sqlite\+aiosqlite"),
        ("mysql://sam:secret@host/db", "names mysql"),
        ("postgresql+asyncpg://sam:secret@host/db", r"names postgresql\+asyncpg"),
    ],
)
def test_a_url_that_is_none_is_named_with_what_is_allowed(url: str, why: str) -> None:
    with pytest.raises(BadDatabase, match=why) as refused:
        open_database(url)
    assert "sqlite:///folder/record.db or postgresql://" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BadDatabase, match=r"needs the Python package psycopg: install escalon\[postgres\]"):
        open_database("postgresql://sam:secret@localhost/escalon")


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    path.write_bytes(b"no database at all" * 100)
    db = open_database(f"sqlite:///{path}")
    with pytest.raises((DBAPIError, sqlite3.DatabaseError), match="not a database"):
        migrate(db)
    db.close()
    assert path.read_bytes() == b"no database at all" * 100


def test_a_password_is_never_shown() -> None:
    pytest.importorskip("psycopg", reason="comes with escalon[postgres]")
    db = open_database("postgresql://sam:secret@localhost/escalon")
    assert str(db) == "postgresql://sam:***@localhost/escalon"
    assert "secret" not in repr(db)
