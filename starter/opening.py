"""Opening an issue from words that were typed: the request is read, sent, and its answer shown."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args
from uuid import uuid4

from client.asking import NoWorker
from client.connect import connect
from client.names import register_search_attributes
from client.opening import OpenAnswer, Refused, open_issue
from client.settings import Settings
from escalation.issue.clocks import Due, next_move
from escalation.issue.facts import Party, PartyRole
from escalation.issue.state import IssueState
from starter.door import OpenRequest, PreparedOpen, actor_for, prepare_open
from starter.failure import NotDone, WrongInput, one_of
from starter.installation import Installed, installed, record_if_there, settings_now
from starter.keeping import clean_line, from_stdin
from starter.reader import Reader
from starter.showing import note, say_json
from starter.standing import settled
from starter.views.answer import show_opened
from starter.when import instant, instant_past


@dataclass(frozen=True)
class Typed:
    """What was typed, as it was typed."""

    title: str
    person: str
    description: str
    severity: str
    kind: str
    policy: str
    entity: str
    team: str
    source: str
    ref: str
    issue_class: str
    harm: tuple[str, ...]
    party: tuple[str, ...]
    about: tuple[str, ...]
    label: tuple[str, ...]
    contacts: int
    deadline: tuple[str, ...]
    received_at: str
    noticed_at: str
    command_id: str


def open_from(typed: Typed, *, as_json: bool) -> None:
    """Open the issue and say what came of it; raises WrongInput, NotDone, and what connecting raises."""
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    reader = Reader(now, here.person(typed.person, "--as").zone, here.names)
    request = _request(typed, here, now)
    with record_if_there(settings) as db:
        prepared = prepare_open(request, here, db, now)
        answer, state = asyncio.run(_open(prepared, settings))
    for each in prepared.notes:
        note(each)
    due = next_move(state) if state else None
    if as_json:
        say_json(_json(answer, state, due, prepared))
    else:
        show_opened(answer, state, prepared.command, reader)
    if answer.sent is not None and answer.sent.outcome == "refused":
        why = reader.sentence(answer.sent.why)
        raise NotDone(f"{answer.issue.short}: {why}", answer.sent.code, is_answered=as_json)


async def _open(prepared: PreparedOpen, settings: Settings) -> tuple[OpenAnswer, IssueState | None]:
    from temporalio.service import RPCError, RPCStatusCode

    client = await connect()
    try:
        try:
            answer = await open_issue(client, prepared.command, settings.task_queue, prepared.latest, prepared.carry)
        except RPCError as error:
            # A server on which no worker of ours ever ran does not know our search attributes.
            if error.status != RPCStatusCode.INVALID_ARGUMENT:
                raise
            await register_search_attributes(client)
            answer = await open_issue(client, prepared.command, settings.task_queue, prepared.latest, prepared.carry)
    except Refused as refused:
        raise NotDone(refused.rejected.why, refused.rejected.code) from None
    try:
        return answer, await settled(client, answer.issue)
    except NoWorker:
        return answer, None


def _request(typed: Typed, here: Installed, now: datetime) -> OpenRequest:
    person = here.acting(typed.person, "--as", now)
    return OpenRequest(
        raiser=actor_for(person, "cli"),
        command_id=typed.command_id or uuid4().hex,
        title=typed.title,
        description=from_stdin("description") if typed.description == "-" else typed.description,
        kind=typed.kind,
        policy=typed.policy,
        severity=typed.severity,
        source=typed.source,
        reference=typed.ref,
        legal_entity=typed.entity,
        team=typed.team,
        issue_class=typed.issue_class,
        harm_flags=typed.harm,
        labels=dict(_pair(each, "label") for each in typed.label),
        parties=tuple(_party(each) for each in typed.party),
        about=typed.about,
        contacts=typed.contacts,
        deadlines=tuple(_deadline(each) for each in typed.deadline),
        received_at=instant_past(typed.received_at, "received_at", now) if typed.received_at else None,
        first_noticed_at=instant_past(typed.noticed_at, "noticed_at", now) if typed.noticed_at else None,
    )


def _pair(text: str, field: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise WrongInput(f"{field}: '{text[:60]}' is not a pair; allowed: name=value")
    return clean_line(name, field), clean_line(value, field)


def _party(text: str) -> Party:
    role, key = _pair(text, "party")
    one_of("party", role, get_args(PartyRole))
    if not key:
        raise WrongInput(f"party: '{text[:60]}' has no key; allowed: {role}=KEY, such as a number in the CRM")
    return Party(key=key, role=role)  # type: ignore[arg-type]


def _deadline(text: str) -> datetime:
    return instant(text, "deadline")


def _json(answer: OpenAnswer, state: IssueState | None, due: Due | None, prepared: PreparedOpen) -> dict[str, object]:
    sent = answer.sent
    outcome = "opened" if answer.is_new else "reported_again"
    refused: Sequence[str] = ()
    if sent is not None and sent.outcome != "done":
        outcome, refused = sent.outcome, (sent.why,)
    return {
        "outcome": outcome,
        "issue": str(answer.issue),
        "short": answer.issue.short,
        "command": prepared.command.id,
        "is_new": answer.is_new,
        "is_worker_running": state is not None,
        "severity": prepared.command.match.severity,
        "why": list(refused) or prepared.command.match.words.splitlines(),
        "tier": state.tier if state else None,
        "asked": list(state.asked) if state else None,
        "owner": state.owner if state else prepared.command.owner,
        "next_due_at": due.at.isoformat() if due else None,
        "next_due": due.words if due else None,
        "notes": list(prepared.notes),
    }
