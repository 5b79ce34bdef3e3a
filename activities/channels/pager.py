"""What a message means to a pager that others keep: an alert that rings, or that it may be closed.

There is one alert for each issue and person. None is ever acknowledged from here: of one that is acknowledged, neither
PagerDuty nor Opsgenie rings again when the issue comes back to the same person.
"""

from activities.channels.contract import Envelope, opaque
from escalation.issue.effects import About

_ENDS: frozenset[About] = frozenset({"left_tier", "resolved", "closed"})
"""Occasions on which nothing is asked of the person any more. What comes back later rings anew."""


def ends_alert(envelope: Envelope) -> bool:
    """Whether the alert is closed, and none opened."""
    return envelope.about in _ENDS


def alert_id(envelope: Envelope) -> str:
    """The alert's id: the same for all messages of the issue to the person, and it says nothing about either."""
    return f"escalon-{opaque(f'{envelope.issue}/{envelope.person}')}"
