"""What has happened to an issue, in past participles, and the numbered entry that carries one onto the record.

An event holds facts and opaque ids, so that the journal, Temporal's history and the narration can all be made of it.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.commands import Open
from escalation.issue.delivery import Outcome as DeliveryOutcome
from escalation.issue.delivery import Try, Waits
from escalation.issue.events_of_asks import (
    AskAnswered,
    AskFoundNobody,
    AskLeft,
    AskLookedAgain,
    AskMissed,
    AskNextAsked,
    AskPassedOn,
    AskPut,
    AskReached,
    AskTakenOn,
    AskUntaken,
    AskWarned,
    AskWithdrawn,
)
from escalation.issue.events_of_clocks import (
    CustomerChanged,
    Held,
    HoldEnded,
    HoldEndedWhy,
    MaintenanceEnded,
    MaintenanceEntered,
    PolicyAdopted,
    SeverityChanged,
)
from escalation.issue.events_of_ending import (
    CancelAsked,
    Closed,
    ConfirmationRequested,
    DuplicateRecorded,
    Reopened,
    Resolved,
    SuppressionAsked,
    SuppressionFailed,
    WindowEnded,
)
from escalation.issue.events_of_ladder import (
    AskedAgain,
    AskedAgainWhy,
    BeganWhy,
    Ceiling,
    Exhausted,
    ExhaustedWhy,
    LastResortTold,
    LimitMissed,
    LookedAgain,
    LookupFailed,
    NobodyReached,
    PeopleAsked,
    Reminded,
    RotaFoundEmpty,
    StandInAsked,
    TierBegan,
    TierFoundEmpty,
    TierFull,
    TierOpened,
    Warned,
    WarningDue,
)
from escalation.issue.events_of_people import (
    Accepted,
    Acknowledged,
    AcknowledgementLapsed,
    AckRole,
    Attempted,
    ChargeLapsed,
    ChargeTaken,
    Declined,
    HandlerReminded,
    Noted,
    OfferLapsed,
    OwnerMoved,
    Reassigned,
    Released,
    Snoozed,
    SnoozeEnded,
)
from escalation.issue.events_of_shifts import OfferWithdrawn, ShiftsAsked, ShiftsSeen
from escalation.issue.events_of_targets import (
    LadderFitted,
    PlanImpossible,
    TargetBegan,
    TargetDue,
    TargetMet,
    TargetMissed,
    TargetWarned,
    TargetWarningDue,
)
from escalation.issue.facts import Actor, TextRef
from escalation.value import Value

__all__ = [
    "Accepted",
    "AckRole",
    "Acknowledged",
    "AcknowledgementLapsed",
    "AskAnswered",
    "AskFoundNobody",
    "AskLeft",
    "AskLookedAgain",
    "AskMissed",
    "AskNextAsked",
    "AskPassedOn",
    "AskPut",
    "AskReached",
    "AskTakenOn",
    "AskUntaken",
    "AskWarned",
    "AskWithdrawn",
    "AskedAgain",
    "AskedAgainWhy",
    "Attempted",
    "BeganWhy",
    "CancelAsked",
    "Ceiling",
    "ChargeLapsed",
    "ChargeTaken",
    "Closed",
    "ConfirmationRequested",
    "CustomerChanged",
    "Declined",
    "DuplicateRecorded",
    "Entry",
    "Event",
    "Exhausted",
    "ExhaustedWhy",
    "HandlerReminded",
    "Held",
    "HoldEnded",
    "HoldEndedWhy",
    "LadderFitted",
    "LastResortTold",
    "LimitMissed",
    "LookedAgain",
    "LookupFailed",
    "MaintenanceEnded",
    "MaintenanceEntered",
    "NobodyReached",
    "Noted",
    "OfferLapsed",
    "OfferWithdrawn",
    "Opened",
    "OpenedAgain",
    "OwnerMoved",
    "PeopleAsked",
    "PlanImpossible",
    "PolicyAdopted",
    "Reassigned",
    "Refused",
    "Released",
    "Reminded",
    "Reopened",
    "Resolved",
    "RotaFoundEmpty",
    "SeverityChanged",
    "ShiftsAsked",
    "ShiftsSeen",
    "SnoozeEnded",
    "Snoozed",
    "StandInAsked",
    "SuppressionAsked",
    "SuppressionFailed",
    "TargetBegan",
    "TargetDue",
    "TargetMet",
    "TargetMissed",
    "TargetWarned",
    "TargetWarningDue",
    "TierBegan",
    "TierFoundEmpty",
    "TierFull",
    "TierOpened",
    "Told",
    "Warned",
    "WarningDue",
    "WindowEnded",
]


class Opened(Value):
    """The issue entered the ladder."""

    kind: Literal["opened"] = "opened"
    rules_revision: int
    open: Open
    targets: tuple[TargetDue, ...] = ()


class OpenedAgain(Value):
    """The same thing was reported again while the issue was open."""

    kind: Literal["opened_again"] = "opened_again"
    description: TextRef | None = None


class Told(Value):
    """A message left by one channel, could not, or has not yet."""

    kind: Literal["told"] = "told"
    message: str
    person: str
    channel: str
    about: str
    turn: int = 0
    """The turn in which this person is asked by it; 0: it only informs."""
    outcome: DeliveryOutcome
    attempts: int
    is_possible_repeat: bool = False
    is_delivered: bool = False
    error: str | None = None
    tries: tuple[Try, ...] = ()
    next_channel: str | None = None
    """The channel by which they are told now."""
    waits: Waits | None = None
    """Why it was not to leave before an instant; None: it was to leave at once."""
    waited_until: AwareDatetime | None = None
    """That instant."""
    digest: str = ""
    """The digest that it went in, in one message with others; empty: it went by itself."""
    is_joined: bool = False
    """Whether it joined that digest, which had left and stands: it told of the cause, or of this issue before."""
    waited_s: int = 0
    """Seconds that it took in all, where it waited for others to go with or for its turn."""
    is_receipt: bool = False
    """Whether the other side has said so later, of a message that it had taken."""


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
    | StandInAsked
    | NobodyReached
    | TierFoundEmpty
    | TierFull
    | LookedAgain
    | TierOpened
    | RotaFoundEmpty
    | LookupFailed
    | AskedAgain
    | Accepted
    | Reassigned
    | OfferLapsed
    | OwnerMoved
    | OfferWithdrawn
    | ShiftsAsked
    | ShiftsSeen
    | Declined
    | Noted
    | Attempted
    | SeverityChanged
    | CustomerChanged
    | Held
    | HoldEnded
    | Snoozed
    | SnoozeEnded
    | CancelAsked
    | SuppressionAsked
    | SuppressionFailed
    | DuplicateRecorded
    | PolicyAdopted
    | MaintenanceEntered
    | MaintenanceEnded
    | TargetMissed
    | TargetBegan
    | LadderFitted
    | PlanImpossible
    | TargetMet
    | TargetWarned
    | Warned
    | Reminded
    | Acknowledged
    | AcknowledgementLapsed
    | HandlerReminded
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
    | AskPut
    | AskReached
    | AskFoundNobody
    | AskLookedAgain
    | AskTakenOn
    | AskPassedOn
    | AskLeft
    | AskNextAsked
    | AskUntaken
    | AskWarned
    | AskMissed
    | AskAnswered
    | AskWithdrawn
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
