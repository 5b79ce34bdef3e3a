"""A maintenance window as it is set, and which of them an issue falls into. What it does there: `escalation/issue/`.

Who looks it up is the door; nothing here is asked again once an issue is open.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from escalation.issue.maintenance import LONGEST, Maintenance, Mode
from escalation.policy.conditions import BadCondition, compile_condition, holds
from escalation.value import Value

EVERYTHING = "true"
"""The condition of a window for all issues."""


class Window(Value):
    """Who keeps which issues from disturbing people, from when until when, and why."""

    id: str
    mode: Mode
    begins_at: AwareDatetime
    until: AwareDatetime
    """It is over in this instant."""
    condition: str = EVERYTHING
    """In CEL, over the same `issue` as triggers."""
    through: tuple[str, ...] = ()
    """Severities that break through."""
    by: str
    why: str
    set_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    """When somebody ended it before its time."""
    ended_by: str | None = None
    ended_why: str | None = None

    def is_on(self, at: datetime) -> bool:
        """Whether it is in force in that instant."""
        return self.begins_at <= at < self.until and self.ended_at is None

    def pinned(self) -> Maintenance:
        """What an issue carries of it."""
        return Maintenance(window=self.id, mode=self.mode, until=self.until, by=self.by, through=self.through)


def window_for(windows: Iterable[Window], fields: Mapping[str, object], severity: str, at: datetime) -> Window | None:
    """The window that an issue with these fields falls into, at the severity that it enters with; None: none.

    Of several one that holds it goes before one that is quiet, then the one that ends last. A condition that fails on
    the issue does not hold: better a page too many.
    """
    data = {f"issue.{name}": value for name, value in fields.items()}
    found = [each for each in windows if each.is_on(at) and severity not in each.through and _holds(each, data)]
    return max(found, key=lambda each: (each.mode == "hold", each.until, each.id), default=None)


def _holds(window: Window, data: dict[str, object]) -> bool:
    try:
        return holds(compile_condition(window.condition), data)
    except BadCondition:
        return False


def condition_of(condition: str, source: str, labels: Mapping[str, str]) -> str:
    """One condition for all of what was given; for nothing, that of everything."""
    parts = [f"({condition.strip()})"] if condition.strip() else []
    parts += [f"issue.source == {_quoted(source)}"] if source else []
    for name, value in labels.items():
        key = _quoted(name)
        parts.append(f"{key} in issue.labels && issue.labels[{key}] == {_quoted(value)}")
    return " && ".join(parts) or EVERYTHING


def faults(window: Window, severities: Iterable[str], now: datetime) -> list[tuple[str, str, str]]:
    """What is wrong with one that is to be set: field, what stands there with the problem, what is allowed."""
    found: list[tuple[str, str, str]] = []
    if window.until <= max(window.begins_at, now):
        after = "it begins" if window.begins_at > now else "now"
        found.append(
            ("until", f"{_at(window.until)} is not after {after}", "a later instant, or a duration such as 2 h")
        )
    if window.until - window.begins_at > LONGEST:
        found.append(("until", f"{_at(window.until)} is too far ahead", f"at most {LONGEST.days} days"))
    if window.begins_at < now - timedelta(minutes=1):
        found.append(("from", f"{_at(window.begins_at)} is past", "now or later: what is open already goes its way"))
    known = list(dict.fromkeys(severities))
    strange = [severity for severity in window.through if severity not in known]
    found += [("through", f"'{severity}' is no severity of any policy", ", ".join(known)) for severity in strange]
    try:
        compile_condition(window.condition)
    except BadCondition as bad:
        fields = "CEL over issue, as in triggers, such as issue.source == 'alertmanager'"
        found.append(("when", f"'{window.condition[:80]}' {bad}", fields))
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _at(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
