"""Where an issue stands: everything that `decide` looks at, and nothing that it does not.

Built by `evolve.py` alone, one entry at a time. JSON in and out gives the same state.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.asks import PutAsk
from escalation.issue.delivery import Outcome, StandIn, counting_ways
from escalation.issue.events import Ceiling, TargetDue, WarningDue
from escalation.issue.facts import IssueFacts, LeftOut, PersonFacts, TextRef
from escalation.issue.maintenance import Maintenance
from escalation.issue.shifts import ShiftWatch
from escalation.policy.matched import Match
from escalation.policy.model import Clock, CloseReason, Policy, Target, Tier
from escalation.policy.target import agreement_with, promised
from escalation.value import Value

Status: TypeAlias = Literal["open", "resolved", "closed", "ended"]

LAST_RESORT = ""
"""The name under which the last resort is looked up, where a tier's name would stand."""
DUTY_LEAD = "duty lead"
"""The same of the team's duty lead, who owns what nobody accepts. No tier can be called so: names have no blanks."""
BESIDE_THE_TIERS = frozenset({LAST_RESORT, DUTY_LEAD})


KEPT_HOLDS = 300
"""Holds that a target in working time is counted anew with. Ours: beyond, it is due early rather than late."""


class Finding(Value):
    """A look-up of people that has not been answered."""

    turn: int
    tier: str
    due_at: AwareDatetime
    relieves: tuple[str, ...] = ()
    """Of the duty lead who is to have what these have, whose shift ends."""


class Asking(Value):
    """How those who are asked in a turn can be reached: a tier's, or the last resort's."""

    turn: int
    tier: str
    stand_ins: dict[str, tuple[StandIn, ...]] = Field(default_factory=dict)
    """By person: who is asked where they cannot be reached, the first one first."""
    ways: dict[str, dict[str, Outcome]] = Field(default_factory=dict)
    """By person and channel, what became of the messages that ask them; one that left counts for good."""
    why: str = ""
    """How they were chosen."""
    left_out: tuple[LeftOut, ...] = ()
    """Who was considered and is not asked."""


class Full(Value):
    """That everybody of a tier is at their limit: when they are looked up again, and who has how much."""

    look_again_at: AwareDatetime | None = None
    """None: they are being looked up."""
    why: str
    left_out: tuple[LeftOut, ...] = ()


class Charge(Value):
    """Who took charge, and until when."""

    person: str
    until: AwareDatetime


class Offer(Value):
    """To whom it was reassigned, who has not answered yet."""

    to: str
    by: str
    since: AwareDatetime | None = None
    """None of offers of earlier releases."""
    due_at: AwareDatetime | None = None
    """By when it is to be accepted; None: whenever it is."""
    leaving: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Whose shift ends, and when: the offer is of what they have. Empty: somebody offers it by hand."""
    others: tuple[str, ...] = ()
    """Who is on duty then as well: offered to in turn where it is declined."""


class Keeping(Value):
    """What the reminders of who works on it count from."""

    since: AwareDatetime
    """The acknowledgement, the latest reminder, or what has put the next one off."""
    count: int = 0
    """How many reminders this handler had."""
    unanswered_since: AwareDatetime | None = None
    """When they were reminded, where they have done nothing with it since."""


class HoldState(Value):
    """A hold that is on: since when, and which of the tier's clocks stand still."""

    reason: str
    waiting_for: str
    question: str | None = None
    by: str
    since: AwareDatetime
    until: AwareDatetime
    stops: tuple[Clock, ...]


class IssueState(Value):
    """An issue after some entries."""

    rules_revision: int
    facts: IssueFacts
    match: Match
    policies: tuple[Policy, ...]
    last_known: dict[str, tuple[str, ...]]
    people: dict[str, PersonFacts]
    """Facts of everybody who was ever found for this issue, by id."""

    status: Status = "open"
    severity: str
    demanded: str | None = None
    """The severity that the trigger demanded at the opening: as a fact, under whatever policy."""
    policy: str
    """Name of the policy whose ladder is climbed."""
    tier: str
    turn: int = 0
    passes: int = 1
    has_pass_people: bool = False
    """Whether anybody was asked in this pass over the ladder; those whom nothing reached do not count."""
    had_pass_people: bool = False
    """The same before the people of this turn were asked."""
    tier_began_at: AwareDatetime
    why: str = "entered"
    opens_at: AwareDatetime | None = None
    """When the tier opens, or opened, where it began outside of its hours and waits for them."""
    is_closed: bool = False
    """Whether it waits for that: nobody has been looked up or told."""
    is_out_of_hours: bool = False
    """Whether its out-of-hours duty is asked, and its clocks count day and night."""

    asked: tuple[str, ...] = ()
    handler: str | None = None
    joined: tuple[str, ...] = ()
    owner: str
    askings: tuple[Asking, ...] = ()
    """Of the tier, and of the last resort."""
    unreached_at: AwareDatetime | None = None
    """When the tier is left, since nobody who is asked there can be reached."""

    offer: Offer | None = None
    shift: ShiftWatch | None = None
    """Until when those who have it are on duty, where the policy has it handed over."""
    gaps_told: tuple[str, ...] = ()
    """Rotas of which it is on record that nobody was on duty; their owners are told once."""
    declined: tuple[str, ...] = ()
    """Who declined at this tier."""
    excluded: tuple[str, ...] = ()
    """Who has a conflict of interest, and is never asked again."""
    snoozes: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Who wants to be told again, and when."""
    hold: HoldState | None = None
    maintenance: Maintenance | None = None
    """The maintenance window that it is in."""
    held_s: float = 0
    """Seconds on hold so far, without the hold that is on."""
    holds: tuple[tuple[AwareDatetime, AwareDatetime], ...] = ()
    """From when until when it was on hold; the latest few hundred."""
    targets: tuple[TargetDue, ...] = ()
    """Targets that are neither met nor missed."""
    set_aside: tuple[TargetDue, ...] = ()
    """Those that go on when it is reopened, as they stood when it was resolved."""
    missed_targets: tuple[str, ...] = ()
    """Names of those that were missed, which never run again; save promises of an update."""
    overdue: dict[str, AwareDatetime] = Field(default_factory=dict)
    """When each that was missed was due, until it begins anew; which of them are owed still: `target_clocks.py`."""
    fitted_parts: int = 0
    """How long the limits of the ladder are, in thousandths of the policy's; 0: as they are written."""
    impossible: tuple[tuple[str, str], ...] = ()
    """Targets, each with the severity, before which the ladder cannot be climbed, where that was said."""
    milestones: dict[str, AwareDatetime] = Field(default_factory=dict)
    """When it was first acknowledged, first answered, when each tier began for the first time; and, as long as the word
    is the customer's, when they were last answered, else since when they wait."""
    ceilings: tuple[Ceiling, ...] = ()
    """By when tiers that have not heard of it in this pass must hear, lowest first."""
    cancel_asked_by: str | None = None
    duplicate_of: str | None = None
    """The issue for which this one was closed as its duplicate."""
    suppressing: str | None = None
    """The issue that was asked to record this one as its duplicate."""
    duplicates: tuple[str, ...] = ()
    """Issues that repeat this one; the latest few hundred."""

    asks: tuple[PutAsk, ...] = ()
    """What is put to others beside the ladder; of those that are over the latest few."""
    asks_put: int = 0
    """How many there were in all."""

    acknowledge_due_at: AwareDatetime | None = None
    asked_again_at: AwareDatetime | None = None
    """When the time to acknowledge began anew in this tier, where it did."""
    work_due_at: AwareDatetime | None = None
    findings: tuple[Finding, ...] = ()
    full: Full | None = None
    """Set where nobody of the tier is asked, since all of them have as much as they may have at once."""
    warnings: tuple[WarningDue, ...] = ()
    remind_at: AwareDatetime | None = None
    reminders: int = 0
    acknowledgements: dict[str, int] = Field(default_factory=dict)
    """How often each person acknowledged in this tier; of those who were not asked, no more than a bounded number."""
    lapses_at: AwareDatetime | None = None
    acknowledged_at: AwareDatetime | None = None
    """When the handler's latest acknowledgement was decided: their time counts from here."""
    is_promised: bool = False
    """Whether it lapses when the handler said, rather than when the policy says."""
    keeping: Keeping | None = None
    """Of the reminders of who works on it; None: nobody does."""

    exhausted_at: AwareDatetime | None = None
    last_resort_at: AwareDatetime | None = None
    last_resort: tuple[str, ...] = ()
    last_resort_count: int = 0
    charge: Charge | None = None

    resolved_at: AwareDatetime | None = None
    resolver: str | None = None
    confirm_at: AwareDatetime | None = None
    confirm_count: int = 0
    silence_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    close_reason: CloseReason | None = None
    reopen_until: AwareDatetime | None = None
    reopened: int = 0

    missed: int = 0
    """How many limits were missed. Never goes down."""
    tried: tuple[str, ...] = ()
    """What was tried, one sentence each, the last few."""
    said: TextRef | None = None
    """The latest text that somebody wrote with a command: why it was moved up, how it was fixed."""
    said_by: str = ""
    done: dict[str, int] = Field(default_factory=dict)
    """Ids of commands that were carried out, with the number of their first entry; the latest few hundred."""
    entries: int = 0
    last_at: AwareDatetime
    """When the last entry was decided."""

    @property
    def pinned(self) -> Policy:
        """The policy whose ladder is climbed now."""
        for policy in self.policies:
            if policy.name == self.policy:
                return policy
        return self.policies[0]

    @property
    def promised(self) -> tuple[Target, ...]:
        """The targets of the policy, under the agreement with the issue's customer."""
        policy = self.policies[0]
        if not policy.agreements:
            return policy.targets
        return promised(policy.targets, agreement_with(policy.agreements, self.facts.customers))

    @property
    def here(self) -> Tier:
        """The tier that is asked now."""
        return self.pinned.tier(self.tier)

    @property
    def counts_from(self) -> datetime:
        """From when the tier's clocks count: where it waits for its hours, from when it opens."""
        return self.opens_at or self.tier_began_at

    @property
    def acknowledge_from(self) -> datetime:
        """From when the time to acknowledge counts: where the tier was asked again, from then."""
        return max(self.asked_again_at or self.counts_from, self.counts_from)

    @property
    def is_in_maintenance(self) -> bool:
        """Whether its tier is not asked before a maintenance window ends."""
        return self.maintenance is not None and self.maintenance.mode == "hold"

    @property
    def opens_words(self) -> str:
        """What its tier waits for, before the instant: `it opens`."""
        return "the maintenance ends," if self.is_in_maintenance else "it opens"

    @property
    def is_exhausted(self) -> bool:
        """Whether all tiers' time is up and nobody has taken charge."""
        return self.status == "open" and self.exhausted_at is not None and self.charge is None

    @property
    def is_resting(self) -> bool:
        """Whether no tier is asked any more and the last resort is told at its cadence."""
        return self.is_exhausted and self.last_resort_at is not None

    @property
    def is_climbing(self) -> bool:
        """Whether a tier's clocks run: it is open, nobody is in charge, and the last resort is not all that is left."""
        return self.status == "open" and self.charge is None and not self.is_resting

    def asking(self, turn: int) -> Asking | None:
        """Those who are asked in this turn, where they still are."""
        return next((asking for asking in self.askings if asking.turn == turn), None)

    def asking_at(self, tier: str) -> Asking | None:
        """Those who are asked at this tier, or as the last resort, by the latest turn."""
        return next((asking for asking in self.askings if asking.tier == tier), None)

    def asked_in(self, asking: Asking) -> tuple[str, ...]:
        """Who they are."""
        return self.last_resort if asking.tier == LAST_RESORT else self.asked

    def is_out_of_reach(self, asking: Asking, person: str, *outcomes: Outcome) -> bool:
        """Whether by each channel that counts for this person the message had one of these outcomes."""
        became = asking.ways.get(person, {})
        return all(became.get(way) in outcomes for way in counting_ways(self.person(person).channels))

    def stands_still(self, clock: Clock) -> bool:
        """Whether a hold has stopped this clock of the tier."""
        return self.hold is not None and clock in self.hold.stops

    def known_for(self, tier: str) -> tuple[PersonFacts, ...]:
        """The last known people of a tier, or of the last resort; there the owner, where nobody is known.

        Never those whom the issue is about, so that even this can be empty.
        """
        ids = self.last_known.get(f"{self.policy}/{tier}", ())
        people = self.fit_to_ask(self.people[person] for person in ids if person in self.people)
        if people or tier != LAST_RESORT:
            return people
        return self.fit_to_ask([self.person(self.owner)])

    def fit_to_ask(self, people: Iterable[PersonFacts]) -> tuple[PersonFacts, ...]:
        """These people, each once, without those whom the issue is about or who have a conflict of interest.

        Nor those who are known to stand in for somebody whom it is about, or to report to them.
        """
        unfit, about = {*self.facts.about, *self.excluded}, self.facts.about
        fit = (person for person in people if person.id not in unfit and not any(tie in about for tie in person.ties))
        return tuple({person.id: person for person in fit}.values())

    def person(self, person: str) -> PersonFacts:
        """Facts of a person; of one who is not known, the id and the inbox."""
        return self.people.get(person) or PersonFacts(id=person, role="unknown")


def over_since(state: IssueState) -> datetime | None:
    """Since when it is resolved, or closed without that; None where it is open."""
    return state.resolved_at or state.closed_at
