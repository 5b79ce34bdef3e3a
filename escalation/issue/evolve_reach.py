"""evolve, for how people can be reached: what became of messages that ask them, and who is asked in whose place."""

from typing import Any

from escalation.issue import events as e
from escalation.issue.delivery import counting_ways
from escalation.issue.state import LAST_RESORT, Asking, IssueState


def reached(
    state: IssueState,
    event: e.Told | e.StandInAsked | e.NobodyReached,
    entry: e.Entry,  # noqa: ARG001 - as all changes are called
) -> dict[str, Any]:
    """What the event changes, by field."""
    if isinstance(event, e.NobodyReached):
        return {"unreached_at": event.leaves_at}
    asking = state.asking(event.turn) if event.turn else None
    if asking is None:
        return {}
    if isinstance(event, e.Told):
        return _told(state, asking, event)
    return _instead(state, asking, event)


def without_reach(state: IssueState) -> dict[str, Any]:
    """The tier is asked again, with messages of their own: what became of the first ones counts no more."""
    asking = state.asking_at(state.tier)
    fresh = {} if asking is None else {"askings": _with(state, asking.changed({"ways": {}}))}
    return {**fresh, "unreached_at": None}


def _told(state: IssueState, asking: Asking, event: e.Told) -> dict[str, Any]:
    became = asking.ways.get(event.person, {})
    is_counted = event.channel in counting_ways(state.person(event.person).channels)
    has_left = became.get(event.channel) == "sent" and not event.is_receipt
    if not is_counted or has_left or event.outcome == "withdrawn":
        return {}
    ways = {**asking.ways, event.person: {**became, event.channel: event.outcome}}
    change: dict[str, Any] = {"askings": _with(state, asking.changed({"ways": ways}))}
    if event.outcome == "sent" and asking.tier != LAST_RESORT:
        change["unreached_at"] = None
    return change


def _instead(state: IssueState, asking: Asking, event: e.StandInAsked) -> dict[str, Any]:
    listed = asking.stand_ins.get(event.in_place_of, ())
    place = next((place for place, each in enumerate(listed) if each.id == event.person), len(listed))
    # Whoever comes after them would stand in for them, too.
    stand_ins = {**asking.stand_ins, event.in_place_of: (), event.person: listed[place + 1 :]}
    whose = "last_resort" if asking.tier == LAST_RESORT else "asked"
    return {
        "askings": _with(state, asking.changed({"stand_ins": stand_ins})),
        whose: (*state.asked_in(asking), event.person),
    }


def _with(state: IssueState, asking: Asking) -> tuple[Asking, ...]:
    return tuple([asking if each.turn == asking.turn else each for each in state.askings])
