"""The policy: a ladder for one legal entity and one kind of issue, as frozen values.

What is read from YAML (`parse.py`) and what is pinned into a running issue are the same model. Limits are wall-clock
durations by severity, or working time where a tier has hours, or have units of their own (`Within`). Rules that go
beyond one field live in `lint.py`; nothing here reads a file.
"""

from typing import Literal, TypeAlias

from pydantic import Field

from escalation.calendar.limit import Span, Within
from escalation.calendar.working_hours import WorkingHours
from escalation.policy.desk import Desk
from escalation.policy.hand_over import HandOver
from escalation.policy.target import Agreement, Ends, Listener, Starts, Target, TargetKind, TargetWarn
from escalation.policy.tell import Limits, Tell
from escalation.value import Value

__all__ = [
    "MOST_URGENT", "Acknowledgement", "Agreement", "Assurance", "ChecklistItem", "Clock", "CloseReason", "Closing",
    "Courtesy", "Ends", "EntryTiers", "Exhaustion", "Holding", "Kind", "Limits", "Listener", "Policy", "Severity",
    "SeverityChange", "Starts", "Target", "TargetKind", "TargetWarn", "Tell", "Tier", "Trigger", "Warn",
    "WhenClosed",
]  # fmt: skip

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
Courtesy: TypeAlias = Literal["left_tier", "outcome", "all_clear"]
WhenClosed: TypeAlias = Literal["wait", "skip", "page_out_of_hours"]

MOST_URGENT = 2
"""Up to this priority a severity is urgent, unless it says otherwise. Ours: the two that channels mark as important."""


class Severity(Value):
    """Harm, set by rule. Severities are listed worst first."""

    name: str
    """The word by which limits, entries and triggers refer to it; written before the colon."""
    means: str
    """What harm it stands for, in one line; every message says it."""
    priority: int = Field(default=3, ge=1, le=5)
    """Temporal task priority, 1 is first."""
    urgency: Literal["urgent", "ordinary"] | None = None
    """Which of people's own rules counts, and whether their quiet hours do: what is urgent overrides them. Absent:
    urgent where the priority is 1 or 2."""

    @property
    def is_urgent(self) -> bool:
        """Whether people may be disturbed by it at any hour."""
        return self.urgency == "urgent" or (self.urgency is None and self.priority <= MOST_URGENT)


class Warn(Value):
    """A warning at a share of a limit."""

    at: float = Field(gt=0, lt=1)
    """The share of the limit that has passed, in percent."""
    of: Clock
    """Which limit: the time to acknowledge, or the time to work."""
    tell: tuple[Listener, ...]
    """Who is warned: those asked at this tier, the handler, the owner, those whom the next tier would ask."""


class Holding(Value):
    """When an issue may be put on hold, and what stops meanwhile. No sequence of holds is longer than its caps."""

    reasons: dict[str, str]
    """The reasons that can be given, by name, with what each means."""
    stops: tuple[Clock, ...] = ("work",)
    """The clocks of a tier that stop; with the time to work also the lapse of an acknowledgement."""
    at_most: Limits
    """The longest single hold. A severity that is absent is never on hold."""
    in_all_at_most: Limits
    """The longest time on hold in all, from opening to end."""


class SeverityChange(Value):
    """What a change of severity does to the clocks of the tier, and who is told of it."""

    clocks: Literal["keep", "recount", "restart"] = "recount"
    """keep: as they are; recount: the new severity's limits from the tier's beginning; restart: the tier is asked anew.
    Whichever it is, no tier hears later than it would have."""
    tell: tuple[Listener, ...] = ("asked", "handler", "owner")
    """Who is told."""
    ends_targets: bool = False
    """Whether a target that has no limit for the new severity ends, rather than to stay as it was promised. Not with
    `clocks: keep`."""
    misses_targets: bool = False
    """Whether a target that is over by the new severity, from its true start and with the pauses, counts as missed at
    once, rather than to stay as it was. Not with `clocks: keep`."""


class ChecklistItem(Value):
    """What must be known before somebody moves an issue up to a tier by hand."""

    name: str
    """The word by which an answer refers to it."""
    ask: str
    """The question, as it is put to the person who moves the issue up."""
    waived_for: tuple[str, ...] = ()
    """Severities for which the item need not be given."""


class Tier(Value):
    """One rung of the ladder: which people are asked, and for how long."""

    name: str
    """The word by which entries, triggers and the record refer to it."""
    title: str
    """Who that is, as a sentence would say it: 'the team lead'."""
    tell: Tell
    """Whom this tier tells, all at once."""
    also_tell: dict[str, Tell] = Field(default_factory=dict)
    """Whom it tells beside them at a severity: 'SEV1 also wakes the incident lead'."""
    acknowledge_within: Within
    """How long they have to say that they work on it; then the issue moves up. Needed for every severity."""
    acknowledged_by: int | None = Field(default=None, ge=2, le=50)
    """So many of those who are asked must acknowledge before that time stops; absent: one."""
    is_acknowledged_by_all: bool = False
    """Whether everybody who is asked must."""
    work_within: Within = Field(default_factory=dict)
    """How long the issue may stay at this tier, acknowledged or not; then it moves up and the handler stays."""
    warnings: tuple[Warn, ...] = ()
    """Warnings before a limit is reached."""
    remind_every: Within = Field(default_factory=dict)
    """How often those asked are told again while nobody has acknowledged; absent: not."""
    remind_handler_every: Within = Field(default_factory=dict)
    """How often who has acknowledged is told again that they have it, as long as they work on it; absent: not."""
    runbook: str = ""
    """What to do at this tier and what may be decided here; comes with every message that asks."""
    checklist: tuple[ChecklistItem, ...] = ()
    """What must be known to move an issue up to this tier by hand; time asks no questions."""
    hours: dict[str, str] = Field(default_factory=dict)
    """By severity, the calendar in whose working time the tier's limits, warnings and reminders count; absent: they
    count day and night."""
    when_closed: dict[str, WhenClosed] = Field(default_factory=dict)
    """By severity, what happens where the tier begins outside of its hours: wait (its people are told when it opens),
    skip (the next tier is asked) or page_out_of_hours (`out_of_hours` is told, and time counts day and night). Where
    hours are given and this is not: wait."""
    out_of_hours: Tell | None = None
    """Whom it tells in place of `tell` outside of its hours, where `when_closed` says so."""
    is_beside: bool = False
    """A lane beside the ladder: the climb passes it by; it is entered by a trigger."""
    then: str | None = None
    """The tier that follows a lane beside the ladder."""

    def told_for(self, severity: str) -> Tell:
        """Everybody whom this tier tells at a severity; the team is that of `tell`."""
        more = self.also_tell.get(severity)
        if more is None:
            return self.tell
        people = tuple(dict.fromkeys((*self.tell.people, *more.people)))
        roles = tuple(dict.fromkeys((*self.tell.roles, *more.roles)))
        rotas = tuple(dict.fromkeys((*self.tell.rotas, *more.rotas)))
        return self.tell.model_copy(update={"people": people, "roles": roles, "rotas": rotas})


class EntryTiers(Value):
    """The tier at which an issue enters, by severity, for what a person raised and what a machine raised."""

    person: dict[str, str]
    """Tier by severity, for what a person raised. Needed for every severity."""
    machine: dict[str, str]
    """Tier by severity, for what a machine raised. Needed for every severity."""


class Trigger(Value):
    """Which issues enter, where, and why. Triggers are tried in order; the first whose condition holds is the match."""

    name: str
    """What it looks for, in a few words; the match on record names it."""
    when: str
    """A CEL expression over `issue`, at most 2,000 characters; its fields are listed under 'Conditions'."""
    why: str
    """Why such an issue is escalated, in a sentence; told to whoever is asked."""
    owner: str
    """Who answers for this trigger: a post, or a person's id."""
    severity: str | None = None
    """The severity it demands: the worse of this and the one given counts."""
    usual_severity: str | None = None
    """The severity of such an issue where none is given; one that is given stands. Not beside `severity`. Absent, and
    where nothing is demanded either: the worst there is."""
    enter_at: str | None = None
    """The tier where such an issue enters; absent: as `entry` says."""

    @property
    def severity_words(self) -> str:
        """Which severity such an issue has, in words."""
        usual = f", else {self.usual_severity}" if self.usual_severity else ""
        return self.severity or f"as given{usual}"


class Acknowledgement(Value):
    """How long an acknowledgement holds without progress, how often one person may renew it in one tier."""

    lapses_after: Within = Field(default_factory=dict)
    """How long it holds without progress; then those asked at the tier are asked again."""
    answer_within: Limits = Field(default_factory=dict)
    """How long who has it has to answer when they are reminded of it (`remind_handler_every` of a tier), by whatever
    they do with it; then it lapses. Absent: no answer is needed."""
    renewals: int = Field(default=2, ge=0, le=20)
    """How often one person may renew it in one tier."""
    second: Literal["joins", "takes_over"] = "joins"
    """What a second person's acknowledgement does: join the handler, or become the handler."""


class Exhaustion(Value):
    """What happens when the last tier's time is up. Never empty; ends only when a person takes charge."""

    repeats: int = Field(default=0, ge=0, le=100)
    """Further passes over the ladder before it counts as exhausted."""
    procedure: Literal["last_resort", "restart", "fallback"]
    """Beside telling the last resort: nothing more, climb this ladder again, or climb another policy's ladder."""
    fallback: str | None = None
    """The name of the policy whose ladder is climbed next."""
    last_resort: Tell
    """Who is told that nobody has it, again and again. Never empty."""
    last_resort_every: Limits
    """How often they are told until a person takes charge. Needed for every severity."""
    charge_for_at_most: Limits
    """How far ahead a person who takes charge may set the time of the next action. Needed for every severity."""


class Closing(Value):
    """How a resolved issue ends."""

    reasons: tuple[CloseReason, ...]
    """The reasons for which an issue of this policy may be closed. A complaint is never closed by silence."""
    remind_after: Span
    """After this the resolution's confirmation is asked for again, and then at the same interval of whoever owns it."""
    silence_after: Span | None = None
    """After this without a word a resolved issue is closed; None: it never is."""
    reopen_within: Span
    """How long after its end an issue can be reopened; what comes later is a new issue that follows it."""
    hours: str | None = None
    """The calendar in whose working time these count, and by which days are reckoned; absent: day and night."""


class Policy(Value):
    """One ladder with everything that is decided in advance; pinned into an issue at its start."""

    name: str
    """The word by which issues, fallbacks and commands refer to it."""
    version: int = Field(ge=1)
    """Raised with every change; issues that run keep the one they began with."""
    title: str
    """What it is for, in one line."""
    legal_entity: str = "main"
    """The legal entity whose issues it takes; one policy for each legal entity and kind."""
    kind: Kind
    """The kind of issue it takes."""
    severities: tuple[Severity, ...]
    """What harm is told apart, worst first: a mapping from name to what it means."""
    tiers: tuple[Tier, ...]
    """The rungs, lowest first; lanes beside the ladder may stand anywhere."""
    entry: EntryTiers
    """Where an issue enters."""
    triggers: tuple[Trigger, ...]
    """Which issues enter, tried in order; the first that holds is the match. The last ones take whatever is left."""
    acknowledgement: Acknowledgement
    """How an acknowledgement holds and lapses."""
    exhaustion: Exhaustion
    """What happens when the last tier's time is up."""
    closing: Closing
    """How a resolved issue ends."""
    targets: tuple[Target, ...] = ()
    """Times agreed with customers or inside the house, counted from the opening."""
    agreements: tuple[Agreement, ...] = ()
    """What is promised to some customers in place of that: the first one that names the issue's customer applies,
    else the first one that names nobody."""
    fit_ladder_to: str | None = None
    """The target, promised to customers from the opening to the resolution, before whose end the top tier is to hear
    and to have its time to acknowledge: where the ladder would take longer, its limits are shortened in proportion for
    that issue. Absent: they are as they are."""
    hold: Holding | None = None
    """When an issue may be put on hold; absent: never."""
    severity_change: SeverityChange = SeverityChange()
    """What a change of severity does."""
    accept_within: Within = Field(default_factory=dict)
    """How long somebody to whom it is offered has to accept it; then the duty lead of its team owns it, by name. A
    severity that is absent: as long as they take."""
    hand_over: HandOver | None = None
    """What is done when the shift of whoever has it ends; absent: nothing."""
    desks: tuple[Desk, ...] = ()
    """To whom work, a question or a swarm is put beside the ladder: a mapping from name to who that is."""
    advice_within: Limits = Field(default_factory=dict)
    """How long a person has who is asked for advice by name; then their deputy is asked, once. A severity that is
    absent: nobody is asked by name."""
    roles: dict[str, tuple[str, ...]]
    """By command, who may send it: directory roles, or asked, handler, owner, offered (to whom it was reassigned),
    put_to (to whom something is put beside the ladder, and who takes part in it), raiser, customer, machine (on what a
    machine raised), anyone. Those of `ask` and what follows it are needed where there are desks or `advice_within`."""
    assurance: dict[str, Assurance] = Field(default_factory=dict)
    """By command, how sure we must be who sent it, at least; absent: asserted, which takes anybody's word for it."""
    courtesies: tuple[Courtesy, ...] = ()
    """left_tier: who is no longer asked is told so; outcome: the raiser hears how it ends; all_clear: so does who
    is asked or has it then, but for who ended it."""
    digest: str = ""
    """SHA-256 of the policy's text, set when it is read."""
    pinned_calendars: dict[str, WorkingHours] = Field(default_factory=dict)
    """The calendars that its tiers, targets and desks name, date by date, set when it is read: a change of calendars or
    of holiday data moves no deadline of an issue that runs."""

    @property
    def calendar_names(self) -> tuple[str, ...]:
        """The calendars that its tiers, targets, desks and closing name, each once."""
        of_closing = (self.closing.hours,) if self.closing.hours is not None else ()
        named = (name for _, hours in self.hours_by_field() for name in hours.values())
        return tuple(dict.fromkeys((*named, *of_closing)))

    def hours_by_field(self) -> tuple[tuple[str, dict[str, str]], ...]:
        """Every `hours` of it: the field, and the calendar by severity."""
        tiers = ((f"tiers[{place}].hours", tier.hours) for place, tier in enumerate(self.tiers))
        targets = ((f"{field}.hours", target.hours) for field, target in self.targets_by_field())
        desks = ((f"desks.{desk.name}.hours", desk.hours) for desk in self.desks)
        return (*tiers, *targets, *desks)

    def desk(self, name: str) -> Desk | None:
        """The desk of that name, or None."""
        return next((desk for desk in self.desks if desk.name == name), None)

    @property
    def puts_to_others(self) -> bool:
        """Whether anything can be put to others beside the ladder."""
        return bool(self.desks or self.advice_within)

    def targets_by_field(self) -> tuple[tuple[str, Target], ...]:
        """Every target of it, those of agreements too: the field, and the target."""
        own = ((f"targets[{place}]", target) for place, target in enumerate(self.targets))
        agreed = (
            (f"agreements.{agreement.name}.targets[{place}]", target)
            for agreement in self.agreements
            for place, target in enumerate(agreement.targets)
        )
        return (*own, *agreed)

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
        is_above = False
        for tier in self.tiers:
            if is_above and not tier.is_beside:
                return tier.name
            is_above = is_above or tier is here
        return None
