"""Whoever has left neither acts nor is given anything, by the command line."""

import shutil
from pathlib import Path

import pytest

from client.settings import SHIPPED
from tests.starter.command_line import CommandLine


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped people, of whom the first agent has left."""
    file = Path(shutil.copy(SHIPPED / "people.yaml", tmp_path / "people.yaml"))
    text = file.read_text().replace("name: Sample Agent One\n", "name: Sample Agent One\n    left_at: 2020-01-31\n")
    file.write_text(text)
    monkeypatch.setenv("ESCALON_PEOPLE", str(file))


@pytest.mark.usefixtures("house", "record")
@pytest.mark.parametrize(
    ("call", "field"),
    [
        (("open", "Card payments fail", "--ref", "R-1", "--as", "sample-agent-1"), "--as"),
        (("acknowledge", "R-1", "--as", "sample-agent-1"), "--as"),
        (("erase", "R-1", "--reason", "asked for", "--yes", "--as", "sample-agent-1"), "as"),
        (("key", "create", "--for", "sample-agent-1"), "for"),
    ],
)
def test_they_are_refused_by_name(escalon: CommandLine, call: tuple[str, ...], field: str) -> None:
    ran = escalon(*call)
    assert ran.code == 2, ran.err
    assert f"{field}: 'sample-agent-1' has left; allowed: somebody who is still there" in ran.err
