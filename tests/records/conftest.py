"""The record on both databases: a test that takes `db` runs on SQLite and, where it is installed, on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import make_url

from records.database import Database, open_database
from tests.migrated import migrated
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


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a database on that server with the record's tables and nothing in them, to be copied."""
    with _copied(server_url, "template1", "blank") as url:
        migrated(url).close()
        yield "blank"


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state/record.db"
        return
    with _copied(request.getfixturevalue("server_url"), "template1", f"test_{next(_NUMBERS)}") as url:
        yield url


@pytest.fixture(params=DATABASES)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a record of its own, with its tables and nothing in them."""
    with _blank(request, tmp_path / "state") as url:
        yield url


@pytest.fixture
def db(blank_url: str) -> Iterator[Database]:
    """An open record with its tables."""
    with closing(open_database(blank_url)) as database:
        yield database


@pytest.fixture(scope="module", params=DATABASES)
def shared_db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all tests of a module whose issues are not each other's."""
    with _blank(request, tmp_path_factory.mktemp("shared")) as url, closing(open_database(url)) as database:
        yield database


@pytest.fixture
def sqlite_db(tmp_path: Path) -> Iterator[Database]:
    """An open record on SQLite, for what is SQLite's own."""
    with closing(migrated(f"sqlite:///{tmp_path}/state/record.db")) as database:
        yield database


@pytest.fixture
def another(blank_url: str) -> Iterator[Callable[[], Database]]:
    """Opens the same record once more, as another process would."""
    opened: list[Database] = []

    def open_again() -> Database:
        opened.append(open_database(blank_url))
        return opened[-1]

    yield open_again
    for database in opened:
        database.close()


@contextmanager
def _blank(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/record.db"
        migrated(url).close()
        yield url
        return
    server, template = request.getfixturevalue("server_url"), request.getfixturevalue("template")
    with _copied(server, template, f"test_{next(_NUMBERS)}") as url:
        yield url


@contextmanager
def _copied(server: str, template: str, name: str) -> Iterator[str]:
    """The URL of a new database of that name, for as long as the block runs."""
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


_NUMBERS = count(1)
