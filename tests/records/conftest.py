"""The record on both databases: a test that takes `db` runs on SQLite and, where it is installed, on PostgreSQL."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import make_url

from records.database import Database, migrate, open_database
from tests.records import postgres

DATABASES = ["sqlite"] if postgres.why_not() else ["sqlite", "postgresql"]
"""Where there is no PostgreSQL, `test_database.py` says so once, rather than each test for itself."""


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server with an empty database, or the reason why not."""
    missing = postgres.why_not()
    if missing:
        pytest.skip(missing)
    with postgres.running_server() as url:
        yield url


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state/record.db"
        return
    server: str = request.getfixturevalue("server_url")
    name = f"test_{next(_NUMBERS)}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def db(empty_url: str) -> Iterator[Database]:
    """An open record with its tables."""
    database = open_database(empty_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def sqlite_db(tmp_path: Path) -> Iterator[Database]:
    """An open record on SQLite, for what is SQLite's own."""
    database = open_database(f"sqlite:///{tmp_path}/state/record.db")
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def another(empty_url: str) -> Iterator[Callable[[], Database]]:
    """Opens the same record once more, as another process would."""
    opened: list[Database] = []

    def open_again() -> Database:
        opened.append(open_database(empty_url))
        return opened[-1]

    yield open_again
    for database in opened:
        database.close()


_NUMBERS = count(1)
