"""Whether a ladder can be climbed before a deadline, and how much shorter its limits must be so that it can.

Reckoned for both ways up: nobody answers, and everybody acknowledges but nobody solves it. At the end of either the top
tier still has its time to acknowledge.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.calendar.due import part_of
from escalation.calendar.limit import Limit, Span, Within
from escalation.issue.hours import Closed, Hours, closed_at, hours_from
from escalation.policy.model import Policy, Tier

WHOLE = 1000
"""The limits as they are written; they are shortened by parts of this."""
SHORTEST = timedelta(minutes=1)
"""What a tier has to acknowledge at least. Ours: in less nobody could."""


class Way(NamedTuple):
    """How far up the ladder goes, and by when."""

    top: str
    hears_at: datetime
    """When the top tier is asked."""
    ends_at: datetime
    """When its time to acknowledge ends."""


class Left(NamedTuple):
    """What is left of the tier that is asked, in the time in which it counts: to acknowledge, and to work."""

    hours: Hours
    acknowledge: timedelta | None
    work: timedelta | None


def way_up(policy: Policy, tier: Tier, severity: str, at: datetime, left: Left | None = None) -> Way | None:
    """The longer way from this tier, which begins then, to the top; None where some tier has no limit to be left by.

    `left` where it has begun before, instead of its limits.
    """
    silent = _climb(policy, tier, severity, at, left, is_acknowledged=False)
    worked = _climb(policy, tier, severity, at, left, is_acknowledged=True)
    ways = [way for way in (silent, worked) if way is not None]
    return max(ways, key=lambda way: way.ends_at, default=None)


def _climb(
    policy: Policy, tier: Tier, severity: str, at: datetime, left: Left | None, *, is_acknowledged: bool
) -> Way | None:
    here, seen = tier, {tier.name}
    while True:
        closed = closed_at(policy, here, severity, at) if left is None else None
        hours = hours_from(policy, here, severity, at) if left is None else left.hours
        following = policy.next_tier(here.name)
        if following is None or following in seen:
            last = here.acknowledge_within.get(severity) if left is None else left.acknowledge
            return Way(here.name, at, hours.due(_since(at, closed), last or timedelta()))
        limit = (
            _limit(here, severity, is_acknowledged=is_acknowledged) if left is None else _left(left, is_acknowledged)
        )
        if limit is None:
            return None
        if closed is None or closed.then != "skip":
            at = hours.due(_since(at, closed), limit)
        here, left = policy.tier(following), None
        seen.add(following)


def _since(at: datetime, closed: Closed | None) -> datetime:
    """From when a tier's clocks count that begins then."""
    return closed.opens_at if closed is not None and closed.then == "wait" else at


def _limit(tier: Tier, severity: str, *, is_acknowledged: bool) -> Span | None:
    return (tier.work_within if is_acknowledged else tier.acknowledge_within).get(severity)


def _left(left: Left, is_acknowledged: bool) -> timedelta | None:
    if is_acknowledged or left.acknowledge is None:
        return left.work
    return left.acknowledge if left.work is None else min(left.acknowledge, left.work)


def shortened(policy: Policy, severity: str, parts: int) -> Policy:
    """The policy with the limits of all tiers at this severity so many thousandths as long."""
    tiers = tuple(
        tier.changed(
            {
                name: _shorter(getattr(tier, name), severity, parts)
                for name in ("acknowledge_within", "work_within", "remind_every")
            }
        )
        for tier in policy.tiers
    )
    return policy.changed({"tiers": tiers})


def _shorter(limits: Within, severity: str, parts: int) -> Within:
    return {name: _part(limit, parts) if name == severity else limit for name, limit in limits.items()}


def _part(limit: Span, parts: int) -> Span:
    """So much of it. Days cannot be divided: of them, and of what is shaped, it is a part of the time until then."""
    if isinstance(limit, Limit):
        return limit.changed({"parts": max((limit.parts or WHOLE) * parts // WHOLE, 1)})
    return part_of(limit, parts)


def most_that_fits(fits: Callable[[int], bool]) -> int:
    """The most thousandths that fit, 0 where none do."""
    least, most = 0, WHOLE
    while most - least > 1:
        middle = (least + most) // 2
        if fits(middle):
            least = middle
        else:
            most = middle
    return least


def is_humane(policy: Policy, severity: str, parts: int) -> bool:
    """Whether every tier still has a minute to acknowledge, or what it had where that was less."""
    limits = [tier.acknowledge_within.get(severity) for tier in policy.tiers]
    plain = [(limit.length, limit.parts or WHOLE) if isinstance(limit, Limit) else (limit, WHOLE) for limit in limits]
    return all(
        limit is None or part_of(limit, before * parts // WHOLE) >= min(limit, SHORTEST) for limit, before in plain
    )
