"""effects, for the end of shifts: the look-up of who goes when, and what whoever takes an issue over is told."""

from escalation.issue import events as e
from escalation.issue.clocks import deadlines
from escalation.issue.effects import Coming, FindResponders, FindShifts, Notify
from escalation.issue.holding import hand_over_times, is_read_back_needed
from escalation.issue.state import IssueState
from escalation.policy.model import Tell

MOST_COMING = 6
"""Deadlines that the receiver is told. Ours: the others are a look away."""
_NOT_TOLD = frozenset({"find", "offer", "shift"})
"""What is due of the hand-over itself."""


def find_shifts(state: IssueState, entry: e.Entry, asked: e.ShiftsAsked, tell: Tell) -> FindShifts:
    """The errand; `tell` is whom the tier tells."""
    times = hand_over_times(state)
    assert times is not None, "asked where it is handed over alone"
    return FindShifts(
        key=f"{state.facts.id}/shifts/{entry.number}",
        issue=state.facts.id,
        issue_class=state.facts.issue_class,
        number=entry.number,
        people=asked.people,
        tell=tell,
        about=(*state.facts.about, *state.excluded),
        excluded=tuple(person for person in state.excluded if person not in state.facts.about),
        before=times.before,
        at=entry.recorded_at,
    )


def without_leaving(find: FindResponders, lapsed: e.OfferLapsed) -> FindResponders:
    """The look-up of the duty lead who is there when a shift has ended; none of those whose shift it is."""
    if not lapsed.relieves:
        return find
    more = {"about": (*find.about, *lapsed.relieves), "excluded": (*find.excluded, *lapsed.relieves)}
    return find.changed({**more, "at": lapsed.as_of or find.at})


def handing_over(state: IssueState, told: tuple[Notify, ...], offer: e.Reassigned) -> tuple[Notify, ...]:
    """The messages with what whoever takes it over must know: what is due, and whose times they are."""
    dues = [due for due in deadlines(state) if due.what not in _NOT_TOLD][:MOST_COMING]
    coming = tuple(Coming(at=due.at, words=due.words) for due in dues)
    more = {"leaving": tuple(offer.leaving), "coming": coming, "is_read_back_needed": is_read_back_needed(state)}
    return tuple(note.changed(more) for note in told)


def relieved(told: tuple[Notify, ...], accepted: e.Accepted) -> tuple[Notify, ...]:
    """The messages to whose shift ends, who hear what their relief has understood."""
    if accepted.read_back is None:
        return told
    asks = f"{accepted.person} has what you had of it, and says below in their own words what that is"
    return tuple(note.changed({"asked_of_you": f"{asks}: where that is wrong, tell them now."}) for note in told)
