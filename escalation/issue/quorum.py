"""How many of those who are asked must acknowledge before the tier's time to acknowledge stops, and how many have."""

from typing import NamedTuple

from escalation.issue.state import IssueState


class Quorum(NamedTuple):
    """Of the tier that is asked."""

    have: tuple[str, ...]
    """Who of those asked has acknowledged and has not given it back."""
    needed: int
    of: int
    """How many are asked."""

    @property
    def words(self) -> str:
        """`1 of 2 that are needed, 3 are asked`."""
        return f"{len(self.have)} of {self.needed} that are needed, {self.of} are asked"


def is_for_several(state: IssueState) -> bool:
    """Whether one acknowledgement is not enough at this tier."""
    return state.here.is_acknowledged_by_all or state.here.acknowledged_by is not None


def quorum(state: IssueState) -> Quorum:
    """As it stands. Where fewer were there to ask than are needed, all of them are needed."""
    tier, asked = state.here, state.asked
    have = tuple(person for person in asked if _stands(state, person))
    needed = len(asked) if tier.is_acknowledged_by_all else 1
    if tier.acknowledged_by is not None:
        needed = min(tier.acknowledged_by, len(asked) + len(state.declined))
    return Quorum(have, max(needed, 1), len(asked))


def is_reached_by(state: IssueState, person: str, instead_of: str | None) -> bool:
    """Whether the acknowledgement of this person, perhaps in the place of another one, is the last that is needed."""
    if not is_for_several(state):
        return True
    have = {*quorum(state).have, person} - ({instead_of} if instead_of is not None else set())
    return len(have & set(state.asked)) >= quorum(state).needed


def is_reached_without(state: IssueState, person: str) -> bool:
    """Whether all who are left have acknowledged once this person has declined."""
    left = [each for each in state.asked if each != person]
    is_for_all = state.here.is_acknowledged_by_all and state.acknowledge_due_at is not None
    return is_for_all and bool(left) and all(each in quorum(state).have for each in left)


def is_out_of_reach(state: IssueState) -> bool:
    """Whether fewer are left than must acknowledge, and have not."""
    found = quorum(state)
    is_running = state.acknowledge_due_at is not None or state.handler is None
    return is_for_several(state) and is_running and found.of < found.needed


def _stands(state: IssueState, person: str) -> bool:
    if person in state.joined:
        return True
    since = state.acknowledged_at
    return person == state.handler and since is not None and since >= state.tier_began_at
