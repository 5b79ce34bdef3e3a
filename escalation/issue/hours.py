"""In what time a tier's limits count: day and night, or the working time of a calendar that the policy has pinned.

What lies beyond the years that are pinned counts day and night, so that it is due early rather than never.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.calendar.explained import moment, words_between
from escalation.calendar.open_times import OpenTimes, OutOfReach, open_times
from escalation.issue.state import IssueState
from escalation.policy.model import Policy, Tier, WhenClosed


class Hours:
    """Durations added to instants and measured between them."""

    def __init__(self, times: OpenTimes | None = None) -> None:
        self._times = times

    @property
    def words(self) -> str:
        """Said after a duration: ` of working time (sample-support)`; empty where it counts day and night."""
        return f" of working time ({self._times.hours.name})" if self._times is not None else ""

    def later(self, at: datetime, by: timedelta) -> datetime:
        """The instant so much later; earlier where `by` is negative."""
        if self._times is None:
            return at + by
        try:
            return self._times.add(at, by)
        except OutOfReach:
            return at + by

    def between(self, since: datetime, until: datetime) -> timedelta:
        """The time from one instant to another; negative where the other is earlier."""
        if self._times is None:
            return until - since
        try:
            return self._times.between(since, until)
        except OutOfReach:
            return until - since

    def counted(self, since: datetime, until: datetime) -> tuple[str, ...]:
        """What counts between two instants and what is skipped, span by span; nothing where it counts day and night."""
        if self._times is None or until <= since:
            return ()
        named = f"By the calendar {self._times.hours.name}, on the clock of {self._times.hours.zone}:"
        try:
            return (named, *words_between(since, until, self._times))
        except OutOfReach:
            return ()

    def opens_at(self, at: datetime) -> datetime | None:
        """The next opening where it is closed in that instant; None where it is open."""
        if self._times is None:
            return None
        try:
            return None if self._times.is_open(at) else self._times.next_opening(at)
        except OutOfReach:
            return None

    def local(self, at: datetime) -> str:
        """The instant on the calendar's clock: `Mon 23 Nov 2026 09:00 (Europe/Dublin)`."""
        if self._times is None:
            return f"{at:%Y-%m-%d %H:%M} UTC"
        return f"{moment(at, self._times)} ({self._times.hours.zone})"


WALL = Hours()
"""Day and night."""


def beginning_of(due_at: datetime, began_at: datetime, limit: timedelta, hours: Hours = WALL) -> datetime:
    """Where a clock of this limit counts from: its beginning, or as much later as holds have put it off.

    A clock that a former policy made sooner than this limit would does not count from before its beginning.
    """
    if hours.between(began_at, due_at) <= limit:
        return began_at
    return max(hours.later(due_at, -limit), began_at)


class Closed(NamedTuple):
    """What is to be done at a tier that begins outside of its hours, and until when it is closed."""

    then: WhenClosed
    opens_at: datetime
    words: str


def hours_of(policy: Policy, tier: Tier, severity: str) -> Hours:
    """In what time the limits of this tier count at a severity."""
    name = tier.hours.get(severity) if tier.hours else None
    calendar = policy.pinned_calendars.get(name) if name is not None else None
    return WALL if calendar is None else Hours(open_times(calendar))


def hours_here(state: IssueState) -> Hours:
    """In what time the clocks of the tier that is asked count: day and night while it is asked out of its hours."""
    return WALL if state.is_out_of_hours else hours_of(state.pinned, state.here, state.severity)


def hours_from(policy: Policy, tier: Tier, severity: str, at: datetime) -> Hours:
    """In what time the limits of a tier count that begins at `at`."""
    closed = closed_at(policy, tier, severity, at)
    return WALL if closed is not None and closed.then == "page_out_of_hours" else hours_of(policy, tier, severity)


def closed_at(policy: Policy, tier: Tier, severity: str, at: datetime) -> Closed | None:
    """What happens to a tier that begins then outside of its hours; None where it is open, or has none."""
    if not tier.hours:
        return None
    hours = hours_of(policy, tier, severity)
    opens_at = hours.opens_at(at)
    if opens_at is None:
        return None
    return Closed(tier.when_closed.get(severity, "wait"), opens_at, f"closed until {hours.local(opens_at)}")
