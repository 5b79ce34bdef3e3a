"""The security log's lines for calls that are refused at the door itself: a wrong key, a key that is not for this.

What an issue refuses for authority it logs itself, whichever door it came through.
"""

import asyncio
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from escalation.issue.facts import Actor
from records import refusals
from records.database import RecordBusy
from starter.http.doors import Doors

_log = structlog.get_logger(__name__)


async def log_refused_call(doors: Doors, by: Actor, wanted: str, code: str, why: str) -> None:
    """Write it down, so many a minute for each actor; where the record is away, into the log of this process."""
    if not doors.limits.may_log(by.person):
        return
    _log.warning("call_refused", by=by.person, wanted=wanted, code=code)
    db = await doors.record()
    if db is None:
        return
    org, at = doors.settings.org, doors.clock()
    try:
        await asyncio.to_thread(refusals.log_call, db, org, f"call/{uuid4().hex}", wanted, code, why, by, at)
    except (SQLAlchemyError, RecordBusy) as error:
        _log.warning("security_log_away", error=type(error).__name__)
