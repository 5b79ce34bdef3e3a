"""A storm of sample issues about one component, as its messages to one person by one channel."""

from datetime import UTC, datetime, timedelta
from typing import Any

from escalation.issue.facts import CauseRef, PersonFacts
from escalation.storm.bundle import Bundle, Handed, Whose, taken
from escalation.storm.counting import Limits, Single

T0 = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)
CAUSE = CauseRef(key="0123456789abcdef", name="component payments-api")
KIM = PersonFacts(id="kim", role="team_lead", channels=("sms", "inbox"))
LIMITS = Limits()
BUNDLE = "digest:main:kim:sms:0123456789abcdef"


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def at(count: float) -> datetime:
    """So many seconds after the first page."""
    return T0 + seconds(count)


def issue(number: int) -> str:
    return f"main:main:main:desk:REF-{number}:1"


def single(number: int, after: float = 0, priority: int = 2, *, asks: bool = True) -> Single:
    """A message about an issue that is about to leave."""
    return Single(
        issue=issue(number), severity="high", priority=priority, at=at(after), asks=asks, can_acknowledge=asks
    )


def handed(number: int, after: float = 0, **more: Any) -> Handed:
    """A message that is handed over."""
    return Handed(
        **{
            "key": f"{issue(number)}/7/kim/sms",
            "issue": issue(number),
            "about": "asked",
            "severity": "high",
            "priority": 2,
            "tier": "Team lead",
            "until": at(1800),
            "asks": True,
            "can_acknowledge": True,
            "handed_at": at(after),
            **more,
        }
    )


def bundle(*messages: Handed, **more: Any) -> Bundle:
    """One that has taken these."""
    found = Bundle(
        id=BUNDLE,
        whose=Whose(person=KIM, channel="sms", cause=CAUSE),
        last_at=T0,
        **more,
    )
    for message in messages:
        found = taken(found, message)
    return found
