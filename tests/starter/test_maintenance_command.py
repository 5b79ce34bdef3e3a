"""`escalon maintenance`: set, listed, ended, by who may; and what an issue's door does when the record is away."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from escalation.issue.identity import IssueId
from escalation.policy.match import issue_fields
from records.database import Database, open_database
from starter.maintenance import find_window
from tests.starter.command_line import CommandLine
from tests.starter.office import Escalon, Office

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
BY = ("--as", "sample-incident-lead")
SET = ("maintenance", "set", "--until", "2 h", "--why", "the tills move", "--source", "tills", "--id", "mw-tills", *BY)


async def test_a_window_from_its_setting_to_its_end(deserted: Office, escalon_in: Callable[[Office], Escalon]) -> None:
    escalon = escalon_in(deserted)
    made = await escalon(*SET, "--through", "S1")
    assert (made.code, "mw-tills: issues are held from" in made.out) == (0, True), made.err
    again = await escalon(*SET, "--through", "S1")
    assert (again.code, "it was set before, and stays as it was" in again.err) == (0, True)
    (row,) = json.loads((await escalon("maintenance", "list", "--json")).out)
    assert (row["state"], row["by"], row["why"]) == ("on", "sample-incident-lead", "the tills move")
    assert (row["condition"], row["through"]) == ("issue.source == 'tills'", ["S1"])
    about = ("open", "Slow tills", "--source", "tills", "--ref", "MW-1", "--as", "sample-agent-1")
    held = await escalon(*about, "--severity", "S2")
    assert (held.code, "maintenance window mw-tills: what is new is held until" in held.err) == (0, True), held.err
    ended = await escalon("maintenance", "end", "mw-tills", "--why", "done early", "--json", *BY)
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["released"] == ["tills:MW-1"]
    assert "no maintenance window is set" in (await escalon("maintenance", "list")).err
    shown = " ".join((await escalon("maintenance", "list", "--all", "--json")).out.split())
    assert '"ended_by": "sample-incident-lead"' in shown
    assert '"ended_why": "done early"' in shown
    free = await escalon("open", "Slow", "--source", "tills", "--ref", "MW-2", "--as", "sample-agent-1")
    assert "mw-tills" not in free.err


@pytest.mark.parametrize(
    ("call", "code", "said"),
    [
        (("--until", "2 h", "--why", "x", *BY), 2, "when: no issues are named; allowed: a condition, a source"),
        (("--until", "2 h", "--why", "x", "--all", "--source", "y", *BY), 2, "both a condition and all issues"),
        (("--until", "2 h", "--why", "x", "--label", "a", *BY), 2, "label: 'a' is no label; allowed: NAME=VALUE"),
        (("--until", "soon", "--why", "x", "--all", *BY), 2, "until: 'soon' is not an instant"),
        (("--until", "40 days", "--why", "x", "--all", *BY), 2, "is too far ahead; allowed: at most 31 days"),
        (("--until", "2 h", "--why", " ", "--all", *BY), 2, "why: it is empty"),
        (
            ("--until", "2 h", "--why", "x", "--all", "--mode", "mute", *BY),
            2,
            "mode: 'mute' is not known",
        ),
        (("--until", "2 h", "--why", "x", "--all", "--as", "sample-agent-1"), 1, "sample-agent-1 may not set a maint"),
        (("--until", "2 h", "--why", "x", "--all", "--through", "S9", *BY), 2, "through: 'S9' is no severity"),
    ],
)
@pytest.mark.usefixtures("record")
def test_what_cannot_be_set(escalon: CommandLine, call: tuple[str, ...], code: int, said: str) -> None:
    ran = escalon("maintenance", "set", *call)
    assert (ran.code, said in ran.err) == (code, True), ran.err


@pytest.mark.usefixtures("record")
def test_a_window_that_there_is_not(escalon: CommandLine) -> None:
    ran = escalon("maintenance", "end", "mw-none", *BY)
    assert ran.code != 0


def look(db: Database) -> object:
    fields = issue_fields(kind="technical", source="tills", received_at=NOW, opened_at=NOW)
    return find_window(db, fields, "S2", IssueId(source="tills", reference="MW-9"), NOW)


def test_a_record_that_is_away_is_no_window(tmp_path: Path) -> None:
    away = open_database(f"sqlite:///{tmp_path}/none/record.db")
    (tmp_path / "none").rmdir()
    assert look(away) is None
    away.close()
