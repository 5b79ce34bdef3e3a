"""The stated world of the simulated clock: who is found, what becomes of messages, and how long each takes.

Nothing here knows the rules: a world hears an errand and says what will come of it. `simulate.py` brings the answer
back at its instant. The default world answers at once, has somebody for every role, and loses no message.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeAlias

from escalation.issue.delivery import Outcome, StandIn
from escalation.issue.effects import FindResponders, FindShifts, LinkDuplicate, Notify
from escalation.issue.facts import LeftOut, PersonFacts, RotaGap
from escalation.issue.next_shift import find_next_shift
from escalation.issue.responders import find_in
from escalation.issue.routing import GivenOut
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.directory import Directory

AT_ONCE = timedelta(0)


class LookUp(NamedTuple):
    """What comes of looking people up."""

    people: tuple[PersonFacts, ...] = ()
    """Who is on duty; none: the tier is empty."""
    why: str = "on duty"
    after: timedelta = AT_ONCE
    """How long it takes. What takes longer than the errand's own limit is given up at that limit."""
    error: str | None = None
    """Why it fails for good; None: it does not."""
    stand_ins: dict[str, tuple[StandIn, ...]] = {}
    """Who is asked where somebody cannot be reached."""
    beside: tuple[PersonFacts, ...] = ()
    """Facts of them."""
    left_out: tuple[LeftOut, ...] = ()
    """Who was considered and is not asked."""
    gaps: tuple[RotaGap, ...] = ()
    """Rotas by which nobody is on duty, and who is told."""
    lead: PersonFacts | None = None
    """Of a desk's people: who leads them."""
    is_full: bool = False
    """Whether all of them have as much as they may have at once."""


class Delivery(NamedTuple):
    """What becomes of a message to one person by one channel."""

    outcome: Outcome = "sent"
    """`delayed` where the errand's patience ends first; one without patience fails for good then."""
    after: timedelta = AT_ONCE
    attempts: int = 1
    error: str | None = None
    is_joined: bool = False
    """Whether it joined a digest that had left."""


class Shifts(NamedTuple):
    """What comes of looking up until when people are on duty."""

    until: dict[str, datetime] = {}
    """When they go; who is not named stays."""
    people: tuple[PersonFacts, ...] = ()
    """Who is on duty next, where one of them goes soon."""
    error: str | None = None
    """Why it fails for good; None: it does not."""


class PostOffice(Protocol):
    """Takes messages, and says later what became of each."""

    @property
    def next_at(self) -> datetime | None:
        """When something happens there next; None: nothing will."""

    def take(self, effect: Notify, at: datetime, heard: "Callable[[Notify, Delivery, datetime, str], None]") -> None:
        """The message is to leave at that instant; `heard` is told what became of it, when, and in which digest."""

    def withdraw(self, key: str) -> None:
        """The message is not wanted any more."""

    def serve(self, at: datetime) -> frozenset[str]:
        """Everything that is due at that instant; the issues that have heard of their messages."""


class Linked(NamedTuple):
    """What the issue that is said to be repeated answers."""

    error: str | None = None
    """Why it does not record its duplicate; None: it does."""
    after: timedelta = AT_ONCE


FindPeople: TypeAlias = Callable[[FindResponders, datetime], LookUp]
"""Who is found for this errand, asked for at that instant (UTC)."""
FindShiftsOf: TypeAlias = Callable[[FindShifts, datetime], Shifts]
"""Whose shift ends when, asked for at that instant (UTC)."""
Deliver: TypeAlias = Callable[[Notify, datetime], Delivery]
"""What becomes of this message, handed over at that instant (UTC)."""

Link: TypeAlias = Callable[[LinkDuplicate, datetime], Linked]
"""What the first issue says to its duplicate, asked at that instant (UTC)."""

Served: TypeAlias = Callable[[datetime], datetime]
"""When the clock is served for what is due at that instant (UTC): then, or later."""


def one_for_each_role(effect: FindResponders, at: datetime) -> LookUp:  # noqa: ARG001 - a world has the instant too
    """Those whom the policy names, and for each role and rota that it tells somebody who is called like it."""
    ids = dict.fromkeys((*effect.tell.people, *effect.tell.roles, *effect.tell.rotas))
    return LookUp(tuple(PersonFacts(id=name, role=name) for name in ids if name not in effect.about))


def arrives(effect: Notify, at: datetime) -> Delivery:  # noqa: ARG001
    """Every message leaves at once."""
    return Delivery()


def is_recorded(effect: LinkDuplicate, at: datetime) -> Linked:  # noqa: ARG001
    """There is such an issue, and it records its duplicate."""
    return Linked()


def people_of(
    directory: Directory,
    channels: Collection[str] = ("inbox",),
    after: timedelta = AT_ONCE,
    rotas: Rotas = NO_ROTAS,
) -> FindPeople:
    """The people of a directory and who is on duty, as the service finds them; `channels` are those that are set up.

    What people have to do is what was given out in this world, whatever became of it.
    """
    reached, given = frozenset(channels), GivenOut()

    def find(effect: FindResponders, at: datetime) -> LookUp:  # noqa: ARG001
        answer = find_in(directory, effect, reached, rotas, given.with_record(None, (), effect))
        given.note(effect, [person.id for person in answer.people])
        more = (answer.stand_ins, answer.beside, answer.left_out, answer.gaps, answer.lead, answer.is_full)
        return LookUp(answer.people, answer.why, after, None, *more)

    return find


def shifts_of(directory: Directory, channels: Collection[str] = ("inbox",), rotas: Rotas = NO_ROTAS) -> FindShiftsOf:
    """Shifts by a directory and rotas, as the service finds them."""
    reached = frozenset(channels)

    def find(effect: FindShifts, at: datetime) -> Shifts:  # noqa: ARG001
        answer = find_next_shift(directory, effect, reached, rotas)
        return Shifts(answer.until, answer.people)

    return find


def nobody_goes(effect: FindShifts, at: datetime) -> Shifts:  # noqa: ARG001
    """Everybody who has it stays."""
    return Shifts()


def never_found(error: str, after: timedelta) -> FindPeople:
    """Every look-up fails for good after so long."""
    failed = LookUp(after=after, error=error)
    return lambda *_: failed


@dataclass(frozen=True)
class World:
    """What the world answers."""

    find: FindPeople = one_for_each_role
    deliver: Deliver = arrives
    shifts: FindShiftsOf = nobody_goes
    link: Link = is_recorded
    """Of an issue that is played alone; those of one script answer each other."""
    served: Served | None = None
    """None: the clock is never late."""
    post: "PostOffice | None" = None
    """What gathers messages into digests and has them take turns (`simulated_post.py`), in place of `deliver`; then
    issues are brought forward together: `simulate.Together`. None: each message goes by itself, at once."""
    has_deliveries: bool = True
    """False: nothing is heard of messages, so that no `told` is on record, and messages are not even written. All
    else of the journal is as where every message leaves."""
