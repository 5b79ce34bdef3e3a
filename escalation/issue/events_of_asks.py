"""The events of what is put to others beside the ladder. The union of all events is in `events.py`.

None of them moves the issue: owner, handler, tier and the issue's own clocks are untouched by them.
"""

from typing import Literal, TypeAlias

from pydantic import AwareDatetime

from escalation.issue.asks import AskWarningDue
from escalation.issue.facts import LeftOut, PersonFacts, TextRef
from escalation.policy.desk import AskKind, DeskListener
from escalation.value import Value

NextWhy: TypeAlias = Literal["passed_on", "left", "not_taken", "not_answered"]


class AskPut(Value):
    """Something was put to others; who that is, is looked up."""

    kind: Literal["ask_put"] = "ask_put"
    ask: str
    what: AskKind
    desk: str = ""
    to: str = ""
    """Who is asked by name; empty: it is put to a desk."""
    skill: str = ""
    """What they must know, beside what the desk asks."""
    title: str
    text: TextRef
    is_awaited: bool = False
    turn: int
    take_due_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    warnings: tuple[AskWarningDue, ...] = ()


class AskReached(Value):
    """Those were found to whom it is put; they are told."""

    kind: Literal["ask_reached"] = "ask_reached"
    ask: str
    what: AskKind
    turn: int
    people: tuple[PersonFacts, ...]
    why: str
    line: tuple[PersonFacts, ...] = ()
    """Who is asked next, in order."""
    lead: PersonFacts | None = None
    is_lead_asked: bool = False
    """Whether the lead is asked since nobody else can be."""
    is_full: bool = False
    """Whether everybody there has as much as they may have at once."""
    left_out: tuple[LeftOut, ...] = ()
    take_due_at: AwareDatetime | None = None


class AskFoundNobody(Value):
    """Nobody could be asked; they are looked up again."""

    kind: Literal["ask_found_nobody"] = "ask_found_nobody"
    ask: str
    what: AskKind
    turn: int
    why: str
    lead: PersonFacts | None = None
    is_full: bool = False
    is_again: bool = False
    """Whether it was so at the look-up before, too, and was told."""
    left_out: tuple[LeftOut, ...] = ()
    look_again_at: AwareDatetime | None = None


class AskLookedAgain(Value):
    """Its people are looked up again, since nobody could be asked before."""

    kind: Literal["ask_looked_again"] = "ask_looked_again"
    ask: str
    turn: int


class AskTakenOn(Value):
    """Somebody is on it."""

    kind: Literal["ask_taken_on"] = "ask_taken_on"
    ask: str
    what: AskKind
    person: str
    is_joining: bool = False
    """Whether somebody is on it already."""


class AskPassedOn(Value):
    """Who was asked cannot do it."""

    kind: Literal["ask_passed_on"] = "ask_passed_on"
    ask: str
    person: str
    reason: TextRef | None = None


class AskLeft(Value):
    """Who was on it is not any more."""

    kind: Literal["ask_left"] = "ask_left"
    ask: str
    person: str
    left: int = 0
    """How many are still on it."""
    reason: TextRef | None = None


class AskNextAsked(Value):
    """The next one in line is asked."""

    kind: Literal["ask_next_asked"] = "ask_next_asked"
    ask: str
    what: AskKind
    person: str
    why: NextWhy
    in_place_of: str = ""
    """Empty: of several."""
    take_due_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    """When an answer is due now, where the time for it begins anew."""


class AskUntaken(Value):
    """Nobody is on it, and nobody is left to be asked."""

    kind: Literal["ask_untaken"] = "ask_untaken"
    ask: str
    what: AskKind
    why: NextWhy


class AskWarned(Value):
    """Its time runs out soon."""

    kind: Literal["ask_warned"] = "ask_warned"
    ask: str
    what: AskKind
    share: float
    due_at: AwareDatetime
    tell: tuple[DeskListener, ...]


class AskMissed(Value):
    """Its time is up: a fact that stays. The issue's owner is who it was."""

    kind: Literal["ask_missed"] = "ask_missed"
    ask: str
    what: AskKind
    due_at: AwareDatetime


class AskAnswered(Value):
    """The work is done, or somebody gave advice."""

    kind: Literal["ask_answered"] = "ask_answered"
    ask: str
    what: AskKind
    person: str
    result: TextRef
    goes_on: bool = False
    """Whether more may be said; so a swarm."""
    is_late: bool = False
    still_awaited: int = 0
    """For how many others the issue still waits."""


class AskWithdrawn(Value):
    """It is not needed any more."""

    kind: Literal["ask_withdrawn"] = "ask_withdrawn"
    ask: str
    why: Literal["withdrawn", "over"]
    """By who asked or may; or since the issue is over."""
    reason: TextRef | None = None
