"""The arithmetic of targets: from when, how long, in what time, and what holds have added."""

from datetime import datetime, timedelta

from escalation.calendar.limit import Limit
from escalation.duration import words
from escalation.issue.events import TargetDue
from escalation.issue.hours import Hours
from escalation.issue.state import IssueState
from escalation.issue.target_clocks import target_hours
from escalation.narrate import instant

_ROUNDING = timedelta(seconds=1)


def target_sum(state: IssueState, name: str) -> str | None:
    """How the end of a running target was found; None where that does not show."""
    target = next(each for each in state.targets if each.name == name)
    known = next((each for each in state.promised if each.name == name), None)
    within = known.within.get(state.severity) if known is not None else None
    hours = target_hours(state.policies[0], target.hours)
    if within is None or hours is None:
        return "as was promised before"
    began_at = target.began_at or state.facts.opened_at
    began = "opened" if target.began_at is None else "began"
    if isinstance(within, Limit):
        return _of_limit(state, target, within, hours)
    limit = f"{words(within)}{hours.words} (within of target {name} for {state.severity})"
    whole = f"{instant(began_at)} ({began}) + {limit}"
    held = hours.between(began_at, target.due_at) - within
    if abs(held) < _ROUNDING:
        return whole
    if held < timedelta():
        return "as was promised before"
    return f"{whole} + {words(held)}{hours.words} (on hold)" if held <= _held(state, target, hours) else None


def _of_limit(state: IssueState, target: TargetDue, within: Limit, hours: Hours) -> str:
    """Of a limit with a unit or a shape of its own."""
    began_at = target.began_at or state.facts.opened_at
    began = "opened" if target.began_at is None else "began"
    holds = state.holds if target.stops_on_hold else ()
    if hours.due(began_at, within, holds) != target.due_at:
        return "as was promised before"
    dates = hours.dates
    by = f" by the calendar {dates.hours.name}" if dates is not None else ""
    since = (max(ends - max(begins, began_at), timedelta()) for begins, ends in holds)
    held = sum(since, timedelta())
    on_hold = f", put off by {words(held)} on hold" if held else ""
    named = f"(within of target {target.name} for {state.severity})"
    return f"{instant(began_at)} ({began}) + {within}{by} {named}{on_hold}"


def _held(state: IssueState, target: TargetDue, hours: Hours) -> timedelta:
    """The time on hold in which the target counts; where holds of former releases do not show, at most all of it."""
    if target.hours is None:
        at_most = sum((until - since for since, until in state.holds), _ROUNDING)
        return max(timedelta(seconds=state.held_s) + _ROUNDING, at_most)
    return sum((hours.between(since, until) for since, until in state.holds), _ROUNDING)


def warning_sum(state: IssueState, name: str, at: datetime) -> str | None:
    """How the instant of a target's warning was found."""
    target = next(each for each in state.targets if each.name == name)
    hours = target_hours(state.policies[0], target.hours)
    if hours is None:
        return None
    known = next((each for each in state.promised if each.name == name), None)
    within = known.within.get(state.severity) if known is not None else None
    hours = hours if within is None else hours.measure(within)
    before = hours.between(at, target.due_at)
    return f"{instant(target.due_at)} (when target {name} ends) - {words(before)}{hours.words}"
