"""Reminders of who works on an issue: when the next one comes, by when it is answered, and what puts either off.

What is done at those instants is in `decide_clock.py`. While it is on hold, in maintenance, snoozed by them or in
somebody's charge, the handler is not reminded; what ends that has the time begin anew, and so has another tier,
severity or policy.
"""

from datetime import datetime
from typing import Any

from escalation.issue import events as e
from escalation.issue.facts import CLOCK
from escalation.issue.hours import hours_here
from escalation.issue.state import IssueState, Keeping

_ANEW = (e.TierBegan, e.HoldEnded, e.MaintenanceEnded, e.SeverityChanged, e.PolicyAdopted)
_AS_OF_ITS_INSTANT = (e.HandlerReminded, e.TierBegan, e.SnoozeEnded)
"""What time brings about at the instant at which it was due, and later only where it is served late."""


def remind_handler_at(state: IssueState) -> datetime | None:
    """When who works on it is reminded next; None: not, or not now."""
    keeping = state.keeping
    if keeping is None or state.handler is None:
        return None
    every = state.here.remind_handler_every.get(state.severity)
    if every is None or _is_put_off(state):
        return None
    return hours_here(state).due(keeping.since, every)


def answer_due_at(state: IssueState) -> datetime | None:
    """When their acknowledgement lapses, since they have not answered the reminder; None: no answer is awaited."""
    keeping = state.keeping
    if keeping is None or keeping.unanswered_since is None or state.handler is None:
        return None
    return answer_by(state, keeping.unanswered_since)


def answer_by(state: IssueState, since: datetime) -> datetime | None:
    """By when a reminder of that instant is to be answered."""
    within = state.pinned.acknowledgement.answer_within.get(state.severity)
    if within is None or _is_put_off(state):
        return None
    return hours_here(state).later(since, within)


def awaits_answer(state: IssueState, person: str) -> bool:
    """Whether this person works on it and was reminded, and has done nothing with it since."""
    keeping = state.keeping
    return state.handler == person and keeping is not None and keeping.unanswered_since is not None


def keeping_after(state: IssueState, change: dict[str, Any], entry: e.Entry) -> dict[str, Any]:
    """What the entry does to the reminders; `change`: what it changes beside them."""
    was, handler = state.keeping, change.get("handler", state.handler)
    if handler is None:
        return {} if was is None else {"keeping": None}
    if was is None or handler != state.handler:
        return {"keeping": Keeping(since=entry.recorded_at)}
    event = entry.event
    is_of_the_clock = entry.by.person == CLOCK.person and isinstance(event, _AS_OF_ITS_INSTANT)
    at = entry.happened_at if is_of_the_clock else entry.recorded_at
    if isinstance(event, e.HandlerReminded):
        return {"keeping": Keeping(since=at, count=event.count, unanswered_since=was.unanswered_since or at)}
    if isinstance(event, _ANEW) or (isinstance(event, e.SnoozeEnded) and event.person == handler):
        return {"keeping": Keeping(since=at, count=was.count)}
    is_answer = entry.by.person == handler and not isinstance(event, e.Refused)
    if was.unanswered_since is not None and is_answer:
        return {"keeping": was.changed({"unanswered_since": None})}
    return {}


def _is_put_off(state: IssueState) -> bool:
    return not state.is_climbing or state.hold is not None or state.is_in_maintenance or state.handler in state.snoozes
