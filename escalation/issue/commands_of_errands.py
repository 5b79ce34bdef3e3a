"""The commands that people do not send: answers of errands, and what other issues and maintenance windows say.

What people send is in `commands.py`, and so is the union of all.
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from escalation.issue.command import Command
from escalation.issue.delivery import Outcome as DeliveryOutcome
from escalation.issue.delivery import StandIn, Try, Waits
from escalation.issue.facts import CLOCK, Actor, LeftOut, PersonFacts, RotaGap


class TakePeople(Command):
    """Answer of the look-up: who is to be asked in this turn, perhaps nobody."""

    kind: Literal["take_people"] = "take_people"
    by: Actor = CLOCK
    turn: int
    people: tuple[PersonFacts, ...]
    why: str
    """How they were chosen, in words without names."""
    stand_ins: dict[str, tuple[StandIn, ...]] = Field(default_factory=dict)
    """By the id of somebody found: who is asked where they cannot be reached, the first one first."""
    beside: tuple[PersonFacts, ...] = ()
    """Facts of the stand-ins."""
    left_out: tuple[LeftOut, ...] = ()
    """Who was considered and is not to be asked, and why."""
    lead: PersonFacts | None = None
    """Of a desk's people: who leads them, or is there in their place."""
    is_full: bool = False
    """Whether there are people, and all have as much work as they may have at once."""
    gaps: tuple[RotaGap, ...] = ()
    """Rotas by which nobody is on duty though somebody must be, and who is told of it."""


class TakeShifts(Command):
    """Answer of the look-up of shifts: until when those who have it are on duty, and who is next where one goes."""

    kind: Literal["take_shifts"] = "take_shifts"
    by: Actor = CLOCK
    number: int
    """Of the look-up that it answers."""
    until: dict[str, AwareDatetime] = Field(default_factory=dict)
    """By person, when they go off duty, are away or have left; who is not named goes nowhere that is known."""
    people: tuple[PersonFacts, ...] = ()
    """Who is on duty when the first of them goes, where that is soon; in the order in which it is offered to them."""
    why: str = ""
    """How they were found, in words without names."""
    error: str | None = None
    """Why it could not be looked up."""


class TakeNoPeople(Command):
    """Answer of a look-up that failed."""

    kind: Literal["take_no_people"] = "take_no_people"
    by: Actor = CLOCK
    turn: int
    error: str


class TakeDuplicate(Command):
    """Another issue says that it repeats this one. Comes from that issue, not from people."""

    kind: Literal["take_duplicate"] = "take_duplicate"
    by: Actor = CLOCK
    issue: str
    said_by: str
    """Who said so."""


class TakeSuppression(Command):
    """Answer of the first issue: whether it has recorded its duplicate."""

    kind: Literal["take_suppression"] = "take_suppression"
    by: Actor = CLOCK
    duplicate_of: str
    error: str | None = None
    """Why not; None: it is recorded there."""


class TakeDelivery(Command):
    """Answer of a message: what became of it by one channel, or of it so far."""

    kind: Literal["take_delivery"] = "take_delivery"
    by: Actor = CLOCK
    message: str
    """The message's id: the key of the effect that asked for it."""
    person: str
    channel: str
    about: str
    turn: int = 0
    """The turn in which this person is asked by it; 0: it only informs."""
    outcome: DeliveryOutcome
    attempts: int = 1
    is_possible_repeat: bool = False
    """Whether an earlier copy may have left; of one that has not left yet, whether any may."""
    is_delivered: bool = False
    """Whether it is known to have arrived, rather than only to have left."""
    error: str | None = None
    tries: tuple[Try, ...] = ()
    """What became of each attempt, where there were several or it has not left."""
    is_later: bool = False
    """Whether it was said to be delayed before, so that other ways are taken already."""
    ask_again_at: AwareDatetime | None = None
    """Of one that has not left yet: before then the other side does not want to hear of it."""
    waits: Waits | None = None
    waited_until: AwareDatetime | None = None
    """Why it was not to leave before that instant; None: it was to leave at once."""
    digest: str = ""
    """The digest that it went in, in one message with others; empty: it went by itself."""
    is_joined: bool = False
    """Whether it joined that digest, which had left and stands."""
    waited_s: int = 0
    """Seconds that it took in all, where it waited for others to go with or for its turn."""
    is_receipt: bool = False  # whether the other side says so later, of a message that it had taken
    written_to: int = 0
    """The last entry that the errand has put on record on its way; 0: none. Nothing is decided by it."""


class EndMaintenance(Command):
    """The maintenance window that this issue is in was ended early; sent by whoever ends it."""

    kind: Literal["end_maintenance"] = "end_maintenance"
    window: str


class LookAtShifts(Command):
    """Rotas or absences have changed for who has this issue: until when they are on duty is looked up now, not later.

    Sent by a worker that notices; the same id twice is one look.
    """

    kind: Literal["look_at_shifts"] = "look_at_shifts"
