"""In what time a tier's limits count: day and night, or the working time of a calendar that the policy has pinned.

What lies beyond the years that are pinned counts day and night, so that it is due early rather than never.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.calendar.due import Held, due_surely
from escalation.calendar.explained import moment, words_between
from escalation.calendar.limit import Limit, Span
from escalation.calendar.open_times import OpenTimes, OutOfReach, open_times
from escalation.issue.state import IssueState
from escalation.policy.model import Policy, Tier, WhenClosed


class Hours:
    """Durations added to instants and measured between them."""

    def __init__(self, times: OpenTimes | None = None, dates: OpenTimes | None = None) -> None:
        """`dates`: the calendar of limits that have units or shapes of their own, by default the same."""
        self._times = times
        self._dates = times if dates is None else dates

    @property
    def dates(self) -> OpenTimes | None:
        """The calendar in which limits are reckoned that are not plain durations."""
        return self._dates

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

    def due(self, at: datetime, limit: Span, held: Iterable[Held] = ()) -> datetime:
        """When a limit that counts from then is used up, put off by these holds, which are in order.

        One that ends with the day is that of the next day where it begins in the very moment of closing: never at once.
        """
        if isinstance(limit, Limit):
            holds = tuple(held)
            due_at = due_surely(at, limit, self._dates, holds)[0]
            if due_at <= at:
                due_at = due_surely(at + _A_MOMENT, limit, self._dates, holds)[0]
            return due_at if due_at > at + _A_MOMENT or _is_short(limit) else at + _AT_LEAST
        due_at = self.later(at, limit)
        for begins, ends in held:
            since = max(begins, at)
            if since > due_at:
                break
            if ends > since:
                due_at = self.later(due_at, self.between(since, ends))
        return due_at

    def measure(self, limit: Span) -> "Hours":
        """The time in which a share of this limit, and what prolongs it, is counted."""
        if not isinstance(limit, Limit):
            return self
        return WALL if self._dates is None or not limit.counts_hours else Hours(self._dates)

    def length(self, at: datetime, limit: Span) -> timedelta:
        """How long it is from then, in that time."""
        return self.measure(limit).between(at, self.due(at, limit)) if isinstance(limit, Limit) else limit

    def share(self, at: datetime, limit: Span, share: float) -> datetime:
        """When this share of a limit that counts from then has passed."""
        return self.measure(limit).later(at, self.length(at, limit) * share)

    def share_before(self, due_at: datetime, began_at: datetime, limit: Span, share: float) -> datetime:
        """The same, counted back from when it is due, as it was put off since."""
        return self.measure(limit).later(due_at, -(self.length(began_at, limit) * (1 - share)))

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


_A_MOMENT = timedelta(seconds=1)
_AT_LEAST = timedelta(hours=1)
"""What a limit that ends with the day has where its calendar is not known any more: then days are not counted."""
WALL = Hours()
"""Day and night."""


def _is_short(limit: Limit) -> bool:
    """Whether it is meant to be a moment long: a second of working time, or a small part of something."""
    return limit.parts > 0 or (limit.length is not None and limit.length <= _A_MOMENT)


def _day_and_night(hours: Hours) -> Hours:
    dates = hours.dates
    return WALL if dates is None else Hours(None, dates)


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


def hours_of_closing(policy: Policy) -> Hours:
    """In what time it is closed by silence, asked about again, and can be reopened."""
    calendar = policy.pinned_calendars.get(policy.closing.hours) if policy.closing.hours is not None else None
    return WALL if calendar is None else Hours(open_times(calendar))


def reopen_until(policy: Policy, at: datetime) -> datetime:
    """Until when what is closed at this instant can be reopened."""
    return hours_of_closing(policy).due(at, policy.closing.reopen_within)


def hours_for(policy: Policy, tier: Tier, severity: str, *, is_out_of_hours: bool) -> Hours:
    """The same of a tier that may be asked out of its hours: plain durations count day and night then."""
    return _day_and_night(hours_of(policy, tier, severity)) if is_out_of_hours else hours_of(policy, tier, severity)


def hours_here(state: IssueState) -> Hours:
    """In what time the clocks of the tier that is asked count: day and night while it is asked out of its hours."""
    return hours_for(state.pinned, state.here, state.severity, is_out_of_hours=state.is_out_of_hours)


def hours_from(policy: Policy, tier: Tier, severity: str, at: datetime) -> Hours:
    """In what time the limits of a tier count that begins at `at`."""
    closed = closed_at(policy, tier, severity, at)
    is_out = closed is not None and closed.then == "page_out_of_hours"
    return hours_for(policy, tier, severity, is_out_of_hours=is_out)


def counts_from(policy: Policy, tier: Tier, severity: str, at: datetime) -> datetime:
    """From when the clocks of a tier count that begins then: where it waits for its hours, from when it opens."""
    closed = closed_at(policy, tier, severity, at)
    return closed.opens_at if closed is not None and closed.then == "wait" else at


def closed_at(policy: Policy, tier: Tier, severity: str, at: datetime) -> Closed | None:
    """What happens to a tier that begins then outside of its hours; None where it is open, or has none."""
    if not tier.hours:
        return None
    hours = hours_of(policy, tier, severity)
    opens_at = hours.opens_at(at)
    if opens_at is None:
        return None
    return Closed(tier.when_closed.get(severity, "wait"), opens_at, f"closed until {hours.local(opens_at)}")
