"""The board of a watch: what nobody has first, each issue with the clock that runs out next as a bar."""

from collections.abc import Sequence
from datetime import timedelta

from rich.console import Group, RenderableType
from rich.text import Text

from escalation.issue.state import IssueState
from records.reading import IssueRow
from starter.reader import Reader
from starter.showing import BAR_STYLES, ON_PAPER, severity, table
from starter.views.clocks import NEARLY, bar, running
from starter.views.rows import at_most, id_column, title_of, urgency, who

_WIDE = 110
"""Columns from which there is room for more of everything."""
_NARROW = 90
"""Columns from which there is room for tiers."""
_FRAME = 6
"""Lines that are not issues: summary, blanks, the table's head and end."""
_LATE = timedelta(seconds=5)
"""So late the record may be; what was due longer ago is not being done."""


def board_view(
    found: Sequence[tuple[IssueRow, IssueState]], reader: Reader, width: int, height: int | None = None
) -> RenderableType:
    """The board for a screen of so many columns and lines; without `height` all of it."""
    ordered = sorted(found, key=lambda each: urgency(each[0]))
    room = len(ordered) if height is None else max(height - _FRAME, 3)
    cut = {"no_wrap": True, "overflow": "ellipsis"}
    made = table(
        ("sev", {"no_wrap": True}),
        ("issue", id_column([row for row, _ in ordered[:room]], width, beside=86 if width >= _WIDE else 52)),
        ("what", {**cut, "ratio": 1}),
        *([("tier", {**cut, "max_width": at_most(18, width)})] if width >= _NARROW else []),
        ("who has it", {**cut, "max_width": at_most(30 if width >= _WIDE else 20, width)}),
        ("next", {"no_wrap": True}),
        ("time left", {"no_wrap": True, "justify": "right"}),
    )
    made.expand = width < ON_PAPER
    for row, state in ordered[:room]:
        cells = [severity(row.severity, row.priority), Text(row.issue.short, "cyan"), title_of(row)]
        if width >= _NARROW:
            cells.append(Text(row.tier if row.status == "open" else ""))
        cells += [who(row), *_clock(row, state, reader, width)]
        made.add_row(*cells)
    parts: list[RenderableType] = [_summary(ordered, reader), made]
    if len(ordered) > room:
        parts.append(Text(f"and {len(ordered) - room} more: a taller window, or a filter", "dim"))
    if not ordered:
        parts = [parts[0], Text("\nNothing is open. That is good.", "green")]
    return Group(*parts)


def _clock(row: IssueRow, state: IssueState, reader: Reader, width: int) -> tuple[Text, Text]:
    """The clock that ends first, as a bar and in words."""
    clocks = running(state)
    if not clocks:
        return Text(""), Text("")
    first = clocks[0]
    share = first.share(reader.now)
    size = 20 if width >= _WIDE else 6
    style = BAR_STYLES.get(row.priority, "white") if row.status == "open" else "green"
    left_style = "bold red" if share >= 1 else "yellow" if share >= NEARLY else ""
    return bar(share, size, style), Text(first.left(reader.now), left_style)


def _summary(found: Sequence[tuple[IssueRow, IssueState]], reader: Reader) -> Text:
    rows = [row for row, _ in found]
    is_open = [row for row in rows if row.status == "open"]
    exhausted = sum(row.is_exhausted for row in is_open)
    nobody = sum(not row.handler and not row.is_exhausted for row in is_open)
    late = sum(row.next_due_at is not None and row.next_due_at < reader.now - _LATE for row in rows)
    line = Text.assemble(("Escalon", "bold"), f"  {reader.local(reader.now):%H:%M:%S}  ", f"{len(is_open)} open")
    if nobody:
        line.append(f", {nobody} with nobody yet", "yellow")
    if exhausted:
        line.append(f", NOBODY HAS {exhausted} OF THEM", "bold red")
    if resolved := sum(row.status == "resolved" for row in rows):
        line.append(f", {resolved} resolved", "green")
    if late:
        line.append(f"  {late} overdue: is a worker running?", "bold white on red")
    return line
