"""What comes of a batch, apart from the server: exit codes, files, the ladder, text that was kept in other words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client.settings import Settings
from escalation.intake.pagerduty import ABOUT_NO_INCIDENT, EVENTS
from escalation.intake.reported import NotTaken, Reported, machine
from records import texts
from records.database import migrate, open_database
from starter.batch import exit_code, read_input, take_files
from starter.door import OpenRequest
from starter.failure import WrongInput
from starter.installation import Installed, installed
from starter.intake import Came, Into, Outcome, ladder_for, prepared_with_text
from tests.escalation.intake.payloads import alert, event, webhook
from tests.real_data import ROOT

NOW = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def here() -> Installed:
    return installed(Settings())


def outcome(*came: Came) -> Outcome:
    report = Reported(
        place="$",
        source="alertmanager",
        said="firing",
        what="open",
        reference="x",
        command_id="x",
        by=machine("alertmanager"),
        happened_at=NOW,
        began_at=NOW,
        title="x",
    )
    return Outcome(report=report, came=came)


def left(nature: Any) -> NotTaken:
    return NotTaken(place="$", nature=nature, why="$: x")


@pytest.mark.parametrize(
    ("outcomes", "not_taken", "code"),
    [
        ([], [], 0),
        ([outcome("opened")], [], 0),
        ([outcome("known"), outcome("stored"), outcome("nothing_to_do")], [], 0),
        ([outcome("opened", "refused")], [], 1),
        ([outcome("opened")], [left("bad")], 1),
        ([outcome("known")], [left("not_understood")], 1),
        ([outcome("opened")], [left("warning"), left("nothing_to_do")], 0),
        ([], [left("nothing_to_do")], 0),
        ([], [left("nothing_to_do"), left("bad")], 1),
        ([], [left("bad"), left("not_understood")], 1),
        ([], [left("not_understood")], 1),
        ([], [left("bad"), left("bad")], 2),
    ],
)
def test_the_exit_code(outcomes: list[Outcome], not_taken: list[NotTaken], code: int) -> None:
    assert exit_code(outcomes, not_taken) == code


def test_what_was_read_is_named_by_input_and_place(here: Installed) -> None:
    raw = json.dumps(webhook(alert(), alert(status="x"))) + json.dumps({"event": {}})
    taken = read_input("alertmanager", raw.encode(), here, "a.json")
    assert [each.place for each in taken.reported] == ["a.json: document 1 $.alerts[0]"]
    assert [each.why.partition("; allowed")[0] for each in taken.not_taken] == [
        "a.json: document 1 $.alerts[1].status: is 'x'",
        "a.json: document 2 $.alerts: is missing",
    ]


@pytest.mark.parametrize("source", ["alertmanager", "pagerduty"])
def test_an_empty_list_is_told_not_passed_over(here: Installed, source: Any) -> None:
    taken = read_input(source, b"[]", here, "a.json")
    assert [(each.nature, each.why) for each in taken.not_taken] == [("nothing_to_do", "a.json: $: nothing is in it")]


def test_who_clicked_is_looked_up_in_the_directory(here: Installed) -> None:
    (report,) = read_input("pagerduty", json.dumps(event()).encode(), here, "-").reported
    assert report.by.person == "sample-primary"


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match=r"gone\.json cannot be read: No such file"):
        take_files("pagerduty", [str(tmp_path / "gone.json")], team="main", entity="", policy="", as_json=True)


def test_the_ladder_is_that_of_technical_issues_unless_named(here: Installed) -> None:
    assert ladder_for(here, "", "").name == "technical-sev"
    assert ladder_for(here, "four-tier-support", "").name == "four-tier-support"
    with pytest.raises(WrongInput, match=r"policy: 'technical-sve' is not known.*did you mean 'technical-sev'"):
        ladder_for(here, "technical-sve", "")
    with pytest.raises(WrongInput, match="no policy for kind 'technical' of legal entity 'other'"):
        ladder_for(here, "", "other")
    with pytest.raises(WrongInput, match="entity: 'other' is not that of policy technical-sev; allowed: main"):
        ladder_for(here, "technical-sev", "other")


def test_other_words_under_the_same_id_keep_nobody_out(here: Installed, tmp_path: Path) -> None:
    """A start that failed after its text was kept; the next webhook gives another temperature under the same id."""
    db = open_database(f"sqlite:///{tmp_path / 'record.db'}")
    migrate(db)
    into = Into(None, Settings(), here, db, ladder_for(here, "", ""), "main", lambda: NOW)  # type: ignore[arg-type]
    request = OpenRequest(
        raiser=machine("alertmanager"),
        command_id="alertmanager:x",
        title="Hot",
        description="34 degrees",
        policy="technical-sev",
        source="alertmanager",
        reference="x",
        received_at=NOW - timedelta(seconds=1),
    )
    first = prepared_with_text(request, into, NOW).command.issue
    assert first.description is not None
    other = OpenRequest(**{**request.__dict__, "description": "36 degrees"})
    second = prepared_with_text(other, into, NOW)
    assert second.command.issue.description is None
    assert second.command.issue.id == first.id
    assert texts.read(db, first.id, [first.description.ref]) == {first.description.ref: "34 degrees"}
    db.close()


@pytest.mark.parametrize("name", [*EVENTS, *ABOUT_NO_INCIDENT])
def test_every_event_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs/intake.md").read_text(encoding="utf-8")
