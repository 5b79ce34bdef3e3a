"""Opening the record's database, SQLite or PostgreSQL, and bringing its tables up to date.

Every writer goes through `Database.writing`, every reader through `Database.reading`. What is written and read lies in
the modules beside this one.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, RootTransaction, Table, event, make_url, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, OperationalError

from records.sealing import Ring

BUSY_S = 10
"""Seconds a writer waits for another one before it gives up."""
MIGRATION_S = 600
"""The same for whoever starts while another one migrates a server's record, which takes minutes where it is large."""
_OVER_TCP = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Seconds, the last one milliseconds. A server that is gone without a word (its host, the network) is noticed within
half a minute, and whoever waited tries again; else threads would hang on it long after another one is there."""
REVISION = "r0009"
"""The newest of `migrations/`: what the tables of this release are. A test holds the two together."""
ALLOWED = "sqlite:///folder/record.db or postgresql://person:password@host/database"
_MIGRATING = "escalon migrates"
_PATIENCE = text("SELECT set_config('lock_timeout', :ms, true)")
_ALONE = text("SELECT set_config('lock_timeout', :ms, true), pg_advisory_xact_lock(:key)")
"""Waits, that long, until nobody else writes about the same thing; in one trip to the server."""
_LOCK_TIMED_OUT = "55P03"


class BadDatabase(ValueError):
    """The URL names no database that can hold the record; says what is allowed."""


class SchemaMismatch(RuntimeError):
    """The tables are not those of this release; says what to do."""


class RecordBusy(RuntimeError):
    """Another writer held the database for too long; trying again is right."""


@dataclass(frozen=True)
class Database:
    """An open record. Safe to share between threads; every process opens its own."""

    engine: Engine
    ring: Ring = field(default_factory=Ring, repr=False)
    """The keys around the keys of the texts."""
    _one_writer: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of ours rather than a server."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self, about: str = "", within_s: float | None = None) -> Iterator[Connection]:
        """A transaction that alone may write `about` (an issue's id); raises RecordBusy where others keep it for so
        long, ten seconds unless told otherwise.

        SQLite has one writer at a time whatever it writes about; its threads queue here rather than poll the file.
        """
        within_s = BUSY_S if within_s is None else within_s
        if self.is_sqlite:
            if not self._one_writer.acquire(timeout=within_s):
                raise RecordBusy(f"{self} was kept by another writer of this process for {within_s} s")
            try:
                with (
                    self.engine.connect().execution_options(is_writing=True) as connection,
                    self._begun(connection, within_s),
                ):
                    yield connection
            finally:
                self._one_writer.release()
            return
        with _told_as_busy(self, within_s), self.engine.begin() as connection:
            patience = {"ms": f"{within_s * 1000:.0f}"}
            if about:
                connection.execute(_ALONE, {**patience, "key": _lock_key(about)})
            else:
                connection.execute(_PATIENCE, patience)
            yield connection

    def _begun(self, connection: Connection, within_s: float) -> RootTransaction:
        file = connection.connection.dbapi_connection
        assert isinstance(file, sqlite3.Connection)
        try:
            file.execute(f"PRAGMA busy_timeout = {within_s * 1000:.0f}")
            return connection.begin()
        except OperationalError as error:
            if _is_locked(error.orig):
                raise RecordBusy(f"{self} was kept by another process for {within_s} s") from None
            raise
        finally:
            file.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads, without holding up any writer."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def __str__(self) -> str:
        return self.engine.url.render_as_string(hide_password=True)


def open_database(url: str, text_key: str = "") -> Database:
    """Open the record at `url`; makes the folder of a SQLite file. Raises BadDatabase, BadTextKey.

    `text_key`: the setting ESCALON_TEXT_KEY, keys around the keys of the texts.
    Does not connect yet, and does not make the tables: see `migrate` and `check_schema`.
    """
    parsed, ring = _checked(url), Ring.of(text_key)
    if parsed.get_backend_name() == "sqlite":
        Path(str(parsed.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        engine = sqlalchemy.create_engine(
            parsed,
            hide_parameters=True,  # an error's text goes to logs and histories; what people wrote must not
            pool_pre_ping=parsed.get_backend_name() != "sqlite",
            connect_args={"timeout": BUSY_S} if parsed.get_backend_name() == "sqlite" else dict(_OVER_TCP),
        )
    except ModuleNotFoundError as missing:
        raise BadDatabase(
            f"{shown(parsed)} needs the Python package {missing.name}: install escalon[postgres]"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _say_no_more)
    return Database(engine, ring)


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadDatabase(f"the record's URL is not one that can be read; allowed: {ALLOWED}") from None
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"}:
        raise BadDatabase(f"the record's URL {shown(parsed)} names {parsed.drivername}; allowed: {ALLOWED}")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise BadDatabase(f"the record's URL {shown(parsed)} names no file, and memory forgets; allowed: {ALLOWED}")
    return parsed


def shown(url: URL) -> str:
    """The URL without its password."""
    return url.render_as_string(hide_password=True)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """What a connection needs, in this order: who waits must be told to before there is something to wait for."""
    connection.isolation_level = None  # BEGIN is ours
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000}")
    _switch_to_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
    cursor.execute(
        "PRAGMA recursive_triggers = ON"
    )  # else INSERT OR REPLACE slips past the triggers that refuse deletion
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Once in the life of a file. Who loses the race for it is told "locked" at once, whatever the busy timeout."""
    give_up = time.monotonic() + BUSY_S
    while cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not _is_locked(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _is_locked(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its place at once: one that reads first and then writes could lose an update, or fail at once."""
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _say_no_more(context: ExceptionContext) -> None:
    """PostgreSQL quotes the row that it refuses, in the lines after the first: what people wrote must not go on so."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (next(iter(str(error.args[0]).splitlines()), ""), *error.args[1:])


@contextmanager
def _told_as_busy(db: Database, within_s: float) -> Iterator[None]:
    """On PostgreSQL: a lock that did not become free, by the name that it has on SQLite too."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_TIMED_OUT:
            raise
        raise RecordBusy(f"{db} was kept by another writer for {within_s} s") from None


def _lock_key(about: str) -> int:
    return int.from_bytes(hashlib.sha256(about.encode()).digest()[:8], signed=True)


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert the row unless one with its primary key is there; says whether it was inserted."""
    return connection.execute(_insert_once(connection.dialect.name, table), dict(values)).first() is not None


@cache
def _insert_once(dialect: str, table: Table) -> Any:
    """Made once for each table: making a statement costs more than what it does."""
    maker = sqlite_dialect.insert if dialect == "sqlite" else postgresql.insert
    key = list(table.primary_key.columns)
    return maker(table).on_conflict_do_nothing(index_elements=key).returning(*key)


def empty_log(db: Database) -> None:
    """On SQLite: move the write-ahead log into the file, so that it no longer holds what was there before."""
    connection = db.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:
        return  # somebody reads: the next checkpoint does it
    finally:
        connection.close()


def migrate(db: Database) -> None:
    """Bring the tables to this release's form, in one transaction; nothing happens where they are.

    Safe while others do the same: one does it, the others wait and find it done. Raises SchemaMismatch where a newer
    release has been here, RecordBusy where another writer does not end.
    """
    with db.reading() as connection:
        if _found(connection) == REVISION:
            return
    from records import migrating  # noqa: PLC0415 - most starts find nothing to do

    with migrating.ONE_AT_A_TIME, db.writing(_MIGRATING, None if db.is_sqlite else MIGRATION_S) as connection:
        if _found(connection) == REVISION:
            return
        _refuse_newer(db, connection)
        migrating.upgrade(connection, db.ring)
    if db.is_sqlite:
        empty_log(db)  # a migration may have sealed what stood open


def check_schema(db: Database) -> None:
    """Raise SchemaMismatch unless the tables are those of this release."""
    with db.reading() as connection:
        found = _found(connection)
        if found == REVISION:
            return
        _refuse_newer(db, connection)
    raise SchemaMismatch(
        f"the record {db} has {f'the tables of revision {found}' if found else 'no tables yet'}, this release needs "
        f"revision {REVISION}: stop the workers of the older release, back up, then start this one, which migrates"
    )


def _refuse_newer(db: Database, connection: Connection) -> None:
    from records.migrating import revisions  # noqa: PLC0415 - most tables are as they should be

    found = _found(connection)
    if found and found not in revisions():
        raise SchemaMismatch(
            f"the record {db} is of a newer release (revision {found}): run that one, or restore a backup"
        )


def _found(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none yet."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
