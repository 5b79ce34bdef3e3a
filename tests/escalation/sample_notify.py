"""A message to Kim about failing cards, as the rules ask for it, for tests of how it is said in few words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from escalation.issue.effects import Notify
from escalation.issue.facts import PersonFacts
from escalation.issue.identity import IssueId

AT = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)
UNTIL = AT + timedelta(minutes=30)


def notify(**changed: Any) -> Notify:
    """Asked, to be answered within half an hour."""
    facts: dict[str, Any] = {
        "key": "main:main:main:desk:REF-1:1/7/kim/sms",
        "issue": IssueId(source="desk", reference="REF-1"),
        "issue_kind": "support",
        "issue_class": "normal",
        "title": "Card payments fail",
        "title_ref": None,
        "description": None,
        "person": PersonFacts(id="kim", role="team_lead", channels=("sms", "inbox")),
        "channel": "sms",
        "about": "asked",
        "severity": "high",
        "severity_means": "money blocked or at risk",
        "priority": 2,
        "opened_at": AT,
        "received_at": AT,
        "at": AT,
        "tier": "team_lead",
        "tier_title": "Team lead",
        "until": UNTIL,
        "asked_of_you": "You are asked as Team lead.",
        "otherwise": "If nobody does anything: others are asked.",
        "commands": ("acknowledge", "escalate", "resolve"),
        **changed,
    }
    return Notify(**facts)
