"""A home folder of a test's own, with or without a record in it, and the command line in it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.settings import Settings
from records.database import Database
from starter.installation import Installed, installed
from tests.migrated import migrated
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


@pytest.fixture
def record(settings: Settings) -> Iterator[Database]:
    """The record of the home folder."""
    settings.home.mkdir()
    db = migrated(settings.record)
    yield db
    db.close()


@pytest.fixture
def escalon(settings: Settings, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line in that home."""
    return CommandLine(capsys)
