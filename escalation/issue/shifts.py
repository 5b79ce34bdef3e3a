"""Whose shift is watched: until when those who have an issue are on duty, so that it is handed over before they go.

Who that is, and until when, is looked up (`next_shift.py`); what is done then is in `decide_shifts.py`.
"""

from datetime import timedelta

from pydantic import AwareDatetime, Field

from escalation.value import Value

LOOK_AGAIN = timedelta(hours=4)
"""How often it is looked up anew at the least, since rotas and absences change. Ours."""
TRY_AGAIN = timedelta(minutes=5)
"""After how long a look-up that failed is tried again, and a hand-over that came to nothing. Ours."""


class ShiftWatch(Value):
    """What is known of the shifts of those who have it."""

    since: dict[str, AwareDatetime]
    """By person, when they were last known to be where they should be: at first when they got it."""
    until: dict[str, AwareDatetime] = Field(default_factory=dict)
    """By person, when they go off duty, are away or have left; who is not named goes nowhere that is known."""
    look_at: AwareDatetime | None = None
    """When it is looked up again; None: it is being looked up."""
    number: int
    """Of the look-up whose answer counts: the entry that asked for it."""
