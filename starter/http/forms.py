"""What the bodies of calls may hold: opening an issue, and one form for each command of people, made from its class.

Texts are plain words and times are words too, as at the command line. Strict: a field that nobody knows is an error.
"""

import inspect
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, cast, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from escalation.issue.commands import HUMAN_COMMANDS, Command
from escalation.issue.facts import HarmFlag, IssueClass, LinkKind, PartyRole
from escalation.issue.identity import DEFAULT, LONGEST_REFERENCE
from escalation.masking import LONGEST_TEXT, LONGEST_TITLE
from escalation.policy.model import Kind
from starter.command_fields import choices, own_fields
from starter.door import LONGEST_ID, holds_text
from starter.failure import WrongInput
from starter.when import instant_ahead

_AHEAD = "An instant with its zone such as 2026-11-21T19:10Z, or a duration ahead such as 30 min."
_PAST = "An instant with its zone such as 2026-11-21T19:10Z, or a duration back such as 20 min ago."
_ID = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=LONGEST_ID,
        description="The command's id: the same one twice is done once. Else: of the Idempotency-Key, or drawn.",
    ),
]
Word = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Time = Annotated[str, Field(min_length=1, max_length=60)]


class Form(BaseModel):
    """A body. Fields of other names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PartyForm(Form):
    """Somebody whom the issue concerns."""

    key: Word = Field(description="A number in the CRM, or the hash of a verified contact.")
    role: PartyRole
    language: Word | None = None
    zone: Word | None = None
    channel: Word | None = None
    needs: list[Word] = []


class LinkForm(Form):
    """A tie to another issue."""

    kind: LinkKind
    issue: Word = Field(description="Its id.")


class OpenForm(Form):
    """An issue as somebody brings it."""

    title: Word = Field(description="What is wrong, in one line.")
    description: str = Field(default="", max_length=LONGEST_TEXT, description="All that is known of it.")
    severity: Word | None = Field(default=None, description="How bad, as the policy names it.")
    kind: Kind | None = Field(default=None, description="Else: that of the policy, or support.")
    policy: Word | None = Field(default=None, description="A policy by name, instead of kind and legal entity.")
    legal_entity: Word | None = Field(default=None, description="Else: main.")
    team: Word = Field(default=DEFAULT, description="The team that takes it in.")
    source: Word = Field(default="desk", description="Where it comes from.")
    reference: str = Field(
        default="",
        max_length=LONGEST_REFERENCE,
        description="Its number there. Else: made of the words, so that the same words are one issue.",
    )
    issue_class: IssueClass = Field(default="normal", description="Who may read it.")
    harm_flags: list[HarmFlag] = []
    labels: dict[str, str] = Field(default={}, description="What the policy's triggers may look at; not kept.")
    parties: list[PartyForm] = Field(default=[], description="Whom it concerns.")
    about: list[Word] = Field(default=[], description="Whom of us it is about: never asked.")
    audience: list[Word] = Field(default=[], description="Who may see it, where that is fewer than usual.")
    links: list[LinkForm] = []
    contacts: int = Field(default=1, ge=1, le=1_000_000, description="How often the customer has been in touch.")
    deadlines: list[Time] = Field(default=[], description="Dates of the customer's or of the law: with their zone.")
    received_at: Time | None = Field(default=None, description=f"When it reached us. {_PAST} Else: now.")
    first_noticed_at: Time | None = Field(default=None, description=f"When it was first noticed. {_PAST}")
    id: _ID = None


class AdoptPolicyForm(Form):
    """Go on under another policy. Erases no breach and lengthens no running promise."""

    policy: Word = Field(description="Its name, as it is installed now.")
    tier: Word | None = Field(default=None, description="The tier to ask. Else: the one of the same name.")
    reason: Text
    happened_at: Time | None = Field(default=None, description=f"When it happened. {_PAST} Else: now.")
    id: _ID = None


def command_form(name: str) -> type[Form]:
    """The body of a command: the fields that its class has beside those of all commands."""
    if name == "adopt_policy":
        return AdoptPolicyForm
    kind = HUMAN_COMMANDS[name]
    fields = {field: _field(kind, field) for field in own_fields(kind)}
    made = create_model(  # type: ignore[call-overload]
        f"{kind.__name__}Form",
        __base__=Form,
        __doc__=inspect.cleandoc(kind.__doc__ or ""),
        **fields,
        happened_at=(Time | None, Field(default=None, description=f"When it happened. {_PAST} Else: now.")),
        id=(_ID, None),
    )
    return cast(type[Form], made)


def _field(kind: type[Command], field: str) -> tuple[Any, Any]:
    info = kind.model_fields[field]
    annotation = info.annotation
    several = tuple in {annotation, getattr(annotation, "__origin__", None)}
    says = ""
    plain: Any
    if holds_text(annotation):
        plain = Text
    elif {datetime, AwareDatetime} & _parts(annotation):
        plain, says = Time, _AHEAD
    elif several:
        plain = list[Word]
    elif annotation is bool or choices(annotation):
        plain = annotation
    else:
        plain = Word
    if info.is_required():
        return plain, Field(description=says or None)
    default = info.get_default(call_default_factory=True)
    return (plain | None if default is None else plain), Field(
        default=list(default) if several else default, description=says or None
    )


def command_fields(kind: type[Command], form: Form, now: datetime) -> dict[str, object]:
    """The fields of a command, from its form. Raises WrongInput."""
    fields: dict[str, object] = {}
    for name, value in form:
        if name in {"id", "happened_at"} or value is None:
            continue
        if {datetime, AwareDatetime} & _parts(kind.model_fields[name].annotation):
            fields[name] = instant_ahead(value, name, now)
        elif isinstance(value, list):
            fields[name] = tuple(value)
        else:
            fields[name] = value
    for name, info in kind.model_fields.items():
        if holds_text(info.annotation) and name in fields and not str(fields[name]).strip():
            raise WrongInput(f"{name}: it is blank; allowed: words")
    return fields


def _parts(annotation: object) -> set[object]:
    """The type and all types that it is made of."""
    found: set[object] = {annotation}
    for part in get_args(annotation):
        found |= _parts(part)
    return found


def given(form: Form) -> Mapping[str, Any]:
    """What was written, for errors to show."""
    return form.model_dump()
