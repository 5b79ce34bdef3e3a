"""`escalon policy`: checking what is in use, one file, or a folder; reading a policy in words."""

import shutil
from pathlib import Path

import pytest

from client.settings import SHIPPED
from tests.starter.command_line import CommandLine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what ships, to break."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "policies"))


def spoil(file: Path, before: str, after: str) -> None:
    """Change the one place where that stands."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_what_ships_is_fit_for_use(escalon: CommandLine) -> None:
    ran = escalon("policy", "check")
    assert (ran.code, ran.err) == (0, "")
    assert "✓ 6 files are fit for use" in ran.out
    assert "technical-sev, version 1: Technical incidents by severity (main/technical)" in ran.out
    ran = escalon("policy", "check", "--json")
    assert (ran.json["is_fit"], ran.json["findings"]) == (True, [])


def test_a_file_is_checked_with_its_neighbours(escalon: CommandLine, folder: Path) -> None:
    file = folder / "technical-sev.yaml"
    assert escalon("policy", "check", str(file)).code == 0
    spoil(file, "kind: technical", "kind: technicl")
    ran = escalon("policy", "check", str(file))
    assert ran.code == 1
    assert f"{file}:" in ran.out
    assert "did you mean 'technical'" in ran.out
    assert "1 error: not fit for use" in ran.err
    ran = escalon("policy", "check", str(folder / "four-tier-support.yaml"))
    assert (ran.code, "technical-sev.yaml has errors of its own" in ran.err) == (0, True)


def test_a_folder_is_checked_with_its_own_people(escalon: CommandLine, folder: Path) -> None:
    assert escalon("policy", "check", str(folder)).code == 0
    spoil(folder / "people.yaml", "role: senior_manager", "role: senor_manager")
    ran = escalon("policy", "check", str(folder))
    assert ran.code == 1
    assert "senior_manager" in ran.out


def test_calendars_are_checked_too(escalon: CommandLine, folder: Path) -> None:
    file = folder / "calendars.yaml"
    assert escalon("policy", "check", str(file)).code == 0
    spoil(file, "zone: Europe/Dublin", "zone: Europe/Dubln")
    for asked in (file, folder):
        ran = escalon("policy", "check", str(asked))
        assert ran.code == 1
        assert f"{file}:7: calendars.sample-support.zone: 'Europe/Dubln' is not a time zone" in ran.out
    ran = escalon("policy", "check", str(folder / "four-tier-support.yaml"))
    assert (ran.code, "calendars.yaml has errors of its own" in ran.err) == (0, True)


HOURS = "    hours: { S3: sample-support, S4: sample-support }\n"
SKIPS = "    when_closed: { S3: skip, S4: skip }\n"


def test_hours_are_checked_with_the_calendars_that_lie_beside(
    escalon: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "four-tier-support.yaml"
    anchor = "    title: the front-line agent\n"
    spoil(file, anchor, anchor + HOURS + SKIPS)
    assert escalon("policy", "check", str(folder)).code == 0
    spoil(file, "S3: sample-support", "S3: sample-suport")
    ran = escalon("policy", "check", str(folder))
    assert ran.code == 1
    assert "hours.S3: 'sample-suport' is not a calendar that can be used" in ran.out
    assert "did you mean 'sample-support'?" in ran.out
    (folder / "calendars.yaml").unlink()
    monkeypatch.setenv("ESCALON_PEOPLE", str(folder / "people.yaml"))
    ran = escalon("policy", "check", str(file))
    assert (ran.code, "allowed: nothing: there is none" in ran.out) == (1, True)


def test_a_file_of_calendars_that_is_named_must_be_there(
    escalon: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESCALON_CALENDARS", str(tmp_path / "none.yaml"))
    ran = escalon("policy", "show")
    assert (ran.code, "ESCALON_CALENDARS: there is no file" in ran.err) == (2, True)


def test_hours_are_shown(escalon: CommandLine) -> None:
    ran = escalon("policy", "show", "office-hours")
    assert ran.code == 0
    said = " ".join(ran.out.split())
    assert "Where front_line is closed, for S3 it waits until it opens." in said
    assert "Where back_office is closed, for S2 it is passed by." in said
    assert escalon("policy", "show", "office-hours", "--json").json["tiers"][0]["hours"]["S2"] == "sample-support"


def test_every_error_reaches_a_program(escalon: CommandLine, folder: Path) -> None:
    spoil(folder / "four-tier-support.yaml", "S1: 5 min", "S1: 5 minits")
    ran = escalon("policy", "check", str(folder), "--json")
    assert ran.code == 1
    finding = ran.json["findings"][0]
    assert finding["line"] > 1
    assert finding["value"] == "5 minits"
    assert "acknowledge_within" in finding["field"]


def test_a_file_in_another_encoding_hides_nothing(escalon: CommandLine, folder: Path) -> None:
    spoil(folder / "technical-sev.yaml", "kind: technical", "kind: technicl")
    (folder / "old.yaml").write_bytes("name: old\ntitle: Störung\n".encode("latin-1"))
    ran = escalon("policy", "check", str(folder))
    assert ran.code == 1
    assert f"{folder / 'old.yaml'}:2: is not UTF-8 at byte 20; allowed: text in UTF-8" in ran.out
    assert "did you mean 'technical'" in ran.out
    assert "2 errors: not fit for use" in ran.err
    ran = escalon("policy", "check", str(folder / "four-tier-support.yaml"))
    assert (ran.code, "old.yaml has errors of its own" in ran.err) == (0, True)
    (folder / "people.yaml").write_bytes(b"\xff")
    ran = escalon("policy", "check", str(folder), "--json")
    assert {Path(each["file"]).name for each in ran.json["findings"]} == {
        "old.yaml",
        "technical-sev.yaml",
        "people.yaml",
    }


def test_the_sample_policy_is_shown_by_its_name(escalon: CommandLine) -> None:
    ran = escalon("policy", "show", "quick-climb")
    assert (ran.code, ran.err) == (0, "")
    assert escalon("policy", "show", "quick-climb", "--json").json["name"] == "quick-climb"


def test_an_empty_folder_is_no_installation(escalon: CommandLine, tmp_path: Path) -> None:
    ran = escalon("policy", "check", str(tmp_path))
    assert (ran.code, "has no file that ends in .yaml or .yml" in ran.err) == (2, True)


def test_a_policy_is_read_in_words(escalon: CommandLine) -> None:
    ran = escalon("policy", "show", "four-tier-support")
    assert ran.code == 0
    for words in ("The ladder", "if nobody answers", "raised by a machine", "until a person takes charge"):
        assert words in ran.out
    assert escalon("policy", "show", "technical-sev", "--json").json["name"] == "technical-sev"
    assert [each["name"] for each in escalon("policy", "show", "--json").json] == ["four-tier-support", "technical-sev"]
    assert "main/support" in escalon("policy", "show").out


def test_a_duty_lead_who_left_is_found_today(escalon: CommandLine, folder: Path) -> None:
    spoil(folder / "people.yaml", "role: team_lead", "role: team_lead\n    left_at: 2020-01-31")
    ran = escalon("policy", "check", str(folder))
    assert ran.code == 1
    assert "teams.main.duty_lead: 'sample-lead-1' has left; allowed: somebody who stays" in ran.out
