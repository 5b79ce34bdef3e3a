"""What came of a batch of reports: a table for people, one JSON value for programs."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from escalation.intake.reported import NotTaken
from escalation.message import one_line
from starter.intake import Outcome
from starter.showing import console, table

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
    if outcomes:
        fold = {"overflow": "fold"}
        rows = table("reported", ("issue", {"no_wrap": True}), ("title", fold), "what came of it", ("why", fold))
        for outcome in outcomes:
            report = outcome.report
            issue = outcome.issue.short if outcome.issue else f"{report.source}:{report.reference}"
            rows.add_row(report.said, one_line(issue), report.title, _came(outcome.came), one_line(outcome.why))
        out.print(rows)
    for each in not_taken:
        out.print(Text.assemble(_came((each.nature,)), ": ", one_line(each.why)))


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
