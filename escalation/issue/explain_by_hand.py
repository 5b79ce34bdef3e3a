"""The arithmetic of clocks that people move: holds, snoozes, targets, ceilings, beginnings that a hold has put off."""

from datetime import datetime, timedelta

from escalation.duration import words
from escalation.issue.clocks import Due
from escalation.issue.delivery import PATIENCE
from escalation.issue.explain_targets import target_sum, warning_sum
from escalation.issue.state import IssueState
from escalation.narrate import instant

_ROUNDING = timedelta(seconds=1)


def beginning(state: IssueState, start: datetime) -> str:
    """The beginning of a tier's clock, with what has moved it: a hold puts it off, an earlier promise stays."""
    began = state.counts_from
    moved = start - began
    if not moved:
        return f"{instant(began)} (when the tier {'opens' if state.opens_at is not None else 'began'})"
    if timedelta() < moved <= timedelta(seconds=state.held_s) + _ROUNDING:
        return f"{instant(began)} (when the tier began) + {words(moved)} (on hold)"
    if moved < timedelta():
        return f"{instant(start)} (as was promised before)"
    return f"{instant(start)} (when it was last asked)"


def by_hand_sum(state: IssueState, due: Due) -> str | None:
    """How this instant was found; None for one that has no sum here."""
    match due.what:
        case "hold":
            return f"as {state.hold.by} set it" if state.hold is not None else None
        case "snooze":
            return f"as {due.name} wanted"
        case "offer":
            return _offer(state, due)
        case "unreached":
            is_put_off = due.at == state.tier_began_at + PATIENCE
            began = f"{instant(state.tier_began_at)} (when the tier began) + {words(PATIENCE)} (each tier has so long)"
            return began if is_put_off else "when the last of them refused"
        case "target":
            return target_sum(state, due.name)
        case "target_warn":
            return warning_sum(state, due.name, due.at)
        case "ceiling":
            return _ceiling(state, due)
        case _:
            return None


def _offer(state: IssueState, due: Due) -> str | None:
    since = state.offer.since if state.offer is not None else None
    if since is None:
        return None
    return f"{instant(since)} (offered) + {words(due.at - since)} (accept_within)"


def _ceiling(state: IssueState, due: Due) -> str:
    """The work limits below the tier, added up from where this pass over the ladder began, as far as that shows."""
    ladder = state.pinned.climb()
    below = ladder[: ladder.index(due.name)] if due.name in ladder else ()
    limits = [(name, state.pinned.tier(name).work_within.get(state.severity)) for name in below]
    beginnings = {state.facts.opened_at: "opened", state.tier_began_at: "when the tier began"}
    held = timedelta(seconds=state.held_s)
    for first in range(len(limits)):
        known = [(name, limit) for name, limit in limits[first:] if limit is not None]
        total = sum((limit for _, limit in known), timedelta())
        for on_hold in {timedelta(), held}:
            start = due.at - total - on_hold
            said = next((word for at, word in beginnings.items() if abs(at - start) < _ROUNDING), None)
            if said is not None:
                sums = " + ".join(f"{words(limit)} (work_within at {name})" for name, limit in known)
                more = f" + {words(on_hold)} (on hold)" if on_hold else ""
                return f"{instant(start)} ({said}) + {sums}{more}"
    return "set when this pass over the ladder began; only a hold moves it later"
