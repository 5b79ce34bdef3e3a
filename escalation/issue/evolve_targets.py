"""evolve, for what becomes of limits and targets: missed, which stays, and warned of."""

from typing import Any

from escalation.issue import events as e
from escalation.issue.state import IssueState


def clock_ran(state: IssueState, event: e.LimitMissed | e.TargetMissed | e.TargetWarned, _: e.Entry) -> dict[str, Any]:
    """What the event changes, by field."""
    match event:
        case e.LimitMissed():
            return {"missed": state.missed + 1}
        case e.TargetMissed():
            return {
                "missed": state.missed + 1,
                "targets": tuple([target for target in state.targets if target.name != event.target]),
                "missed_targets": (*state.missed_targets, event.target),
            }
        case e.TargetWarned():
            return {"targets": tuple([_warned(target, event) for target in state.targets])}


def _warned(target: e.TargetDue, event: e.TargetWarned) -> e.TargetDue:
    """The target without this warning, and without those that were to be given before it."""
    if target.name != event.target:
        return target
    return target.changed({"warnings": tuple([each for each in target.warnings if _is_left(each, event)])})


def _is_left(warning: e.TargetWarningDue, event: e.TargetWarned) -> bool:
    is_it = (warning.share, warning.before_s) == (event.share, event.before_s)
    return warning.at >= event.at and not is_it
