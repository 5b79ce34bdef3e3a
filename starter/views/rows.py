"""A list of issues as a table: how bad, what, who has it, and what is due next."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from escalation.message import one_line
from records.reading import IssueRow
from starter.reader import Reader
from starter.showing import ON_PAPER, severity, table

WIDE = 120
"""Columns from which there is room for what is due."""
NARROW = 90
"""Columns below which there is no room for tiers."""
_BESIDE_WHO = 38
"""Columns that a narrow list needs beside the id and who has it."""
_SHORTEST_ID = 16
"""Columns that ids have in any case."""


def rows_view(rows: Sequence[IssueRow], reader: Reader, width: int) -> Table:
    """The table. `width` in columns decides what there is room for."""
    is_wide, is_narrow = width >= WIDE, width < NARROW
    cut = {"no_wrap": True, "overflow": "ellipsis"}
    ids = id_column(rows, width, beside=54 if is_narrow else 72 if not is_wide else 90)
    left = width - int(ids["width"]) - _BESIDE_WHO
    made = table(
        ("sev", {"no_wrap": True}),
        ("issue", ids),
        ("what", {**cut, "ratio": 2, "min_width": 8 if is_narrow else 12}),
        *([] if is_narrow else [("tier", {**cut, "max_width": at_most(18, width)})]),
        ("who has it", {**cut, "max_width": at_most(max(14, min(20, left)) if is_narrow else 30, width)}),
        ("due", {"no_wrap": True, "justify": "right"}),
        *([("then", {**cut, "ratio": 3})] if is_wide else []),
    )
    made.expand = width < ON_PAPER
    for row in rows:
        cells = [severity(row.severity, row.priority), Text(row.issue.short, "cyan"), title_of(row)]
        if not is_narrow:
            cells.append(Text(row.tier if row.status == "open" else ""))
        made.add_row(*cells, who(row), due(row, reader), *([one_line(row.next_due)] if is_wide else []))
    return made


def id_column(rows: Sequence[IssueRow], width: int, beside: int) -> dict[str, Any]:
    """The column of the ids, which are there to be copied: never cut, but folded where `beside` leaves too little.

    `beside`: columns that the others need.
    """
    longest = max((len(row.issue.short) for row in rows), default=0)
    return {"overflow": "fold", "width": max(len("issue"), min(longest, max(width - beside, _SHORTEST_ID)))}


def at_most(columns: int, width: int) -> int | None:
    """The limit of a column where people look; where nobody does there is none."""
    return columns if width < ON_PAPER else None


def title_of(row: IssueRow) -> Text:
    """The title, or the class of an issue whose title does not travel."""
    if row.title:
        return Text(one_line(row.title))
    return Text(f"({row.issue_class})", "magenta") if row.issue_class != "normal" else Text("(no title)", "dim")


def who(row: IssueRow) -> Text:
    """Who has it, loudest where nobody does."""
    if row.status != "open":
        why = f": {row.close_reason.replace('_', ' ')}" if row.close_reason and row.status == "closed" else ""
        return Text(f"{row.status}{why}", "green" if row.status != "ended" else "dim")
    if row.is_exhausted:
        return Text("NOBODY HAS IT", "bold white on red")
    if row.handler:
        return Text(one_line(row.handler), "green")
    if not row.asked:
        return Text("nobody yet", "yellow")
    more = f" +{len(row.asked) - 1}" if len(row.asked) > 1 else ""
    return Text(f"asked: {one_line(row.asked[0])}{more}", "yellow")


def due(row: IssueRow, reader: Reader) -> Text:
    """How far away the next instant is; how late it is."""
    if row.next_due_at is None:
        return Text("-", "dim")
    if row.next_due_at < reader.now - timedelta(seconds=1):
        return Text(reader.away(row.next_due_at).replace("ago", "late"), "bold red")
    style = "yellow" if row.status == "open" and row.next_due_at - reader.now < timedelta(minutes=5) else ""
    return Text(reader.away(row.next_due_at), style)


def urgency(row: IssueRow) -> tuple[bool, bool, int, float]:
    """The order of work: what nobody has first, then open before the rest, then how bad, then what is due first."""
    at = row.next_due_at.timestamp() if row.next_due_at else float("inf")
    return not (row.is_exhausted and row.status == "open"), row.status != "open", row.priority, at
