"""Bodies of requests: JSON of a limited depth, read strictly into a model, and described in the OpenAPI document.

A route takes `Annotated[Model, Depends(body_of(Model))]` and says `openapi_extra=described(Model)`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pydantic_core
from fastapi import Request
from pydantic import BaseModel, ValidationError

from starter.http.problems import Refused, wrong_form

DEEPEST = 16
"""Levels of lists and objects in a body. Ours; nothing that we take has more than four."""
JSON = "application/json"

_Model = TypeVar("_Model", bound=BaseModel)
described_models: set[type[BaseModel]] = set()
"""Every model that a route takes, for the document."""


def body_of(kind: type[_Model]) -> Callable[[Request], Awaitable[_Model]]:
    """A dependency: the body as this model. Raises Refused with 400, 413, 415 or 422."""

    async def read(request: Request) -> _Model:
        given = read_json(request.headers.get("content-type", ""), await request.body())
        return validated(kind, given)

    return read


def described(kind: type[BaseModel]) -> dict[str, Any]:
    """What a route says of its body in the document."""
    described_models.add(kind)
    schema = {"$ref": f"#/components/schemas/{kind.__name__}"}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def read_json(content_type: str, raw: bytes) -> Any:
    """The JSON value; raises Refused."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != JSON:
        raise Refused(415, "unsupported_media_type", f"Content-Type: {kind[:60]!a} is not taken; allowed: {JSON}")
    try:
        given = pydantic_core.from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(400, "bad_json", f"body: it is no JSON: {str(error)[:120]}") from None
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(given) > DEEPEST:
        raise Refused(422, "too_deep", f"body: it is nested too deeply; allowed: {DEEPEST} levels")
    return given


def validated(kind: type[_Model], given: Any) -> _Model:
    """The model; raises Refused that names every field that is wrong."""
    if not isinstance(given, dict):
        raise Refused(422, "wrong_input", "body: it is no object; allowed: a JSON object")
    try:
        return kind.model_validate(given, strict=True)
    except ValidationError as error:
        raise wrong_form(error.errors(include_url=False)) from None


def _depth(value: Any) -> int:
    """Levels of nesting; stops counting where there are too many."""
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        nests = any(isinstance(each, dict | list) for each in level)
        depth += 1 if nests else 0
        level = inner
    return depth
