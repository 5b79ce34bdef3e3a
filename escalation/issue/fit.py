"""Whether a ladder can be climbed before a deadline, and how much shorter its limits must be so that it can.

Reckoned for both ways up: nobody answers, and everybody acknowledges but nobody solves it. At the end of either the top
tier still has its time to acknowledge.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.issue.hours import Hours, closed_at, hours_from
from escalation.policy.model import Limits, Policy, Tier

WHOLE = 1000
"""The limits as they are written; they are shortened by parts of this."""
SHORTEST = timedelta(minutes=1)
"""What a tier has to acknowledge at least. Ours: in less nobody could."""
_SECOND = timedelta(seconds=1)


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
            return Way(here.name, at, hours.later(at, last or timedelta()))
        limit = (
            _limit(here, severity, is_acknowledged=is_acknowledged) if left is None else _left(left, is_acknowledged)
        )
        if limit is None:
            return None
        if closed is None or closed.then != "skip":
            at = hours.later(at, limit)
        here, left = policy.tier(following), None
        seen.add(following)


def _limit(tier: Tier, severity: str, *, is_acknowledged: bool) -> timedelta | None:
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


def _shorter(limits: Limits, severity: str, parts: int) -> Limits:
    return {name: part_of(limit, parts) if name == severity else limit for name, limit in limits.items()}


def part_of(limit: timedelta, parts: int) -> timedelta:
    """So many thousandths of it, in whole seconds where it is longer than one."""
    part = limit * parts // WHOLE
    return part - part % _SECOND if part > _SECOND else part


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
    return all(limit is None or part_of(limit, parts) >= min(limit, SHORTEST) for limit in limits)
