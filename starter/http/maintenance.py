"""`/v1/maintenance`: windows in which issues are held or told quietly, as `escalon maintenance` has them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from escalation.issue.maintenance import Mode
from records import maintenance
from records.database import Database
from starter.failure import Failed, NotDone
from starter.http.bodies import body_of, described
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors
from starter.http.forms import Form, Time, Word
from starter.http.once import Answered, IdempotencyKey, carried_out
from starter.http.problems import refused
from starter.maintaining import ended_json
from starter.maintenance import Wanted, end_window, set_window, window_from, window_json
from starter.scopes import MAINTENANCE

router = APIRouter(prefix="/v1/maintenance", tags=["maintenance"])
_Keeper = Annotated[Caller, Depends(allowed(MAINTENANCE))]


class WindowForm(Form):
    """A window that is to be set."""

    until: Time = Field(description="An instant with its zone such as 2026-11-21T19:10Z, or a duration such as 2 h.")
    why: Word = Field(description="One line: what is maintained.")
    mode: Mode = "hold"
    begins: Time | None = Field(default=None, alias="from", description="When it begins: likewise. Else: now.")
    when: Word | None = Field(default=None, description="Issues for which this holds: CEL over issue, as in triggers.")
    source: Word | None = Field(default=None, description="Issues from here.")
    labels: dict[Word, Word] = Field(default={}, description="Issues with all of these labels.")
    everything: bool = Field(default=False, description="Every issue.")
    through: list[Word] = Field(default=[], description="Severities that break through.")
    id: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        default=None, description="The window's id; the same one twice is one window. Else: drawn."
    )


class EndForm(Form):
    """Why a window is ended."""

    why: Word | None = None


@router.post(
    "",
    status_code=201,
    summary="Set a maintenance window",
    responses={
        200: {"description": "It was set before, and stays as it was."},
        201: {"description": "It is set."},
        **problems(400, 401, 403, 409, 413, 415, 422),
    },
    openapi_extra=described(WindowForm),
)
async def set_one(
    request: Request,
    doors: TheDoors,
    caller: _Keeper,
    form: Annotated[WindowForm, Depends(body_of(WindowForm))],
    key: IdempotencyKey = None,
) -> Response:
    """Issues that match and are opened in it are held until it ends, or told by quiet channels alone."""

    async def act(_: str) -> Answered:
        try:
            return await _set(doors, caller, form)
        except Failed as failure:
            raise refused(failure, form.model_dump(by_alias=True)) from None

    return await carried_out(doors, caller, request, key, form.id, act)


async def _set(doors: Doors, caller: Caller, form: WindowForm) -> Answered:
    now = doors.clock()
    wanted = Wanted(
        until=form.until,
        why=form.why,
        mode=form.mode,
        begins=form.begins or "",
        when=form.when or "",
        source=form.source or "",
        labels=form.labels,
        is_everything=form.everything,
        through=tuple(form.through),
        id=form.id or "",
    )
    window = window_from(wanted, caller.actor, caller.here, now)
    window, is_new = await asyncio.to_thread(set_window, await _record(doors), window, doors.settings.org)
    return Answered(201 if is_new else 200, {**window_json(window, now), "is_new": is_new})


@router.get("", summary="List maintenance windows", responses=problems(401, 403, 422))
async def list_them(
    doors: TheDoors,
    caller: _Keeper,  # noqa: ARG001 - who has come in may see them
    everything: Annotated[bool, Query(alias="all", description="Also those that are over.")] = False,
) -> Response:
    """Those that are set or on: for which issues, by whom, and why."""
    now = doors.clock()
    try:
        db = await _record(doors)
    except Failed as failure:
        raise refused(failure, {}) from None
    windows = await asyncio.to_thread(maintenance.every, db, None if everything else now)
    return JSONResponse({"windows": [window_json(each, now) for each in windows]})


@router.post(
    "/{window}/end",
    summary="End a maintenance window before its time",
    responses={
        200: {"description": "It is over; its issues go their way."},
        **problems(400, 401, 403, 409, 413, 415, 422),
    },
    openapi_extra=described(EndForm),
)
async def end_one(
    doors: TheDoors,
    caller: _Keeper,
    window: Annotated[str, Path(min_length=1, max_length=80, description="Its id.")],
    form: Annotated[EndForm, Depends(body_of(EndForm))],
) -> Response:
    """Safe to repeat: issues that could not be told are told then."""
    try:
        client, db = await doors.client(), await _record(doors)
        async with doors.turn:
            ended = await end_window(client, db, window, form.why or "", caller.actor, caller.here)
    except Failed as failure:
        raise refused(failure, form.model_dump()) from None
    answer: dict[str, Any] = ended_json(ended, doors.clock())
    return JSONResponse(answer)


async def _record(doors: Doors) -> Database:
    """The record; raises NotDone while it is away."""
    db = await doors.record()
    if db is None:
        raise NotDone("the record cannot be reached, where maintenance windows are kept", "record_away")
    return db
