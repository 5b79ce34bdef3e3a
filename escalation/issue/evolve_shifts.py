"""evolve, for the end of shifts: what is known of them, and who has what others had."""

from collections.abc import Iterable
from typing import Any

from escalation.issue import events as e
from escalation.issue.shifts import ShiftWatch
from escalation.issue.state import Charge, IssueState


def shifts(state: IssueState, event: e.ShiftsAsked | e.ShiftsSeen | e.OfferWithdrawn, entry: e.Entry) -> dict[str, Any]:
    """What the event changes, by field."""
    watch = state.shift
    match event:
        case e.OfferWithdrawn():
            return {"offer": None}
        case e.ShiftsAsked():
            known = watch.until if watch is not None else {}
            until = {who: at for who, at in known.items() if who in event.people}
            return {"shift": ShiftWatch(since=event.people, until=until, number=entry.number)}
        case e.ShiftsSeen():
            if watch is None:
                return {}
            since = (
                watch.since if event.error else {who: _seen(event, who, at, entry) for who, at in watch.since.items()}
            )
            return {"shift": watch.changed({"since": since, "until": event.until, "look_at": event.look_at})}


def _seen(event: e.ShiftsSeen, who: str, since: Any, entry: e.Entry) -> Any:
    """Who is on duty still is so from here on; of who goes, what was known before stays."""
    ends_at = event.until.get(who)
    return entry.recorded_at if ends_at is None or ends_at > entry.recorded_at else since


def relieved(state: IssueState, people: Iterable[str], person: str) -> dict[str, Any]:
    """Whatever these had of it this person has, and is asked where they were."""
    gone = set(people)
    change: dict[str, Any] = {"offer": None}
    if state.owner in gone:
        change["owner"] = person
    if state.handler in gone:
        change["handler"] = person
        change["joined"] = tuple(who for who in state.joined if who != person)
    if state.charge is not None and state.charge.person in gone:
        change["charge"] = Charge(person=person, until=state.charge.until)
    if gone & set(state.asked):
        change["asked"] = tuple(dict.fromkeys(person if who in gone else who for who in state.asked))
    if gone & state.snoozes.keys():
        change["snoozes"] = {who: at for who, at in state.snoozes.items() if who not in gone}
    return change
