"""The clocks of an issue as bars: what runs, since when, how much of it is used up."""

from dataclasses import dataclass
from datetime import datetime

from rich.text import Text

from escalation.calendar.limit import Limit, Span
from escalation.issue.clocks import Due, What, deadlines
from escalation.issue.hours import WALL, hours_here
from escalation.issue.state import IssueState
from escalation.issue.target_clocks import target_hours
from starter.reader import about

_NAMES: dict[What, str] = {
    "hold": "on hold",
    "ceiling": "next tier must hear",
    "target": "target",
    "acknowledge": "to acknowledge",
    "work": "to work",
    "lapse": "acknowledgement holds",
    "charge": "charge taken",
    "last_resort": "last resort told again",
    "silence": "closed by silence",
    "window": "can be reopened",
}
_FULL, _EMPTY = "━", "─"
NEARLY = 0.75
"""The share of a clock from which it is shown as running out."""


@dataclass(frozen=True)
class Running:
    """A clock that runs."""

    name: str
    due: Due
    began_at: datetime | None
    """None where that cannot be told from the state."""

    def share(self, now: datetime) -> float:
        """How much of it is used up, 0 to 1; 1 where that cannot be told and it is past."""
        if self.began_at is None or self.due.at <= self.began_at:
            return 1.0 if now >= self.due.at else 0.0
        return min(max((now - self.began_at) / (self.due.at - self.began_at), 0.0), 1.0)

    def left(self, now: datetime) -> str:
        """What is left of it, `12 min`, or `3 s late`."""
        told = about(self.due.at - now)
        return told if self.due.at > now else f"{told} late"


def running(state: IssueState) -> list[Running]:
    """The clocks that move the issue, and its targets, the one that ends first in front."""
    return [
        Running(f"{_NAMES[due.what]} {due.name}" if due.what == "target" else _NAMES[due.what], due, _began(state, due))
        for due in deadlines(state)
        if (due.moves or due.what == "target") and due.what in _NAMES
    ]


def _began(state: IssueState, due: Due) -> datetime | None:
    if due.what == "hold":
        return state.hold.since if state.hold is not None else None
    tier, policy, severity = state.here, state.pinned, state.severity
    targets = {target.name: target.within.get(severity) for target in state.promised}
    limits: dict[What, Span | None] = {
        "target": targets.get(due.name),
        "acknowledge": tier.acknowledge_within.get(severity),
        "work": tier.work_within.get(severity),
        "lapse": policy.acknowledgement.lapses_after.get(severity),
        "last_resort": policy.exhaustion.last_resort_every.get(severity),
        "silence": state.policies[0].closing.silence_after,
        "window": state.policies[0].closing.reopen_within,
    }
    limit = limits.get(due.what)
    if limit is None:
        return None
    hours = hours_here(state) if due.what in {"acknowledge", "work", "lapse"} else WALL
    if due.what == "target":
        target = next(each for each in state.targets if each.name == due.name)
        hours = target_hours(state.policies[0], target.hours) or WALL
        since = target.began_at or state.facts.opened_at
    else:
        since = state.acknowledge_from if due.what == "acknowledge" else state.counts_from
    return since if isinstance(limit, Limit) else hours.later(due.at, -limit)


def bar(share: float, width: int, style: str) -> Text:
    """A bar of `width` characters, filled from the left by the share of time that is used up."""
    filled = round(share * width)
    return Text.assemble((_FULL * filled, style), (_EMPTY * (width - filled), "dim"))


def bar_style(share: float) -> str:
    """Calm, running out, past."""
    if share >= 1:
        return "bold red"
    return "yellow" if share >= NEARLY else "green"
