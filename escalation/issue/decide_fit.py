"""Where a customer's deadline lies before the ladder would reach its top: it is shortened, or said to be impossible."""

from datetime import datetime, timedelta

from escalation.calendar.due import part_of
from escalation.issue import events as e
from escalation.issue.deciding import Deciding
from escalation.issue.fit import Left, Way, is_humane, most_that_fits, shortened, way_up
from escalation.issue.hours import Hours, hours_here
from escalation.issue.running import Running, ceilings_from, never_later, running
from escalation.issue.state import IssueState
from escalation.policy.model import Policy, Tier

_MOVED = (e.SeverityChanged, e.CustomerChanged, e.PolicyAdopted, e.HoldEnded)
"""What can leave too little time for the tiers that remain."""


def fit_at_opening(turn: Deciding, at: datetime) -> None:
    """Before the first tier is asked."""
    target = _deadline(turn.state)
    if target is not None:
        _fit(turn, target, turn.state.here, at, None)


def fit_again(turn: Deciding) -> None:
    """After another severity, customer or policy, or a hold: the rest of the climb fits into the rest of the time."""
    if not any(isinstance(entry.event, _MOVED) for entry in turn.entries):
        return
    state = turn.state
    target = _deadline(state)
    if target is None or not state.is_climbing or state.hold is not None or target.due_at <= turn.now:
        return
    hours = hours_here(state)
    left = Left(hours, _time_left(state.acknowledge_due_at, hours, turn), _time_left(state.work_due_at, hours, turn))
    _fit(turn, target, state.here, turn.now, left)


def _time_left(due_at: datetime | None, hours: Hours, turn: Deciding) -> timedelta | None:
    return None if due_at is None else max(hours.between(turn.now, due_at), timedelta())


def _deadline(state: IssueState) -> e.TargetDue | None:
    """The target that the ladder is to fit into; none on a fallback's ladder, of which the policy says nothing."""
    policy = state.policies[0]
    if policy.fit_ladder_to is None or state.policy != policy.name:
        return None
    return next((target for target in state.targets if target.name == policy.fit_ladder_to), None)


def _fit(turn: Deciding, target: e.TargetDue, tier: Tier, at: datetime, left: Left | None) -> None:
    state = turn.state
    policy, severity = state.pinned, state.severity
    way = way_up(policy, tier, severity, at, left)
    if way is None or way.ends_at <= target.due_at or way.top == tier.name:
        return

    def reached(parts: int) -> Way | None:
        shorter = shortened(policy, severity, parts)
        return way_up(shorter, shorter.tier(tier.name), severity, at, _shorter(left, parts))

    def fits(parts: int) -> bool:
        shorter = reached(parts)
        return shorter is not None and shorter.ends_at <= target.due_at

    parts = most_that_fits(fits)
    shorter = reached(parts) if parts and is_humane(policy, severity, parts) else None
    if shorter is None:
        _say_impossible(turn, target, way, at)
        return
    fitted = e.LadderFitted(
        target=target.name,
        due_at=target.due_at,
        severity=severity,
        parts=parts,
        top=shorter.top,
        top_hears_at=shorter.hears_at,
        **(_running(state, shortened(policy, severity, parts), parts, at)._asdict() if left is not None else {}),
    )
    turn.by_clock(fitted, at)


def _shorter(left: Left | None, parts: int) -> Left | None:
    if left is None:
        return None
    acknowledge, work = (None if each is None else part_of(each, parts) for each in (left.acknowledge, left.work))
    return Left(left.hours, acknowledge, work)


def _running(state: IssueState, policy: Policy, parts: int, now: datetime) -> Running:
    """The clocks that run, each with so many thousandths of what is left of it."""
    hours = hours_here(state)

    def sooner(due_at: datetime | None) -> datetime | None:
        if due_at is None or due_at <= now:
            return due_at
        return hours.later(now, part_of(hours.between(now, due_at), parts))

    work = sooner(state.work_due_at)
    following = policy.next_tier(state.tier)
    fresh: tuple[e.Ceiling, ...] = ()
    if work is not None and following is not None:
        above = ceilings_from(policy, policy.tier(following), state.severity, work)
        known = {ceiling.tier for ceiling in state.ceilings}
        fresh = tuple(each for each in (e.Ceiling(tier=following, at=work), *above) if each.tier in known)
    return running(state)._replace(
        acknowledge_due_at=sooner(state.acknowledge_due_at),
        work_due_at=work,
        remind_at=sooner(state.remind_at),
        warnings=tuple(each.changed({"at": sooner(each.at)}) for each in state.warnings),
        ceilings=never_later(state.ceilings, fresh),
    )


def _say_impossible(turn: Deciding, target: e.TargetDue, way: Way, at: datetime) -> None:
    """Once for a target at a severity: the top tier and the owner are told at once."""
    state = turn.state
    if (target.name, state.severity) in state.impossible:
        return
    turn.by_clock(
        e.PlanImpossible(
            target=target.name,
            due_at=target.due_at,
            severity=state.severity,
            top=way.top,
            top_hears_at=way.hears_at,
        ),
        at,
    )
