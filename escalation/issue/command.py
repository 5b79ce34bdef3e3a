"""What all commands of an issue have: an id, by whom, and when it happened."""

from pydantic import AwareDatetime

from escalation.issue.facts import Actor
from escalation.value import Value


class Command(Value):
    """What all commands have."""

    id: str
    by: Actor
    happened_at: AwareDatetime | None = None
    """When it happened, as the door claims; absent: when it is decided."""
