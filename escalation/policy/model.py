"""The policy: a ladder for one legal entity and one kind of issue, as frozen values.

What is read from YAML (`parse.py`) and what is pinned into a running issue are the same model. Limits are wall-clock
durations by severity. Rules that go beyond one field live in `lint.py`; nothing here reads a file.
"""

from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import Field

from escalation.value import Value

Limits: TypeAlias = dict[str, timedelta]
"""A limit by severity name. A severity that is absent has no such limit."""

Kind: TypeAlias = Literal["support", "technical", "complaint", "conduct", "privacy"]
CloseReason: TypeAlias = Literal[
    "confirmed",
    "silence",
    "final_response_sent",
    "withdrawn_in_writing",
    "ombudsman_decided",
    "duplicate_of",
    "opened_in_error",
]
Assurance: TypeAlias = Literal["asserted", "known_address", "signed_link", "signed_in", "system"]
Clock: TypeAlias = Literal["acknowledge", "work"]
Listener: TypeAlias = Literal["asked", "handler", "owner", "next_tier"]
Courtesy: TypeAlias = Literal["left_tier", "outcome"]


class Tell(Value):
    """Whom a tier tells: everyone named, and everyone who has one of the roles (in `team`, where it is given)."""

    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    team: str | None = None


class Severity(Value):
    """Harm, set by rule. Severities are listed worst first."""

    name: str
    means: str
    priority: int = Field(default=3, ge=1, le=5)
    """Temporal task priority, 1 is first."""


class Warn(Value):
    """A warning at a share of a limit."""

    at: float = Field(gt=0, lt=1)
    of: Clock
    tell: tuple[Listener, ...]


class ChecklistItem(Value):
    """What must be known before somebody moves an issue up to a tier by hand."""

    name: str
    ask: str
    waived_for: tuple[str, ...] = ()
    """Severities for which the item need not be given."""


class Tier(Value):
    """One rung of the ladder: which people are asked, and for how long."""

    name: str
    title: str
    tell: Tell
    acknowledge_within: Limits
    work_within: Limits = Field(default_factory=dict)
    warnings: tuple[Warn, ...] = ()
    remind_every: Limits = Field(default_factory=dict)
    runbook: str = ""
    checklist: tuple[ChecklistItem, ...] = ()
    is_beside: bool = False
    """A lane beside the ladder: the climb passes it by; it is entered by a trigger."""
    then: str | None = None
    """The tier that follows a lane beside the ladder."""


class EntryTiers(Value):
    """The tier at which an issue enters, by severity, for what a person raised and what a machine raised."""

    person: dict[str, str]
    machine: dict[str, str]


class Trigger(Value):
    """Which issues enter, where, and why. Triggers are tried in order; the first whose condition holds is the match."""

    name: str
    when: str
    """A CEL expression over `issue`; see docs/policy.md."""
    why: str
    owner: str
    severity: str | None = None
    """The severity it demands: the worse of this and the one given counts."""
    enter_at: str | None = None


class Acknowledgement(Value):
    """How long an acknowledgement holds without progress, how often one person may renew it in one tier."""

    lapses_after: Limits = Field(default_factory=dict)
    renewals: int = Field(default=2, ge=0, le=20)
    second: Literal["joins", "takes_over"] = "joins"


class Exhaustion(Value):
    """What happens when the last tier's time is up. Never empty; ends only when a person takes charge."""

    repeats: int = Field(default=0, ge=0, le=100)
    """Further passes over the ladder before it counts as exhausted."""
    procedure: Literal["last_resort", "restart", "fallback"]
    fallback: str | None = None
    """The name of the policy whose ladder is climbed next."""
    last_resort: Tell
    last_resort_every: Limits
    charge_for_at_most: Limits
    """How far ahead a person who takes charge may set the time of the next action."""


class Closing(Value):
    """How a resolved issue ends."""

    reasons: tuple[CloseReason, ...]
    remind_after: timedelta
    """After this the resolution's confirmation is asked for again, and then at the same interval of whoever owns it."""
    silence_after: timedelta | None = None
    """After this without a word a resolved issue is closed; None: it never is."""
    reopen_within: timedelta


class Policy(Value):
    """One ladder with everything that is decided in advance; pinned into an issue at its start."""

    name: str
    version: int = Field(ge=1)
    title: str
    legal_entity: str = "main"
    kind: Kind
    severities: tuple[Severity, ...]
    tiers: tuple[Tier, ...]
    entry: EntryTiers
    triggers: tuple[Trigger, ...]
    acknowledgement: Acknowledgement
    exhaustion: Exhaustion
    closing: Closing
    roles: dict[str, tuple[str, ...]]
    """Who may send a command: roles of the directory, or asked, handler, owner, raiser, customer, machine, anyone."""
    assurance: dict[str, Assurance] = Field(default_factory=dict)
    """The least assurance of a command's sender; absent: asserted."""
    courtesies: tuple[Courtesy, ...] = ()
    """left_tier: who is no longer asked is told so; outcome: the raiser hears how it ends."""
    digest: str = ""
    """SHA-256 of the policy's text, set when it is read."""

    def tier(self, name: str) -> Tier:
        """The tier of that name; raises KeyError."""
        for tier in self.tiers:
            if tier.name == name:
                return tier
        raise KeyError(name)

    def severity(self, name: str) -> Severity:
        """The severity of that name; raises KeyError."""
        for severity in self.severities:
            if severity.name == name:
                return severity
        raise KeyError(name)

    def climb(self) -> tuple[str, ...]:
        """The names of the tiers that time climbs, lowest first: all but the lanes beside the ladder."""
        return tuple(tier.name for tier in self.tiers if not tier.is_beside)

    def next_tier(self, name: str) -> str | None:
        """The tier after this one, or None after the last."""
        here = self.tier(name)
        if here.is_beside:
            return here.then
        ladder = self.climb()
        place = ladder.index(name) + 1
        return ladder[place] if place < len(ladder) else None
