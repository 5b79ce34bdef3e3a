"""Limits compared, whatever their units: two that are no plain durations are counted from many instants of a year.

Which rules compare them is in `lint_ladder.py`, `lint_targets.py` and `lint_hours.py`.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from escalation.calendar.limit import Limit, Span, Within, span_words
from escalation.calendar.open_times import OutOfReach, open_times
from escalation.calendar.working_hours import WorkingHours
from escalation.issue.hours import WALL, Hours
from escalation.policy.finding import Findings
from escalation.policy.model import Policy

_EVERY = timedelta(hours=3)
_FOR = timedelta(days=70)
"""Ten weeks from the first of November: change of the clocks, ends of months, the holidays around the new year."""


class Timed(NamedTuple):
    """A limit, and the calendar in which it is reckoned."""

    limit: Span
    calendar: WorkingHours | None

    @property
    def hours(self) -> Hours:
        """In what time it counts."""
        return WALL if self.calendar is None else Hours(open_times(self.calendar))


class Longer(NamedTuple):
    """From when one limit lasts longer than another, and until when each."""

    since: datetime
    one_at: datetime
    other_at: datetime

    @property
    def words(self) -> str:
        """As `: from 2026-11-20 16:00 UTC until 2026-11-23 17:00, the other until 2026-11-23 09:00`."""
        since, one, other = (f"{at:%a %Y-%m-%d %H:%M}" for at in self)
        return f": from {since} UTC until {one}, the other until {other}"


def longer(one: Timed, other: Timed, *, or_equal: bool = False) -> Longer | None:
    """Where the one would last longer than the other, if they began together at some time; None where never."""
    for since in _starts(one.calendar or other.calendar):
        ends = one.hours.due(since, one.limit), other.hours.due(since, other.limit)
        if ends[0] > ends[1] or (or_equal and ends[0] == ends[1]):
            return Longer(since, *ends)
    return None


def always_longer(one: Timed, other: Timed) -> bool:
    """Whether the one never ends before the other."""
    starts = _starts(one.calendar or other.calendar)
    return all(one.hours.due(at, one.limit) >= other.hours.due(at, other.limit) for at in starts)


def never_shorter(one: Timed, other: Timed) -> bool:
    """The same where both may be plain durations, in whatever time they count."""
    if isinstance(one.limit, timedelta) and isinstance(other.limit, timedelta):
        return one.limit >= other.limit
    return always_longer(one, other)


@cache
def _starts(calendar: WorkingHours | None) -> tuple[datetime, ...]:
    """Instants at which it is open, to compare from."""
    year = 2026 if calendar is None else min(calendar.first_year + 1, calendar.last_year)
    first = datetime(year, 11, 1, tzinfo=UTC)
    starts = [first + _EVERY * number for number in range(_FOR // _EVERY)]
    if calendar is None:
        return tuple(starts)
    times = open_times(calendar)
    try:
        return tuple(sorted({times.when_open(at) for at in starts}))
    except OutOfReach:
        return tuple(starts)


def limits_have_their_calendar(policy: Policy, findings: Findings) -> None:
    """A limit in working time, in days or with a shape has hours in which it is reckoned."""
    for whose, limits, hours in _limits_and_hours(policy):
        for severity, limit in limits.items():
            if isinstance(limit, Limit) and limit.needs_calendar and severity not in hours:
                owner = whose.rpartition(".")[0]
                problem = f"is reckoned in a calendar, and {owner}.hours names none for {severity}"
                findings.add(
                    f"{whose}.{severity}",
                    problem,
                    value=span_words(limit),
                    allowed=f"hours for {severity}; or a plain duration such as 4 h or 2 days",
                )

    _every_tier_has_its_calendar(policy, findings)
    _closing_has_its_calendar(policy, findings)


def of_every_tier(policy: Policy) -> dict[str, Within]:
    """Limits that are reckoned in the hours of whichever tier is asked, by field."""
    lapses = policy.acknowledgement.lapses_after
    return {"acknowledgement.lapses_after": lapses, "accept_within": policy.accept_within}


def _every_tier_has_its_calendar(policy: Policy, findings: Findings) -> None:
    for field, limits in of_every_tier(policy).items():
        for severity, limit in limits.items():
            without = [str(place) for place, tier in enumerate(policy.tiers) if severity not in tier.hours]
            if without and isinstance(limit, Limit) and limit.needs_calendar:
                problem = "is reckoned in the calendar of the tier that is asked, and "
                where = " and ".join(f"tiers[{place}].hours" for place in without)
                problem += f"{where} name{'s' if len(without) == 1 else ''} none for {severity}"
                allowed = f"hours for {severity} at every tier; or a plain duration such as 4 h or 2 days"
                findings.add(f"{field}.{severity}", problem, value=span_words(limit), allowed=allowed)


def _closing_has_its_calendar(policy: Policy, findings: Findings) -> None:
    closing = policy.closing
    times = {"remind_after": closing.remind_after, "silence_after": closing.silence_after}
    for name, limit in {**times, "reopen_within": closing.reopen_within}.items():
        if closing.hours is None and isinstance(limit, Limit) and limit.needs_calendar:
            allowed = "closing.hours with a calendar; or a plain duration such as 5 days"
            problem = "is reckoned in a calendar, and closing.hours names none"
            findings.add(f"closing.{name}", problem, value=span_words(limit), allowed=allowed)


def _limits_and_hours(policy: Policy) -> list[tuple[str, Within, dict[str, str]]]:
    """Every limit that may have a unit of its own: the field, the limits, and the hours beside it."""
    found: list[tuple[str, Within, dict[str, str]]] = []
    for place, tier in enumerate(policy.tiers):
        found += [
            (f"tiers[{place}].acknowledge_within", tier.acknowledge_within, tier.hours),
            (f"tiers[{place}].work_within", tier.work_within, tier.hours),
            (f"tiers[{place}].remind_every", tier.remind_every, tier.hours),
            (f"tiers[{place}].remind_handler_every", tier.remind_handler_every, tier.hours),
        ]
    found += [(f"{field}.within", each.within, each.hours) for field, each in policy.targets_by_field()]
    for desk in policy.desks:
        times = {"take_within": desk.take_within, "done_within": desk.done_within}
        for name, limits in {**times, "answer_within": desk.answer_within}.items():
            found.append((f"desks.{desk.name}.{name}", limits, desk.hours))
    return found
