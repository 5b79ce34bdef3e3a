"""The events of shifts: it is looked up until when those who have an issue are on duty, and what came of it.

That it is offered, accepted or taken over then is in `events_of_people.py`; all events in `events.py`.
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from escalation.value import Value


class ShiftsAsked(Value):
    """It is looked up until when those who have it are on duty."""

    kind: Literal["shifts_asked"] = "shifts_asked"
    people: dict[str, AwareDatetime]
    """Who has it, each with when they were last known to be on duty, or got it."""


class ShiftsSeen(Value):
    """Until when they are, and when it is looked up again."""

    kind: Literal["shifts_seen"] = "shifts_seen"
    until: dict[str, AwareDatetime] = Field(default_factory=dict)
    """By person, when their shift ends, or when they are away or gone; who is not named stays."""
    look_at: AwareDatetime
    error: str = ""
    """Why it could not be looked up."""


class OfferWithdrawn(Value):
    """What was offered since a shift ends is offered no more: whose shift it is has nothing of it by now."""

    kind: Literal["offer_withdrawn"] = "offer_withdrawn"
    to: str
