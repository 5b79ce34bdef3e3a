"""The same counts in a few lines of their own, straight from the rows: neither adapter nor rules have a part in it."""

import csv
import lzma
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ACKNOWLEDGED = {"15m": 0.25, "30m": 0.5, "1h": 1, "4h": 4, "8h": 8, "24h": 24, "48h": 48, "72h": 72}
RESOLVED = {"4h": 4, "8h": 8, "24h": 24, "72h": 72, "120h": 120, "240h": 240}
NEVER = timedelta(days=100_000)


def table(path: Path) -> dict[str, Any]:
    """`acknowledge_timeouts` and `resolve_breaches` of a log of complete cases and one that is cut at the end."""
    cases: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(path):
        cases[row["number"]].append(row)
    cases.popitem()
    spans = [_spans(rows) for rows in cases.values()]
    return {
        "acknowledge_timeouts": {key: _over([span[0] for span in spans], h) for key, h in ACKNOWLEDGED.items()},
        "resolve_breaches": {
            group: {key: _over([span[place] for span in spans], h) for key, h in RESOLVED.items()}
            for place, group in ((1, "wall"), (2, "held"))
        },
    }


def _over(spans: list[timedelta], hours: float) -> int:
    return sum(span > timedelta(hours=hours) for span in spans)


def _spans(rows: list[dict[str, str]]) -> tuple[timedelta, timedelta, timedelta]:
    """Until somebody worked on it, until it was resolved, and the latter without the time on hold."""
    opened_at = _time(rows[0]["opened_at"])
    worked = resolved = None
    held = timedelta()
    waits_since = None
    for row in rows:
        state, at = row["incident_state"], _time(row["sys_updated_at"])
        if state != "New" and worked is None:
            worked = at - opened_at
        if waits_since is not None:
            held += max(at - waits_since, timedelta())
        waits_since = at if state.startswith("Awaiting") else None
        if state in {"Resolved", "Closed"}:
            resolved = at - opened_at
            break
    worked = NEVER if worked is None else worked
    if resolved is not None:
        return worked, resolved, resolved - held
    return worked, NEVER, waits_since - opened_at - held if waits_since is not None else NEVER


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as text:
        yield from (row for row in csv.DictReader(text) if row["sys_updated_at"] != "?")
