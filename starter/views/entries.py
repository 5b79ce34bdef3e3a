"""A timeline: one sentence per entry, under the day on which it happened, with what people wrote beneath it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

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
    "asked_again": "yellow",
    "acknowledged": "bold green",
    "charge_taken": "bold green",
    "resolved": "bold green",
    "closed": "green",
    "reopened": "bold yellow",
    "limit_missed": "red",
    "acknowledgement_lapsed": "red",
    "exhausted": "bold white on red",
    "last_resort_told": "red",
    "charge_lapsed": "red",
    "lookup_failed": "red",
    "refused": "magenta",
    "told": "dim",
    "people_asked": "dim",
}
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


def timeline_view(entries: Sequence[Entry], reader: Reader, texts: Mapping[str, str]) -> list[Text]:
    """The lines. `texts` by reference; one that is absent is shown by its length alone."""
    lines: list[Text] = []
    day: date | None = None
    refs = text_refs(entries)
    for entry in entries:
        local = reader.local(entry.happened_at)
        if local.date() != day:
            day = local.date()
            lines.append(Text(f"{local:%A} {local.day} {local:%B %Y}, {place(reader.zone)}", "bold underline"))
        lines.append(_line(entry, reader))
        for name, ref in refs[entry.number]:
            lines += _written(name, ref, texts.get(ref.ref))
    return lines


def _line(entry: Entry, reader: Reader) -> Text:
    event = entry.event
    style = _STYLES.get(event.kind, "")
    if event.kind == "told" and event.outcome == "failed":
        style = "red"
    line = Text.assemble(
        (f"{reader.local(entry.happened_at):%H:%M:%S} ", "cyan"),
        (f"{entry.number:>4}  ", "dim"),
        (reader.sentence(narrate(entry)), style),
    )
    if entry.by.door == "signal":
        line.append(f"  (said to be {one_line(entry.by.person)}, by signal)", "dim")
    if entry.recorded_at - entry.happened_at > _LATE:
        line.append(f"  (recorded {reader.clock(entry.recorded_at)})", "dim")
    return line


def _written(name: str, ref: TextRef, text: str | None) -> list[Text]:
    label = name.replace("_", " ")
    if text is None:
        return [Text(f"               {label}: ({ref.length} characters, not shown)", "dim")]
    rows = [one_line(row) for row in text.splitlines()]
    return [
        Text(f"               {label if place == 0 else ' ' * len(label)}  {row}", "italic")
        for place, row in enumerate(rows)
    ]
