"""How the HTTP door says what went wrong: `application/problem+json` (RFC 9457), with the command line's words.

Which status a failure has is said here, once. What is wrong is decided where it always is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match

from escalation.masking import mask_cards
from starter.failure import AWAY, Failed, WrongInput, as_failure

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
"""When a caller may try again whose server or record was away."""
_SHOWN = 60
_FIRST = re.compile(r"(?P<field>[A-Za-z][A-Za-z0-9_.-]*)(?P<colon>:)?")
_ALLOWED = re.compile(r"; allowed: (?P<allowed>.*?)(?:; did you mean .*)?$", re.DOTALL)
AUTHORITY = frozenset({"not_allowed", "conflict", "person_needed", "assurance_too_low"})
"""Codes of refusals for authority, conflict or confidentiality."""
_INPUT = frozenset({"bad_field", "too_long", "card_number", "missing", "bad_body", "rules_broke"})


class Fault(BaseModel):
    """One thing that is wrong with the call."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(description="Where: a field of the body, or of path, query or header.")
    value: JsonValue = Field(default=None, description="What stands there, shortened; null where nothing does.")
    allowed: str | None = Field(default=None, description="What may stand there.")
    why: str = Field(description="The whole sentence.")


class Problem(BaseModel):
    """Why a call was not carried out (RFC 9457)."""

    type: str = Field(default="about:blank", description="Always about:blank: see code.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="One sentence for people, as the command line says it.")
    code: str = Field(description="For programs; stable.")
    errors: list[Fault] = Field(default=[], description="What is wrong, one by one.")
    issue: str | None = Field(default=None, description="The issue that refused, by its full id.")
    command: str | None = Field(default=None, description="The command that it refused.")
    id: str | None = Field(default=None, description="The command's id.")


class Refused(Exception):
    """A call that is answered with a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        issue: str | None = None,
        command: str | None = None,
        id: str | None = None,  # noqa: A002 - the word of the answer
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.problem = Problem(
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            code=code,
            errors=list(errors),
            issue=issue,
            command=command,
            id=id,
        )

    @property
    def is_final(self) -> bool:
        """Whether the same call would be refused again: neither the call's form nor an outage is to blame."""
        return self.status in {403, 409}

    def response(self) -> Response:
        """The answer."""
        return JSONResponse(
            self.problem.model_dump(mode="json", exclude_none=True),
            self.status,
            {"Cache-Control": "no-store", **self.headers},
            MEDIA_TYPE,
        )


def refused(failure: Failed, given: Mapping[str, Any] | None = None) -> Refused:
    """The problem that a failure is; `given`: the body, of which the faulty value is shown."""
    if failure.code == "no_such_issue":
        return Refused(404, failure.code, failure.why)
    if failure.code in AWAY:
        return Refused(503, failure.code, failure.why, headers={"Retry-After": str(RETRY_AFTER_S)})
    if isinstance(failure, WrongInput):
        return Refused(422, failure.code, failure.why, faults_in(failure.why, given or {}))
    return Refused(403 if failure.code in AUTHORITY else 409, failure.code, failure.why)


def status_of_refusal(code: str) -> int:
    """The status of what an issue itself refused."""
    return 403 if code in AUTHORITY else 422 if code in _INPUT else 409


def faults_in(why: str, given: Mapping[str, Any]) -> list[Fault]:
    """The fault that a sentence of the command line's form tells: `field: … ; allowed: …`."""
    found, allowed = _FIRST.match(why), _ALLOWED.search(why)
    field = found["field"] if found is not None and (found["colon"] or found["field"] in given) else "body"
    value = given.get(field.partition(".")[0])
    return [Fault(field=field, value=_shown(value), allowed=allowed["allowed"] if allowed else None, why=why)]


def faults_of_form(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """The faults that pydantic found."""
    return [_fault(each) for each in errors]


def _fault(error: Mapping[str, Any]) -> Fault:
    field = ".".join(str(part) for part in error["loc"]) or "body"
    if error["type"] == "missing":
        return Fault(field=field, why=f"{field}: it is missing")
    if error["type"] == "extra_forbidden":
        return Fault(field=field, value=_shown(error["input"]), why=f"{field}: there is no such field")
    expected = (error.get("ctx") or {}).get("expected")
    allowed = str(expected or error["msg"].removeprefix("Input should ").removeprefix("be "))
    value = _shown(error["input"])
    return Fault(
        field=field, value=value, allowed=allowed, why=f"{field}: {value!r} cannot be used; allowed: {allowed}"
    )


def _shown(value: Any) -> JsonValue:
    """What was given, for its giver to find it again: short, and without card numbers."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask_cards(str(value)).encode("utf-8", "replace").decode()[:_SHOWN]


def wrong_form(errors: Iterable[Mapping[str, Any]]) -> Refused:
    """The problem of a call whose form is wrong."""
    faults = faults_of_form(errors)
    return Refused(422, "wrong_input", "; ".join(fault.why for fault in faults[:3]), faults)


def answer_problems(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Have every failure of an app with these routes answered as a problem, whoever raised it."""

    async def say_refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return error.response()

    async def say_wrong_form(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        placed = ({**each, "loc": each["loc"][1:] or each["loc"]} for each in error.errors())
        return wrong_form(placed).response()

    async def say_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {
            404: f"there is nothing at {request.url.path}; /openapi.json says what there is",
            405: f"{request.method} is not for {request.url.path}; see Allow",
        }
        code = "content_too_large" if error.status_code == 413 else HTTPStatus(error.status_code).name.lower()
        said = words.get(error.status_code) or str(error.detail)
        headers = {"Allow": _allowed_at(routes, request)} if error.status_code == 405 else error.headers
        return Refused(error.status_code, code, said, headers=headers).response()

    app.add_exception_handler(Refused, say_refused)
    app.add_exception_handler(RequestValidationError, say_wrong_form)
    app.add_exception_handler(HTTPException, say_http)


def _allowed_at(routes: Iterable[BaseRoute], request: Request) -> str:
    """The methods of all routes at the path; the framework knows those of the first one alone."""
    there = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return ", ".join(sorted({method for route in there for method in getattr(route, "methods", None) or ()}))


def unforeseen(error: Exception) -> Refused:
    """The problem that any error is: one that was foreseen in its words, else 500 and none of its words."""
    failure = as_failure(error)
    if failure is not None:
        return refused(failure)
    return Refused(500, "bug", "this was not foreseen; the log of the HTTP door says more")
