"""What follows where nobody answers for it: an offer that is not accepted in its time, and a rota that is empty."""

from collections.abc import Iterable
from datetime import datetime

from escalation.issue import events as e
from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.decide_shifts import lapse_hand_over
from escalation.issue.deciding import Deciding
from escalation.issue.facts import PersonFacts, RotaGap
from escalation.issue.state import DUTY_LEAD


def lapse_offer(turn: Deciding, at: datetime) -> None:
    """Who it was offered to has not answered: whose it is then is looked up, by name."""
    offer = turn.state.offer
    if offer is not None and offer.leaving:
        lapse_hand_over(turn, offer)
    elif offer is not None:
        number, find_due_at = turn.state.turn + 1, turn.now + FIND_WITHIN
        turn.by_clock(e.OfferLapsed(to=offer.to, by=offer.by, turn=number, find_due_at=find_due_at), at)


def take_duty_lead(turn: Deciding, number: int, people: tuple[PersonFacts, ...], why: str, at: datetime) -> None:
    """The duty lead owns what nobody has accepted, or has what those had whose shift ends; else it stays as it was."""
    before = turn.state.owner
    finding = next((each for each in turn.state.findings if each.turn == number), None)
    relieves = finding.relieves if finding is not None else ()
    there = [person for person in people if person.id not in relieves]
    if there:
        moved = e.OwnerMoved(person=there[0], owner_before=before, turn=number, why=why, relieves=relieves)
        turn.by_clock(moved, at)
        return
    still = f"{', '.join(relieves)} had it, and nobody has it in their place" if relieves else f"{before} owns it still"
    turn.by_clock(e.TierFoundEmpty(turn=number, tier=DUTY_LEAD, why=f"{why}; {still}"), at)


def note_gaps(turn: Deciding, number: int, tier: str, gaps: Iterable[RotaGap], at: datetime) -> None:
    """Nobody is on duty by these rotas: on record, and told to their owners, once for each issue."""
    for gap in gaps:
        if gap.rota not in turn.state.gaps_told:
            turn.by_clock(e.RotaFoundEmpty(turn=number, tier=tier, rota=gap.rota, tells=gap.tells), at)
