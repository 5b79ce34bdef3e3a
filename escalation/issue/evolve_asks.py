"""evolve, for what is put to others beside the ladder."""

from collections.abc import Callable
from typing import Any

from escalation.issue import events as e
from escalation.issue.asks import KEPT_ASKS, PutAsk
from escalation.issue.facts import PersonFacts
from escalation.issue.state import IssueState


def asks_changed(state: IssueState, event: Any, entry: e.Entry) -> dict[str, Any]:
    """What the event changes, by field."""
    if isinstance(event, e.AskPut):
        return _put(state, event, entry)
    ask = next((each for each in state.asks if each.id == event.ask), None)
    if ask is None:  # carried along no more
        return {}
    change: dict[str, Any] = {}
    if isinstance(event, e.AskReached | e.AskFoundNobody):
        people = (*getattr(event, "people", ()), *getattr(event, "line", ()), *((event.lead,) if event.lead else ()))
        change["people"] = _with(state, people)
    if isinstance(event, e.AskLookedAgain):
        change["turn"] = event.turn
    after = ask.changed(_CHANGES[type(event)](ask, event, entry))
    return {**change, "asks": tuple(after if each.id == ask.id else each for each in state.asks)}


def _put(state: IssueState, event: e.AskPut, entry: e.Entry) -> dict[str, Any]:
    ask = PutAsk(
        id=event.ask,
        what=event.what,
        desk=event.desk,
        title=event.title,
        by=entry.by.person,
        to=event.to,
        skill=event.skill,
        is_awaited=event.is_awaited,
        asked_at=entry.recorded_at,
        turn=event.turn,
        take_due_at=event.take_due_at,
        due_at=event.due_at,
        warnings=event.warnings,
    )
    over = [each for each in state.asks if not each.is_open]
    gone = {each.id for each in over[: max(len(state.asks) + 1 - KEPT_ASKS, 0)]}
    kept = tuple(each for each in state.asks if each.id not in gone)
    return {"asks": (*kept, ask), "asks_put": state.asks_put + 1, "turn": event.turn}


def _with(state: IssueState, people: tuple[PersonFacts, ...]) -> dict[str, PersonFacts]:
    return {**state.people, **{person.id: person for person in people}}


def _reached(_: PutAsk, event: e.AskReached, __: e.Entry) -> dict[str, Any]:
    return {
        "is_looking": False,
        "turn": event.turn,
        "asked": tuple(person.id for person in event.people),
        "line": tuple(person.id for person in event.line),
        "lead": event.lead.id if event.lead else None,
        "why": event.why,
        "left_out": event.left_out,
        "look_again_at": None,
        "take_due_at": event.take_due_at,
        "is_untaken": False,
    }


def _found_nobody(_: PutAsk, event: e.AskFoundNobody, __: e.Entry) -> dict[str, Any]:
    lead = event.lead.id if event.lead else None
    found = {"is_looking": False, "why": event.why, "left_out": event.left_out, "lead": lead}
    return {**found, "take_due_at": None, "look_again_at": event.look_again_at}


def _looked_again(_: PutAsk, event: e.AskLookedAgain, __: e.Entry) -> dict[str, Any]:
    return {"is_looking": True, "turn": event.turn, "look_again_at": None}


def _taken_on(ask: PutAsk, event: e.AskTakenOn, _: e.Entry) -> dict[str, Any]:
    return {
        "takers": (*ask.takers, event.person),
        "declined": tuple(person for person in ask.declined if person != event.person),
        "take_due_at": None,
        "is_untaken": False,
    }


def _without(ask: PutAsk, event: e.AskPassedOn | e.AskLeft, _: e.Entry) -> dict[str, Any]:
    return {
        "asked": tuple(person for person in ask.asked if person != event.person),
        "takers": tuple(person for person in ask.takers if person != event.person),
        "declined": (*ask.declined, event.person),
    }


def _next_asked(ask: PutAsk, event: e.AskNextAsked, _: e.Entry) -> dict[str, Any]:
    change: dict[str, Any] = {
        "asked": (*ask.asked, event.person),
        "line": tuple(person for person in ask.line if person != event.person),
        "take_due_at": event.take_due_at,
        "is_untaken": False,
    }
    if event.why == "not_answered":
        change |= {"is_passed_on": True, "due_at": event.due_at, "warnings": ()}
    return change


def _untaken(_: PutAsk, __: e.AskUntaken, ___: e.Entry) -> dict[str, Any]:
    return {"is_untaken": True, "take_due_at": None}


def _warned(ask: PutAsk, event: e.AskWarned, _: e.Entry) -> dict[str, Any]:
    return {"warnings": tuple(each for each in ask.warnings if each.share > event.share)}


def _missed(_: PutAsk, event: e.AskMissed, __: e.Entry) -> dict[str, Any]:
    return {"missed_at": event.due_at, "due_at": None, "warnings": ()}


_OVER: dict[str, Any] = {
    "is_looking": False,
    "take_due_at": None,
    "due_at": None,
    "warnings": (),
    "look_again_at": None,
    "is_untaken": False,
}


def _answered(ask: PutAsk, event: e.AskAnswered, entry: e.Entry) -> dict[str, Any]:
    advised = (*(each for each in ask.advised if each != event.person), event.person)
    if event.goes_on:
        return {"advised": advised}
    return {**_OVER, "advised": advised, "status": "done", "over_at": entry.happened_at}


def _withdrawn(_: PutAsk, __: e.AskWithdrawn, entry: e.Entry) -> dict[str, Any]:
    return {**_OVER, "status": "withdrawn", "over_at": entry.happened_at}


_CHANGES: dict[type, Callable[[PutAsk, Any, e.Entry], dict[str, Any]]] = {
    e.AskReached: _reached,
    e.AskFoundNobody: _found_nobody,
    e.AskLookedAgain: _looked_again,
    e.AskTakenOn: _taken_on,
    e.AskPassedOn: _without,
    e.AskLeft: _without,
    e.AskNextAsked: _next_asked,
    e.AskUntaken: _untaken,
    e.AskWarned: _warned,
    e.AskMissed: _missed,
    e.AskAnswered: _answered,
    e.AskWithdrawn: _withdrawn,
}
