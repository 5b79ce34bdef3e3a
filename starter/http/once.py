"""A call with an `Idempotency-Key` is carried out once and answered with the same words for a day.

Without the record nothing can be repeated word by word; the command's id, which is derived from the key, still keeps
it from being done twice.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias
from uuid import uuid4

import structlog
from fastapi import Header, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from records import idempotency
from records.database import Database, RecordBusy
from starter.http.callers import Caller
from starter.http.doors import Doors
from starter.http.problems import MEDIA_TYPE, RETRY_AFTER_S, Refused

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PATIENCE_S = 0.5
"""How long the record may be kept by others, each time."""

IdempotencyKey: TypeAlias = Annotated[
    str | None,
    Header(
        alias=HEADER,
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="Makes the call safe to repeat for a day: the same key and body are answered with the same words.",
    ),
]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answered:
    """An answer that may be repeated."""

    status: int
    body: Mapping[str, Any]

    def response(self) -> Response:
        """As it leaves."""
        return JSONResponse(dict(self.body), self.status)


Act: TypeAlias = Callable[[str], Awaitable[Answered]]
"""Carries the call out under this command id. Raises Refused, Failed and what else goes wrong."""


@dataclass(frozen=True)
class _Call:
    """A call that claims a key."""

    org: str
    actor: str
    key: str
    fingerprint: str
    holder: str

    @property
    def command_id(self) -> str:
        words = "\0".join((self.org, self.actor, self.key, self.fingerprint))
        return f"once-{hashlib.sha256(words.encode()).hexdigest()[:40]}"


async def carried_out(
    doors: Doors, caller: Caller, request: Request, key: str | None, given_id: str | None, act: Act
) -> Response:
    """Carry the call out, once for its key. Raises Refused with 409 or 422, and what `act` raises."""
    if key is None:
        return (await act(given_id or uuid4().hex)).response()
    by = caller.actor
    whose = f"{'machine' if by.is_machine else 'person'} {by.person}"
    call = _Call(doors.settings.org, whose, key, await _fingerprint(request), f"{doors.holder}/{uuid4().hex}")
    db = await doors.record()
    if db is not None:
        repeated = await _claimed(doors, db, call)
        if repeated is not None:
            return repeated
    try:
        answered = await act(given_id or call.command_id)
    except Refused as refused:
        if refused.is_final:
            await _keep(db, call, refused.status, refused.problem.model_dump(mode="json", exclude_none=True))
        else:
            await _release(db, call)
        raise
    except Exception:
        await _release(db, call)
        raise
    await _keep(db, call, answered.status, answered.body)
    return answered.response()


async def _fingerprint(request: Request) -> str:
    path = request.url.path.encode()
    return hashlib.sha256(b"\0".join((request.method.encode(), path, await request.body()))).hexdigest()


async def _claimed(doors: Doors, db: Database, call: _Call) -> Response | None:
    """None where the call is ours to carry out; else its answer. Raises Refused."""
    try:
        found = await asyncio.to_thread(
            idempotency.claim,
            db,
            org=call.org,
            actor=call.actor,
            key=call.key,
            fingerprint=call.fingerprint,
            holder=call.holder,
            now=doors.clock(),
            within_s=PATIENCE_S,
        )
    except (SQLAlchemyError, RecordBusy) as error:
        _log.warning("key_not_claimed", error=type(error).__name__)
        return None
    if found.came == "other_call":
        raise Refused(
            422, "key_of_another_call", f"{HEADER}: it came before with another path or body; allowed: a new one"
        )
    if found.came == "in_progress":
        raise Refused(
            409,
            "in_progress",
            "the same call is under way; its answer is there in a moment",
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )
    if found.came == "answered":
        body, status = json.loads(found.answer or "null"), found.status or 200
        return JSONResponse(body, status, {REPLAYED: "true"}, MEDIA_TYPE if status >= 400 else None)
    return None


async def _keep(db: Database | None, call: _Call, status: int, body: Mapping[str, Any]) -> None:
    """The answer beside the claim. Where that cannot be, the claim runs out, and the command's id does the rest."""
    if db is None:
        return
    written = json.dumps(body, ensure_ascii=False)
    await _try(
        idempotency.answer,
        db,
        actor=call.actor,
        key=call.key,
        holder=call.holder,
        status=status,
        body=written,
        within_s=PATIENCE_S,
    )


async def _release(db: Database | None, call: _Call) -> None:
    if db is not None:
        await _try(idempotency.release, db, actor=call.actor, key=call.key, holder=call.holder, within_s=PATIENCE_S)


async def _try(act: Callable[..., None], *given: Any, **more: Any) -> None:
    try:
        await asyncio.to_thread(act, *given, **more)
    except (SQLAlchemyError, RecordBusy) as error:
        _log.warning("answer_not_kept", error=type(error).__name__)
