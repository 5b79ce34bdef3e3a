"""The events of what people do to an open issue, and of what runs out of it.

The union of all events, and what they share, is in `events.py`.
"""

from typing import Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.commands import AttemptResult
from escalation.issue.facts import PersonFacts, TextRef
from escalation.value import Value

AckRole: TypeAlias = Literal["handler", "joined"]


class Acknowledged(Value):
    """A person is working on it."""

    kind: Literal["acknowledged"] = "acknowledged"
    person: str
    role: AckRole
    renewal: int = 0
    """0: the first of this person in this tier; n: the nth renewal."""
    is_tier_clock_stopped: bool = True
    have: int = 0
    """How many of those asked have acknowledged now; 0 where one is enough."""
    needed: int = 0
    took_over_from: str | None = None
    until: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    next_action: TextRef | None = None


class AcknowledgementLapsed(Value):
    """The handler's acknowledgement ran out without progress; they are the handler no more."""

    kind: Literal["acknowledgement_lapsed"] = "acknowledgement_lapsed"
    person: str
    is_unanswered: bool = False
    """Whether they did nothing when they were reminded of it."""


class HandlerReminded(Value):
    """Who works on it was told again that they have it."""

    kind: Literal["handler_reminded"] = "handler_reminded"
    person: str
    tier: str
    count: int
    """How many reminders they had with this one, since they have it."""
    answer_by: AwareDatetime | None = None
    """When their acknowledgement lapses unless they do something with it; None: no answer is needed."""


class Released(Value):
    """The handler gave it back."""

    kind: Literal["released"] = "released"
    person: str
    was_in_charge: bool = False
    reason: TextRef | None = None


class Accepted(Value):
    """A person answers for it from now on."""

    kind: Literal["accepted"] = "accepted"
    person: str
    owner_before: str
    is_handler: bool
    """Whether they work on it, too."""
    is_tier_clock_stopped: bool = True
    """Whether that stops the time to acknowledge; not where others are asked than the handler they relieve."""
    handler_before: str | None = None
    relieves: tuple[str, ...] = ()
    """Whose shift ends: what they had of it they have no more, and the person has. Empty: the person owns it."""
    until: AwareDatetime | None = None
    lapses_at: AwareDatetime | None = None
    read_back: TextRef | None = None
    """What they take over, in their own words."""


class Reassigned(Value):
    """It was offered to somebody; until they accept, everything stays as it is."""

    kind: Literal["reassigned"] = "reassigned"
    to: PersonFacts
    reason: TextRef | None = None
    accept_due_at: AwareDatetime | None = None
    """By when they are to accept it; None: whenever they do."""
    leaving: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Whose shift ends, and when: what they have of it is offered. Empty: somebody offers it by hand."""
    others: tuple[PersonFacts, ...] = ()
    """Who is on duty then as well, and is asked in turn where it is declined."""


class OfferLapsed(Value):
    """Who it was offered to has not accepted it in time; the duty lead is looked up, who owns it then."""

    kind: Literal["offer_lapsed"] = "offer_lapsed"
    to: str
    by: str
    """Who had offered it, or whose shift ends."""
    turn: int
    find_due_at: AwareDatetime
    relieves: tuple[str, ...] = ()
    """Whose shift ends: the duty lead is to have what they have. With nobody in `to`, nobody is on duty next."""
    as_of: AwareDatetime | None = None
    """As of when the duty lead is looked up; None: now."""


class OwnerMoved(Value):
    """By the rules somebody owns it: the duty lead, since who it was offered to has not accepted it."""

    kind: Literal["owner_moved"] = "owner_moved"
    person: PersonFacts
    owner_before: str
    turn: int
    why: str
    relieves: tuple[str, ...] = ()
    """Whose shift ends: what they had the person has. Empty: the person owns it."""


class Declined(Value):
    """Somebody who was asked, or to whom it was offered, cannot take it."""

    kind: Literal["declined"] = "declined"
    person: str
    tier: str
    was_offered: bool = False
    has_conflict: bool = False
    left: int = 0
    """How many are still asked."""
    is_tier_clock_stopped: bool = False
    """Whether all who are left have acknowledged, where everybody must."""
    reason: TextRef | None = None


class Noted(Value):
    """Something was written down; perhaps what was said to the customer, or by somebody."""

    kind: Literal["noted"] = "noted"
    text: TextRef
    is_to_customer: bool = False
    said_by: str | None = None
    next_update_at: AwareDatetime | None = None
    """By when the customer was promised to hear again."""
    meets: str | None = None
    """The one target that the answer meets; None: all that wait for one."""


class Attempted(Value):
    """Something was tried."""

    kind: Literal["attempted"] = "attempted"
    what: TextRef
    result: AttemptResult


class Snoozed(Value):
    """A person is told again then, and not reminded before."""

    kind: Literal["snoozed"] = "snoozed"
    person: str
    until: AwareDatetime


class SnoozeEnded(Value):
    """A snooze is over; the person is told again."""

    kind: Literal["snooze_ended"] = "snooze_ended"
    person: str
    is_asked_again: bool = False
    """Whether their acknowledgement is over with it, since nothing else would end it."""


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
