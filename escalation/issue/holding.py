"""Who has an issue: owns it, works on it, or is in charge; and the times of a hand-over. Views of the state."""

from datetime import timedelta
from typing import NamedTuple

from escalation.issue.state import IssueState


class HandOverTimes(NamedTuple):
    """The times that count for an issue as it stands."""

    before: timedelta
    accept_within: timedelta


def holders(state: IssueState) -> tuple[str, ...]:
    """Who has it, each once; the owner last."""
    charge = state.charge.person if state.charge is not None else None
    return tuple(dict.fromkeys(person for person in (charge, state.handler, state.owner) if person))


def hand_over_times(state: IssueState) -> HandOverTimes | None:
    """What the policy says of handing it over, at this tier and severity; None: it is not handed over."""
    rule = state.pinned.hand_over
    if rule is None or state.severity not in rule.before:
        return None
    if (rule.tiers and state.tier not in rule.tiers) or (rule.teams and state.facts.id.team not in rule.teams):
        return None
    before = rule.before[state.severity]
    return HandOverTimes(before, rule.accept_within.get(state.severity, before))


def is_read_back_needed(state: IssueState) -> bool:
    """Whether who accepts a hand-over at the end of a shift must say in words what they take over."""
    rule = state.pinned.hand_over
    return rule is not None and rule.read_back == "required"


def held_words(state: IssueState, people: tuple[str, ...]) -> str:
    """What these have of it, in words: `owned by ann, worked on by ben`."""
    parts = []
    if state.owner in people:
        parts.append(f"owned by {state.owner}")
    if state.charge is not None and state.charge.person in people:
        parts.append(f"in the charge of {state.charge.person}")
    elif state.handler in people:
        parts.append(f"worked on by {state.handler}")
    return " and ".join(parts) or "no more held by them"
