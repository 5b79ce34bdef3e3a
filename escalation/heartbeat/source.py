"""A source that must give a sign of life: how often, and what is raised when it does not. Values, no rules.

When it is silent is in `watching.py`; reading it from YAML is in `read_sources.py`.
"""

from datetime import datetime, timedelta

from pydantic import Field

from escalation.calendar.due import due_surely
from escalation.calendar.limit import Limit
from escalation.calendar.working_hours import WorkingHours
from escalation.value import Value

SHORTEST = timedelta(seconds=10)
"""The shortest `every` that can be written. Ours: below it the way of a sign is longer than what it says."""


class Source(Value):
    """A source as it is written."""

    name: str
    """The word by which it signs, before the colon; also the reference of its issues."""
    title: str = ""
    """What it is, for people; empty: its name."""
    every: timedelta
    """It gives a sign at least so often."""
    grace: timedelta = timedelta(0)
    """It may be late by so much."""
    hours: str | None = None
    """A calendar by its name: `every` and `grace` count while it is open. Absent: day and night."""
    policy: str | None = None
    """The policy that its issues enter; absent: that of technical issues of the entity main."""
    team: str = "main"
    """The team that takes its issues in; the team's duty lead owns them."""
    severity: str | None = None
    """One of that policy; absent: as its triggers demand."""
    labels: dict[str, str] = Field(default_factory=dict)
    """For the triggers of the policy to look at."""

    @property
    def called(self) -> str:
        """What people read."""
        return self.title or self.name


class Watched(Value):
    """A source with the calendar that it names, written out, so that nothing is left to look up."""

    source: Source
    calendar: WorkingHours | None = None

    def due_at(self, from_at: datetime) -> datetime:
        """When it is silent, in UTC, if no sign comes after that instant (aware)."""
        length = self.source.every + self.source.grace
        if self.calendar is None:
            return from_at + length
        return due_surely(from_at, Limit(unit="working", length=length), self.calendar)[0]


class Sources(Value):
    """All of a file."""

    heartbeats: tuple[Source, ...] = ()
