"""`/healthz`: the process works. `/readyz`: it can let somebody in and open an issue. Asked without a key."""

import time
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from client.server import Server, ServerAway
from starter.failure import Failed
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors

REMEMBERED_S = 2.0
"""However often it is asked for, the server is asked no more often than this."""

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """That the process works."""

    model_config = ConfigDict(extra="forbid")

    alive: bool


class Ready(BaseModel):
    """What works."""

    model_config = ConfigDict(extra="forbid")

    ready: bool = Field(description="Whether issues can be opened: server, policies and keys are there.")
    server: bool = Field(description="The Temporal server answers.")
    policies: bool = Field(description="Policies and people can be used.")
    keys: bool = Field(description="The API keys are known.")
    record: bool = Field(description="The record can be read; without it issues are opened and acted on all the same.")


@router.get("/healthz", summary="Whether the process works", response_model=Alive, responses=problems())
async def healthz() -> Response:
    """200 as long as it does: restarting one that waits for its server does not help."""
    return JSONResponse({"alive": True})


_NOT_READY: dict[int | str, dict[str, Any]] = {
    **problems(),
    503: {"description": "Something that is needed is away.", "model": Ready},
}


@router.get("/readyz", summary="Whether issues can be opened", response_model=Ready, responses=_NOT_READY)
async def readyz(doors: TheDoors) -> Response:
    """200 where they can, else 503; what works and what does not is in the body."""
    async with doors.looking:
        if doors.looked is None or time.monotonic() - doors.looked[0] > REMEMBERED_S:
            doors.looked = (time.monotonic(), await _look(doors))
    found = doors.looked[1]
    return JSONResponse(found.model_dump(), 200 if found.ready else 503)


async def _look(doors: Doors) -> Ready:
    has_record = await doors.record() is not None
    await doors.keys.look()
    server, policies, keys = await _server(doors), await _policies(doors), doors.keys.are_known
    return Ready(ready=server and policies and keys, server=server, policies=policies, keys=keys, record=has_record)


async def _server(doors: Doors) -> bool:
    try:
        await Server(await doors.client()).answer()
    except (Failed, ServerAway):
        return False
    return True


async def _policies(doors: Doors) -> bool:
    try:
        await doors.installed()
    except Failed:
        return False
    return True
