"""What follows where nobody answers for it: an offer that is not accepted in its time, and a rota that is empty."""

from collections.abc import Iterable
from datetime import datetime

from escalation.issue import events as e
from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.deciding import Deciding
from escalation.issue.facts import PersonFacts, RotaGap
from escalation.issue.state import DUTY_LEAD


def lapse_offer(turn: Deciding, at: datetime) -> None:
    """Who it was offered to has not answered: whose it is then is looked up, by name."""
    offer = turn.state.offer
    if offer is not None:
        number, find_due_at = turn.state.turn + 1, turn.now + FIND_WITHIN
        turn.by_clock(e.OfferLapsed(to=offer.to, by=offer.by, turn=number, find_due_at=find_due_at), at)


def take_duty_lead(turn: Deciding, number: int, people: tuple[PersonFacts, ...], why: str, at: datetime) -> None:
    """The duty lead owns what nobody has accepted; where there is none, it stays whose it was."""
    before = turn.state.owner
    if people:
        turn.by_clock(e.OwnerMoved(person=people[0], owner_before=before, turn=number, why=why), at)
    else:
        turn.by_clock(e.TierFoundEmpty(turn=number, tier=DUTY_LEAD, why=f"{why}; {before} owns it still"), at)


def note_gaps(turn: Deciding, number: int, tier: str, gaps: Iterable[RotaGap], at: datetime) -> None:
    """Nobody is on duty by these rotas: on record, and told to their owners, once for each issue."""
    for gap in gaps:
        if gap.rota not in turn.state.gaps_told:
            turn.by_clock(e.RotaFoundEmpty(turn=number, tier=tier, rota=gap.rota, tells=gap.tells), at)
