"""How an issue climbs: a tier begins, the next one follows, the ladder is exhausted."""

from datetime import datetime

from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.deciding import Deciding
from escalation.issue.events import BeganWhy, Exhausted, ExhaustedWhy, TierBegan, WarningDue
from escalation.issue.facts import TextRef
from escalation.policy.model import Policy, Tier

_UPWARD: dict[ExhaustedWhy, BeganWhy] = {
    "not_acknowledged": "not_acknowledged",
    "work_limit_spent": "work_limit_spent",
    "escalated_by_hand": "escalated_by_hand",
    "nobody_on_duty": "nobody_on_duty",
}


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
) -> None:
    """Ask a tier: all of its clocks count from `at`."""
    state = turn.state
    acknowledge = turn.limit(tier.acknowledge_within)
    work = turn.limit(tier.work_within)
    remind = turn.limit(tier.remind_every)
    warnings = tuple(
        WarningDue(at=at + limit * warn.at, of=warn.of, share=warn.at, tell=warn.tell)
        for warn in tier.warnings
        for limit in [acknowledge if warn.of == "acknowledge" else work]
        if limit is not None
    )
    event = TierBegan(
        turn=state.turn + 1,
        passes=state.passes if passes is None else passes,
        policy=policy.name,
        tier=tier.name,
        from_tier=state.tier if state.turn else None,
        why=why,
        acknowledge_due_at=at + acknowledge if acknowledge else None,
        work_due_at=at + work if work else None,
        find_due_at=turn.now + FIND_WITHIN,
        remind_at=at + remind if remind else None,
        warnings=warnings,
        late_by_s=late_by_s,
        waived=waived,
        reason=reason,
    )
    turn.emit(event, at) if why in {"escalated_by_hand", "reopened", "entered"} else turn.by_clock(event, at)


def move_up(
    turn: Deciding,
    why: ExhaustedWhy,
    at: datetime,
    *,
    late_by_s: float = 0,
    waived: tuple[str, ...] = (),
    reason: TextRef | None = None,
) -> None:
    """Ask the next tier; after the last, climb again or count the ladder as exhausted."""
    state = turn.state
    policy = state.pinned
    following = policy.next_tier(state.tier)
    if following is not None:
        tier = policy.tier(following)
        begin_tier(turn, policy, tier, _UPWARD[why], at, late_by_s=late_by_s, waived=waived, reason=reason)
    elif state.passes <= policy.exhaustion.repeats and state.has_pass_people:
        first = policy.tier(policy.climb()[0])
        begin_tier(turn, policy, first, "repeated", at, passes=state.passes + 1, late_by_s=late_by_s, reason=reason)
    else:
        exhaust(turn, why, at, late_by_s=late_by_s)


def exhaust(turn: Deciding, why: ExhaustedWhy, at: datetime, *, late_by_s: float = 0) -> None:
    """The ladder's time is up: tell the last resort, and run the policy's procedure until a person takes charge."""
    state = turn.state
    policy = state.pinned
    procedure = policy.exhaustion.procedure
    goes_on = procedure == "fallback" or (procedure == "restart" and state.has_pass_people)
    every = turn.limit(policy.exhaustion.last_resort_every)
    event = Exhausted(
        policy=policy.name,
        passes=state.passes,
        procedure=procedure,
        why=why,
        turn=state.turn + 1,
        find_due_at=turn.now + FIND_WITHIN,
        next_at=None if goes_on or every is None else at + every,
        late_by_s=late_by_s,
    )
    turn.emit(event, at) if why in {"escalated_by_hand", "charge_released"} else turn.by_clock(event, at)
    if goes_on:
        climb_on(turn, at)


def climb_on(turn: Deciding, at: datetime) -> None:
    """After exhaustion: begin the fallback's ladder, or this one's again from its first tier."""
    state = turn.state
    policy = state.pinned
    fallback = next((p for p in state.policies if p.name == policy.exhaustion.fallback), None)
    if policy.exhaustion.procedure == "fallback" and fallback is not None:
        begin_tier(turn, fallback, fallback.tier(fallback.climb()[0]), "fell_back", at, passes=1)
    elif policy.exhaustion.procedure == "restart":
        begin_tier(turn, policy, policy.tier(policy.climb()[0]), "restarted", at, passes=state.passes + 1)
