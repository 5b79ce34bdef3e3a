"""Issues that a case says exist when the play begins: `acknowledged by u1, snoozed until PT8H`, or a row of fields."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from tests.peers.fields import Fields, Unsupported, as_fields
from tests.peers.instants import Times
from tests.peers.spans import read_span

StartState: TypeAlias = Literal["triggered", "acknowledged", "resolved", "snoozed", "paused"]
_PHRASE = re.compile(
    r"(?P<state>triggered|open|firing|unacknowledged|acknowledged|resolved|closed|snoozed|silenced|paused)"
    r"(?: by (?P<by>[\w-]+))?(?: at tier (?P<tier>\w+))?(?: at (?P<at>-?P\w+))?"
    r"(?:,? snoozed)?(?:,? (?P<how>until|for) (?P<span>-?P\w+))?"
)
_STATES: dict[str, StartState] = {
    "triggered": "triggered",
    "open": "triggered",
    "firing": "triggered",
    "unacknowledged": "triggered",
    "acknowledged": "acknowledged",
    "resolved": "resolved",
    "closed": "resolved",
    "snoozed": "snoozed",
    "silenced": "snoozed",
    "paused": "paused",
}


@dataclass(frozen=True)
class Start:
    """An issue that exists when the play begins."""

    name: str
    state: StartState = "triggered"
    by: str | None = None
    tier: str | None = None
    created: timedelta = timedelta(0)
    """Its opening, from T0."""
    acted: timedelta | None = None
    """When it came into its state, from T0; None: at T0."""
    snoozed_until: timedelta | None = None
    service: str | None = None
    summary: str | None = None
    key: str | None = None
    notified: tuple[str, ...] = ()
    """Who was told of it, in a case that gives no policy."""


def read_starts(fields: Fields, times: Times) -> tuple[Start, ...]:
    """All issues that exist already, by whichever field they are given. Raises Unsupported."""
    found: list[Start] = []
    for place in ("issue_state", "issues"):
        for name, item in (fields.below(place) or Fields({}, "")).each():
            where = f"given.{place}.{name}"
            found.append(_phrase(name, item, where) if isinstance(item, str) else _row(name, item, where, times))
    single = fields.below("issue")
    if single is not None:
        found.append(_row(single.text("name") or "A", single.data, "given.issue", times))
    for number, row in enumerate(fields.rows("open_issues"), 1):
        name = row.text("issue") or f"open issue {number}"
        found.append(_row(name, {"state": "triggered", **row.data}, "given.open_issues", times))
        for used in row.data:
            row.take(used)
    return tuple(found)


def _phrase(name: str, text: str, where: str) -> Start:
    match = _PHRASE.fullmatch(text.strip())
    if match is None:
        raise Unsupported(f"{where} {text!r}")
    span = read_span(match["span"])
    if match["span"] and (span is None or "snoozed" not in text):
        raise Unsupported(f"{where} {text!r}")
    at = read_span(match["at"])
    state = _STATES[match["state"]]
    if at is not None and at > timedelta(0):
        raise Unsupported(f"{where} {text!r}")
    return Start(name, state, match["by"], match["tier"], acted=at, snoozed_until=span)


def _row(name: str, item: object, where: str, times: Times) -> Start:
    row = as_fields(item, where)
    phrase = _phrase(name, row.text("state") or "triggered", f"{where}.state")
    created = row.span("created") or timedelta(0)
    if created > timedelta(0) or (times.is_absolute and created):
        raise row.cannot("created")
    start = Start(
        name,
        phrase.state,
        row.text("by") or phrase.by,
        row.text("tier") or phrase.tier,
        created,
        phrase.acted,
        phrase.snoozed_until,
        service=row.text("service"),
        summary=row.text("summary") or row.text("title"),
        key=row.text("dedup_key"),
        notified=tuple(row.names("notified")),
    )
    if row.take("answered") not in (None, False):
        raise row.cannot("answered")
    for used in ("issue", "name"):
        row.take(used)
    row.done()
    return start
