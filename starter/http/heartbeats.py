"""`POST /v1/heartbeats/{name}`: a source says that it is alive. Durable when answered, with or without a worker."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path
from pydantic import BaseModel, ConfigDict, Field

from client import heartbeats
from starter.failure import Failed, WrongInput
from starter.heartbeats import known_source, sign_id
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import TheDoors
from starter.http.problems import Refused, refused
from starter.scopes import HEARTBEAT

router = APIRouter(prefix="/v1/heartbeats", tags=["heartbeats"])

_NAME = Path(min_length=1, max_length=40, description="The source's name in heartbeats.yaml.")
_ID = Header(alias="Idempotency-Key", description="The sign's id: the same one twice is one sign.")


class Signed(BaseModel):
    """A sign that was taken."""

    model_config = ConfigDict(frozen=True)

    outcome: str = Field(description="stored: it is durably in, and counts from when it came.")
    name: str
    id: str | None = Field(description="Its id, where it has one.")


@router.post(
    "/{name}",
    status_code=202,
    summary="Give a sign of life",
    response_model=Signed,
    responses={202: {"description": "It is durably in."}, **problems(401, 403, 404, 422)},
)
async def sign(
    doors: TheDoors,
    caller: Annotated[Caller, Depends(allowed(HEARTBEAT))],
    name: Annotated[str, _NAME],
    given_id: Annotated[str, _ID] = "",
) -> Signed:
    """The source is alive: a silence of it ends, and its issue is resolved. No body is read."""
    sources = await asyncio.to_thread(doors.sources.now, caller.here, doors.clock())
    try:
        one = known_source(name, sources, doors.settings)
    except WrongInput as wrong:
        raise Refused(404, "no_such_source", wrong.why) from None
    try:
        given = sign_id(given_id)
        client = await doors.client()
        async with doors.turn:
            await heartbeats.sign(client, doors.settings.org, one, doors.settings.task_queue, given)
    except Failed as failure:
        raise refused(failure, {}) from None
    return Signed(outcome="stored", name=name, id=given or None)
