"""`/v1/hand-overs`: what is handed over to the caller at the end of a shift, as `escalon hand-over` has it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from escalation.issue.identity import read_issue_id
from escalation.masking import LONGEST_TEXT
from records.database import Database
from records.hand_overs import HandedOver
from starter.digests import Answered as OfOne
from starter.digests import in_words
from starter.failure import Failed, NotDone
from starter.hand_overs import accept_all, handed_over
from starter.http.answers import Answer
from starter.http.bodies import body_of, described
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors
from starter.http.forms import Form, Word
from starter.http.once import Answered, IdempotencyKey, carried_out
from starter.http.problems import refused

router = APIRouter(prefix="/v1/hand-overs", tags=["hand-overs"])
_Of = Annotated[Word | None, Query(description="Of this person's shift alone.")]


class AcceptForm(Form):
    """What is accepted."""

    of: Word | None = Field(default=None, description="Only of this person's shift. Else: all of it.")
    read_back: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)] | None = Field(
        default=None, description="What you take over, in your own words: whoever's shift ends is told."
    )
    id: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None, description="The answer's id; the same one twice is done once. Else: drawn."
    )


class Offered(HandedOver):
    """One issue that is handed over."""

    short: str = Field(description="The form that people read and type.")


class OfferedList(Answer):
    """What is handed over, the shift that ends first in front."""

    hand_overs: list[Offered]


class AllAnswered(Answer):
    """What came of it, issue by issue: each decides for itself."""

    id: str
    words: str = Field(description="In one line.")
    answers: list[OfOne] = Field(description="left: it is handed over to the caller no more.")


@router.get(
    "",
    summary="List what is handed over to you",
    response_model=OfferedList,
    responses=problems(401, 403, 422, 503),
)
async def list_them(doors: TheDoors, caller: Annotated[Caller, Depends(allowed("read"))], of: _Of = None) -> Response:
    """Since a shift ends, as the record has it."""
    try:
        found = await _found(doors, await _record(doors), caller, of or "")
    except Failed as failure:
        raise refused(failure, {"of": of}) from None
    rows = [{**each.model_dump(mode="json"), "short": read_issue_id(each.issue)[0].short} for each in found]
    return JSONResponse({"hand_overs": rows})


@router.post(
    "/accept",
    summary="Accept all that is handed over to you",
    response_model=AllAnswered,
    responses={
        200: {"description": "Each issue was asked, and says what became of it."},
        **problems(400, 401, 403, 409, 413, 415, 422, 503),
    },
    openapi_extra=described(AcceptForm),
)
async def accept_them(
    request: Request,
    doors: TheDoors,
    caller: Annotated[Caller, Depends(allowed("accept"))],
    form: Annotated[AcceptForm, Depends(body_of(AcceptForm))],
    key: IdempotencyKey = None,
) -> Response:
    """Each issue decides for itself, as if it had been accepted alone."""

    async def act(answer_id: str) -> Answered:
        try:
            db = await _record(doors)
            found = await _found(doors, db, caller, form.of or "")
            client = await doors.client()
            async with doors.turn_of_worker:
                answers = await accept_all(
                    client, db, caller.here, found, caller.actor, answer_id, form.read_back or ""
                )
        except Failed as failure:
            raise refused(failure, form.model_dump()) from None
        said = [each.model_dump(mode="json") for each in answers]
        words = in_words(answers) if answers else "Nothing is handed over."
        return Answered(200, {"id": answer_id, "words": words, "answers": said})

    return await carried_out(doors, caller, request, key, form.id, act)


async def _found(doors: Doors, db: Database, caller: Caller, of: str) -> list[HandedOver]:
    return await asyncio.to_thread(
        handed_over, db, doors.settings.org, caller.actor.person, of, caller.here, doors.clock()
    )


async def _record(doors: Doors) -> Database:
    """The record; raises NotDone while it is away."""
    db = await doors.record()
    if db is None:
        raise NotDone("the record cannot be reached, which says what is handed over", "record_away")
    return db
