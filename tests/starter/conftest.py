"""A home folder of a test's own, with or without a record in it, and the command line in it."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.settings import Settings
from records.database import Database, migrate, open_database
from starter.installation import Installed, installed
from tests.starter.command_line import CommandLine


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The shipped policies and people; nothing in the home folder yet; no server at the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()[1]
    monkeypatch.setenv("ESCALON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{nobody}")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("ESCALON_AS", raising=False)
    return Settings()


@pytest.fixture(scope="session")
def here() -> Installed:
    """The shipped policies and people, read once."""
    return installed(Settings())


@pytest.fixture(scope="session")
def blank_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record's file with its tables and nothing in it, made once."""
    file = tmp_path_factory.mktemp("blank") / "record.db"
    db = open_database(f"sqlite:///{file}")
    migrate(db)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return file


@pytest.fixture
def record(settings: Settings, blank_record: Path) -> Iterator[Database]:
    """The record of the home folder."""
    settings.home.mkdir()
    shutil.copy(blank_record, settings.home / "record.db")
    db = open_database(settings.record)
    yield db
    db.close()


@pytest.fixture
def escalon(settings: Settings, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line in that home."""
    return CommandLine(capsys)
