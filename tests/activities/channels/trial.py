"""What a trial of a channel is: the channel, its other side, and envelopes to send."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from activities.channels.contract import Channel, Envelope
from escalation.issue.identity import IssueId
from escalation.message import Line, Message

AT = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)


@dataclass(frozen=True)
class Arrived:
    """A message as the other side has it."""

    to: str
    message_id: str
    thread: str
    subject: str
    body: str


@dataclass
class Trial:
    """A channel and its other side."""

    channel: Channel
    address: str
    arrived: Callable[[], list[Arrived]]
    go_away: Callable[[], Awaitable[None]]
    come_back: Callable[[], Awaitable[None]]
    refused_address: str = ""
    """Empty where the channel refuses nobody."""


def envelope(address: str, reference: str = "REF-1", number: int = 1, **changed: Any) -> Envelope:
    """A message about an issue to an address; its id is of the issue and the number."""
    issue = IssueId(source="desk", reference=reference)
    facts: dict[str, Any] = {
        "message_id": f"{issue}/{number}/kim/trial",
        "issue": issue,
        "person": "kim",
        "address": address,
        "about": "asked",
        "priority": 2,
        "at": AT,
        "message": message(
            "[S2] Act by 19:40 Dublin: Card payments fail, desk:REF-1", "Asked of you.\nIf nobody does."
        ),
        **changed,
    }
    return Envelope(**facts)


def message(subject: str, body: str) -> Message:
    """A message with this body, whatever it holds."""
    return Message(subject=subject, lines=(Line(text=body),))
