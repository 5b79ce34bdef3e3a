"""What is put to others beside the ladder, as it stands: to whom, who is on it, when it is due, what came of it.

Part of the issue's state: its clocks go by the issue's one timer (docs/decisions/0023). What is done is in
`decide_asks.py`.
"""

from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from escalation.issue.facts import LeftOut
from escalation.policy.desk import AskKind, Desk, DeskListener
from escalation.policy.tell import Tell
from escalation.value import Value

AskStatus: TypeAlias = Literal["open", "done", "withdrawn"]

KEPT_ASKS = 30
"""Those that are over are carried along up to so many in all; the journal holds them all. Ours."""


class AskWarningDue(Value):
    """A warning that will be given at an instant, unless it is over first."""

    at: AwareDatetime
    share: float
    tell: tuple[DeskListener, ...]


class PutAsk(Value):
    """One thing that was put to others."""

    id: str
    """The desk's name, or the person's id, and a number: `network-1`."""
    what: AskKind
    desk: str = ""
    """Empty: it was put to a person by name."""
    title: str
    """To whom, in words."""
    by: str
    """Who asked."""
    to: str = ""
    """Who is asked by name."""
    skill: str = ""
    """What they must know, beside what the desk asks."""
    is_awaited: bool = False
    status: AskStatus = "open"
    asked_at: AwareDatetime
    turn: int = 0
    """The turn of its look-up that is under way, or was the latest."""
    is_looking: bool = True
    """Whether that look-up is under way."""
    asked: tuple[str, ...] = ()
    """To whom it is put, who has not passed it on."""
    line: tuple[str, ...] = ()
    """Who is asked next, in order."""
    takers: tuple[str, ...] = ()
    """Who is on it."""
    declined: tuple[str, ...] = ()
    """Who passed it on, or left."""
    advised: tuple[str, ...] = ()
    """Who gave an answer."""
    lead: str | None = None
    take_due_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    """When the work is to be done, or the answer to be there; None: never, or it is missed."""
    warnings: tuple[AskWarningDue, ...] = ()
    is_passed_on: bool = False
    """Of advice: whether the next one in line was asked since nobody answered."""
    missed_at: AwareDatetime | None = None
    """When its time was up. Stays."""
    is_untaken: bool = False
    """Whether nobody is left to be asked, and nobody is on it."""
    look_again_at: AwareDatetime | None = None
    """When its people are looked up again, since nobody could be asked."""
    why: str = ""
    """How those were chosen who are asked, or why nobody is."""
    left_out: tuple[LeftOut, ...] = ()
    over_at: AwareDatetime | None = None

    def tell(self, desk: Desk | None) -> Tell:
        """Whom it tells; `desk` is its desk, where the policy still has it."""
        if not self.desk:
            return Tell(people=(self.to,))
        if desk is None:
            return Tell()
        skills = tuple(dict.fromkeys((*desk.tell.skills, *((self.skill,) if self.skill else ()))))
        return desk.tell.model_copy(update={"skills": skills})

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor withdrawn."""
        return self.status == "open"

    @property
    def hands(self) -> tuple[str, ...]:
        """Who is on it; where nobody is, who is asked."""
        return self.takers or self.asked

    @property
    def in_hand_of(self) -> tuple[str, ...]:
        """Whose work it is now: who is on it; before, who alone is asked."""
        if not self.is_open:
            return ()
        return self.takers or (self.asked if len(self.asked) == 1 else ())

    def is_put_to(self, person: str) -> bool:
        """Whether they are asked, or on it."""
        return self.is_open and person in {*self.asked, *self.takers}
