"""The words of which sentences are made: instants as people read them, tiers, and until when. For `narrate*.py`."""

from datetime import UTC, datetime
from functools import lru_cache

# Not strftime, whose names follow the machine's language.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=256)  # a tier ends in the instant in which the next one begins and its people are asked
def instant(at: datetime) -> str:
    """An instant as people read it, in UTC to the second: `Fri 20 Nov 19:40:00 UTC`."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    written = at.isoformat()
    return f"{_DAYS[at.weekday()]} {written[8:10]} {_MONTHS[at.month - 1]} {written[11:19]} UTC"


def until_when(at: datetime | None, lead: str = ", until ") -> str:
    """Until when, where there is such an instant."""
    return f"{lead}{instant(at)}" if at is not None else ""


def tier_named(name: str) -> str:
    """A tier in a sentence; the last resort where there is no name."""
    return f"the {name.replace('_', ' ')}" if name else "the last resort"
