"""What every front door does to let an issue in or a command through; the doors themselves only read their callers.

In: plain words. Out: a command of the rules, complete, whose free text lies beside the record. Nothing is sent here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from pydantic import ValidationError

from escalation.issue.commands import HUMAN_COMMANDS, HumanCommand, Open
from escalation.issue.decide import CLOCK_SKEW, RULES_REVISION
from escalation.issue.facts import Actor, HarmFlag, IssueClass, IssueFacts, Link, Party, TextRef
from escalation.issue.identity import (
    ALLOWED_NAME,
    DEFAULT,
    LONGEST_REFERENCE,
    IssueId,
    Name,
    read_issue_id,
    reference_for,
)
from escalation.policy.choose import with_fallbacks
from escalation.policy.directory import Person
from escalation.policy.match import IssueFields, issue_fields, match
from escalation.policy.matched import Match, NoMatch
from escalation.policy.model import Assurance, Policy
from escalation.storm.causes import causes_of
from records import reading
from records.database import Database
from starter.entering import facts_of, last_known_people, owner_of, policy_for
from starter.failure import NotDone, WrongInput, one_of, unknown
from starter.installation import Installed
from starter.keeping import Keeper, clean, clean_line
from starter.maintenance import find_window

LONGEST_ID = 300
"""Characters of a command's id."""


@dataclass(frozen=True, kw_only=True)
class OpenRequest:
    """An issue as somebody brings it to a door. What is left empty is derived or takes its default."""

    raiser: Actor
    command_id: str
    title: str
    description: str = ""
    kind: str = ""
    """Empty: that of the policy named, else `support`."""
    policy: str = ""
    """A policy by name; empty: chosen by legal entity and kind."""
    severity: str = ""
    source: str
    reference: str = ""
    """The source's own name for it; empty: derived from raiser and words, so that the same words are one issue."""
    legal_entity: str = ""
    team: str = DEFAULT
    issue_class: str = "normal"
    harm_flags: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the source says of it, for triggers to look at, and to tell what else has its cause; not kept."""
    parties: tuple[Party, ...] = ()
    audience: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    contacts: int = 1
    """How often the customer has made contact about it."""
    deadlines: tuple[datetime, ...] = ()
    received_at: datetime | None = None
    first_noticed_at: datetime | None = None


@dataclass(frozen=True)
class PreparedOpen:
    """An issue that may be opened: `client.opening.open_issue(client, command, task_queue, latest, carry)`.

    The record must stay open until it is.
    """

    command: Open
    latest: int
    """The highest occurrence on record; 0 where there is none, or the record is away."""
    keeper: Keeper

    def carry(self, issue: IssueId) -> None:
        """Have its texts lie under the occurrence that it is about to be opened as."""
        self.keeper.carry(issue)

    @property
    def notes(self) -> tuple[str, ...]:
        """What its sender must hear besides the answer, as of now."""
        window = self.command.maintenance
        if window is None or window.mode != "hold":
            return self.keeper.notes
        until = window.until.isoformat(timespec="seconds")
        return (*self.keeper.notes, f"maintenance window {window.window}: what is new is held until {until}")


@dataclass(frozen=True)
class PreparedCommand:
    """A command that may be sent: `client.sending.send(client, issue, command)`."""

    issue: IssueId
    command: HumanCommand
    notes: tuple[str, ...] = ()


def actor_for(person: Person, door: str, assurance: Assurance = "asserted") -> Actor:
    """A person of the directory who acts through a door, with their role as of now."""
    return Actor(person=person.id, role=person.role, door=door, assurance=assurance)


def prepare_open(request: OpenRequest, here: Installed, db: Database | None, now: datetime) -> PreparedOpen:
    """Everything that opening needs. `db` None: the record is away, which stops nothing and is said in the notes.

    Raises WrongInput, and NotDone where no trigger of the policy holds. Instants must be aware.
    """
    title = clean_line(request.title, "title")
    description = clean(request.description, "description")
    if not title:
        raise WrongInput("title: it is empty; allowed: one line that says what is wrong")
    policy = policy_for(request.policy, request.legal_entity, request.kind, here)
    issue = _issue_id(request, policy, here, title, description)
    issue_class = one_of("class", request.issue_class, get_args(IssueClass))
    harm = tuple(one_of("harm", flag, get_args(HarmFlag)) for flag in dict.fromkeys(request.harm_flags))
    for name, persons in (("about", request.about), ("audience", request.audience)):
        for person in persons:
            here.person(person, name)
    received_at = _not_ahead("received_at", request.received_at, now) or now
    fields = _fields(request, policy, issue, title, description, received_at, now)
    found = _match(policy, fields)
    latest, current, is_on_record = _occurrences(db, issue)
    issue = issue.at(current)
    window = find_window(db, fields, found.severity, issue, now) if db is not None and is_on_record else None
    keeper = Keeper(db, _command_id(request.command_id))
    facts = IssueFacts(
        id=issue,
        kind=policy.kind,
        issue_class=issue_class,  # type: ignore[arg-type]
        title=title if issue_class == "normal" else "",
        title_ref=None if issue_class == "normal" else keeper.keep(issue, "title", title),
        description=keeper.keep(issue, "description", description) if description else None,
        severity=found.severity,
        harm_flags=harm,  # type: ignore[arg-type]
        audience=request.audience,
        about=request.about,
        parties=request.parties,
        links=request.links,
        causes=causes_of(request.labels, here.storm_labels, issue_class),  # type: ignore[arg-type]
        raiser=request.raiser,
        opened_at=now,
        received_at=received_at,
        first_noticed_at=_not_ahead("first_noticed_at", request.first_noticed_at, now),
    )
    pinned = with_fallbacks(policy, here.policies)
    owner = owner_of(request.raiser, request.team, request.about, here, now)
    last_known = last_known_people(pinned, here, request.team, found.severity, request.about, now)
    people = facts_of([request.raiser.person, owner, *(each for ids in last_known.values() for each in ids)], here, now)
    command = Open(
        id=request.command_id,
        by=request.raiser,
        rules_revision=RULES_REVISION,
        issue=facts,
        policies=pinned,
        match=found,
        owner=owner,
        people=people,
        last_known=last_known,
        maintenance=window,
    )
    return PreparedOpen(command, latest, keeper)


def prepare_command(
    name: str,
    issue: IssueId,
    fields: Mapping[str, object],
    by: Actor,
    command_id: str,
    here: Installed,
    db: Database | None,
    happened_at: datetime | None = None,
) -> PreparedCommand:
    """A human command from its fields; what is None in them counts as absent. Texts are given as plain words.

    Raises WrongInput that names the field. Instants must be aware.
    """
    kind = HUMAN_COMMANDS.get(name)
    if kind is None:
        raise unknown("command", name, HUMAN_COMMANDS)
    given = {field: value for field, value in fields.items() if value is not None}
    allowed = [field for field in kind.model_fields if field not in {"kind", "id", "by", "happened_at"}]
    keeper = Keeper(db, _command_id(command_id))
    made: dict[str, Any] = {}
    for field_name, value in given.items():
        if field_name not in allowed:
            raise unknown("field", field_name, allowed)
        if holds_text(kind.model_fields[field_name].annotation) and isinstance(value, str):
            masked = clean(value, field_name)
            if masked:
                made[field_name] = keeper.keep(issue, field_name, masked)
        elif isinstance(value, str):
            made[field_name] = clean_line(value, field_name)
        else:
            made[field_name] = value
    if "take_over_from" in made:
        here.person(made["take_over_from"], "take_over_from")
    if "to" in made:
        made["facts"] = here.named(made["to"], "to", datetime.now(UTC))
    if "duplicate_of" in made:
        made["duplicate_of"] = str(_latest(db, *issue_id(made["duplicate_of"], "duplicate_of")))
    try:
        command = kind.model_validate({**made, "id": command_id, "by": by, "happened_at": happened_at})
    except ValidationError as error:
        raise WrongInput("; ".join(_problem(problem) for problem in error.errors()[:3])) from None
    return PreparedCommand(issue, command, keeper.notes)  # type: ignore[arg-type]


def holds_text(annotation: object) -> bool:
    """Whether a command's field of this type holds free text."""
    return annotation is TextRef or TextRef in get_args(annotation)


def issue_id(text: str, field_name: str = "issue") -> tuple[IssueId, bool]:
    """An issue's id in any of its forms, and whether the occurrence was given; raises WrongInput."""
    try:
        return read_issue_id(text)
    except ValueError as error:
        raise WrongInput(f"{field_name}: {error}", "bad_issue_id") from None


def _issue_id(request: OpenRequest, policy: Policy, here: Installed, title: str, description: str) -> IssueId:
    if request.team not in (teams := [team.name for team in here.directory.teams]):
        raise unknown("team", request.team, teams)
    given = clean_line(request.reference, "reference", LONGEST_REFERENCE)
    if given != request.reference.strip():
        raise WrongInput("reference: it holds what looks like a card number; allowed: the source's own number for it")
    reference = given or reference_for(request.raiser.person, policy.kind, title, description)
    try:
        return IssueId(
            org=here.org,
            legal_entity=policy.legal_entity,
            team=request.team,
            source=request.source,
            reference=reference,
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        is_name = wrong["loc"][0] in {name for name, each in IssueId.model_fields.items() if each.annotation == Name}
        allowed = ALLOWED_NAME if is_name or wrong["type"] == "string_pattern_mismatch" else wrong["msg"]
        raise WrongInput(f"{wrong['loc'][0]}: '{wrong['input']}' is not a name; allowed: {allowed}") from None


def _fields(
    request: OpenRequest,
    policy: Policy,
    issue: IssueId,
    title: str,
    description: str,
    received_at: datetime,
    now: datetime,
) -> IssueFields:
    try:
        return issue_fields(
            kind=policy.kind,
            source=issue.source,
            received_at=received_at,
            opened_at=now,
            severity=request.severity or None,
            title=title,
            text=description,
            labels=request.labels,
            harm=request.harm_flags,
            org=issue.org,
            legal_entity=issue.legal_entity,
            team=issue.team,
            issue_class=request.issue_class,
            raised_by_machine=request.raiser.is_machine,
            raiser_role=request.raiser.role or "",
            contacts=request.contacts,
            deadlines=request.deadlines,
        )
    except ValueError as error:
        raise WrongInput(str(error)) from None


def _match(policy: Policy, fields: IssueFields) -> Match:
    try:
        found = match(policy, fields)
    except ValueError as error:
        raise WrongInput(str(error)) from None
    if isinstance(found, NoMatch):
        raise NotDone(found.words, "no_trigger_holds")
    return found


def _latest(db: Database | None, issue: IssueId, is_exact: bool) -> IssueId:
    """The occurrence that is meant: without a number the latest, as far as the record knows."""
    return issue if is_exact else issue.at(max(_occurrences(db, issue)[0], 1))


def _occurrences(db: Database | None, issue: IssueId) -> tuple[int, int, bool]:
    """The highest occurrence on record, and the one that this report is about; False where the record is away."""
    if db is None:
        return 0, 1, False
    from sqlalchemy.exc import SQLAlchemyError

    try:
        latest = reading.latest_occurrence(db, issue.series)
        row = reading.issue(db, issue.at(latest)) if latest else None
    except SQLAlchemyError:
        return 0, 1, False
    return latest, latest + 1 if row is not None and row.status == "ended" else max(latest, 1), True


def _not_ahead(field_name: str, at: datetime | None, now: datetime) -> datetime | None:
    if at is None:
        return None
    if at.utcoffset() is None:
        raise WrongInput(f"{field_name}: {at.isoformat()} has no time zone; allowed: an instant with its zone")
    if at > now + CLOCK_SKEW:
        raise WrongInput(f"{field_name}: {at.isoformat()} is in the future; allowed: up to now")
    return at


def _command_id(given: str) -> str:
    if not given or given != clean_line(given, "id", LONGEST_ID):
        raise WrongInput(f"id: {given[:60]!a} cannot name a command; allowed: one line of 1 to {LONGEST_ID} characters")
    return given


def _problem(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "command"
    if problem["type"] == "missing":
        return f"{place}: it is missing"
    expected = (problem.get("ctx") or {}).get("expected")
    allowed = f"; allowed: {expected}" if expected else f": {problem['msg']}"
    return f"{place}: '{str(problem.get('input'))[:60]}' cannot be used{allowed}"
