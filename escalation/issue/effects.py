"""What must be done in the world, as data. `kind` is the activity's name, `key` its idempotency key.

The effect is the activity's only argument; its result is a command or nothing.
"""

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from escalation.issue.delivery import Waits
from escalation.issue.events import Entry
from escalation.issue.facts import Actor, CauseRef, HarmFlag, IssueClass, Link, Party, PersonFacts, TextRef
from escalation.issue.identity import IssueId
from escalation.issue.personal_rules import Urgency
from escalation.policy.model import Kind, Tell
from escalation.value import Value

About: TypeAlias = Literal[
    "asked",
    "asked_again",
    "reminded",
    "warned",
    "left_tier",
    "exhausted",
    "last_resort",
    "charge_lapsed",
    "confirm",
    "resolved",
    "closed",
    "reopened",
    "offered",
    "declined",
    "severity_changed",
    "customer_changed",
    "hold_over",
    "snooze_over",
    "handler_reminded",
    "cancel_asked",
    "target_missed",
    "target_warned",
    "plan_impossible",
    "suppression_failed",
    "waits",
    "offer_lapsed",
    "owns",
    "rota_empty",
    "relieved",
    "taken_over",
    "tier_full",
    "ask_put",
    "ask_warned",
    "ask_news",
    "ask_over",
]


class FindResponders(Value):
    """Look up who is asked at a tier that begins."""

    kind: Literal["find_responders"] = "find_responders"
    key: str
    issue: IssueId
    issue_kind: Kind
    issue_class: IssueClass = "normal"
    severity: str
    turn: int
    policy: str
    tier: str
    tell: Tell
    about: tuple[str, ...]
    """People whom the issue is about, and who has a conflict of interest: never asked."""
    excluded: tuple[str, ...] = ()
    """Those among them who have a conflict of their own: whoever stands in for them or reports to them may be asked."""
    languages: tuple[str, ...] = ()
    """Of its customer, as BCP 47."""
    at: AwareDatetime | None = None
    """When the tier began (UTC): who is there then is asked. None in errands of releases that did not say."""
    ask: str = ""
    """What is put to those who are found, where that is beside the ladder; then it stands in place of the tier, too."""
    lead: str | None = None
    """Of a desk: the id of who leads it; None: the duty lead of its team."""
    is_by_name: bool = False
    """Whether somebody is asked by name: their manager stands for the lead then."""


class FindShifts(Value):
    """Look up until when those who have it are on duty, and who is next where one of them goes soon."""

    kind: Literal["find_shifts"] = "find_shifts"
    key: str
    issue: IssueId
    issue_class: IssueClass = "normal"
    number: int
    """Of the entry that asks for it; its answer bears it."""
    people: dict[str, AwareDatetime]
    """Who has it, each with when they were last known to be on duty, or got it (UTC)."""
    tell: Tell
    """Whom the tier tells: who is next where somebody goes who has no rota."""
    about: tuple[str, ...] = ()
    """As in `FindResponders`."""
    excluded: tuple[str, ...] = ()
    before: timedelta
    """Who goes within so long is followed by somebody."""
    at: AwareDatetime


class Coming(Value):
    """Something that is due, as it is told to whoever takes an issue over."""

    at: AwareDatetime
    words: str


class Notify(Value):
    """Tell one person by one channel. Facts for the message; names and free text are fetched where it is sent."""

    kind: Literal["notify"] = "notify"
    key: str
    issue: IssueId
    issue_kind: Kind
    issue_class: IssueClass
    title: str
    title_ref: TextRef | None
    description: TextRef | None
    person: PersonFacts
    channel: str
    about: About
    severity: str
    severity_means: str
    priority: int
    opened_at: AwareDatetime
    received_at: AwareDatetime
    at: AwareDatetime
    """The instant that this is about."""
    tier: str
    tier_title: str
    until: AwareDatetime | None = None
    """By when an answer is asked."""
    tried: tuple[str, ...] = ()
    """What was tried so far, one sentence each, with people's ids."""
    asked_of_you: str
    otherwise: str
    """What happens if nobody does anything: the last line of every message."""
    said: TextRef | None = None
    """The latest text that somebody wrote with a command."""
    said_by: str = ""
    runbook: str = ""
    checklist: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    """Names of the commands by which this person can answer."""
    handler: str | None = None
    owner: str = ""
    turn: int = 0
    """The turn in which this person is asked by it; 0: it only informs."""
    patience: timedelta | None = None
    """After so long without success the answer says that it is delayed; None: it is tried for as long as may be."""
    earlier: int = 0
    """Attempts that an earlier errand for the same message has made."""
    not_before: AwareDatetime | None = None
    """Until then the other side wants to be left alone, or the person does."""
    is_possible_repeat: bool = False
    """Whether an earlier copy may have left."""
    waits: Waits | None = None
    """Why the person is not told before that instant; None: they are told at once."""
    urgency: Urgency = "urgent"
    """How they may be disturbed by it."""
    causes: tuple[CauseRef, ...] = ()
    """By what it may go out in one digest with those of other issues."""
    leaving: tuple[str, ...] = ()
    """Whose shift ends, where it is handed over: its times are shown in their zones, too."""
    coming: tuple[Coming, ...] = ()
    """What is due then, the first of it."""
    is_read_back_needed: bool = False
    """Whether to accept it takes words: what the reader takes over, as they understand it."""


class KeepText(Value):
    """Keep text that came by a signal, masked, beside the record."""

    kind: Literal["keep_text"] = "keep_text"
    key: str
    issue: IssueId
    ref: str
    text: str


class LinkDuplicate(Value):
    """Have another issue record that this one repeats it; its answer decides whether this one may be closed."""

    kind: Literal["link_duplicate"] = "link_duplicate"
    key: str
    issue: IssueId
    duplicate_of: IssueId
    said_by: str


class LogRefusal(Value):
    """Write a refusal for authority to the security log."""

    kind: Literal["log_refusal"] = "log_refusal"
    key: str
    issue: IssueId
    command: str
    code: str
    why: str
    by: Actor
    at: AwareDatetime


class Snapshot(Value):
    """Where the issue stands after an entry: the row that lists are read from."""

    issue: IssueId
    kind: Kind
    issue_class: IssueClass
    harm_flags: tuple[HarmFlag, ...]
    audience: tuple[str, ...]
    about: tuple[str, ...]
    parties: tuple[Party, ...]
    """Of an issue that is restricted or sealed, with key and role alone."""
    links: tuple[Link, ...]
    title: str
    title_ref: TextRef | None
    severity: str
    priority: int
    status: Literal["open", "resolved", "closed", "ended"]
    policy: str
    tier: str
    asked: tuple[str, ...]
    handler: str | None
    owner: str
    helpers: tuple[tuple[str, str], ...] = ()
    """Who has what is put to others in hand: the person, and what it is."""
    raiser: str
    is_exhausted: bool
    is_breached: bool
    opened_at: AwareDatetime
    received_at: AwareDatetime
    first_noticed_at: AwareDatetime | None
    resolved_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    close_reason: str | None
    next_due_at: AwareDatetime | None
    next_due: str
    """What is due then, in words."""
    entries: int
    """The number of the last entry that this stands after."""
    rules_revision: int


class Record(Value):
    """Write entries to the journal, in order, and the issue's row. The scribe's one effect."""

    kind: Literal["record"] = "record"
    snapshot: Snapshot
    entries: tuple[Entry, ...]


Effect: TypeAlias = Annotated[
    FindResponders | FindShifts | Notify | KeepText | LinkDuplicate | LogRefusal, Field(discriminator="kind")
]
EFFECTS: dict[str, type[Value]] = {
    "record": Record,
    "find_responders": FindResponders,
    "find_shifts": FindShifts,
    "notify": Notify,
    "keep_text": KeepText,
    "link_duplicate": LinkDuplicate,
    "log_refusal": LogRefusal,
}
"""The effects by kind; each has an activity of that name."""
