"""`/v1/issues`: opening one, the list, one, its timeline, and why it is where it is."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from client.opening import OpenAnswer
from escalation.issue.facts import Link, Party
from starter.calls import note
from starter.door import OpenRequest, PreparedOpen, prepare_open
from starter.failure import Failed, NotDone
from starter.http.answers import Body, Explained, IssueShown, OpenAnswered, Timeline
from starter.http.bodies import body_of, described
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors
from starter.http.forms import OpenForm
from starter.http.once import Answered, IdempotencyKey, carried_out
from starter.http.problems import Refused, refused, status_of_refusal
from starter.http.readable import everything, named, standing
from starter.intake import open_prepared
from starter.looking import entry_json, explanation_json, read_texts, standing_json
from starter.standing import of_entries
from starter.views.entries import text_refs
from starter.when import instant, instant_past

router = APIRouter(prefix="/v1/issues", tags=["issues"])

IssuePath = Annotated[
    str, Path(min_length=1, max_length=1000, description="SOURCE:REFERENCE for the latest occurrence, or the full id.")
]
Reader = Annotated[Caller, Depends(allowed("read"))]
READ = problems(401, 403, 404, 422)


@router.post(
    "",
    status_code=202,
    summary="Open an issue",
    response_model=OpenAnswered,
    responses={
        200: {"description": "It was there already, and was reported again.", "model": OpenAnswered},
        202: {"description": "It is durably started. With outcome stored: it was there, and hears of it later."},
        **problems(400, 401, 403, 409, 413, 415, 422),
    },
    openapi_extra=described(OpenForm),
)
async def open_one(
    request: Request,
    doors: TheDoors,
    caller: Annotated[Caller, Depends(allowed("open"))],
    form: Annotated[OpenForm, Depends(body_of(OpenForm))],
    key: IdempotencyKey = None,
) -> Response:
    """The right tier is told, and it climbs until somebody has it. The same source and reference is the same issue."""

    async def act(command_id: str) -> Answered:
        try:
            return await open_from_form(doors, caller, form, command_id)
        except Failed as failure:
            raise refused(failure, form.model_dump()) from None

    return await carried_out(doors, caller, request, key, form.id, act)


async def open_from_form(doors: Doors, caller: Caller, form: OpenForm, command_id: str) -> Answered:
    """Open the issue. Raises Refused, WrongInput, NotDone, and what the server raises."""
    now = doors.clock()
    request = _request(form, caller, command_id, now)
    db = await doors.record()
    prepared = await asyncio.to_thread(prepare_open, request, caller.here, db, now)
    client = await doors.client()
    async with doors.turn:
        answer = await open_prepared(prepared, client, doors.settings.task_queue)
    note(issue=str(answer.issue))
    sent = answer.sent
    if sent is not None and sent.outcome == "refused":
        raise Refused(
            status_of_refusal(sent.code),
            sent.code,
            f"{answer.issue.short}: {sent.why}",
            issue=str(answer.issue),
            command="open",
            id=command_id,
        )
    return _answered(answer, prepared)


def _request(form: OpenForm, caller: Caller, command_id: str, now: datetime) -> OpenRequest:
    return OpenRequest(
        raiser=caller.actor,
        command_id=command_id,
        title=form.title,
        description=form.description,
        kind=form.kind or "",
        policy=form.policy or "",
        severity=form.severity or "",
        source=form.source,
        reference=form.reference,
        legal_entity=form.legal_entity or "",
        team=form.team,
        issue_class=form.issue_class,
        harm_flags=tuple(form.harm_flags),
        labels=form.labels,
        parties=tuple(Party.model_validate(each.model_dump()) for each in form.parties),
        audience=tuple(form.audience),
        about=tuple(form.about),
        links=tuple(Link.model_validate(each.model_dump()) for each in form.links),
        contacts=form.contacts,
        deadlines=tuple(instant(each, "deadlines") for each in form.deadlines),
        received_at=instant_past(form.received_at, "received_at", now) if form.received_at else None,
        first_noticed_at=(
            instant_past(form.first_noticed_at, "first_noticed_at", now) if form.first_noticed_at else None
        ),
    )


def _answered(answer: OpenAnswer, prepared: PreparedOpen) -> Answered:
    sent, command = answer.sent, prepared.command
    outcome = "opened" if answer.is_new else "reported_again"
    why = command.match.words.splitlines()
    if sent is not None and sent.outcome == "stored":
        outcome, why = "stored", [sent.why]
    body: Body = {
        "outcome": outcome,
        "issue": str(answer.issue),
        "short": answer.issue.short,
        "id": command.id,
        "is_new": answer.is_new,
        "severity": command.match.severity,
        "policy": command.policies[0].name,
        "owner": command.owner,
        "why": why,
        "sentences": list(sent.done.sentences) if sent is not None and sent.done is not None else [],
        "notes": list(prepared.notes),
    }
    return Answered(200 if outcome == "reported_again" else 202, body)


@router.get("/{issue}", summary="Where an issue stands", response_model=IssueShown, responses=READ)
async def show(doors: TheDoors, caller: Reader, issue: IssuePath) -> Response:
    """The issue itself is asked; where no worker answers, the record: `is_live` says which."""
    found = await standing(doors, await named(doors, issue), caller.reader)
    facts, db, written = found.state.facts, await doors.record(), {}
    if db is not None:
        try:
            refs = [facts.title_ref, facts.description]
            written = await asyncio.to_thread(read_texts, db, found.state, refs, caller.reader)
        except SQLAlchemyError:
            written = {}
    title, text = (written.get(ref.ref) if ref is not None else None for ref in (facts.title_ref, facts.description))
    return JSONResponse(standing_json(found, caller.reader, title, text))


@router.get("/{issue}/timeline", summary="What happened to an issue", response_model=Timeline, responses=READ)
async def timeline(doors: TheDoors, caller: Reader, issue: IssuePath) -> Response:
    """Every entry of the journal, in order; what is decided and not yet on record is told by the issue itself."""
    meant, db = await named(doors, issue), await doors.record()
    if db is None:
        raise refused(NotDone("the record is away", "record_away"))
    entries, on_record, why = await everything(doors, db, meant, caller.reader)
    state = of_entries(entries)
    assert state is not None, "one without entries is not there"
    refs = [ref for found in text_refs(entries).values() for _, ref in found]
    written = await asyncio.to_thread(read_texts, db, state, refs, caller.reader)
    shown = [entry_json(entry, written, on_record) for entry in entries]
    body: Body = {"issue": str(state.facts.id), "entries": shown, "is_complete": not why, "why_not": why}
    return JSONResponse(body)


@router.get("/{issue}/explanation", summary="Why an issue is where it is", response_model=Explained, responses=READ)
async def explanation(doors: TheDoors, caller: Reader, issue: IssuePath) -> Response:
    """Why it is at its tier, who is who, what is due and why then."""
    found = await standing(doors, await named(doors, issue), caller.reader)
    return JSONResponse(explanation_json(found, doors.clock()))
