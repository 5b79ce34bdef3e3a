"""What follows from what became of a message: the next channel, a stand-in, and a tier where nobody can be reached.

A channel that is away never empties a tier: where a message may still come through, the tier keeps its time and only a
stand-in is asked beside. And no tier is left for it sooner than after `PATIENCE`, so that a mail server which refuses
everything drives nothing through all tiers in seconds (docs/decisions/0015).
"""

from collections.abc import Iterator
from datetime import datetime

from escalation.issue import events as e
from escalation.issue.climb import move_up, note_missed
from escalation.issue.commands import TakeDelivery
from escalation.issue.deciding import Deciding
from escalation.issue.delivery import PATIENCE, StandIn, shortened, way_after
from escalation.issue.state import LAST_RESORT, Asking, IssueState
from escalation.issue.ways import in_order, urgency_of

_TO_WHOM_IS_ASKED = frozenset({"asked", "asked_again", "reminded", "last_resort"})


def take_delivery(turn: Deciding, command: TakeDelivery) -> None:
    """Put it on record; where the message did not leave, take the next way."""
    state = turn.state
    if command.is_receipt:
        command = command.model_copy(update={"turn": _turn_of(state, command)})
    is_lost = command.outcome in {"failed", "delayed"}
    is_over = command.is_receipt and command.about in _TO_WHOM_IS_ASKED and not command.turn
    goes_on = is_lost and not is_over and matters(state, command.about, command.person, command.turn)
    is_going_on = goes_on and not command.is_later
    turn.emit(
        e.Told(
            message=command.message,
            person=command.person,
            channel=command.channel,
            about=command.about,
            turn=command.turn,
            outcome="withdrawn" if command.outcome == "delayed" and not goes_on else command.outcome,
            attempts=command.attempts,
            is_possible_repeat=command.is_possible_repeat,
            is_delivered=command.is_delivered,
            error=command.error,
            tries=shortened(command.tries),
            next_channel=_way_after(state, command) if is_going_on else None,
            waited_until=command.waited_until,
            waits=command.waits,
            digest=command.digest,
            is_joined=command.is_joined,
            waited_s=command.waited_s,
            is_receipt=command.is_receipt,
        )
    )
    asking = turn.state.asking(command.turn) if goes_on and command.turn else None
    if asking is not None:
        _ask_stand_in(turn, asking, command.person)
        note_nobody_reached(turn)


def _turn_of(state: IssueState, command: TakeDelivery) -> int:
    """In which turn they are asked by a message that had left, of which a receipt tells; 0: in none that is on.

    One that an earlier turn sent to somebody who is asked again counts for this one, too: told twice is better.
    """
    if command.about not in _TO_WHOM_IS_ASKED:
        return 0
    for asking in state.askings:
        is_theirs = command.person in state.asked_in(asking)
        is_of_it = (asking.tier == LAST_RESORT) is (command.about == "last_resort")
        # A receipt may overtake the answer of the errand that sent it: then nothing is known of the way yet.
        became = asking.ways.get(command.person, {}).get(command.channel, "sent")
        if is_theirs and is_of_it and became == "sent":
            return asking.turn
    return 0


def _way_after(state: IssueState, command: TakeDelivery) -> str | None:
    """The next channel; none where an earlier step of the person's own rule has taken it already."""
    person = state.person(command.person)
    ways = in_order(person, urgency_of(state, command.about))
    following = way_after(ways, command.channel)
    asking = state.asking(command.turn) if command.turn and command.about != "reminded" else None
    if person.rules is None or asking is None:
        return following
    became = asking.ways.get(person.id, {})
    if became.get(command.channel) in {"failed", "delayed"}:
        return None
    while following is not None and following in became:
        following = way_after(ways, following)
    return following


def note_nobody_reached(turn: Deciding) -> None:
    """Where none of those who are asked can be reached, for good: the tier is left, once it has had a moment."""
    state = turn.state
    asking = state.asking_at(state.tier)
    if asking is None or not state.asked or state.unreached_at is not None or not state.is_climbing or _is_taken(state):
        return
    if all(state.is_out_of_reach(asking, person, "failed") for person in state.asked):
        leaves_at = max(turn.now, state.tier_began_at + PATIENCE)
        turn.by_clock(e.NobodyReached(turn=asking.turn, tier=asking.tier, leaves_at=leaves_at), turn.now)


def leave_unreached(turn: Deciding, at: datetime, late_by_s: float) -> None:
    """The tier is left as one is that has nobody."""
    state = turn.state
    asking = state.asking_at(state.tier)
    number = asking.turn if asking is not None else state.turn
    why = "nobody could be reached"
    turn.by_clock(e.TierFoundEmpty(turn=number, tier=state.tier, why=why, is_unreached=True), at)
    note_missed(turn)
    move_up(turn, "nobody_reached", at, late_by_s=late_by_s)


def _ask_stand_in(turn: Deciding, asking: Asking, person: str) -> None:
    """Who comes first of those that may stand in for this person and is not asked already."""
    state = turn.state
    if person not in state.asked_in(asking) or not state.is_out_of_reach(asking, person, "failed", "delayed"):
        return
    each = next(_stand_ins(state, asking, person), None)
    if each is not None:
        asks = e.StandInAsked(turn=asking.turn, tier=asking.tier, person=each.id, in_place_of=person, why=each.why)
        turn.by_clock(asks, turn.now)


def has_next(state: IssueState, person: str) -> bool:
    """Whether somebody else could have been asked as well as this person, and is when they decline."""
    asking = state.asking_at(state.tier)
    return asking is not None and any(each.is_next for each in _stand_ins(state, asking, person))


def ask_next(turn: Deciding, before: IssueState, person: str) -> bool:
    """Ask the next of those who could have been asked as well as somebody who declines; whether there is one.

    `before`: as it stood before they declined.
    """
    asking = before.asking_at(before.tier)
    if asking is None or person not in before.asked:
        return False
    each = next((each for each in _stand_ins(before, asking, person) if each.is_next), None)
    if each is None:
        return False
    number, tier = asking.turn, asking.tier
    turn.by_clock(
        e.StandInAsked(turn=number, tier=tier, person=each.id, in_place_of=person, why=each.why, has_declined=True),
        turn.now,
    )
    return True


def _stand_ins(state: IssueState, asking: Asking, person: str) -> Iterator[StandIn]:
    """Who may stand in for this person now, the first one first."""
    declined = state.declined if asking.tier != LAST_RESORT else ()
    taken = {*state.asked_in(asking), *declined}
    for each in asking.stand_ins.get(person, ()):
        if each.id not in taken and state.fit_to_ask([state.person(each.id)]):
            yield each


def matters(state: IssueState, about: str, person: str, asked_in: int) -> bool:  # noqa: PLR0911 - one arm per occasion
    """Whether what a message says is still so: nobody is told by a further way, or a day later, of what is over.

    `asked_in`: the turn in which the person is asked by it; 0: it only informs.
    """
    match about:
        case "confirm":
            return state.status == "resolved"
        case "ask_over":
            return True
        case "resolved":
            return state.status in {"resolved", "closed"}
        case "closed":
            return state.status in {"closed", "ended"}
        case _ if state.status != "open":
            return False
        case "offered":
            return state.offer is not None and state.offer.to == person
        case "ask_put" | "ask_warned":
            return any(ask.is_put_to(person) for ask in state.asks)
        case "owns":
            return state.owner == person
        case "waits":
            return state.is_closed
        case "cancel_asked":
            return state.cancel_asked_by is not None
        case "exhausted" | "charge_lapsed":
            return state.is_exhausted
        case _ if asked_in:
            asking = state.asking(asked_in)
            return asking is not None and (asking.tier == LAST_RESORT or not _is_taken(state))
        case _:
            return True


def _is_taken(state: IssueState) -> bool:
    """Whether somebody has acknowledged it at this tier."""
    since = state.acknowledged_at
    is_here = since is not None and since >= state.tier_began_at
    return state.handler is not None and is_here and state.acknowledge_due_at is None
