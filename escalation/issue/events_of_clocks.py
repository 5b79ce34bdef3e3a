"""The events that change running clocks by hand: severity, hold, policy. They carry the clocks as they then stand.

The union of all events, and what they share, is in `events.py`.
"""

from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from escalation.issue.events_of_ladder import Ceiling, WarningDue
from escalation.issue.events_of_targets import TargetDue
from escalation.issue.facts import Party, PersonFacts, TextRef
from escalation.issue.maintenance import EndedWhy, Maintenance
from escalation.policy.model import Clock, Listener, Policy
from escalation.value import Value

HoldEndedWhy: TypeAlias = Literal[
    "resumed",
    "until",
    "heard_from",
    "escalated",
    "de_escalated",
    "severity_changed",
    "policy_adopted",
    "customer_changed",
    "exhausted",
    "over",
]


class MaintenanceEntered(Value):
    """The issue fell into a maintenance window: it is held, or told quietly, until that ends."""

    kind: Literal["maintenance_entered"] = "maintenance_entered"
    maintenance: Maintenance


class MaintenanceEnded(Value):
    """The window ended for this issue, at its time or sooner: it goes its way."""

    kind: Literal["maintenance_ended"] = "maintenance_ended"
    window: str
    why: EndedWhy


class SeverityChanged(Value):
    """The harm is another one; the clocks are as they stand here."""

    kind: Literal["severity_changed"] = "severity_changed"
    severity: str
    from_severity: str
    acknowledge_due_at: AwareDatetime | None = None
    work_due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    warnings: tuple[WarningDue, ...] = ()
    targets: tuple[TargetDue, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    tell: tuple[Listener, ...] = ()
    reason: TextRef | None = None
    hastens: tuple[str, ...] = ()
    """Who is told at once of what asks them, since it is urgent now and they might be told later."""


class CustomerChanged(Value):
    """It is another customer's; its targets are those of the agreement with them, as they stand here."""

    kind: Literal["customer_changed"] = "customer_changed"
    customer: Party
    instead_of: str | None = None
    """The customer who is none any more; None: there was none."""
    agreement: str | None = None
    from_agreement: str | None = None
    """The agreements that apply now and applied before; None: what the policy promises everybody."""
    targets: tuple[TargetDue, ...] = ()
    reason: TextRef | None = None


class Held(Value):
    """Clocks were stopped while somebody is waited for."""

    kind: Literal["held"] = "held"
    reason: str
    waiting_for: str
    question: str | None = None
    until: AwareDatetime
    stops: tuple[Clock, ...]


class HoldEnded(Value):
    """The clocks that were stopped run again, as much later as they stood still."""

    kind: Literal["hold_ended"] = "hold_ended"
    why: HoldEndedWhy
    held_for_s: float
    """Seconds of this hold."""
    acknowledge_due_at: AwareDatetime | None = None
    work_due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    warnings: tuple[WarningDue, ...] = ()
    targets: tuple[TargetDue, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    reason: TextRef | None = None


class PolicyAdopted(Value):
    """It goes on under another policy; every clock is as it stands here."""

    kind: Literal["policy_adopted"] = "policy_adopted"
    policies: tuple[Policy, ...]
    tier: str
    from_policy: str
    from_version: int
    last_known: dict[str, tuple[str, ...]]
    people: tuple[PersonFacts, ...] = ()
    acknowledge_due_at: AwareDatetime | None = None
    work_due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    warnings: tuple[WarningDue, ...] = ()
    targets: tuple[TargetDue, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    reason: TextRef | None = None
