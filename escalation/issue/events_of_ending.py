"""The events of how an issue ends and begins again.

The union of all events, and what they share, is in `events.py`.
"""

from typing import Literal

from pydantic import AwareDatetime

from escalation.issue.commands import Outcome
from escalation.issue.facts import TextRef
from escalation.policy.model import CloseReason
from escalation.value import Value


class Resolved(Value):
    """Said to be fixed; the ladder's clocks stop."""

    kind: Literal["resolved"] = "resolved"
    outcome: Outcome
    explanation: TextRef | None = None
    told_customer: TextRef | None = None
    payment_reference: str | None = None
    remind_at: AwareDatetime
    silence_at: AwareDatetime | None


class ConfirmationRequested(Value):
    """Whoever owns the issue was reminded that its resolution is not confirmed."""

    kind: Literal["confirmation_requested"] = "confirmation_requested"
    count: int
    next_at: AwareDatetime | None
    """None where it is closed by silence before."""


class CancelAsked(Value):
    """One person says that it was opened in error; a second one must say so too. Nothing stops meanwhile."""

    kind: Literal["cancel_asked"] = "cancel_asked"
    person: str
    reason: TextRef | None = None


class SuppressionAsked(Value):
    """Said to repeat another issue; closed once that one has it on record. Nothing stops meanwhile."""

    kind: Literal["suppression_asked"] = "suppression_asked"
    duplicate_of: str
    reason: TextRef | None = None


class SuppressionFailed(Value):
    """The other issue cannot carry it: this one goes on."""

    kind: Literal["suppression_failed"] = "suppression_failed"
    duplicate_of: str
    error: str


class DuplicateRecorded(Value):
    """Another issue repeats this one, and is closed for it."""

    kind: Literal["duplicate_recorded"] = "duplicate_recorded"
    issue: str
    said_by: str


class Closed(Value):
    """Ended, for a typed reason; it can be reopened until `reopen_until`."""

    kind: Literal["closed"] = "closed"
    reason: CloseReason
    duplicate_of: str | None = None
    explanation: TextRef | None = None
    reopen_until: AwareDatetime


class Reopened(Value):
    """Not fixed after all."""

    kind: Literal["reopened"] = "reopened"
    count: int
    reason: TextRef | None = None
    is_reported_again: bool = False


class WindowEnded(Value):
    """The time in which it could be reopened is over: what comes now is a new occurrence."""

    kind: Literal["window_ended"] = "window_ended"
