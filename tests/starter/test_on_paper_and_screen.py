"""What fits: in a pipe nothing is cut, wrapped or padded; on a narrow terminal an issue's id is still whole."""

from datetime import UTC, datetime

import pytest

from escalation.intake.reported import Reported, machine
from escalation.issue.identity import IssueId
from records.database import Database
from records.journal import write
from starter.intake import Outcome
from starter.reader import Reader
from starter.views.intake import show_intake
from tests.records import samples
from tests.starter.command_line import CommandLine

LONG = "REF-" + "2026-11-21-a-rather-long-reference-" * 3 + "end"
TITLE = "Charged twice at the till of a shop " * 5
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def unwrapped(text: str, column: int, width: int) -> str:
    """What stands in these columns, line after line."""
    return "".join(line[column : column + width].strip() for line in text.splitlines())


@pytest.fixture
def two_issues(record: Database) -> tuple[str, str]:
    """One with a usual reference, one with a long one, on record."""
    for reference in ("2026-11-21-213045", LONG):
        write(record, samples.record(samples.issue_id(reference), 1, 1, title=TITLE[:199]))
    return "desk:2026-11-21-213045", f"desk:{LONG}"


def test_in_a_pipe_nothing_is_cut_or_padded(escalon: CommandLine, two_issues: tuple[str, str]) -> None:
    ran = escalon("list")
    for issue in two_issues:
        assert any(issue in line and TITLE[:199].strip() in line for line in ran.out.splitlines())
    assert "…" not in ran.out
    assert [line for line in ran.out.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("width", ["80", "100", "130"])
@pytest.mark.usefixtures("record")
def test_an_id_is_whole_on_a_narrow_screen(
    escalon: CommandLine, record: Database, width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    write(record, samples.record(samples.issue_id("2026-11-21-213045"), 1, 1, title=TITLE[:199]))
    ran = escalon("list")
    assert "desk:2026-11-21-213045" in ran.out
    assert "…" in ran.out, "the title gave way"
    assert max(map(len, ran.out.splitlines())) <= int(width)


@pytest.mark.parametrize("width", ["80", "100", "130"])
def test_a_long_id_is_folded_not_cut(
    escalon: CommandLine, two_issues: tuple[str, str], width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = escalon("list").out
    head = out.splitlines()[0]
    begins, ends = head.index("issue"), head.index("what")
    for issue in two_issues:
        assert issue in unwrapped(out, begins, ends - begins)


@pytest.mark.parametrize("width", [80, 200])
def test_what_other_systems_reported_is_whole(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    report = Reported(
        place="$",
        source="alertmanager",
        said="incident.status_update_published",
        what="note",
        reference="00d1ce00d1ce00d1",
        command_id="x",
        by=machine("alertmanager"),
        happened_at=NOON,
        began_at=NOON,
        title="The acquirer does not answer",
    )
    issue = IssueId(source="alertmanager", reference="00d1ce00d1ce00d1")
    show_intake([Outcome(report=report, issue=issue, came=("refused",), why="not now " * 12)], [])
    out = capsys.readouterr().out
    for words in ("alertmanager:00d1ce00d1ce00d1", "incident.status_update_published", "The acquirer does not answer"):
        assert words in out
    assert " ".join(out.split()).count("not now") == 12
    assert max(map(len, out.splitlines())) <= width


@pytest.mark.parametrize("spelt", ["2026-11-21T22:57:29+00:00", "2026-11-21T22:57:29Z", "2026-11-21T22:57:29.5Z"])
def test_an_instant_of_a_refusal_is_in_the_readers_zone(spelt: str) -> None:
    reader = Reader(NOON, "Europe/Berlin")
    assert reader.sentence(f"until {spelt} is not") == "until 23:57:29 Berlin is not"


@pytest.mark.parametrize("spelt", ["2026-02-31T22:57:29Z", "2026-11-21T22:57:29+02:00", "desk:2026-11-21T22:57:29"])
def test_what_is_no_instant_of_the_rules_stays(spelt: str) -> None:
    assert Reader(NOON, "Europe/Berlin").sentence(spelt) == spelt
