"""A timeline: one sentence per entry, under the day on which it happened, with what people wrote beneath it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from escalation.instant import place
from escalation.issue.events import Entry
from escalation.issue.facts import TextRef
from escalation.message import one_line
from escalation.narrate import narrate
from starter.reader import Reader

_STYLES: dict[str, str] = {
    "opened": "bold",
    "tier_began": "bold yellow",
    "tier_opened": "bold yellow",
    "asked_again": "yellow",
    "acknowledged": "bold green",
    "charge_taken": "bold green",
    "resolved": "bold green",
    "closed": "green",
    "reopened": "bold yellow",
    "limit_missed": "red",
    "target_missed": "red",
    "target_warned": "yellow",
    "target_met": "green",
    "ladder_fitted": "yellow",
    "plan_impossible": "bold white on red",
    "accepted": "bold green",
    "reassigned": "yellow",
    "declined": "yellow",
    "held": "magenta",
    "hold_ended": "magenta",
    "severity_changed": "bold",
    "customer_changed": "bold",
    "policy_adopted": "bold",
    "cancel_asked": "yellow",
    "suppression_asked": "yellow",
    "suppression_failed": "red",
    "acknowledgement_lapsed": "red",
    "exhausted": "bold white on red",
    "last_resort_told": "red",
    "charge_lapsed": "red",
    "lookup_failed": "red",
    "refused": "magenta",
    "told": "dim",
    "people_asked": "dim",
    "stand_in_asked": "yellow",
    "nobody_reached": "red",
}
DELIVERIES = frozenset({"told", "people_asked"})
"""Kinds of entries that only say who was told: left out where the course of things matters."""
_LATE = timedelta(seconds=60)
"""From here on the time of recording is told beside the time of happening."""


def text_refs(entries: Sequence[Entry]) -> dict[int, list[tuple[str, TextRef]]]:
    """The texts that entries refer to, by entry number, each with its field's name."""
    return {entry.number: list(_refs(entry.event)) for entry in entries}


def _refs(event: Any) -> Iterator[tuple[str, TextRef]]:
    if event.kind == "opened":
        description = event.open.issue.description
        if description is not None:
            yield "description", description
        return
    for name in type(event).model_fields:
        value = getattr(event, name)
        if isinstance(value, TextRef):
            yield name, value


def timeline_view(entries: Sequence[Entry], reader: Reader, texts: Mapping[str, str]) -> RenderableType:
    """The timeline. `texts` by reference; one that is absent is shown by its length alone."""
    parts: list[RenderableType] = []
    refs = text_refs(entries)
    for day, of_day in groupby(entries, lambda entry: reader.local(entry.happened_at).date()):
        shown = Table.grid(padding=(0, 1))
        shown.add_column(style="cyan", no_wrap=True)
        shown.add_column(style="dim", justify="right", no_wrap=True)
        shown.add_column(overflow="fold")
        for entry in of_day:
            shown.add_row(f"{reader.local(entry.happened_at):%H:%M:%S}", str(entry.number), _sentence(entry, reader))
            for name, ref in refs[entry.number]:
                shown.add_row("", "", _written(name, ref, texts.get(ref.ref)))
        parts += [Text(f"{_day(day)}, {place(reader.zone)}", "bold underline"), shown]
    return Group(*parts)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _sentence(entry: Entry, reader: Reader) -> Text:
    event = entry.event
    style = _STYLES.get(event.kind, "")
    if event.kind == "told" and event.outcome != "sent":
        style = "red" if event.outcome == "failed" else "yellow"
    line = Text.assemble((reader.sentence(narrate(entry)), style))
    if entry.by.door == "signal":
        line.append(f"  (said to be {one_line(entry.by.person)}, by signal)", "dim")
    if entry.recorded_at - entry.happened_at > _LATE:
        line.append(f"  (recorded {reader.clock(entry.recorded_at)})", "dim")
    return line


def _written(name: str, ref: TextRef, text: str | None) -> Text:
    label = f"{name.replace('_', ' ')}: "
    if text is None:
        return Text(f"{label}({ref.length} characters, not shown)", "dim")
    rows = [one_line(row) for row in text.splitlines()]
    return Text.assemble((label, "dim"), ("\n".join(rows), "italic"))
