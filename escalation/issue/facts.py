"""What is known of an issue when it is opened, and who is who. Facts and opaque ids only, never free text.

The one exception is `IssueFacts.title`: one masked line of an issue of class normal may travel (design.md).
"""

from typing import Literal, TypeAlias

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from escalation.issue.identity import IssueId
from escalation.issue.personal_rules import PersonalRules
from escalation.policy.model import Assurance, Kind
from escalation.value import Value

IssueClass: TypeAlias = Literal["normal", "restricted", "sealed"]
HarmFlag: TypeAlias = Literal["vulnerable", "no_access_to_funds", "fraud", "safety", "legal", "press"]
PartyRole: TypeAlias = Literal[
    "customer", "complainant", "representative", "account_holder", "payer", "payee", "data_subject", "affected"
]
LinkKind: TypeAlias = Literal["caused_by", "duplicate_of", "follows", "related"]
ASSURANCES: tuple[Assurance, ...] = ("asserted", "known_address", "signed_link", "signed_in", "system")
"""From the least sure to the surest that the actor is who they are said to be."""


SIGNAL = "signal"
"""The door of what comes by signal, whatever it claims."""


CUSTOMERS: frozenset[PartyRole] = frozenset({"customer", "complainant"})
"""Parties who wait for us."""


class Actor(Value):
    """Who acted, through which door, and how sure we are of it."""

    person: str
    role: str | None = None
    """The role in the directory at that moment, copied into the decision."""
    door: str
    assurance: Assurance
    is_machine: bool = False


CLOCK = Actor(person="escalon", door="clock", assurance="system", is_machine=True)
"""The actor of what time alone does."""


class TextRef(Value):
    """A pointer to text that lies beside the record: masked there, erasable, never in history."""

    ref: str
    digest: str = ""
    """SHA-256 over a random salt, kept with the text, and the masked text; empty where the text came by a signal."""
    length: int
    """Characters of the masked text."""


class PersonFacts(Value):
    """What a decision needs to know of a person: opaque id, role, and the channels by which they are reached."""

    id: str
    role: str
    team: str | None = None
    channels: tuple[str, ...] = ("inbox",)
    limit: dict[str, str] = Field(default_factory=dict)
    """Authority limit by currency as of the look-up, decimal in text."""
    ties: tuple[str, ...] = ()
    """To whom they report, and whose deputy they are: they are not asked about what is about those. Said by the door
    that names somebody; of who is looked up it is empty, for nobody is found who may not be asked."""
    rules: PersonalRules | None = None
    """How they want to be told; None: as everybody is."""


class LeftOut(Value):
    """Somebody who was considered when people were looked up, and is not asked."""

    id: str
    why: str
    """In words that may go on record: nobody's private reasons."""


class RotaGap(Value):
    """A rota by which nobody is on duty within the hours that it covers."""

    rota: str
    tells: PersonFacts
    """Its owner, or who is told in their place."""


class Party(Value):
    """Somebody whom the issue concerns, and in which role."""

    key: str
    """CRM id, or a hash of a verified contact."""
    role: PartyRole
    language: str | None = None
    zone: str | None = None
    channel: str | None = None
    needs: tuple[str, ...] = ()


class Link(Value):
    """A tie to another issue."""

    kind: LinkKind
    issue: str


class CauseRef(Value):
    """What an issue shares with others that the same thing may have raised: a component, a source's group."""

    key: str
    """Opaque: the same for all issues that share it."""
    name: str = ""
    """In one masked line; empty unless the issue's class is normal."""


class IssueFacts(Value):
    """The issue as it was opened. What can change later is in the state; only its customer is changed here."""

    id: IssueId
    kind: Kind
    issue_class: IssueClass = "normal"
    title: str = ""
    """One masked line; empty unless the class is normal."""
    title_ref: TextRef | None = None
    description: TextRef | None = None
    severity: str
    harm_flags: tuple[HarmFlag, ...] = ()
    audience: tuple[str, ...] = ()
    """Who may see it, where that is fewer than usual."""
    about: tuple[str, ...] = ()
    """People whom the issue is about."""
    parties: tuple[Party, ...] = ()
    links: tuple[Link, ...] = ()
    causes: tuple[CauseRef, ...] = ()
    """By what a storm of issues is known as one (escalation/storm)."""
    raiser: Actor
    opened_at: AwareDatetime
    received_at: AwareDatetime
    first_noticed_at: AwareDatetime | None = None

    @field_validator("title")
    @classmethod
    def _only_of_a_normal_issue(cls, title: str, info: ValidationInfo) -> str:
        return title if info.data.get("issue_class") == "normal" else ""

    @property
    def has_customer(self) -> bool:
        """Whether anybody outside must hear how it ends."""
        return bool(self.customers)

    @property
    def customers(self) -> tuple[str, ...]:
        """The keys of those who wait for us."""
        return tuple([party.key for party in self.parties if party.role in CUSTOMERS])
