"""What has happened to an issue, in past participles, and the numbered entry that carries one onto the record.

An event holds facts and opaque ids, so that the journal, Temporal's history and the narration can all be made of it.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.commands import FoundHow, Open, Outcome
from escalation.issue.facts import Actor, PersonFacts, TextRef
from escalation.policy.model import Clock, CloseReason, Listener
from escalation.value import Value

BeganWhy: TypeAlias = Literal[
    "entered",
    "not_acknowledged",
    "work_limit_spent",
    "escalated_by_hand",
    "nobody_on_duty",
    "repeated",
    "restarted",
    "fell_back",
    "reopened",
]


AckRole: TypeAlias = Literal["handler", "joined"]
AskedAgainWhy: TypeAlias = Literal["lapsed", "released"]
ExhaustedWhy: TypeAlias = Literal[
    "not_acknowledged", "work_limit_spent", "escalated_by_hand", "nobody_on_duty", "charge_lapsed", "charge_released"
]


class Opened(Value):
    """The issue entered the ladder."""

    kind: Literal["opened"] = "opened"
    rules_revision: int
    open: Open


class OpenedAgain(Value):
    """The same thing was reported again while the issue was open."""

    kind: Literal["opened_again"] = "opened_again"
    description: TextRef | None = None


class WarningDue(Value):
    """A warning that will be given at an instant, unless its clock is stopped first."""

    at: AwareDatetime
    of: Clock
    share: float
    tell: tuple[Listener, ...]


class TierBegan(Value):
    """A tier is asked; its clocks start. `turn` numbers these beginnings from 1."""

    kind: Literal["tier_began"] = "tier_began"
    turn: int
    passes: int
    """Which pass over the ladder this is, from 1."""
    policy: str
    tier: str
    from_tier: str | None = None
    why: BeganWhy
    acknowledge_due_at: AwareDatetime | None = None
    work_due_at: AwareDatetime | None = None
    find_due_at: AwareDatetime
    remind_at: AwareDatetime | None = None
    warnings: tuple[WarningDue, ...] = ()
    late_by_s: float = 0
    """Seconds by which the clock that ended the tier before was served late (the system was away)."""
    waived: tuple[str, ...] = ()
    """Checklist items that were not given."""
    reason: TextRef | None = None


class PeopleAsked(Value):
    """People were asked: told that this tier is theirs now."""

    kind: Literal["people_asked"] = "people_asked"
    turn: int
    tier: str
    people: tuple[PersonFacts, ...]
    how: FoundHow
    why: str


class TierFoundEmpty(Value):
    """Nobody is on duty at the tier; it is left at once."""

    kind: Literal["tier_found_empty"] = "tier_found_empty"
    turn: int
    tier: str
    why: str


class LookupFailed(Value):
    """The people of the tier could not be looked up in time; the last known are asked."""

    kind: Literal["lookup_failed"] = "lookup_failed"
    turn: int
    tier: str
    error: str


class AskedAgain(Value):
    """The tier's people were asked again, and its acknowledgement clock runs anew."""

    kind: Literal["asked_again"] = "asked_again"
    tier: str
    why: AskedAgainWhy
    acknowledge_due_at: AwareDatetime | None
    remind_at: AwareDatetime | None = None


class Warned(Value):
    """A share of a limit was used up."""

    kind: Literal["warned"] = "warned"
    tier: str
    of: Clock
    share: float
    due_at: AwareDatetime
    tell: tuple[Listener, ...]


class Reminded(Value):
    """The people asked were told again, since nobody has acknowledged."""

    kind: Literal["reminded"] = "reminded"
    tier: str
    count: int
    next_at: AwareDatetime | None


class Acknowledged(Value):
    """A person is working on it."""

    kind: Literal["acknowledged"] = "acknowledged"
    person: str
    role: AckRole
    renewal: int = 0
    """0: the first of this person in this tier; n: the nth renewal."""
    is_tier_clock_stopped: bool = True
    took_over_from: str | None = None
    until: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    next_action: TextRef | None = None


class AcknowledgementLapsed(Value):
    """The handler's acknowledgement ran out without progress; they are the handler no more."""

    kind: Literal["acknowledgement_lapsed"] = "acknowledgement_lapsed"
    person: str


class Released(Value):
    """The handler gave it back."""

    kind: Literal["released"] = "released"
    person: str
    was_in_charge: bool = False
    reason: TextRef | None = None


class LimitMissed(Value):
    """A limit of a tier was missed: a fact that stays."""

    kind: Literal["limit_missed"] = "limit_missed"
    tier: str
    of: Clock
    due_at: AwareDatetime


class Exhausted(Value):
    """The last tier's time is up and nobody has it: the loudest event in the system."""

    kind: Literal["exhausted"] = "exhausted"
    policy: str
    passes: int
    procedure: Literal["last_resort", "restart", "fallback"]
    why: ExhaustedWhy
    turn: int
    find_due_at: AwareDatetime
    next_at: AwareDatetime | None
    """When the last resort is told again; None where the climb goes on at once."""
    late_by_s: float = 0


class LastResortTold(Value):
    """The last resort was told again, since nobody has taken charge."""

    kind: Literal["last_resort_told"] = "last_resort_told"
    count: int
    turn: int
    find_due_at: AwareDatetime
    next_at: AwareDatetime


class ChargeTaken(Value):
    """A person took charge: exhaustion ends."""

    kind: Literal["charge_taken"] = "charge_taken"
    person: str
    until: AwareDatetime
    next_action: TextRef | None = None


class ChargeLapsed(Value):
    """The time that a person in charge had set is past; exhaustion goes on."""

    kind: Literal["charge_lapsed"] = "charge_lapsed"
    person: str


class Resolved(Value):
    """Said to be fixed; the ladder's clocks stop."""

    kind: Literal["resolved"] = "resolved"
    outcome: Outcome
    explanation: TextRef | None = None
    told_customer: TextRef | None = None
    payment_reference: str | None = None
    remind_at: AwareDatetime
    silence_at: AwareDatetime | None


class ConfirmationRequested(Value):
    """Whoever owns the issue was reminded that its resolution is not confirmed."""

    kind: Literal["confirmation_requested"] = "confirmation_requested"
    count: int
    next_at: AwareDatetime | None
    """None where it is closed by silence before."""


class Closed(Value):
    """Ended, for a typed reason; it can be reopened until `reopen_until`."""

    kind: Literal["closed"] = "closed"
    reason: CloseReason
    duplicate_of: str | None = None
    explanation: TextRef | None = None
    reopen_until: AwareDatetime


class Reopened(Value):
    """Not fixed after all."""

    kind: Literal["reopened"] = "reopened"
    count: int
    reason: TextRef | None = None
    is_reported_again: bool = False


class WindowEnded(Value):
    """The time in which it could be reopened is over: what comes now is a new occurrence."""

    kind: Literal["window_ended"] = "window_ended"


class Told(Value):
    """A message left, or could not."""

    kind: Literal["told"] = "told"
    message: str
    person: str
    channel: str
    about: str
    outcome: Literal["sent", "failed"]
    attempts: int
    is_possible_repeat: bool = False
    error: str | None = None


class Refused(Value):
    """Something came that could not be accepted, through a door that hears no answer."""

    kind: Literal["refused"] = "refused"
    command: str
    code: str
    why: str


Event: TypeAlias = Annotated[
    Opened
    | OpenedAgain
    | TierBegan
    | PeopleAsked
    | TierFoundEmpty
    | LookupFailed
    | AskedAgain
    | Warned
    | Reminded
    | Acknowledged
    | AcknowledgementLapsed
    | Released
    | LimitMissed
    | Exhausted
    | LastResortTold
    | ChargeTaken
    | ChargeLapsed
    | Resolved
    | ConfirmationRequested
    | Closed
    | Reopened
    | WindowEnded
    | Told
    | Refused,
    Field(discriminator="kind"),
]


class Entry(Value):
    """One numbered line of an issue's journal."""

    number: int
    """From 1, without gaps."""
    happened_at: AwareDatetime
    """When it happened: the instant that was due, or that the door claims."""
    recorded_at: AwareDatetime
    """When it was decided, by the workflow's clock."""
    by: Actor
    command: str
    """The id of the command that caused it; empty for the clock's own."""
    event: Event
