"""What a maintenance window does to an issue: it enters, and is released when the window ends, early or not.

The customer's targets run on: a window is ours, and no hold of theirs. Nothing is lost: what is open goes its way then.
"""

from datetime import datetime

from escalation.issue import events as e
from escalation.issue.asking_again import ask_again, open_tier, tell_last_resort
from escalation.issue.climb import begin_tier
from escalation.issue.commands import EndMaintenance
from escalation.issue.decide_fit import fit_at_opening
from escalation.issue.deciding import Deciding
from escalation.issue.maintenance import LONGEST, EndedWhy, Maintenance


def enter_maintenance(turn: Deciding, given: Maintenance | None, at: datetime) -> None:
    """The issue falls into the window, unless that is over by now, or the issue is as bad as breaks through."""
    if given is not None and given.until > turn.now and turn.state.severity not in given.through:
        bounded = given.changed({"until": min(given.until, turn.now + LONGEST)})
        turn.by_clock(e.MaintenanceEntered(maintenance=bounded), at)


def take_maintenance_end(turn: Deciding, command: EndMaintenance) -> None:
    """The window was ended before its time. Nothing where the issue is not, or no longer, in that window."""
    window = turn.state.maintenance
    if window is not None and window.window == command.window:
        end_maintenance(turn, "ended_early", turn.now)


def break_through(turn: Deciding) -> None:
    """What has become as bad as that goes its way at once."""
    window = turn.state.maintenance
    if window is not None and turn.state.severity in window.through:
        end_maintenance(turn, "broken_through", turn.now)


def end_maintenance(turn: Deciding, why: EndedWhy, at: datetime, late_by_s: float = 0) -> None:
    """Release it: the tier that was not asked is asked, one that was told quietly is told again by every way.

    Where somebody has it already, who was not asked is asked beside, and that person's clocks stay as they are.
    """
    before = turn.state
    if before.maintenance is None:
        return
    was_held = before.is_in_maintenance
    ended = e.MaintenanceEnded(window=before.maintenance.window, why=why)
    turn.by_clock(ended, at) if why == "until" else turn.emit(ended, at)
    state = turn.state
    if was_held and state.handler is None:
        if state.why == "entered":
            fit_at_opening(turn, at)  # the ladder that begins now
        state = turn.state
        begin_tier(turn, state.pinned, state.here, "maintenance_over", at, late_by_s=late_by_s)
    elif was_held:
        open_tier(turn, at, late_by_s)
    elif state.is_resting:
        tell_last_resort(turn, at)
    elif state.is_climbing and state.handler is None and not state.is_closed:
        ask_again(turn, "maintenance_over", at)
