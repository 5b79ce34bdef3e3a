"""`POST /v1/issues/{issue}/{command}`: one route for each command of people, made from the union of the rules."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from client.sending import NoSuchIssue
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.identity import IssueId
from escalation.issue.sample_body import in_brief
from starter.acting import answer_json
from starter.adopting import adoption_fields
from starter.door import PreparedCommand, prepare_command
from starter.failure import Failed
from starter.http.answers import CommandAnswered
from starter.http.bodies import body_of, described
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors
from starter.http.forms import AdoptPolicyForm, Form, command_fields, command_form
from starter.http.issues import IssuePath
from starter.http.once import Answered, IdempotencyKey, carried_out
from starter.http.problems import Refused, refused, status_of_refusal
from starter.http.readable import hides, named, not_there, standing
from starter.http.refused_calls import log_refused_call
from starter.listing import hidden_from
from starter.recording import send_and_record
from starter.when import instant_past

router = APIRouter(prefix="/v1/issues", tags=["commands"])


async def act_from_form(doors: Doors, caller: Caller, name: str, text: str, form: Any, command_id: str) -> Answered:
    """Send the command. Raises Refused, Failed, and what the server raises."""
    now = doors.clock()
    issue = await named(doors, text)
    if await hides(doors, issue, caller.reader):
        # A policy may let a role act that this issue does not concern: to act on it would be to read it.
        await log_refused_call(doors, caller.actor, name, "hidden", f"{issue.short} is none that they may read")
        raise not_there(issue)
    happened_at = instant_past(form.happened_at, "happened_at", now) if form.happened_at else None
    prepared = await _prepared(doors, caller, name, issue, form, command_id, now, happened_at)
    client, db = await doors.client(), await doors.record()
    try:
        async with doors.turn_of_worker:
            sent = await send_and_record(client, db, issue, prepared.command)
    except NoSuchIssue:
        raise not_there(issue) from None
    if sent.outcome == "refused":
        why, status = f"{issue.short}: {sent.why}", status_of_refusal(sent.code)
        raise Refused(status, sent.code, why, issue=str(issue), command=name, id=command_id)
    body = answer_json(name, sent, prepared)
    if sent.done is not None:
        hidden = hidden_from(caller.reader, sent.done.status)
        body["status"] = sent.done.status.model_dump(mode="json", exclude=hidden)
    return Answered(202 if sent.outcome == "stored" else 200, body)


async def _prepared(
    doors: Doors,
    caller: Caller,
    name: str,
    issue: IssueId,
    form: Form,
    command_id: str,
    now: datetime,
    happened_at: datetime | None,
) -> PreparedCommand:
    fields: dict[str, object]
    if isinstance(form, AdoptPolicyForm):
        found = await standing(doors, issue, caller.reader)
        fields = {**adoption_fields(form.policy, form.tier or "", found.state, caller.here, now), "reason": form.reason}
    else:
        fields = command_fields(HUMAN_COMMANDS[name], form, now)
    db = await doors.record()
    return await asyncio.to_thread(
        prepare_command, name, issue, fields, caller.actor, command_id, caller.here, db, happened_at
    )


def _route(name: str) -> Callable[..., Any]:
    form_of: Any = command_form(name)

    async def act(
        request: Request,
        doors: TheDoors,
        caller: Annotated[Caller, Depends(allowed(name))],
        issue: IssuePath,
        form: Annotated[Any, Depends(body_of(form_of))],
        key: IdempotencyKey = None,
    ) -> Response:
        async def once(command_id: str) -> Answered:
            try:
                return await act_from_form(doors, caller, name, issue, form, command_id)
            except Failed as failure:
                raise refused(failure, form.model_dump()) from None

        return await carried_out(doors, caller, request, key, form.id, once)

    return act


for _name, _kind in HUMAN_COMMANDS.items():
    router.add_api_route(
        f"/{{issue}}/{_name}",
        _route(_name),
        methods=["POST"],
        name=_name,
        operation_id=_name,
        summary=in_brief(_kind).replace("`", ""),
        description=_kind.__doc__,
        response_model=CommandAnswered,
        responses={
            200: {"description": "It is done; or it was done before, under the same id."},
            202: {"description": "No worker answers: it is stored, and done when one runs.", "model": CommandAnswered},
            **problems(400, 401, 403, 404, 409, 413, 415, 422),
        },
        openapi_extra=described(command_form(_name)),
    )
