"""Another customer of a running issue: what the issue is then, and which targets it has."""

from datetime import datetime
from typing import Any

from escalation.issue.events_of_targets import TargetDue
from escalation.issue.facts import CUSTOMERS, IssueFacts, Party
from escalation.issue.state import IssueState
from escalation.issue.target_clocks import recounted_targets
from escalation.issue.word import ANSWERED, HEARD
from escalation.policy.target import agreement_with


def customers_of(facts: IssueFacts) -> tuple[Party, ...]:
    """The parties who wait for us."""
    return tuple(party for party in facts.parties if party.role in CUSTOMERS)


def agreement_named(state: IssueState) -> str | None:
    """The name of the agreement that applies to the issue, if one does."""
    found = agreement_with(state.policies[0].agreements, state.facts.customers)
    return found.name if found is not None else None


def with_customer(state: IssueState, customer: Party, instead_of: str | None, at: datetime) -> dict[str, Any]:
    """What becomes of the state, but for its targets. Who has not been answered has no word: we owe them one."""
    parties = state.facts.parties
    if instead_of is None:
        changed = (*parties, customer)
    else:
        changed = tuple(customer if party.key == instead_of and party.role in CUSTOMERS else party for party in parties)
    milestones = state.milestones
    if ANSWERED in milestones:
        milestones = {**{name: when for name, when in milestones.items() if name != ANSWERED}, HEARD: at}
    return {"facts": state.facts.changed({"parties": changed}), "milestones": milestones}


def targets_with(before: IssueState, after: IssueState, now: datetime) -> tuple[TargetDue, ...]:
    """What is promised now: from the true start and with the pauses; what the new agreement lacks is withdrawn.

    What would be over by the new one stays as it was: nobody is late for what nobody had promised.
    """
    found = recounted_targets(after, after.policies[0], after.severity, now, old=before.promised)
    names = {target.name for target in after.promised}
    return tuple(target for target in found if target.name in names)
