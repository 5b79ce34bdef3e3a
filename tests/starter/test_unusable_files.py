"""Policies and people that cannot be used: `up` and `worker` say where and what, exit with 2 and start nothing."""

import shutil
from pathlib import Path

import pytest

from client.settings import SHIPPED
from tests.starter.command_line import CommandLine
from tests.starter.running import free_port

ROLE = "role: senior_manager"


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What ships, in a folder to spoil, in use."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "policies"))
    monkeypatch.setenv("ESCALON_POLICIES", str(folder))
    monkeypatch.setenv("ESCALON_PEOPLE", str(folder / "people.yaml"))
    return folder


def up(escalon: CommandLine, home: Path) -> str:
    """What it says where it starts nothing."""
    ran = escalon("up", "--home", str(home), "--port", str(free_port()), "--ui-port", str(free_port()))
    assert ran.code == 2, ran.err
    assert not home.exists()
    return ran.err


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("ESCALON_POLICIES", "ESCALON_POLICIES: there is no folder {}"),
        ("ESCALON_PEOPLE", "ESCALON_PEOPLE: {} cannot be read: No such file"),
    ],
)
def test_up_without_its_files(
    variable: str, words: str, escalon: CommandLine, policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(policies / "none"))
    assert words.format(policies / "none") in up(escalon, tmp_path / "new")


def test_up_with_a_folder_without_policies(
    escalon: CommandLine, policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("ESCALON_POLICIES", str(tmp_path / "empty"))
    assert f"ESCALON_POLICIES: the folder {tmp_path / 'empty'} has no policy" in up(escalon, tmp_path / "new")


def test_up_with_a_broken_policy_says_file_line_and_field(escalon: CommandLine, policies: Path, tmp_path: Path) -> None:
    file = policies / "four-tier-support.yaml"
    text = file.read_text()
    line = 1 + text[: text.index("S1: 5 min")].count("\n")
    file.write_text(text.replace("S1: 5 min", "S1: 5 sheep", 1))
    said = up(escalon, tmp_path / "new")
    assert f"{file}:{line}: tiers[0].acknowledge_within.S1: '5 sheep'" in said


def test_up_with_people_who_do_not_fit_the_policies(escalon: CommandLine, policies: Path, tmp_path: Path) -> None:
    people = policies / "people.yaml"
    assert ROLE in people.read_text()
    people.write_text(people.read_text().replace(ROLE, "role: nobody"))
    assert "senior_manager" in up(escalon, tmp_path / "new")


@pytest.mark.parametrize("spoilt", [None, "people: [", "operator: nobody\npeople: {}\nteams: {}\n"])
def test_a_worker_without_people_is_not_started(
    spoilt: str | None, escalon: CommandLine, policies: Path, tmp_path: Path
) -> None:
    people = policies / "people.yaml"
    people.unlink() if spoilt is None else people.write_text(spoilt)
    ran = escalon("worker")
    assert ran.code == 2
    assert f"{people}" in ran.err
    assert not (tmp_path / "home").exists(), "no record was made"
