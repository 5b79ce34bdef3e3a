"""evolve, for how an issue ends: exhaustion and who takes charge, resolution, closing, and reopening."""

from typing import Any

from escalation.issue import events as e
from escalation.issue.state import DUTY_LEAD, KEPT_HOLDS, LAST_RESORT, Charge, Finding, IssueState, over_since

MISSES = frozenset({"not_acknowledged", "too_few_acknowledged", "work_limit_spent"})
"""Why a tier is left, where that is a limit of it which was missed."""
_CLOCKS_OFF: dict[str, Any] = {
    "acknowledge_due_at": None,
    "work_due_at": None,
    "findings": (),
    "warnings": (),
    "remind_at": None,
    "lapses_at": None,
    "last_resort_at": None,
    "askings": (),
    "unreached_at": None,
    "opens_at": None,
    "is_closed": False,
    "full": None,
    "is_out_of_hours": False,
}
_AT_AN_END: dict[str, Any] = {
    **_CLOCKS_OFF,
    "maintenance": None,
    "charge": None,
    "targets": (),
    "overdue": {},
    "ceilings": (),
    "snoozes": {},
    "offer": None,
    "shift": None,
    "cancel_asked_by": None,
}
"""Of an issue that is resolved or closed."""


def exhaustion(state: IssueState, event: e.Event, entry: e.Entry) -> dict[str, Any]:
    """What the event changes, by field."""
    match event:
        case e.Exhausted():
            finding = Finding(turn=event.turn, tier=LAST_RESORT, due_at=event.find_due_at)
            is_missed = event.why in MISSES
            first = state.exhausted_at or entry.happened_at
            return {
                **_CLOCKS_OFF,
                "lapses_at": state.lapses_at,
                "turn": event.turn,
                "exhausted_at": first,
                "charge": None,
                "ceilings": (),
                "findings": (*(f for f in state.findings if f.tier == DUTY_LEAD), finding),
                "last_resort_at": event.next_at,
                "missed": state.missed + is_missed,
            }
        case e.LastResortTold():
            finding = Finding(turn=event.turn, tier=LAST_RESORT, due_at=event.find_due_at)
            kept = tuple(f for f in state.findings if f.tier != LAST_RESORT)
            return {
                "turn": event.turn,
                "findings": (*kept, finding),
                "last_resort_at": event.next_at,
                "last_resort_count": event.count,
            }
        case e.ChargeTaken():
            charge = Charge(person=event.person, until=event.until)
            lead = tuple(f for f in state.findings if f.tier == DUTY_LEAD)
            return {**_CLOCKS_OFF, "findings": lead, "ceilings": (), "charge": charge, "handler": event.person}
        case e.ChargeLapsed():
            return {"charge": None, "handler": None}
        case _:
            return {}


def _aside(state: IssueState) -> dict[str, Any]:
    """What goes on when it is reopened: what was there already, where it was over before."""
    if state.status != "open":
        return {}
    names = {target.name for target in state.promised if target.when_reopened is not None}
    return {"set_aside": tuple([target for target in state.targets if target.name in names])} if names else {}


def _gone_on(state: IssueState, entry: e.Entry) -> dict[str, Any]:
    """What goes on now has stood still since it was resolved, as on hold."""
    since = over_since(state)
    if not state.set_aside or since is None:
        return {}
    return {"set_aside": (), "holds": (*state.holds, (since, entry.happened_at))[-KEPT_HOLDS:]}


def ending(state: IssueState, event: e.Event, entry: e.Entry) -> dict[str, Any]:
    """What the event changes, by field."""
    match event:
        case e.Resolved():
            return {
                **_AT_AN_END,
                **_aside(state),
                "status": "resolved",
                "resolved_at": entry.happened_at,
                "resolver": entry.by.person,
                "confirm_at": event.remind_at,
                "silence_at": event.silence_at,
                "confirm_count": 0,
            }
        case e.ConfirmationRequested():
            return {"confirm_at": event.next_at, "confirm_count": event.count}
        case e.Closed():
            return {
                **_AT_AN_END,
                **_aside(state),
                "suppressing": None,
                "status": "closed",
                "closed_at": entry.happened_at,
                "close_reason": event.reason,
                "duplicate_of": event.duplicate_of,
                "reopen_until": event.reopen_until,
                "confirm_at": None,
                "silence_at": None,
            }
        case e.Reopened():
            return {
                **_gone_on(state, entry),
                "status": "open",
                "resolved_at": None,
                "resolver": None,
                "confirm_at": None,
                "silence_at": None,
                "closed_at": None,
                "close_reason": None,
                "duplicate_of": None,
                "reopen_until": None,
                "handler": None,
                "exhausted_at": None,
                "last_resort": (),
                "last_resort_count": 0,
                "cancel_asked_by": None,
                "reopened": event.count,
            }
        case e.WindowEnded():
            return {"status": "ended", "reopen_until": None}
        case _:
            return {}
