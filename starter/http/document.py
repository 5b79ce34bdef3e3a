"""The OpenAPI 3.1 document: what the routes say of themselves, and the models of bodies that are read by hand."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from starter.http.bodies import described_models
from starter.http.problems import MEDIA_TYPE, Problem

_ABOUT = """Issue escalation: every issue climbs until somebody has it.

Every answer that is no success is a problem (RFC 9457) in the words of the command line. An `Idempotency-Key` makes a
call safe to repeat. Times are instants with their zone (`2026-11-21T19:10Z`), or distances (`30 min`, `20 min ago`).
"""
_WHY = {
    400: "The body is no JSON, or the request cannot be read.",
    401: "There is no key in the call, or it is not a good one.",
    403: "The key is not for this, or who acts may not.",
    404: "There is no such issue, or not for this reader.",
    409: "The issue or the policy refuses it as things stand, or the same call is under way.",
    410: "It was good for a time that is over.",
    412: "Somebody has changed it since: see If-Match.",
    413: "The body is too long.",
    415: "The body is no JSON.",
    422: "A field is wrong: see errors.",
    428: "It does not say which state it is about: see If-Match.",
    429: "Too many calls: see Retry-After.",
    431: "The headers are too long.",
    500: "Not foreseen.",
    503: "The Temporal server or the record is away: see Retry-After.",
}
_ALWAYS = (429, 431, 500, 503)
_RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route says of the ways in which it can fail: these, and those in which every route can."""
    return {status: _problem(status) for status in (*statuses, *_ALWAYS)}


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    more = {"headers": _RETRY} if status in {429, 503} else {}
    return {"description": _WHY[status], "content": {MEDIA_TYPE: {"schema": schema}}, **more}


def document(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What `app.openapi` is to be."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
        return app.openapi_schema

    return openapi


def _made(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(title="Escalon", version=version("escalon"), description=_ABOUT, routes=app.routes)
    taken = sorted(described_models, key=lambda each: each.__name__)
    models = [(each, "validation") for each in taken]
    _, defined = models_json_schema(
        [*models, (Problem, "serialization")],  # type: ignore[list-item]
        ref_template="#/components/schemas/{model}",
    )
    made.setdefault("components", {}).setdefault("schemas", {}).update(defined["$defs"])
    return made
