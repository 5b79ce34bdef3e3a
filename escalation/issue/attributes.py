"""The search attributes: one table that budgets them for all subjects, and their values for an issue.

A server on SQL allows 10 keywords and 3 of each other type to a namespace. Opaque ids only, no names of people. A
sealed issue shows nothing but its id, which is the workflow's.
"""

from datetime import datetime
from typing import Literal, TypeAlias

from escalation.issue.clocks import next_move
from escalation.issue.state import IssueState

AttributeType: TypeAlias = Literal["keyword", "datetime", "bool"]

ATTRIBUTES: dict[str, AttributeType] = {
    "EscalonStatus": "keyword",
    "EscalonTier": "keyword",
    "EscalonSeverity": "keyword",
    "EscalonKind": "keyword",
    "EscalonEntity": "keyword",
    "EscalonTeam": "keyword",
    "EscalonSource": "keyword",
    "EscalonNextDeadline": "datetime",
    "EscalonBreached": "bool",
}


def attributes(state: IssueState) -> dict[str, str | bool | datetime | None]:
    """The values for an issue, None where there is none; empty for a sealed one."""
    facts = state.facts
    if facts.issue_class == "sealed":
        return {}
    due = next_move(state)
    return {
        "EscalonStatus": "exhausted" if state.status == "open" and state.is_exhausted else state.status,
        "EscalonTier": state.tier,
        "EscalonSeverity": state.severity,
        "EscalonKind": facts.kind,
        "EscalonEntity": facts.id.legal_entity,
        "EscalonTeam": facts.id.team,
        "EscalonSource": facts.id.source,
        "EscalonNextDeadline": due.at if due else None,
        "EscalonBreached": state.missed > 0,
    }
