"""evolve, for what becomes of limits and targets: begun, met, warned of, missed; and the milestones they count from."""

from typing import Any

from escalation.issue import events as e
from escalation.issue.fit import WHOLE, shortened
from escalation.issue.running import running
from escalation.issue.state import IssueState
from escalation.issue.word import (
    ACKNOWLEDGED,
    ANSWERED,
    FIRST_RESPONSE,
    HEARD,
    WROTE,
    is_answered,
    speaks,
    tier_milestone,
)


def clock_ran(
    state: IssueState,
    event: e.LimitMissed | e.TargetMissed | e.TargetWarned | e.TargetBegan | e.TargetMet,
    _: e.Entry,
) -> dict[str, Any]:
    """What the event changes, by field."""
    match event:
        case e.LimitMissed():
            return {"missed": state.missed + 1}
        case e.TargetMissed():
            known = state.missed_targets
            return {
                "missed": state.missed + 1,
                "targets": _without(state, event.target),
                "overdue": {**state.overdue, event.target: event.due_at},
                "missed_targets": known if event.target in known else (*known, event.target),
            }
        case e.TargetWarned():
            return {"targets": tuple([_warned(target, event) for target in state.targets])}
        case e.TargetBegan():
            overdue = {name: at for name, at in state.overdue.items() if name != event.target.name}
            return {"targets": (*_without(state, event.target.name), event.target), "overdue": overdue}
        case e.TargetMet():
            return {"targets": _without(state, event.target)}


def ladder_fitted(state: IssueState, event: e.LadderFitted, _: e.Entry) -> dict[str, Any]:
    """The policy of this issue with shorter limits, and the clocks of the tier as they then stand."""
    first = shortened(state.policies[0], event.severity, event.parts)
    change = {
        "policies": (first, *state.policies[1:]),
        "fitted_parts": (state.fitted_parts or WHOLE) * event.parts // WHOLE,
    }
    return {**running(event)._asdict(), **change} if state.turn else change


def plan_impossible(state: IssueState, event: e.PlanImpossible, _: e.Entry) -> dict[str, Any]:
    """That it was said."""
    return {"impossible": (*state.impossible, (event.target, event.severity))}


def _without(state: IssueState, name: str) -> tuple[e.TargetDue, ...]:
    return tuple([target for target in state.targets if target.name != name])


def _warned(target: e.TargetDue, event: e.TargetWarned) -> e.TargetDue:
    """The target without this warning, and without those that were to be given before it."""
    if target.name != event.target:
        return target
    return target.changed({"warnings": tuple([each for each in target.warnings if _is_left(each, event)])})


def _is_left(warning: e.TargetWarningDue, event: e.TargetWarned) -> bool:
    is_it = (warning.share, warning.before_s) == (event.share, event.before_s)
    return warning.at >= event.at and not is_it


def noted(state: IssueState, event: e.Noted, entry: e.Entry) -> dict[str, Any]:
    """What was said to the customer gives them the word; but not where it meets no promise of an update."""
    if not event.is_to_customer:
        return {}
    ends = [target.ends for target in state.promised if target.name == event.meets]
    if event.meets is not None and "updated" in ends:
        first = dict(state.milestones)
    else:
        first = {FIRST_RESPONSE: entry.happened_at, **state.milestones}
    if event.meets is not None and "updated" not in ends:
        return {"milestones": first}
    first.pop(HEARD, None)
    return {"milestones": {**first, ANSWERED: entry.happened_at}}


def milestones(state: IssueState, entry: e.Entry) -> dict[str, Any]:
    """What is reached for the first time by this entry, or the word that it takes from the customer; `state` before."""
    match entry.event:
        case e.Acknowledged() | e.Accepted(is_handler=True) | e.ChargeTaken():
            name = ACKNOWLEDGED
        case e.TierBegan(tier=tier):
            name = tier_milestone(tier)
        case _:
            return _word(state, entry)
    return _word(state, entry) if name in state.milestones else {**state.milestones, name: entry.happened_at}


def _word(state: IssueState, entry: e.Entry) -> dict[str, Any]:
    """The milestones where the customer, who had the word, has said something; else nothing."""
    if WROTE not in state.milestones and any(target.starts == "customer_wrote" for target in state.promised):
        found = _after_word(state, entry)
        return {**(found or state.milestones), WROTE: entry.happened_at} if speaks(state, entry) else found
    return _after_word(state, entry)


def _after_word(state: IssueState, entry: e.Entry) -> dict[str, Any]:
    is_back = isinstance(entry.event, e.Reopened)
    if not is_back and not (is_answered(state) and speaks(state, entry)):
        return {}
    kept = {name: at for name, at in state.milestones.items() if name != ANSWERED}
    return {**kept, HEARD: entry.happened_at}
