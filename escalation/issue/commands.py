"""What can be asked of an issue: the human commands, the clock's tick, and the answers of errands.

Every command has an id; the same id twice is done once. `by` says who, through which door. Free text never travels:
commands carry references to it. What a command does is in `decide.py`.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, Field, TypeAdapter

from escalation.issue.facts import CLOCK, Actor, IssueFacts, PersonFacts, TextRef
from escalation.policy.matched import Match
from escalation.policy.model import CloseReason, Policy
from escalation.value import Value

Outcome: TypeAlias = Literal["solved", "workaround", "paid", "explained", "nothing_wrong"]
FoundHow: TypeAlias = Literal["looked_up", "last_known"]


class Command(Value):
    """What all commands have."""

    id: str
    by: Actor
    happened_at: AwareDatetime | None = None
    """When it happened, as the door claims; absent: when it is decided."""


class Open(Command):
    """Begin an issue; sent to one that runs, it is the same thing reported again."""

    kind: Literal["open"] = "open"
    rules_revision: int = 1
    """The revision of the rules that decides this issue to its end."""
    issue: IssueFacts
    policies: tuple[Policy, ...]
    """The pinned policy and, after it, the fallbacks it can fall back on, in order."""
    match: Match
    owner: str
    people: tuple[PersonFacts, ...] = ()
    """Facts of the raiser, the owner and those of `last_known`."""
    last_known: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Whom to ask at a tier (key `policy/tier`) or as last resort (key `policy/`) when nobody can be looked up."""


class Acknowledge(Command):
    """I am working on it, next action by `until`. Stops the acknowledgement clock, nothing else."""

    kind: Literal["acknowledge"] = "acknowledge"
    next_action: TextRef | None = None
    until: AwareDatetime | None = None
    take_over_from: str | None = None
    """The present handler's id, to become the handler in their place."""


class Release(Command):
    """I am not working on it any more; the tier is asked again."""

    kind: Literal["release"] = "release"
    reason: TextRef | None = None


class Escalate(Command):
    """Move the issue up to the next tier now."""

    kind: Literal["escalate"] = "escalate"
    from_tier: str | None = None
    """The tier where its sender saw it: refused where another is asked by now, so that two do not move it up twice."""
    reason: TextRef | None = None
    checked: tuple[str, ...] = ()
    """Names of the next tier's checklist items that are answered in the reason."""
    is_waived: bool = False
    """Go up without the checklist; the reason says why."""


class TakeCharge(Command):
    """Ends exhaustion: this person does the next action by `until`."""

    kind: Literal["take_charge"] = "take_charge"
    next_action: TextRef
    until: AwareDatetime


class Resolve(Command):
    """Said to be fixed."""

    kind: Literal["resolve"] = "resolve"
    outcome: Outcome
    explanation: TextRef | None = None
    told_customer: TextRef | None = None
    payment_reference: str | None = None


class Confirm(Command):
    """The customer, or who speaks for them, says that it is fixed: closes the issue."""

    kind: Literal["confirm"] = "confirm"
    statement: TextRef | None = None


class Close(Command):
    """End a resolved issue for a typed reason."""

    kind: Literal["close"] = "close"
    reason: CloseReason
    duplicate_of: str | None = None
    explanation: TextRef | None = None


class Reopen(Command):
    """Not fixed after all: back to the tier where it was, whose clocks start anew."""

    kind: Literal["reopen"] = "reopen"
    reason: TextRef | None = None


class Tick(Command):
    """Do what is due. Harmless when nothing is."""

    kind: Literal["tick"] = "tick"
    id: str = ""
    by: Actor = CLOCK


class TakePeople(Command):
    """Answer of the look-up: who is to be asked in this turn, perhaps nobody."""

    kind: Literal["take_people"] = "take_people"
    by: Actor = CLOCK
    turn: int
    people: tuple[PersonFacts, ...]
    why: str
    """How they were chosen, in words without names."""


class TakeNoPeople(Command):
    """Answer of a look-up that failed."""

    kind: Literal["take_no_people"] = "take_no_people"
    by: Actor = CLOCK
    turn: int
    error: str


class TakeDelivery(Command):
    """Answer of a message: what became of it."""

    kind: Literal["take_delivery"] = "take_delivery"
    by: Actor = CLOCK
    message: str
    """The message's id: the key of the effect that asked for it."""
    person: str
    channel: str
    about: str
    outcome: Literal["sent", "failed"]
    attempts: int = 1
    is_possible_repeat: bool = False
    error: str | None = None


HumanCommand: TypeAlias = Acknowledge | Release | Escalate | TakeCharge | Resolve | Confirm | Close | Reopen
Answer: TypeAlias = TakePeople | TakeNoPeople | TakeDelivery
AnyCommand: TypeAlias = Annotated[Open | HumanCommand | Tick | Answer, Field(discriminator="kind")]
HUMAN_COMMANDS: dict[str, type[Command]] = {
    "acknowledge": Acknowledge,
    "release": Release,
    "escalate": Escalate,
    "take_charge": TakeCharge,
    "resolve": Resolve,
    "confirm": Confirm,
    "close": Close,
    "reopen": Reopen,
}
"""The commands that people send, by name. Doors and documentation list them from here."""

_ANY: TypeAdapter[Any] = TypeAdapter(AnyCommand)


def read_command(data: object) -> Any:
    """A command from plain JSON; raises pydantic.ValidationError."""
    return _ANY.validate_python(data)
