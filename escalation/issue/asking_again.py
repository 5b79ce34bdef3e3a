"""Asking those whom the issue is with already: a tier opens, it is asked again, the last resort is told once more."""

from datetime import datetime

from escalation.issue import events as e
from escalation.issue.climb import LAST_RESORT_EVERY, climb_on, first_reminder
from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.deciding import Deciding
from escalation.issue.hours import hours_here
from escalation.issue.running import shifted


def open_tier(turn: Deciding, at: datetime, late_by_s: float) -> None:
    """Its people are looked up. Where that is late nobody could act meanwhile, so the clocks count from now."""
    state = turn.state
    clocks = shifted(state, ("acknowledge", "work"), state.counts_from, at)
    opened = e.TierOpened(
        turn=state.turn,
        tier=state.tier,
        find_due_at=turn.now + FIND_WITHIN,
        late_by_s=late_by_s,
        acknowledge_due_at=clocks.acknowledge_due_at,
        work_due_at=clocks.work_due_at,
        remind_at=clocks.remind_at,
        warnings=clocks.warnings,
        ceilings=clocks.ceilings,
    )
    turn.by_clock(opened, at)


def ask_again(turn: Deciding, why: e.AskedAgainWhy, at: datetime) -> None:
    """Ask the tier's people again: the acknowledgement clock runs anew, the work limit stays as it is.

    A clock that is running (the handler was one of a lower tier) is never lengthened by it.
    """
    state = turn.state
    running = state.acknowledge_due_at
    is_being_asked = running is not None and not state.asked
    if state.is_resting or is_being_asked:
        return
    acknowledge = turn.limit(state.here.acknowledge_within)
    hours = hours_here(state)
    window = state.maintenance if state.is_in_maintenance else None
    since = at if window is None else max(at, window.until)  # nobody is asked before it ends
    event = e.AskedAgain(
        tier=state.tier,
        why=why,
        acknowledge_due_at=running or (hours.due(since, acknowledge) if acknowledge else None),
        remind_at=state.remind_at if running else first_reminder(turn, state.here, since, hours),
    )
    turn.by_clock(event, at) if why in {"lapsed", "snooze_over", "maintenance_over"} else turn.emit(event, at)


def tell_last_resort(turn: Deciding, at: datetime) -> None:
    """Once more, and again at its cadence from then on."""
    state = turn.state
    every = turn.limit(state.pinned.exhaustion.last_resort_every) or LAST_RESORT_EVERY
    turn.by_clock(
        e.LastResortTold(
            count=state.last_resort_count + 1,
            turn=state.turn + 1,
            find_due_at=turn.now + FIND_WITHIN,
            next_at=at + every,
        ),
        at,
    )
    if state.pinned.exhaustion.procedure == "restart":
        climb_on(turn, at)
