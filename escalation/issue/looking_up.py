"""The errands of an issue that ask the world something: who is asked, and whether another issue records this one."""

from escalation.issue import events as e
from escalation.issue.effects import FindResponders, LinkDuplicate
from escalation.issue.identity import read_issue_id
from escalation.issue.state import DUTY_LEAD, LAST_RESORT, IssueState
from escalation.policy.model import Tell

_CUSTOMERS = frozenset({"customer", "complainant", "representative"})


def link(state: IssueState, entry: e.Entry, asked: e.SuppressionAsked) -> LinkDuplicate:
    """Have another issue record that this one repeats it."""
    first, _ = read_issue_id(asked.duplicate_of)
    key = f"{state.facts.id}/suppress/{entry.number}"
    return LinkDuplicate(key=key, issue=state.facts.id, duplicate_of=first, said_by=entry.by.person)


def find(state: IssueState, entry: e.Entry, turn: int, tier: str) -> FindResponders:
    """Look up who is asked in a turn, at a tier or beside the tiers."""
    pinned = state.pinned
    return FindResponders.trusted(
        key=f"{state.facts.id}/find/{turn}",
        issue=state.facts.id,
        issue_kind=state.facts.kind,
        issue_class=state.facts.issue_class,
        severity=state.severity,
        turn=turn,
        policy=pinned.name,
        tier=tier,
        tell=told_at(state, tier),
        about=(*state.facts.about, *state.excluded),
        excluded=tuple(person for person in state.excluded if person not in state.facts.about),
        languages=_languages(state),
        at=entry.recorded_at,
    )


def _languages(state: IssueState) -> tuple[str, ...]:
    """Those of whom it is for; where nobody of them has one, of nobody."""
    theirs = [each.language for each in state.facts.parties if each.role in _CUSTOMERS and each.language is not None]
    return tuple(dict.fromkeys(theirs))


def told_at(state: IssueState, tier: str) -> Tell:
    """Whom a tier tells, or the last resort; outside of its hours who is there then."""
    if tier == LAST_RESORT:
        return state.pinned.exhaustion.last_resort
    if tier == DUTY_LEAD:
        return Tell()
    here = state.pinned.tier(tier)
    if state.is_out_of_hours and here.out_of_hours is not None:
        return here.out_of_hours
    return here.told_for(state.severity)
