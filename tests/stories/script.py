"""A script: a small named story that can be played on any clock. What the stories are is in `scripts.py`.

Times count from the opening. A script can be played at another scale, with every limit and every line as much sooner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from escalation.issue.commands import Command, Open
from escalation.issue.facts import Actor, TextRef
from escalation.issue.identity import IssueId
from escalation.policy.model import Policy
from tests.given import actor, minutes, opened, policy
from tests.server import PEOPLE

UNREADABLE = "people: {ann: {name: [\n"
"""A directory in which nobody can be looked up."""


FIRST = "FIRST"
"""In a line: the id of an issue that was opened before, which this one may repeat."""


@dataclass(frozen=True)
class Line:
    """Who says what, and when. Durations among the fields are instants of the command, counted from the opening."""

    after: timedelta
    kind: type[Command]
    who: str | Actor
    fields: Mapping[str, Any] = field(default_factory=dict)

    def command(self, number: int, opened_at: datetime, first: str = "") -> Command:
        """The command, under an id of its own; `first` is the id of the issue that was opened before."""
        given = f"line-{number}"
        by = actor(self.who) if isinstance(self.who, str) else self.who
        fields = {name: _value(given, name, value, opened_at) for name, value in self.fields.items()}
        fields |= {name: first for name, value in fields.items() if value == FIRST}
        if self.kind is Open:
            issue = {"opened_at": opened_at + self.after, "received_at": opened_at + self.after}
            return opened(policy(), id=given, by=by, issue=issue, **fields)
        return self.kind(id=given, by=by, **fields)


@dataclass(frozen=True)
class Said:
    """Words that come with a command; they lie beside it."""

    words: str


def _value(given: str, name: str, value: Any, opened_at: datetime) -> Any:
    if isinstance(value, timedelta):
        return opened_at + value
    if isinstance(value, Said):
        return TextRef(ref=f"{given}.{name}", length=len(value.words))
    return value


@dataclass(frozen=True)
class Script:
    """A story: what happens to one issue, and until when one looks."""

    name: str
    until: timedelta
    lines: tuple[Line, ...] = ()
    policies: tuple[Policy, ...] = field(default_factory=lambda: (policy(),))
    people: str = PEOPLE
    """The directory, as YAML; it may be unreadable."""
    opening: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the opening."""
    heard_after: timedelta = timedelta(0)
    """How long after it was opened the issue is heard of."""

    def begin(self, now: datetime, reference: str) -> Open:
        """The command that opens it, heard of at `now`."""
        at = now - self.heard_after
        more = dict(self.opening)
        given = {"id": IssueId(source="desk", reference=reference), "opened_at": at, "received_at": at}
        issue = {**given, **more.pop("issue", {})}
        return opened(*self.policies, id="line-0", issue=issue, **more)

    def first(self, now: datetime, reference: str) -> Open | None:
        """What opens the issue that this one repeats, where a line speaks of one."""
        has_first = any(FIRST in line.fields.values() for line in self.lines)
        return (
            replace(self, opening={}, heard_after=timedelta(0)).begin(now, f"{reference}-first") if has_first else None
        )

    def commands(self, begun: Open, opened_at: datetime) -> list[tuple[datetime, Command]]:
        """What is said after the opening, with its instants."""
        first = f"desk:{begun.issue.id.reference}-first"
        return [
            (opened_at + line.after, line.command(number, opened_at, first))
            for number, line in enumerate(self.lines, start=1)
        ]

    def scaled(self, factor: float) -> "Script":
        """The same story with every time multiplied."""
        lines = tuple(
            replace(line, after=line.after * factor, fields=_scaled(dict(line.fields), factor)) for line in self.lines
        )
        policies = tuple(_scaled(pinned, factor) for pinned in self.policies)
        heard_after = self.heard_after * factor
        return replace(self, heard_after=heard_after, until=self.until * factor, lines=lines, policies=policies)


def _scaled(value: Any, factor: float) -> Any:
    match value:
        case timedelta():
            return value * factor
        case dict():
            return {key: _scaled(item, factor) for key, item in value.items()}
        case tuple():
            return tuple(_scaled(item, factor) for item in value)
        case BaseModel():
            return value.model_copy(update=_scaled(dict(value), factor))
        case _:
            return value


def line(after: float, kind: type[Command], who: str | Actor, **fields: Any) -> Line:
    """A line so many minutes after the opening."""
    return Line(minutes(after), kind, who, fields)
