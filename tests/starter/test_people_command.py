"""`escalon people`: who there is, who is away, who cannot be reached; and people taken in, whole or not at all."""

import json
import shutil
from pathlib import Path

import pytest

from client.settings import SHIPPED
from escalation.people.from_scim import LIST_RESPONSE, USER
from escalation.policy.read_directory import read_directory
from tests.starter.command_line import CommandLine

NEW = "id,name,role,teams,email\nann,Sample Ann,front_line_agent,main; support,ann@example.org\n"


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped directory, in use."""
    file = Path(shutil.copy(SHIPPED / "people.yaml", tmp_path / "people.yaml"))
    monkeypatch.setenv("ESCALON_PEOPLE", str(file))
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with one person who is new."""
    file = tmp_path / "new.csv"
    file.write_text(NEW)
    return file


def more(file: Path, after: str, line: str) -> None:
    """Put a line below the one place where that stands."""
    text = file.read_text()
    assert text.count(after) == 1
    file.write_text(text.replace(after, f"{after}\n    {line}"))


class TestShow:
    def test_everybody_in_short(self, escalon: CommandLine, people: Path) -> None:
        ran = escalon("people", "show")
        assert (ran.code, ran.err) == (0, "")
        assert "13 people, 0 of them away, 0 gone" in ran.out
        assert "sample-lead-1" in ran.out

    def test_who_is_away_at_an_instant_and_who_is_asked_in_their_place(
        self, escalon: CommandLine, people: Path
    ) -> None:
        more(people, "name: Sample Team Lead One", "absences: [{ from: 2026-12-21, until: 2026-12-24, why: at home }]")
        ran = escalon("people", "show", "--away", "--at", "2026-12-22T12:00Z")
        assert "is away until Fri 25 Dec" in ran.out
        assert "sample-lead-2" in ran.out
        assert "1 people, 1 of them away, 0 gone" in ran.out
        (row,) = escalon("people", "show", "--away", "--at", "2026-12-22T12:00Z", "--json").json
        assert (row["id"], row["where"], row["in_their_place"]) == ("sample-lead-1", "away", "sample-lead-2")
        assert row["absences"][0]["from"] == "2026-12-21"
        assert escalon("people", "show", "--away", "--at", "2026-12-25T12:00Z", "--json").json == []

    def test_one_person_with_all_that_is_known(self, escalon: CommandLine, people: Path) -> None:
        more(people, "name: Sample Team Lead One", "absences: [{ from: 2026-12-21, why: at home }]")
        ran = escalon("people", "show", "sample-lead-1")
        assert "from 2026-12-21 why at home" in ran.out
        assert "Customer support" in ran.out
        ran = escalon("people", "show", "sample-manager")
        assert "reports to them  sample-lead-1" in ran.out

    def test_those_of_a_team(self, escalon: CommandLine, people: Path) -> None:
        rows = escalon("people", "show", "--team", "platform", "--json").json
        assert {"platform"} <= set(rows[0]["teams"])
        assert 0 < len(rows) < 13

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("sample-led-1",), "did you mean 'sample-lead-1'"),
            (("--team", "mian"), "team: 'mian'"),
            (("--at", "2026-12-22T12:00"), "at: '2026-12-22T12:00' has no time zone"),
        ],
    )
    def test_a_wrong_call(self, escalon: CommandLine, people: Path, arguments: tuple[str, ...], says: str) -> None:
        ran = escalon("people", "show", *arguments)
        assert ran.code == 2
        assert says in ran.err


class TestCheck:
    def test_what_ships_is_fit_and_that_nothing_rings_is_said(self, escalon: CommandLine, people: Path) -> None:
        ran = escalon("people", "check")
        assert ran.code == 0
        assert "is fit for use: 13 people in 3 teams, 0 away, 0 gone" in ran.out
        assert "nobody can be reached urgently: inbox wait until somebody looks" in ran.err

    def test_who_cannot_be_reached_urgently_where_others_can(
        self, escalon: CommandLine, people: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ESCALON_CHANNELS", "slack")
        monkeypatch.setenv("ESCALON_SLACK_TOKEN", "xoxb-sample")
        more(people, "name: Sample Operator", "left_at: 2020-01-31")
        text = people.read_text().replace("operator: sample-operator #", "operator: sample-cto #")
        people.write_text(text.replace("inbox: sample-cto,", "inbox: sample-cto, slack: U0123456789,"))
        findings = escalon("people", "check", "--json").json["findings"]
        assert len(findings) == 11
        assert {each["level"] for each in findings} == {"warning"}
        assert (findings[0]["field"], findings[0]["allowed"]) == ("people.sample-agent-1", "an address of slack")
        assert findings[0]["line"] > 1
        assert not {"people.sample-cto", "people.sample-operator"} & {each["field"] for each in findings}

    def test_who_is_away_with_nobody_in_their_place(self, escalon: CommandLine, people: Path) -> None:
        more(people, "name: Sample Specialist", "absences: [{ from: 2020-12-21 }]")
        ran = escalon("people", "check")
        assert ran.code == 0
        assert "people.sample-specialist: is away until further notice, and nobody is there in their place" in ran.out

    def test_a_duty_lead_who_left_is_an_error(self, escalon: CommandLine, people: Path) -> None:
        more(people, "name: Sample Team Lead One", "left_at: 2026-12-24")
        assert escalon("people", "check", "--at", "2026-10-01T00:00Z").code == 0
        ran = escalon("people", "check", "--at", "2026-12-26T00:00Z")
        assert ran.code == 1
        assert "teams.main.duty_lead: 'sample-lead-1' has left" in ran.out
        assert "2 errors: not fit for use" in ran.err

    def test_a_mistake_is_named_with_its_line(self, escalon: CommandLine, people: Path, tmp_path: Path) -> None:
        file = tmp_path / "other.yaml"
        file.write_text(people.read_text().replace("deputy: sample-secondary", "deputy: sample-secundary"))
        ran = escalon("people", "check", str(file), "--json")
        assert (ran.code, ran.json["is_fit"]) == (1, False)
        assert ran.json["findings"][0]["suggestion"] == "sample-secondary"


class TestImport:
    def test_what_would_change_is_shown_and_nothing_written(
        self, escalon: CommandLine, people: Path, table: Path, tmp_path: Path
    ) -> None:
        before = sorted(tmp_path.iterdir())
        ran = escalon("people", "import", str(table), "--format", "csv", "--check", "--keep")
        assert ran.code == 0
        assert "1 added, 0 changed, 0 removed" in ran.out
        assert sorted(tmp_path.iterdir()) == before

    def test_a_new_directory_is_written_and_fit_for_use(
        self, escalon: CommandLine, people: Path, table: Path, tmp_path: Path
    ) -> None:
        to, before = tmp_path / "new.yaml", people.read_text()
        ran = escalon("people", "import", str(table), "--format", "csv", "--to", str(to), "--keep", "--json")
        assert (ran.code, ran.json["added"], ran.json["written"]) == (0, 1, str(to))
        assert ran.json["changes"][0]["person"] == "ann"
        assert people.read_text() == before
        found = read_directory(to.read_text(), "new.yaml")
        assert found.person("ann").addresses == {"inbox": "ann", "email": "ann@example.org"}
        assert found.people[:-1] == read_directory(before, "people.yaml").people
        assert escalon("people", "check", str(to)).code == 0
        again = escalon("people", "import", str(table), "--format", "csv", "--into", str(to), "--check", "--keep")
        assert "Nothing changes" in again.out

    def test_an_export_is_taken_in(self, escalon: CommandLine, people: Path, tmp_path: Path) -> None:
        user = {
            "schemas": [USER],
            "id": "1",
            "userName": "ann",
            "displayName": "Sample Ann",
            "groups": [{"display": "VPN"}],
        }
        file = tmp_path / "export.json"
        file.write_text(json.dumps({"schemas": [LIST_RESPONSE], "totalResults": 1, "Resources": [user]}))
        call = ("people", "import", str(file), "--format", "scim", "--check", "--keep")
        assert escalon(*call).code == 2
        ran = escalon(*call, "--role", "front_line_agent")
        assert (ran.code, "1 added" in ran.out) == (0, True)
        assert "'VPN' of one user is no team of the directory" in ran.err

    def test_with_one_mistake_nothing_is_written(
        self, escalon: CommandLine, people: Path, table: Path, tmp_path: Path
    ) -> None:
        table.write_text(NEW + "ben,Sample Ben,front_line_agent,mian,ben at home\n")
        to = tmp_path / "new.yaml"
        ran = escalon("people", "import", str(table), "--format", "csv", "--to", str(to), "--keep")
        assert ran.code == 2
        assert f"{table}:3: people.ben.teams[0]: 'mian' is not in teams" in ran.err
        assert f"{table}:3: people.ben.addresses.email: 'ben at home' is not an e-mail address" in ran.err
        assert sorted(each.name for each in tmp_path.iterdir() if each.name != "home") == ["new.csv", "people.yaml"]

    def test_a_file_that_there_is_is_not_written_over(self, escalon: CommandLine, people: Path, table: Path) -> None:
        before = people.read_text()
        ran = escalon("people", "import", str(table), "--format", "csv", "--to", str(people), "--keep")
        assert (ran.code, "is not written over" in ran.err) == (1, True)
        assert people.read_text() == before

    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (("--format", "csv"), 2, "allowed: one of --to and --check"),
            (("--format", "csv", "--check", "--to", "x.yaml"), 2, "allowed: one of --to and --check"),
            (("--format", "xml", "--check"), 2, "format: 'xml'"),
            (("--format", "csv", "--to", "/nowhere/x.yaml", "--keep"), 2, "to: /nowhere/x.yaml cannot be written"),
            (("--format", "csv", "--check", "--into", "/nowhere.yaml"), 2, "into: /nowhere.yaml cannot be read"),
            (("--format", "csv", "--check"), 2, "is not in the list, and operates Escalon"),
        ],
    )
    def test_a_wrong_call(
        self, escalon: CommandLine, people: Path, table: Path, arguments: tuple[str, ...], code: int, says: str
    ) -> None:
        ran = escalon("people", "import", str(table), *arguments)
        assert (ran.code, says in ran.err) == (code, True), ran.err

    def test_an_empty_table_is_no_reason_to_remove_everybody(
        self, escalon: CommandLine, people: Path, table: Path
    ) -> None:
        table.write_text("id,name\n")
        ran = escalon("people", "import", str(table), "--format", "csv", "--check", "--keep")
        assert (ran.code, "there is nobody in it" in ran.err) == (2, True)
