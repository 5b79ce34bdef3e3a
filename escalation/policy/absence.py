"""When somebody is away, and when they have left: days and instants as people write them, and what they mean.

A day is one of the person's own zone, and counts as a whole. Who is asked in place of whom is in `directory.py`.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from escalation.value import Value

Moment: TypeAlias = date | datetime
"""A day of the zone of whom it is about, or an instant (aware)."""

_A_DAY = timedelta(days=1)


class Absence(Value):
    """A time in which somebody is not asked."""

    model_config = ConfigDict(populate_by_name=True)

    begins: Moment = Field(alias="from")
    """The first day away, or the instant from which on."""
    until: Moment | None = None
    """The last day away, or the instant of being back; without it until further notice."""
    why: str = ""
    """For colleagues: shown by `escalon people`, never put on record."""
    deputy: str | None = None
    """The id of the person who is asked in their place during this absence; else their `deputy` is."""

    def begins_at(self, zone: str) -> datetime:
        """The first instant of it (UTC)."""
        return first_instant(self.begins, zone)

    def ends_at(self, zone: str) -> datetime | None:
        """The first instant after it (UTC); None: no end is known."""
        return None if self.until is None else instant_after(self.until, zone)

    def covers(self, at: datetime, zone: str) -> bool:
        """Whether it is under way at that instant."""
        ends_at = self.ends_at(zone)
        return self.begins_at(zone) <= at and (ends_at is None or at < ends_at)


def first_instant(moment: Moment, zone: str) -> datetime:
    """The instant, or the first instant of the day in that zone (UTC)."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    # Where clocks go forward at midnight, the day's first instant is the one that would have been midnight.
    return datetime.combine(moment, time(), ZoneInfo(zone)).astimezone(UTC)


def instant_after(moment: Moment, zone: str) -> datetime:
    """The instant, or the first instant after the day in that zone (UTC)."""
    return first_instant(moment if isinstance(moment, datetime) else moment + _A_DAY, zone)
