"""How an issue climbs: a tier begins, the next one follows, the ladder is exhausted."""

from datetime import datetime, timedelta

from escalation.issue.clocks import FIND_WITHIN, is_late, running_targets
from escalation.issue.commands import How
from escalation.issue.deciding import Deciding
from escalation.issue.events import (
    BeganWhy,
    Ceiling,
    Exhausted,
    ExhaustedWhy,
    LimitMissed,
    TargetMissed,
    TierBegan,
    TierFoundEmpty,
    WarningDue,
)
from escalation.issue.facts import TextRef
from escalation.issue.hours import Hours, closed_at, counts_from, hours_from
from escalation.issue.running import ceilings_from, never_earlier, still_ahead
from escalation.issue.state import IssueState
from escalation.policy.model import Clock, Policy, Tier

LAST_RESORT_EVERY = timedelta(hours=1)
"""The cadence of the last resort where a policy gives none, which the check of policies does not let pass. Ours."""

_UPWARD: dict[ExhaustedWhy, BeganWhy] = {
    "not_acknowledged": "not_acknowledged",
    "too_few_acknowledged": "too_few_acknowledged",
    "too_few_left": "too_few_left",
    "work_limit_spent": "work_limit_spent",
    "escalated_by_hand": "escalated_by_hand",
    "nobody_on_duty": "nobody_on_duty",
    "nobody_reached": "nobody_reached",
    "everybody_declined": "everybody_declined",
    "severity_changed": "severity_changed",
    "policy_adopted": "policy_adopted",
    "tier_closed": "tier_closed",
}
_BY_HAND: set[ExhaustedWhy] = {"escalated_by_hand", "severity_changed", "policy_adopted", "charge_released"}
_MAY_BE_HELD: set[BeganWhy] = {"entered", "reopened", "severity_changed", "policy_adopted"}
_BEGINS_A_PASS: set[BeganWhy] = {"entered", "reopened", "repeated", "restarted", "fell_back"}


def begin_tier(  # noqa: PLR0913 - each is a fact of the entry
    turn: Deciding,
    policy: Policy,
    tier: Tier,
    why: BeganWhy,
    at: datetime,
    *,
    passes: int | None = None,
    late_by_s: float = 0,
    waived: tuple[str, ...] = (),
    reason: TextRef | None = None,
    is_by_hand: bool = False,
    how: How | None = None,
    guidance: TextRef | None = None,
) -> None:
    """Ask a tier: all of its clocks count from `at`. A new pass over the ladder ends a hold.

    One that is closed then waits for its hours, pages who is on duty outside of them, or is left at once.
    """
    if why in _BEGINS_A_PASS:
        turn.end_hold("exhausted", at)
    state = turn.state
    held_until = _held_until(state, why)
    begins_at = held_until or at
    closed = closed_at(policy, tier, state.severity, at) if held_until is None else None
    hours = hours_from(policy, tier, state.severity, begins_at)
    since = counts_from(policy, tier, state.severity, begins_at)
    acknowledge = turn.limit(tier.acknowledge_within)
    work = turn.limit(tier.work_within)
    warnings = tuple(
        [
            WarningDue(at=hours.share(since, limit, warn.at), of=warn.of, share=warn.at, tell=warn.tell)
            for warn in tier.warnings
            for limit in [acknowledge if warn.of == "acknowledge" else work]
            if limit is not None
        ]
    )
    event = TierBegan.trusted(
        turn=state.turn + 1,
        passes=state.passes if passes is None else passes,
        policy=policy.name,
        tier=tier.name,
        from_tier=state.tier if state.turn else None,
        why=why,
        acknowledge_due_at=hours.due(since, acknowledge) if acknowledge else None,
        work_due_at=hours.due(since, work) if work else None,
        find_due_at=turn.now + FIND_WITHIN,
        remind_at=first_reminder(turn, tier, since, hours),
        warnings=warnings,
        late_by_s=late_by_s,
        waived=waived,
        reason=reason,
        how=how,
        guidance=guidance,
        ceilings=_ceilings(turn, policy, tier, why, begins_at, late_by_s),
        when_closed="wait" if held_until is not None else closed.then if closed is not None else None,
        opens_at=closed.opens_at if closed is not None else held_until,
        is_maintenance=held_until is not None,
    )
    turn.emit(event, at) if is_by_hand else turn.by_clock(event, at)
    if closed is not None and closed.then == "skip":
        turn.by_clock(TierFoundEmpty(turn=event.turn, tier=tier.name, why=closed.words, is_closed=True), at)
        move_up(turn, "tier_closed", at)


def _held_until(state: IssueState, why: BeganWhy) -> datetime | None:
    """Until when a maintenance window lets nobody be asked; whoever moves the issue by hand asks all the same."""
    window = state.maintenance
    return window.until if window is not None and state.is_in_maintenance and why in _MAY_BE_HELD else None


def _ceilings(
    turn: Deciding, policy: Policy, tier: Tier, why: BeganWhy, at: datetime, late_by_s: float
) -> tuple[Ceiling, ...] | None:
    """New ones for a new pass, or where who was in charge hands it down.

    Where the system was away they are put off, as the tier's own time counts from now.
    """
    fresh = ceilings_from(policy, tier, turn.state.severity, at)
    is_out_of_charge = why == "de_escalated" and turn.state.charge is not None
    if why in _BEGINS_A_PASS or is_out_of_charge or why == "maintenance_over":
        return fresh
    ahead = still_ahead(turn.state.ceilings, policy, tier.name)
    if late_by_s and ahead:
        put_off = never_earlier(ahead, still_ahead(fresh, policy, tier.name))
        # One that fresh ones say nothing of, as a tier below has no work limit: not in this very instant, too.
        hours = hours_from(policy, tier, turn.state.severity, at)
        heard_by = hours.due(at, turn.limit(tier.acknowledge_within) or timedelta())
        return tuple(each if each.at > turn.now else each.changed({"at": max(heard_by, turn.now)}) for each in put_off)
    return None if ahead == turn.state.ceilings else ahead


def first_reminder(turn: Deciding, tier: Tier, at: datetime, hours: Hours) -> datetime | None:
    """When those asked at `at` are first told again; None where the tier's time to acknowledge is up by then."""
    remind = turn.limit(tier.remind_every) if tier.remind_every else None
    acknowledge = turn.limit(tier.acknowledge_within)
    if remind is None:
        return None
    remind_at = hours.due(at, remind)
    is_plain = isinstance(remind, timedelta) and isinstance(acknowledge, timedelta)
    is_over = acknowledge is not None and (
        remind >= acknowledge if is_plain else remind_at >= hours.due(at, acknowledge)  # type: ignore[operator]
    )
    return None if is_over else remind_at


def note_missed(turn: Deciding) -> None:
    """Put on record what was missed before a command that comes late stops the tier's clocks: a breach stays."""
    state = turn.state
    clocks: tuple[tuple[Clock, datetime | None], ...] = (
        ("acknowledge", state.acknowledge_due_at),
        ("work", state.work_due_at),
    )
    for of, due_at in clocks:
        if due_at is not None and not state.stands_still(of) and is_late(due_at, turn.now):
            turn.by_clock(LimitMissed(tier=state.tier, of=of, due_at=due_at), due_at)
    note_missed_targets(turn)


def note_missed_targets(turn: Deciding) -> None:
    """The same of targets alone."""
    for target in running_targets(turn.state):
        if target.due_at < turn.now:  # in the very instant is in time, and nothing after it
            miss_target(turn, target.name)


def miss_target(turn: Deciding, name: str) -> None:
    """Put on record that a target was missed; it stays missed."""
    state = turn.state
    due_at = next(target.due_at for target in state.targets if target.name == name)
    known = next((target for target in state.promised if target.name == name), None)
    tell = known.tell if known else ("owner",)
    turn.by_clock(TargetMissed.trusted(target=name, due_at=due_at, tell=tell), due_at)


def move_up(
    turn: Deciding,
    why: ExhaustedWhy,
    at: datetime,
    *,
    late_by_s: float = 0,
    waived: tuple[str, ...] = (),
    reason: TextRef | None = None,
    how: How | None = None,
) -> None:
    """Ask the next tier, or one further up that must hear by now; after the last, climb again or count as exhausted."""
    state = turn.state
    policy = state.pinned
    by_hand = why in _BY_HAND
    following = policy.next_tier(state.tier)
    if not by_hand and not late_by_s and not state.stands_still("work"):
        # Never two tiers in one instant: the lower one would be asked for nothing.
        following = next((ceiling.tier for ceiling in reversed(state.ceilings) if ceiling.at <= at), following)
    if following is not None:
        begin_tier(
            turn, policy, policy.tier(following), _UPWARD[why], at,
            late_by_s=late_by_s, waived=waived, reason=reason, is_by_hand=by_hand, how=how,
        )  # fmt: skip
    elif state.passes <= policy.exhaustion.repeats and state.has_pass_people:
        _note_last_limit(turn, why)
        begin_tier(
            turn, policy, policy.tier(policy.climb()[0]), "repeated", at,
            passes=state.passes + 1, late_by_s=late_by_s, reason=reason, is_by_hand=by_hand,
        )  # fmt: skip
    else:
        exhaust(turn, why, at, late_by_s=late_by_s)


def _note_last_limit(turn: Deciding, why: ExhaustedWhy) -> None:
    """The next pass begins with a reason of its own, so the limit that ended the last one is an entry by itself."""
    state = turn.state
    if why in {"not_acknowledged", "too_few_acknowledged"} and state.acknowledge_due_at is not None:
        due_at = state.acknowledge_due_at
        turn.by_clock(LimitMissed(tier=state.tier, of="acknowledge", due_at=due_at), due_at)
    if why == "work_limit_spent" and state.work_due_at is not None:
        turn.by_clock(LimitMissed(tier=state.tier, of="work", due_at=state.work_due_at), state.work_due_at)


def exhaust(turn: Deciding, why: ExhaustedWhy, at: datetime, *, late_by_s: float = 0) -> None:
    """The ladder's time is up: tell the last resort, and run the policy's procedure until a person takes charge."""
    turn.end_hold("exhausted", at)
    state = turn.state
    policy = state.pinned
    procedure = policy.exhaustion.procedure
    # A fallback that was not pinned, or a ladder that asked nobody, leaves the last resort at its cadence.
    goes_on = _fallback(state) is not None or (procedure == "restart" and state.has_pass_people)
    every = turn.limit(policy.exhaustion.last_resort_every) or LAST_RESORT_EVERY
    event = Exhausted(
        policy=policy.name,
        passes=state.passes,
        procedure=procedure,
        why=why,
        turn=state.turn + 1,
        find_due_at=turn.now + FIND_WITHIN,
        next_at=None if goes_on else at + every,
        late_by_s=late_by_s,
    )
    turn.emit(event, at) if why in _BY_HAND else turn.by_clock(event, at)
    if goes_on:
        climb_on(turn, at)


def climb_on(turn: Deciding, at: datetime) -> None:
    """After exhaustion: begin the fallback's ladder, or this one's again from its first tier."""
    state = turn.state
    policy = state.pinned
    fallback = _fallback(state)
    if fallback is not None:
        begin_tier(turn, fallback, fallback.tier(fallback.climb()[0]), "fell_back", at, passes=1)
    elif policy.exhaustion.procedure == "restart":
        begin_tier(turn, policy, policy.tier(policy.climb()[0]), "restarted", at, passes=state.passes + 1)


def _fallback(state: IssueState) -> Policy | None:
    exhaustion = state.pinned.exhaustion
    if exhaustion.procedure != "fallback":
        return None
    return next((policy for policy in state.policies if policy.name == exhaustion.fallback), None)
