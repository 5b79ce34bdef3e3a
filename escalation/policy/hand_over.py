"""When a shift ends: what the policy says of handing over what whoever goes off duty has. What follows is in
`escalation/issue/decide_shifts.py`.
"""

from typing import Literal

from escalation.policy.tell import Limits
from escalation.value import Value


class HandOver(Value):
    """What somebody has of an issue is offered to whoever is on duty next, before their shift ends."""

    before: Limits
    """How long before the end of a shift it is offered. A severity that is absent is not handed over."""
    accept_within: Limits
    """How long whoever is on duty next has to accept it; then the duty lead of its team has it, by name. Needed for the
    severities of `before`, and no longer than that."""
    read_back: Literal["required"] | None = None
    """`required`: whoever accepts it must say in words what they take over. Who leaves is told in any case."""
    tiers: tuple[str, ...] = ()
    """At these tiers alone; absent: at every tier."""
    teams: tuple[str, ...] = ()
    """Of issues of these teams alone; absent: of every team."""
