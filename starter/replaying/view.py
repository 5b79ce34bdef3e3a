"""What came of a replay: tables for people, one JSON object for programs."""

from typing import Any

from rich.text import Text

from escalation.message import one_line
from starter.replaying.outcome import Replayed
from starter.showing import console, table

_MOST_LINES = 10
"""Lines of one kind that people are shown; programs get all of them."""


def replayed_json(done: Replayed) -> dict[str, Any]:
    """Everything, under names that stay."""
    return {
        "format": done.counts.format.name,
        "clock": "simulated" if done.agreement is None else "server",
        "cases": done.counts.cases,
        "events": done.events,
        "commands": done.commands,
        "entries": done.counts.entries,
        "acknowledge_timeouts": done.counts.acknowledge_timeouts,
        "resolve_breaches": done.counts.resolve_breaches,
        "refused": [each._asdict() for each in done.refused],
        "dirty_rows": [each._asdict() for each in done.dirty],
        "dropped_cases": [each._asdict() for each in done.dropped],
        "agreement": None if done.agreement is None else done.agreement.as_json(),
        "seconds": round(done.seconds, 3),
        "cpu_seconds": round(done.cpu_seconds, 3),
    }


def show_replayed(done: Replayed) -> None:
    """The counts, beside what is known from elsewhere where the whole log was replayed; then what was not in order."""
    out, counts = console(), done.counts
    known = counts.format.reference if counts.format.reference_cases == counts.cases else None
    groups = {"acknowledged": counts.acknowledge_timeouts, **counts.resolve_breaches}
    for group, found in groups.items():
        title = "nobody had acknowledged within" if group == "acknowledged" else f"not resolved within ({group} clock)"
        right: dict[str, Any] = {"justify": "right"}
        made = table("", *((limit, right) for limit in found), title=title)
        made.add_row("replayed", *(f"{count:,}" for count in found.values()))
        if known is not None:
            expected = known[group]
            made.add_row("reference", *(f"{expected[limit]:,}" for limit in found))
            wrong = {limit for limit in found if found[limit] != expected[limit]}
            made.add_row(
                "", *(Text("differs", "bold red") if limit in wrong else Text("=", "green") for limit in found)
            )
        out.print(made)
        out.print()
    out.print(
        f"{counts.cases:,} cases, {done.events:,} events of the log, {done.commands:,} commands, {counts.entries:,} "
        f"entries in {done.seconds:.1f} s ({done.cpu_seconds:.1f} s of CPU)."
    )
    _lines("Cases that are not replayed", [str(each) for each in done.dropped])
    _lines("Rows that are not as they should be", [str(each) for each in done.dirty])
    refused = [f"{each.case}: {each.command}: {each.why} ({each.code})" for each in done.refused]
    _lines("Commands that were refused", refused)
    if done.agreement is not None:
        agreement = done.agreement
        out.print(agreement.sentence())
        _lines("Cases that differ", [str(each) for each in agreement.differences])


def _lines(head: str, lines: list[str]) -> None:
    if not lines:
        return
    out = console()
    out.print(f"{head}: {len(lines):,}")
    for line in lines[:_MOST_LINES]:
        out.print(f"  {one_line(line)}", soft_wrap=True)
    if len(lines) > _MOST_LINES:
        out.print(f"  and {len(lines) - _MOST_LINES:,} more; --json has them all")
