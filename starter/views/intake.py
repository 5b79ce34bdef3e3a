"""What came of a batch of reports: a table for people, one JSON value for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from escalation.intake.reported import NotTaken
from escalation.message import one_line
from starter.intake import Outcome
from starter.showing import console, marked, table

_TABLE = 120
"""Columns from which a report fits into one row."""
_STYLES = {
    "opened": "bold",
    "reopened": "bold",
    "stored": "yellow",
    "known": "dim",
    "nothing_to_do": "dim",
    "refused": "bold red",
    "bad": "bold red",
    "not_understood": "bold red",
    "warning": "yellow",
}


def show_intake(outcomes: Sequence[Outcome], not_taken: Sequence[NotTaken]) -> None:
    """A row for each report, then a line for each part that asks nothing of an issue."""
    out = console()
    if out.width < _TABLE:
        for outcome in outcomes:
            _show_lines(outcome, out)
    elif outcomes:
        fold = {"overflow": "fold"}
        rows = table("reported", ("issue", {"no_wrap": True}), ("title", fold), "what came of it", ("why", fold))
        for outcome in outcomes:
            said, title = outcome.report.said, one_line(outcome.report.title)
            rows.add_row(said, _issue(outcome), title, _came(outcome.came), one_line(outcome.why))
        out.print(rows)
    for each in not_taken:
        out.print(Text.assemble(_came((each.nature,)), ": ", one_line(each.why)))


def _show_lines(outcome: Outcome, out: Console) -> None:
    """The same below each other, where there is no room beside each other; an id that is too long is not broken."""
    out.print(Text.assemble(_issue(outcome), "  ", _came(outcome.came)), soft_wrap=True)
    said = f"{outcome.report.said}: {one_line(outcome.report.title)}"
    for line in (said, one_line(outcome.why)):
        if line:
            out.print(marked(" ", "", Text(line, "dim")))


def _issue(outcome: Outcome) -> str:
    report = outcome.report
    return one_line(outcome.issue.short if outcome.issue else f"{report.source}:{report.reference}")


def intake_json(outcomes: Sequence[Outcome], not_taken: Sequence[NotTaken]) -> dict[str, Any]:
    """The whole answer for programs."""
    return {
        "reports": [_row(outcome) for outcome in outcomes],
        "not_taken": [each.model_dump(mode="json") for each in not_taken],
        "notes": list(dict.fromkeys(note for outcome in outcomes for note in outcome.notes)),
    }


def _row(outcome: Outcome) -> dict[str, Any]:
    report = outcome.report
    return {
        "place": report.place,
        "source": report.source,
        "reference": report.reference,
        "said": report.said,
        "what": report.what,
        "title": report.title,
        "happened_at": report.happened_at.isoformat(),
        "command": report.command_id,
        "issue": str(outcome.issue) if outcome.issue else None,
        "short": outcome.issue.short if outcome.issue else None,
        "came": list(outcome.came),
        "is_refused": outcome.is_refused,
        "why": outcome.why,
    }


def _came(words: Sequence[str]) -> Text:
    parts = [(word.replace("_", " "), _STYLES.get(word, "")) for word in words]
    return Text(", ").join(Text(word, style) for word, style in parts)
