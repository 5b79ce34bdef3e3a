"""`POST /v1/intake/…`: what other systems send by themselves, as they send it; the same as `escalon intake`.

The status tells a sender that retries (Alertmanager does so on 5xx alone) what it must know: 200 when each report of it
is durably in or asked for nothing, 503 when something could not be done now and is to be sent again, 4xx when sending
it again would change nothing. What is carried out is `starter/intake.py`'s business.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from escalation.intake.reported import Nature, NotTaken, Source, Taken, What, in_order
from starter.batch import exit_code, read_input
from starter.http.bodies import JSON, read_json
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors
from starter.http.problems import MEDIA_TYPE, RETRY_AFTER_S, Problem, Refused
from starter.intake import Came, Into, Outcome, known_team, ladder_for, take_in
from starter.views.intake import intake_json

_NAME = "body"
"""What the document is called where a place in it is named."""


class _Retried(APIRoute):
    """A route whose callers try again on 5xx and take any 4xx as final: too many calls are 503 to them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                if refused.status != 429:
                    raise
                problem = refused.problem
                raise Refused(503, problem.code, problem.detail, headers=refused.headers) from None

        return handled


router = APIRouter(prefix="/v1/intake", tags=["intake"], route_class=_Retried)


class Report(BaseModel):
    """What came of one thing that was reported."""

    model_config = ConfigDict(extra="forbid")

    place: str = Field(description="JSON path in the body.")
    source: Source
    reference: str = Field(description="What the source calls it.")
    said: str = Field(description="The source's own word, such as firing or incident.escalated.")
    what: What = Field(description="The same in our words.")
    title: str
    happened_at: AwareDatetime
    command: str = Field(description="The command's id, derived from what was sent: twice is once.")
    issue: str | None = Field(description="The issue's full id; null where there is none.")
    short: str | None = Field(description="The same as people write it.")
    came: list[Came] = Field(description="One word for each step that was taken.")
    is_refused: bool
    why: str


class Left(BaseModel):
    """Something in the body that asks nothing of an issue."""

    model_config = ConfigDict(extra="forbid")

    place: str
    nature: Nature
    why: str


class TakenIn(BaseModel):
    """What came of a body."""

    model_config = ConfigDict(extra="forbid")

    reports: list[Report]
    not_taken: list[Left]
    notes: list[str]


class NotTakenIn(Problem):
    """Why a body, or a part of it, was not carried out; and what came of each part."""

    reports: list[Report] = []
    not_taken: list[Left] = []
    notes: list[str] = []


_TEAM = Query(description="The team that takes them in; its duty lead owns the issues.")
_ENTITY = Query(description="The legal entity. Else: main.")
_POLICY = Query(description="A policy by name. Else: that of the entity's technical issues.")


def _said(status: int, why: str) -> dict[str, Any]:
    return {**problems(status)[status], "description": why, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}


_PROBLEM = {"$ref": "#/components/schemas/NotTakenIn"}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **problems(400, 401, 403, 413, 415),
    200: {"description": "Each part is durably in, or asked for nothing.", "model": TakenIn},
    422: {"model": NotTakenIn, **_said(422, "Something cannot be read, or is refused by the rules: do not repeat it.")},
    503: _said(503, "Something could not be done now: send it again; what was done is known by then."),
}
_BODY = {"requestBody": {"required": True, "content": {JSON: {"schema": {"type": ["object", "array"]}}}}}


@router.post(
    "/alertmanager",
    summary="Take in a webhook of Alertmanager",
    response_model=TakenIn,
    responses=_RESPONSES,
    openapi_extra=_BODY,
)
async def alertmanager(
    request: Request,
    doors: TheDoors,
    caller: Annotated[Caller, Depends(allowed("intake"))],
    team: Annotated[str, _TEAM] = "main",
    entity: Annotated[str, _ENTITY] = "",
    policy: Annotated[str, _POLICY] = "",
) -> Response:
    """Version 4 of the webhook: what fires is opened, what no longer fires is resolved. Grafana sends the same."""
    return await _take("alertmanager", request, doors, caller, (team, entity, policy))


@router.post(
    "/pagerduty",
    summary="Take in events and incidents of PagerDuty",
    response_model=TakenIn,
    responses=_RESPONSES,
    openapi_extra=_BODY,
)
async def pagerduty(
    request: Request,
    doors: TheDoors,
    caller: Annotated[Caller, Depends(allowed("intake"))],
    team: Annotated[str, _TEAM] = "main",
    entity: Annotated[str, _ENTITY] = "",
    policy: Annotated[str, _POLICY] = "",
) -> Response:
    """Webhooks of version 3, and incidents as the REST API gives them: opened, acknowledged, moved up, resolved."""
    return await _take("pagerduty", request, doors, caller, (team, entity, policy))


async def _take(source: Source, request: Request, doors: Doors, caller: Caller, into: tuple[str, str, str]) -> Response:
    team, entity, policy = into
    ladder, team = ladder_for(caller.here, policy, entity), known_team(caller.here, team)
    raw = await request.body()
    read_json(request.headers.get("content-type", ""), raw)
    taken = await asyncio.to_thread(read_input, source, raw, caller.here, _NAME)
    outcomes: list[Outcome] = []
    if taken.reported:
        client, db = await doors.client(), await doors.record()
        async with doors.turn:
            into_here = Into(client, doors.settings, caller.here, db, ladder, team, doors.clock)
            outcomes = await take_in(in_order(taken.reported), into_here)
    return answer(outcomes, taken)


def answer(outcomes: Sequence[Outcome], taken: Taken) -> Response:
    """The answer to what came of a body."""
    found = intake_json(outcomes, taken.not_taken)
    for_now = [outcome for outcome in outcomes if outcome.is_refused and outcome.is_for_now]
    if for_now:
        return _problem(503, "not_done_now", for_now[0].why, found, {"Retry-After": str(RETRY_AFTER_S)})
    refused = [outcome for outcome in outcomes if outcome.is_refused]
    if refused:
        return _problem(422, "refused", refused[0].why, found)
    bad: list[NotTaken] = [each for each in taken.not_taken if each.nature == "bad"]
    if bad and exit_code(outcomes, taken.not_taken):
        return _problem(422, "unreadable", bad[0].why, found)
    return JSONResponse(found)


def _problem(
    status: int, code: str, why: str, found: dict[str, Any], headers: dict[str, str] | None = None
) -> Response:
    said = Refused(status, code, why).problem.model_dump(mode="json", exclude_none=True)
    return JSONResponse({**said, **found}, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)
