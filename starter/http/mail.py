"""`POST /v1/mail`: a mail that came in, as it is, from whoever fetches mail or takes it from a mail server."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from starter.failure import Failed, as_failure
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import TheDoors
from starter.http.problems import RETRY_AFTER_S, Refused, refused
from starter.http.refused_calls import log_refused_call
from starter.mails import Outcome, Taking
from starter.scopes import MAIL

RFC822 = "message/rfc822"
_STATUSES = {"unknown_sender": 403, "unknown_message": 404, "mail_is_off": 404}
"""By code, where it is not as of every failure."""

router = APIRouter(prefix="/v1", tags=["mail"])


class MailTaken(BaseModel):
    """What became of a mail."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome = Field(
        description="done; stored: done when a worker runs; receipt: a mail server reports; ignored: nobody wrote it."
    )
    words: str = Field(description="What was done, or why it is ignored.")
    issue: str = Field(description="The issue, as people write it; empty of several, and of what is ignored.")
    command: str = Field(description="The command that it became; a mail without one is a note.")
    id: str = Field(description="The command's id: the same mail twice is done once.")


@router.post(
    "/mail",
    operation_id="take_mail",
    summary="Take in a mail: an answer becomes a command or a note, a bounce a receipt.",
    response_model=MailTaken,
    responses={
        200: {"description": "It is taken, or ignored for good."},
        **problems(401, 403, 404, 409, 413, 415, 422),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {RFC822: {"schema": {"type": "string", "contentMediaType": RFC822}}},
        }
    },
)
async def take(
    request: Request,
    doors: TheDoors,
    caller: Annotated[Caller, Depends(allowed(MAIL))],
    recipient: Annotated[
        str, Query(max_length=320, description="Where it was delivered to, where the mail itself does not say so.")
    ] = "",
) -> MailTaken:
    """Whose answer it is, the token of the address that it went to says, and the address that it is from."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != RFC822:
        raise Refused(415, "unsupported_media_type", f"Content-Type: {kind[:60]!a} is not taken; allowed: {RFC822}")
    raw = await request.body()
    db = await doors.record()
    if db is None:
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        raise Refused(503, "record_away", "the record is away; allowed: to try again", headers=headers)
    try:
        async with doors.turn_of_worker:
            taken = await Taking(doors.settings, caller.here, doors.clock(), db, doors.client).take(raw, recipient)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        problem = _problem(failure)
        if failure.code == "unknown_sender":
            await log_refused_call(doors, caller.actor, "answer", failure.code, "a mail answers from another address")
        raise problem from None
    return MailTaken(outcome=taken.outcome, words=taken.words, issue=taken.issue, command=taken.command, id=taken.id)


def _problem(failure: Failed) -> Refused:
    if failure.code in _STATUSES:
        return Refused(_STATUSES[failure.code], failure.code, failure.why)
    return refused(failure)
