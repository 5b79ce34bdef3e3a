"""Sentences of what is put to others beside the ladder, and of tiers that are full, for `narrate.py`."""

from typing import TypeAlias

from escalation.issue import events as e
from escalation.narrate_words import instant, tier_named, until_when

OfAsks: TypeAlias = (
    e.AskPut
    | e.AskReached
    | e.AskFoundNobody
    | e.AskLookedAgain
    | e.AskTakenOn
    | e.AskPassedOn
    | e.AskLeft
    | e.AskNextAsked
    | e.AskUntaken
    | e.AskWarned
    | e.AskMissed
    | e.AskAnswered
    | e.AskWithdrawn
)
_NEXT: dict[str, str] = {
    "passed_on": "{who} passed it on",
    "left": "{who} left it",
    "not_taken": "nobody took it on in time",
    "not_answered": "{who} did not answer in time",
}


def of_asks(event: OfAsks, by: str) -> str:  # noqa: PLR0911 - one arm per event
    """The event in one sentence."""
    match event:
        case e.AskPut():
            return _put(event, by)
        case e.AskReached():
            return _reached(event)
        case e.AskFoundNobody():
            still = "still " if event.is_again else ""
            return f"{still}nobody can be asked for {event.ask} ({event.why}){until_when(event.look_again_at, AGAIN)}"
        case e.AskLookedAgain():
            return f"those who can be asked for {event.ask} are looked up again"
        case e.AskTakenOn(what="swarm"):
            return f"{event.person} joined {event.ask}"
        case e.AskTakenOn():
            return f"{event.person} {'joined in' if event.is_joining else 'took on'} {event.ask}"
        case e.AskPassedOn():
            return f"{event.person} passed {event.ask} on"
        case e.AskLeft():
            return f"{event.person} left {event.ask}; {event.left or 'nobody'} still on it"
        case e.AskNextAsked():
            why = _NEXT[event.why].format(who=event.in_place_of or "who was asked")
            due = until_when(event.take_due_at or event.due_at, "; due ")
            return f"{event.person} is asked for {event.ask}, as the next one in line: {why}{due}"
        case e.AskUntaken():
            why = _NEXT[event.why].format(who="the last one")
            return f"NOBODY IS ON {event.ask}: {why}, and nobody is left in line"
        case e.AskWarned():
            return f"{event.share:.0%} of the time for {event.ask} is used up; it ends {instant(event.due_at)}"
        case e.AskMissed():
            was = "was not answered" if event.what == "advice" else "was not done"
            return f"{event.ask} {was} by {instant(event.due_at)}: its time was missed"
        case e.AskAnswered():
            return _answered(event)
        case e.AskWithdrawn(why="over"):
            return f"{event.ask} is not needed any more: the issue is over"
        case e.AskWithdrawn():
            return f"{by} withdrew {event.ask}"


def of_full(event: e.TierFull | e.LookedAgain) -> str:
    """The same of a tier of which everybody is at their limit."""
    if isinstance(event, e.LookedAgain):
        return f"the people of {tier_named(event.tier)} are looked up again"
    who = f"everybody of {tier_named(event.tier)} is {'still ' if event.is_again else ''}at their limit"
    return f"{who} ({event.why}); they are looked up again {instant(event.look_again_at)}"


AGAIN = "; they are looked up again "


def _put(event: e.AskPut, by: str) -> str:
    what = {"work": "work", "advice": "a question", "swarm": "a swarm"}[event.what]
    skills = f", for who knows {event.skill}" if event.skill else ""
    waits = "; the issue waits for it" if event.is_awaited else ""
    return f"{by} put {what} to {event.title} ({event.ask}){skills}{until_when(event.due_at, '; due ')}{waits}"


def _reached(event: e.AskReached) -> str:
    people = ", ".join(person.id for person in event.people)
    if event.is_lead_asked:
        why = "everybody there is at the limit" if event.is_full else "nobody there can be asked"
        return f"{people}, who leads, is asked for {event.ask}: {why} ({event.why})"
    return f"{people} asked for {event.ask} ({event.why})"


def _answered(event: e.AskAnswered) -> str:
    late = ", after its time" if event.is_late else ""
    if event.what == "work":
        waits = f"; the issue waits for {event.still_awaited} more" if event.still_awaited else ""
        return f"{event.person} completed {event.ask}{late}{waits}"
    return f"{event.person} gave guidance on {event.ask}{late}; who owns the issue decides"
