"""Who is told of what is put to others beside the ladder, and what each message asks of them.

Made into messages by `effects_of.py`.
"""

from datetime import datetime
from typing import NamedTuple

from escalation.issue import events as e
from escalation.issue.asks import PutAsk
from escalation.issue.effects import About, FindResponders
from escalation.issue.state import IssueState
from escalation.narrate import instant, narrate
from escalation.policy.desk import DeskListener

NOTHING = "You need do nothing; the issue stays with its owner."
_GOES_ON = "If you do nothing: nothing more is asked of you."


class Occasion(NamedTuple):
    """Who is told, of what, and in which words."""

    about: About
    people: tuple[str, ...]
    until: datetime | None
    asks: str
    otherwise: str


def look_up(state: IssueState, entry: e.Entry, event: e.AskPut | e.AskLookedAgain) -> FindResponders:
    """The errand that finds to whom it is put; never those whom the issue is about."""
    facts = state.facts
    ask = next(each for each in state.asks if each.id == event.ask)
    desk = state.policies[0].desk(ask.desk) if ask.desk else None
    return FindResponders(
        key=f"{facts.id}/find/{event.turn}",
        issue=facts.id,
        issue_kind=facts.kind,
        issue_class=facts.issue_class,
        severity=state.severity,
        turn=event.turn,
        policy=state.policies[0].name,
        tier=ask.id,
        tell=ask.tell(desk),
        about=(*facts.about, *state.excluded),
        excluded=tuple(person for person in state.excluded if person not in facts.about),
        at=entry.recorded_at,
        ask=ask.id,
        lead=desk.lead if desk is not None else None,
        is_by_name=not ask.desk,
    )


def told_of(before: IssueState | None, state: IssueState, entry: e.Entry) -> tuple[Occasion, ...]:
    """Who hears of it; nobody of their own deed."""
    event = entry.event
    ask = next((each for each in state.asks if each.id == getattr(event, "ask", None)), None)
    if ask is None:
        return ()
    found = _told_of(before, state, entry, ask)
    by = entry.by.person
    return tuple(each._replace(people=tuple(p for p in each.people if p != by)) for each in found)


def _told_of(before: IssueState | None, state: IssueState, entry: e.Entry, ask: PutAsk) -> tuple[Occasion, ...]:
    event = entry.event
    lead = (ask.lead,) if ask.lead else ()
    who_waits = tuple(dict.fromkeys((ask.by, state.owner)))
    match event:
        case e.AskReached():
            put = _put(state, ask, tuple(person.id for person in event.people))
            return (put, _news(entry, who_waits)) if event.is_lead_asked else (put,)
        case e.AskNextAsked():
            return (_put(state, ask, (event.person,)),)
        case e.AskFoundNobody(is_again=False) | e.AskUntaken() | e.AskMissed():
            return (_news(entry, (*who_waits, *lead)),)
        case e.AskTakenOn() | e.AskLeft():
            # A swarm is seen by all who are in it.
            others = ask.takers if ask.what == "swarm" else ()
            return (_news(entry, (ask.by, *others)),)
        case e.AskAnswered():
            handler = (state.handler,) if state.handler else ()
            return (_news(entry, (*who_waits, *handler)),)
        case e.AskWarned():
            hear = _listeners(state, ask, event.tell)
            asks = f"{_sentence(entry)} If you cannot, pass it on or leave it now: that is the right thing to do."
            return (Occasion("ask_warned", hear, event.due_at, asks, _otherwise(state, ask)),)
        case e.AskWithdrawn():
            was = next((each for each in before.asks if each.id == ask.id), ask) if before is not None else ask
            return (Occasion("ask_over", was.hands, None, _sentence(entry), _GOES_ON),)
        case _:
            return ()


def _news(entry: e.Entry, people: tuple[str, ...]) -> Occasion:
    return Occasion("ask_news", people, None, f"{_sentence(entry)} {NOTHING}", _GOES_ON)


def _sentence(entry: e.Entry) -> str:
    said = narrate(entry)
    return f"{said[:1].upper()}{said[1:]}."


def _put(state: IssueState, ask: PutAsk, people: tuple[str, ...]) -> Occasion:
    stays = f"The issue stays with {state.owner}, who owns it."
    match ask.what:
        case "work":
            asks = f"{ask.by} asks {ask.title} to do something for this issue ({ask.id}): take it on, or pass it on."
        case "advice":
            asks = f"{ask.by} asks you for advice on this issue ({ask.id}): answer, or pass it on."
        case _:
            asks = f"{ask.by} asks you to help with this issue ({ask.id}): join, and leave when you go."
    until = ask.take_due_at or ask.due_at
    return Occasion("ask_put", people, until, f"{asks} {stays}", _otherwise(state, ask))


def _otherwise(state: IssueState, ask: PutAsk) -> str:
    """What happens where nobody does anything about it."""
    tells = f"{ask.by} and {state.owner}" if ask.by != state.owner else ask.by
    if ask.take_due_at is not None:
        return f"If nobody takes it on: at {instant(ask.take_due_at)} the next one in line is asked."
    if ask.due_at is not None:
        return f"If nobody does anything: at {instant(ask.due_at)} its time is missed, and {tells} are told."
    return "If nobody does anything: the issue goes on without you."


def _listeners(state: IssueState, ask: PutAsk, tell: tuple[DeskListener, ...]) -> tuple[str, ...]:
    groups: dict[DeskListener, tuple[str, ...]] = {
        "takers": ask.hands,
        "asker": (ask.by,),
        "owner": (state.owner,),
        "lead": (ask.lead,) if ask.lead else (),
    }
    return tuple(person for word in tell for person in groups[word])
