"""Sentences of the end of shifts, for `narrate.py`: who goes when, to whom it is offered, and who has it then."""

from collections.abc import Sized
from datetime import datetime

from escalation.issue import events as e
from escalation.narrate_words import instant, until_when


def of_shifts(event: e.ShiftsAsked | e.ShiftsSeen | e.OfferWithdrawn) -> str:
    """A look at the shifts of those who have it."""
    match event:
        case e.ShiftsAsked():
            return f"it is looked up until when {' and '.join(event.people)} {_is(event.people)} on duty"
        case e.ShiftsSeen(error=error) if error:
            return f"whose shift ends could not be looked up: {error}; tried again {instant(event.look_at)}"
        case e.ShiftsSeen():
            return f"{_ends(event.until)}; looked up again {instant(event.look_at)}"
        case e.OfferWithdrawn():
            return f"it is offered to {event.to} no more: whose shift ends has nothing of it any more"


def of_hand_over(event: object) -> str | None:
    """What is offered, accepted or taken over since a shift ends; None: that it is by hand."""
    match event:
        case e.Reassigned() if event.leaving:
            by_when = until_when(event.accept_due_at, "; to be accepted by ")
            ends = " and ".join(f"the shift of {who} ends {instant(at)}" for who, at in event.leaving.items())
            return f"{ends}: what they have of it is offered to {event.to.id}{by_when}"
        case e.Accepted() if event.relieves:
            works = f", and works on it{until_when(event.lapses_at)}" if event.is_handler else ""
            says = ", and read it back" if event.read_back is not None else ""
            had = f"what {' and '.join(event.relieves)} had of it"
            return f"{event.person} accepted {had}, at the end of a shift{works}{says}"
        case e.OfferLapsed(to="") if event.relieves:
            whose = " and ".join(event.relieves)
            return f"nobody is on duty to have what {whose} {_has(event.relieves)} of it; the duty lead is looked up"
        case e.OfferLapsed() if event.relieves:
            whose = " and ".join(event.relieves)
            return f"{event.to} did not accept what {whose} {_has(event.relieves)} of it; the duty lead is looked up"
        case e.OwnerMoved() if event.relieves:
            whose = " and ".join(event.relieves)
            return f"{event.person.id} has what {whose} had of it, as duty lead: nobody accepted it ({event.why})"
        case _:
            return None


def _ends(until: dict[str, datetime]) -> str:
    said = [f"{who} is on duty until {instant(at)}" for who, at in until.items()]
    return " and ".join(said) or "nobody who has it is known to go off duty"


def _is(people: Sized) -> str:
    return "is" if len(people) == 1 else "are"


def _has(people: Sized) -> str:
    return "has" if len(people) == 1 else "have"
