"""What can be asked of an issue: the human commands, the clock's tick, and the answers of errands.

Every command has an id; the same id twice is done once. `by` says who, through which door. Free text never travels:
commands carry references to it. What a command does is in `decide.py`.
"""

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import AwareDatetime, Field, TypeAdapter

from escalation.issue.command import Command
from escalation.issue.commands_of_asks import Ask, Complete, Leave, PassOn, TakeOn, Withdraw
from escalation.issue.commands_of_errands import (
    EndMaintenance,
    LookAtShifts,
    TakeDelivery,
    TakeDuplicate,
    TakeNoPeople,
    TakePeople,
    TakeShifts,
    TakeSuppression,
)
from escalation.issue.facts import CLOCK, Actor, IssueFacts, PersonFacts, TextRef
from escalation.issue.maintenance import Maintenance
from escalation.policy.matched import Match
from escalation.policy.model import CloseReason, Policy

__all__ = [
    "HUMAN_COMMANDS", "Accept", "Acknowledge", "AdoptPolicy", "Answer", "AnyCommand", "Ask", "Attempt",
    "AttemptResult", "Cancel", "ChangeCustomer", "ChangeSeverity", "Close", "Command", "Complete", "Confirm",
    "DeEscalate", "Decline", "EndMaintenance", "Escalate", "FoundHow", "Hold", "How", "HumanCommand", "Leave",
    "LookAtShifts", "Note", "Open", "Outcome", "PassOn", "Reassign", "Release", "Reopen", "Resolve", "Resume", "Snooze",
    "Suppress",
    "TakeCharge", "TakeDelivery", "TakeDuplicate", "TakeNoPeople", "TakeOn", "TakePeople", "TakeShifts",
    "TakeSuppression", "Tick", "Withdraw", "read_command",
]  # fmt: skip

Outcome: TypeAlias = Literal["solved", "workaround", "paid", "explained", "nothing_wrong"]
AttemptResult: TypeAlias = Literal["helped", "no_change", "no_answer", "made_it_worse"]
How: TypeAlias = Literal["hierarchical", "functional"]
FoundHow: TypeAlias = Literal["looked_up", "last_known"]


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
    maintenance: Maintenance | None = None
    """The maintenance window that it falls into."""


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


class Accept(Command):
    """I answer for it from now on: the sender becomes the owner, and works on it where it was reassigned to them."""

    kind: Literal["accept"] = "accept"
    until: AwareDatetime | None = None
    """When the sender's next action is due, where they work on it."""
    read_back: TextRef | None = None
    """What the sender takes over, in their own words: whoever's shift ends is told. A policy may need it then."""
    relieves: str | None = None
    """Only what is handed over since this person's shift ends, and nothing else."""


class Reassign(Command):
    """Offer the issue to somebody: it moves when they accept, and its clocks stay as they are."""

    kind: Literal["reassign"] = "reassign"
    to: str
    """The id of the person who is to take it over."""
    facts: PersonFacts | None = None
    """Facts of that person, as the door found them."""
    reason: TextRef | None = None


class Decline(Command):
    """I cannot take it: said by somebody who is asked, or to whom it was offered. The last one empties the tier."""

    kind: Literal["decline"] = "decline"
    reason: TextRef
    has_conflict: bool = False
    """A conflict of interest: the sender is never asked about this issue again."""


class Escalate(Command):
    """Move the issue up now, to the next tier or to one that is named."""

    kind: Literal["escalate"] = "escalate"
    to_tier: str | None = None
    """The tier to ask; absent: the next one."""
    how: How | None = None
    """For more authority or for other expertise; absent: expertise for a lane beside the ladder, else authority."""
    from_tier: str | None = None
    """The tier where its sender saw it: refused where another is asked by now, so that two do not move it up twice."""
    reason: TextRef | None = None
    checked: tuple[str, ...] = ()
    """Names of that tier's checklist items that are answered in the reason."""
    is_waived: bool = False
    """Go up without the checklist; the reason says why."""


class DeEscalate(Command):
    """Hand the issue back down, with guidance: that tier's clocks start anew, the ceiling does not."""

    kind: Literal["de_escalate"] = "de_escalate"
    to_tier: str | None = None
    """The tier to ask; absent: the one below."""
    from_tier: str | None = None
    """The tier where its sender saw it: refused where another is asked by now."""
    reason: TextRef
    guidance: TextRef
    """What that tier is to do, or may decide."""


class Note(Command):
    """Write something down; on record as an answer where it was said to the customer, or by whoever is waited for."""

    kind: Literal["note"] = "note"
    text: TextRef
    is_to_customer: bool = False
    """Whether it was said to the customer, or to the raiser where there is none: the answer that targets wait for."""
    said_by: str | None = None
    """Whose words it holds, where those are not the sender's: a party's key, or the name of who is waited for."""
    next_update_at: AwareDatetime | None = None
    """Of what was said to the customer: by when they were promised to hear again."""
    meets: str | None = None
    """Of what was said to the customer: the one target that it meets, by name. Absent: all that wait for an answer."""


class Attempt(Command):
    """Write down what was tried, and what came of it; whoever is asked next reads it."""

    kind: Literal["attempt"] = "attempt"
    what: TextRef
    result: AttemptResult


class ChangeSeverity(Command):
    """The harm is another one than was thought; never below what a fact demands."""

    kind: Literal["change_severity"] = "change_severity"
    severity: str
    reason: TextRef


class ChangeCustomer(Command):
    """It is another customer's. What is promised to them counts from here on, from the true start of each clock."""

    kind: Literal["change_customer"] = "change_customer"
    customer: str
    """Their key."""
    instead_of: str | None = None
    """The customer who is none any more; needed only where the issue has several."""
    language: str | None = None
    zone: str | None = None
    """IANA name."""
    reason: TextRef


class Hold(Command):
    """Stop the clocks that the policy lets stop, while somebody else is waited for."""

    kind: Literal["hold"] = "hold"
    reason: str
    """The name of one of the policy's reasons."""
    waiting_for: str
    """Who is waited for: a party's key, or an opaque name."""
    question: str | None = None
    """The id of the question that was sent to them."""
    until: AwareDatetime


class Resume(Command):
    """End a hold before its time."""

    kind: Literal["resume"] = "resume"
    reason: TextRef | None = None


class Snooze(Command):
    """Tell me again then, and do not remind me before. Moves no clock."""

    kind: Literal["snooze"] = "snooze"
    until: AwareDatetime


class Cancel(Command):
    """Opened in error: asked for by one person, done when a second one sends it too."""

    kind: Literal["cancel"] = "cancel"
    reason: TextRef | None = None


class Suppress(Command):
    """It repeats another issue: recorded on that one, and only then closed."""

    kind: Literal["suppress"] = "suppress"
    duplicate_of: str
    """The id of the issue that it repeats."""
    reason: TextRef | None = None


class AdoptPolicy(Command):
    """Go on under another policy. Erases no breach and lengthens no running promise."""

    kind: Literal["adopt_policy"] = "adopt_policy"
    policies: tuple[Policy, ...]
    """The policy and, after it, its fallbacks, in order."""
    tier: str | None = None
    """The tier of the new ladder that is asked; absent: the one of the same name."""
    last_known: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """As in `Open`."""
    people: tuple[PersonFacts, ...] = ()
    reason: TextRef


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


HumanCommand: TypeAlias = (
    Acknowledge
    | Release
    | Accept
    | Reassign
    | Decline
    | Escalate
    | DeEscalate
    | Note
    | Attempt
    | ChangeSeverity
    | ChangeCustomer
    | Hold
    | Resume
    | Snooze
    | TakeCharge
    | Resolve
    | Confirm
    | Close
    | Cancel
    | Suppress
    | Reopen
    | AdoptPolicy
    | Ask
    | TakeOn
    | PassOn
    | Complete
    | Leave
    | Withdraw
)
Answer: TypeAlias = TakePeople | TakeNoPeople | TakeDelivery | TakeSuppression | TakeShifts
AnyCommand: TypeAlias = Annotated[
    Open | HumanCommand | Tick | Answer | TakeDuplicate | EndMaintenance | LookAtShifts, Field(discriminator="kind")
]
HUMAN_COMMANDS: dict[str, type[Command]] = {kind.model_fields["kind"].default: kind for kind in get_args(HumanCommand)}
"""The commands that people send, by name. Doors and documentation list them from here."""

_ANY: TypeAdapter[Any] = TypeAdapter(AnyCommand)


def read_command(data: object) -> Any:
    """A command from plain JSON; raises pydantic.ValidationError."""
    return _ANY.validate_python(data)
