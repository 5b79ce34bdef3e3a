"""The hash chain over an issue's entries: their canonical form, an entry's digest, and the link to the one before.

The row of the record's database and the entry in the workflow's hands give the same digest. Neither may ever come out
otherwise: workflows carry hashes for weeks, and auditors for years. So what is empty is left out (None, False, 0, "",
[] and {}), and a later release may add a field with an empty default (docs/decisions/0016).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from escalation.issue.events import Entry
from escalation.value import Value

_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")
_LINK = b"escalon chain 1\n"


class Head(Value):
    """The last entry of an issue, and the hash that stands for it and all before it."""

    number: int = 0
    chain: str = ""
    """SHA-256 in hexadecimal; empty without entries, and where an earlier release has not carried it on."""

    @property
    def is_known(self) -> bool:
        """Whether there is something to compare."""
        return not self.number or bool(self.chain)


def extended(head: Head, issue: str, entries: Iterable[Entry]) -> Head:
    """The head after these entries of the issue (its full id), which follow it without a gap."""
    for entry in entries:
        chain = link(head.chain, entry_digest(issue, entry)) if head.is_known else ""
        head = Head.trusted(number=entry.number, chain=chain)
    return head


def link(previous: str, digest: str) -> str:
    """The hash that stands for the entry of this digest and all before it; `previous` is empty for the first."""
    return hashlib.sha256(_LINK + f"{previous}\n{digest}".encode()).hexdigest()


def entry_digest(issue: str, entry: Entry) -> str:
    """SHA-256 of an entry of the issue, told from the entry."""
    by, event = entry.by.model_dump(mode="json"), entry.event.model_dump(mode="json")
    return _digest(
        issue=issue,
        number=entry.number,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        by=by,
        command=entry.command,
        event=event,
    )


def row_digest(row: Mapping[str, Any]) -> str:
    """The same, told from the entry's row alone."""
    by = {name.removeprefix("by_"): value for name, value in row.items() if name.startswith("by_")}
    rest = {name: row[name] for name in ("issue", "number", "happened_at", "recorded_at", "command", "event")}
    return _digest(by=by, **rest)


def _digest(*, happened_at: datetime, recorded_at: datetime, **content: Any) -> str:
    whole = {**content, "happened_at": in_words(happened_at), "recorded_at": in_words(recorded_at)}
    written = json.dumps(canonical(whole), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def canonical(value: Any) -> Any:
    """The JSON value in the form that is hashed: fields that hold nothing left out, whole numbers as such.

    What stands in a list keeps its place, empty or not.
    """
    match value:
        case str():
            return storable(value)
        case dict():
            parts = ((storable(str(key)), canonical(part)) for key, part in value.items())
            return {key: part for key, part in parts if part}
        case list() | tuple():
            return [canonical(part) for part in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def gained(stored: Any, read: Any, place: str = "") -> str:
    """Where today's models read something that does not lie in the stored JSON; empty: nowhere.

    What is left out of the hash could be taken away unseen, and a field with a default would then read otherwise.
    """
    match read:
        case dict():
            kept = stored if isinstance(stored, dict) else {}
            found = (gained(kept.get(name), part, f"{place}.{name}".lstrip(".")) for name, part in read.items())
            return next((each for each in found if each), "")
        case list() if isinstance(stored, list) and stored:
            pairs = zip(stored, read, strict=False)
            found = (gained(one, other, f"{place}[{at}]") for at, (one, other) in enumerate(pairs))
            return next((each for each in found if each), "")
        case _:
            return place if read and not stored else ""


def to_utc(instant: datetime) -> datetime:
    """The aware instant in UTC; at the ends of the calendar, the nearest that UTC can say."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        is_first = instant.year == 1
        return datetime(1, 1, 1, tzinfo=UTC) if is_first else datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def in_words(instant: datetime) -> str:
    """The aware instant in UTC with microseconds, in a form that sorts by time and is the same for equal instants."""
    return to_utc(instant).isoformat(timespec="microseconds").replace("+00:00", "Z")


def storable(value: Any) -> Any:
    """The value with every character that no database stores (NUL, halves of characters) replaced by `�`.

    Refusing them is for the doors; in the record they may hold up nothing. Goes into dictionaries, lists and tuples.
    """
    match value:
        case str():
            return _CANNOT_BE_STORED.sub("\ufffd", value)
        case dict():
            return {storable(key): storable(part) for key, part in value.items()}
        case list() | tuple():
            return [storable(part) for part in value]
        case _:
            return value
