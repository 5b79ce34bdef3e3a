"""`escalon heartbeat`: a sign, the list, and what is wrong with either; `policy check` and `up` look at the file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from client.settings import Settings
from starter.failure import WrongInput
from starter.installation import check_installed
from tests.starter.command_line import CommandLine
from tests.starter.office import Escalon, Office


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of sources that is in use."""
    file = tmp_path / "sources.yaml"
    file.write_text("heartbeats:\n  cli-nightly: {every: 1 day, grace: 2 h, title: Nightly backup}\n")
    monkeypatch.setenv("ESCALON_HEARTBEATS", str(file))
    return file


@pytest.mark.usefixtures("sources")
async def test_a_sign_and_the_list(office: Office, escalon_in: Callable[[Office], Escalon]) -> None:
    escalon = escalon_in(office)
    before = await escalon("heartbeat", "list", "--json")
    (row,) = json.loads(before.out)
    assert (row["name"], row["is_watched"], row["signed_at"]) == ("cli-nightly", False, None)
    signed = await escalon("heartbeat", "sign", "cli-nightly", "--id", "run-1")
    assert (signed.code, "Nightly backup is alive" in signed.out) == (0, True)
    (row,) = json.loads((await escalon("heartbeat", "list", "--json")).out)
    assert (row["is_watched"], row["silent_since"], row["issue"]) == (True, None, None)
    assert row["signed_at"] < row["due_at"]
    shown = (await escalon("heartbeat", "list")).out
    assert "cli-nightly" in shown
    assert "grace 2 h" in " ".join(shown.split())


def test_a_name_that_is_not_in_the_file(escalon: CommandLine, sources: Path) -> None:
    ran = escalon("heartbeat", "sign", "cli-nightl")
    assert ran.code == 2
    assert f"name: in {sources.name}: 'cli-nightl' is not known; allowed: cli-nightly" in ran.err


@pytest.mark.usefixtures("sources")
def test_an_id_that_names_nothing(escalon: CommandLine) -> None:
    ran = escalon("heartbeat", "sign", "cli-nightly", "--id", "x" * 201)
    assert ran.code == 2
    assert "allowed: one line of at most 200 characters" in ran.err


def test_a_mistake_in_the_file_is_found_before_a_start(escalon: CommandLine, sources: Path, settings: Settings) -> None:
    sources.write_text("heartbeats:\n  x: {every: 1 h, team: nobody}\n")
    found = f"{sources}:2: heartbeats.x.team: 'nobody' is not a team of the directory; allowed: main, support, platform"
    checked = escalon("policy", "check")
    assert (checked.code, found in checked.out) == (1, True)
    in_use = settings.model_copy(update={"heartbeats": str(sources)})
    with pytest.raises(WrongInput, match="is not a team of the directory"):
        check_installed(in_use)
    assert escalon("heartbeat", "list").code == 2


def test_a_file_that_is_named_and_not_there(escalon: CommandLine, sources: Path) -> None:
    sources.unlink()
    ran = escalon("heartbeat", "list")
    assert (ran.code, f"ESCALON_HEARTBEATS: there is no file {sources}" in ran.err) == (2, True)
