"""The events of the ladder: a tier begins, people are asked, limits and targets are missed, all tiers are spent.

The union of all events, and what they share, is in `events.py`.
"""

from typing import Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.commands import FoundHow, How
from escalation.issue.delivery import StandIn
from escalation.issue.facts import LeftOut, PersonFacts, TextRef
from escalation.policy.model import Clock, Listener, WhenClosed
from escalation.value import Value

BeganWhy: TypeAlias = Literal[
    "entered",
    "not_acknowledged",
    "too_few_acknowledged",
    "too_few_left",
    "work_limit_spent",
    "escalated_by_hand",
    "nobody_on_duty",
    "nobody_reached",
    "repeated",
    "restarted",
    "fell_back",
    "reopened",
    "de_escalated",
    "everybody_declined",
    "ceiling_reached",
    "severity_changed",
    "policy_adopted",
    "tier_closed",
    "maintenance_over",
]
AskedAgainWhy: TypeAlias = Literal["lapsed", "snooze_over", "released", "declined", "maintenance_over"]
ExhaustedWhy: TypeAlias = Literal[
    "not_acknowledged",
    "too_few_acknowledged",
    "too_few_left",
    "work_limit_spent",
    "escalated_by_hand",
    "nobody_on_duty",
    "nobody_reached",
    "everybody_declined",
    "severity_changed",
    "policy_adopted",
    "tier_closed",
    "charge_lapsed",
    "charge_released",
]


class WarningDue(Value):
    """A warning that will be given at an instant, unless its clock is stopped first."""

    at: AwareDatetime
    of: Clock
    share: float
    tell: tuple[Listener, ...]


class Ceiling(Value):
    """The latest instant at which a tier must hear of the open issue."""

    tier: str
    at: AwareDatetime


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
    how: How | None = None
    """For authority or for expertise, where a person moved it up."""
    guidance: TextRef | None = None
    """What the tier is to do, where it was handed back down."""
    ceilings: tuple[Ceiling, ...] | None = None
    """By when the tiers above must hear of it; None: as before."""
    when_closed: WhenClosed | None = None
    """What happens, where it begins outside of its hours; None: it is open, or has none."""
    opens_at: AwareDatetime | None = None
    """When it opens, where it is closed."""
    is_maintenance: bool = False
    """Whether it waits for the end of a maintenance window, rather than for its hours."""


class TierOpened(Value):
    """A tier that waited for its hours has opened; its people are looked up now, and its clocks count from here."""

    kind: Literal["tier_opened"] = "tier_opened"
    turn: int
    tier: str
    find_due_at: AwareDatetime
    late_by_s: float = 0
    """Seconds by which this was served late (the system was away); the clocks are put off by as much working time."""
    acknowledge_due_at: AwareDatetime | None = None
    work_due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    warnings: tuple[WarningDue, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()


class PeopleAsked(Value):
    """People were asked: told that this tier is theirs now."""

    kind: Literal["people_asked"] = "people_asked"
    turn: int
    tier: str
    people: tuple[PersonFacts, ...]
    how: FoundHow
    why: str
    stand_ins: dict[str, tuple[StandIn, ...]] = Field(default_factory=dict)
    """By person: who is asked where they cannot be reached, the first one first."""
    beside: tuple[PersonFacts, ...] = ()
    """Facts of the stand-ins."""
    left_out: tuple[LeftOut, ...] = ()
    """Who was considered and is not asked, and why."""
    quiet: dict[str, AwareDatetime] = Field(default_factory=dict)
    """By person: until when their quiet hours keep back what asks them, but in the inbox."""
    is_full: bool = False
    """Whether their lead is asked, since all others have as much as they may have at once."""


class TierFull(Value):
    """Everybody who could be asked has as much as they may have at once; it waits, and they are looked up again."""

    kind: Literal["tier_full"] = "tier_full"
    turn: int
    tier: str
    why: str
    left_out: tuple[LeftOut, ...] = ()
    is_again: bool = False
    """Whether it was so at the look-up before, too, and was told."""
    look_again_at: AwareDatetime


class LookedAgain(Value):
    """The people of a tier are looked up again, since all of them were at their limit."""

    kind: Literal["looked_again"] = "looked_again"
    turn: int
    tier: str
    find_due_at: AwareDatetime


class StandInAsked(Value):
    """Somebody is asked in the place of one who cannot be reached, or not yet, by any of their channels."""

    kind: Literal["stand_in_asked"] = "stand_in_asked"
    turn: int
    tier: str
    person: str
    in_place_of: str
    why: str
    has_declined: bool = False
    """Whether who was asked before has declined, rather than not been reached."""


class NobodyReached(Value):
    """None of those who are asked at the tier can be reached by any channel; it is left soon."""

    kind: Literal["nobody_reached"] = "nobody_reached"
    turn: int
    tier: str
    leaves_at: AwareDatetime


class TierFoundEmpty(Value):
    """Nobody is on duty at the tier, or can be reached, or it is closed and to be skipped; it is left at once."""

    kind: Literal["tier_found_empty"] = "tier_found_empty"
    turn: int
    tier: str
    why: str
    is_unreached: bool = False
    """Whether somebody was there, whom no message reached."""
    is_closed: bool = False
    """Whether it is outside of its hours, which is not to be empty."""
    left_out: tuple[LeftOut, ...] = ()
    """Who was considered and is not asked, and why."""


class RotaFoundEmpty(Value):
    """Nobody is on duty by a rota within the hours that it covers; its owner is told, once for each issue."""

    kind: Literal["rota_found_empty"] = "rota_found_empty"
    turn: int
    tier: str
    rota: str
    tells: PersonFacts


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
