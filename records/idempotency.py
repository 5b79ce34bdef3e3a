"""Answers by idempotency key: the same call made twice is carried out once, and answered with the same words.

A call claims its key before it does anything, and lays its answer beside it. A claim whose holder was killed is taken
over after its lease; the command's id is derived from the key, so that what was done already is not done again.
"""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime
from sqlalchemy import delete, select, update

from escalation.issue.identity import DEFAULT
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database, insert_once

KEPT = timedelta(hours=24)
"""How long an answer is repeated."""
LEASE = timedelta(seconds=20)
"""How long a call may take: longer than any door waits for server, worker and record together."""

_TABLE = tables.idempotency


class Claim(Value):
    """What became of claiming a key."""

    came: Literal["claimed", "answered", "in_progress", "other_call"]
    """other_call: the key stands for a call with another path or body."""
    status: int | None = None
    answer: str | None = None
    claimed_at: AwareDatetime | None = None


def claim(
    db: Database, *, org: str, actor: str, key: str, fingerprint: str, holder: str, now: datetime, within_s: float
) -> Claim:
    """Claim the key for this call, or say why not. Raises what the database raises, and RecordBusy."""
    row = {
        "org": org,
        "legal_entity": DEFAULT,
        "team": DEFAULT,
        "actor": actor,
        "key": key,
        "fingerprint": fingerprint,
        "holder": holder,
        "claimed_at": now,
    }
    with db.writing(f"idempotency {actor} {key}", within_s) as connection:
        if insert_once(connection, _TABLE, storable(row)):
            return Claim(came="claimed")
        of_key = _TABLE.c.actor == actor, _TABLE.c.key == key
        found = connection.execute(select(_TABLE).where(*of_key)).mappings().one()
        is_old = found["claimed_at"] <= now - KEPT
        is_left = found["status"] is None and found["claimed_at"] <= now - LEASE
        if not is_old and found["fingerprint"] != fingerprint:
            return Claim(came="other_call")
        if is_old or is_left:
            connection.execute(update(_TABLE).where(*of_key).values(**storable(row), status=None, answer=None))
            return Claim(came="claimed")
        if found["status"] is None:
            return Claim(came="in_progress", claimed_at=found["claimed_at"])
        return Claim(came="answered", status=found["status"], answer=found["answer"])


def answer(db: Database, *, actor: str, key: str, holder: str, status: int, body: str, within_s: float) -> None:
    """Lay the answer beside the claim, where it is still this holder's."""
    held = _TABLE.c.actor == actor, _TABLE.c.key == key, _TABLE.c.holder == holder
    with db.writing(f"idempotency {actor} {key}", within_s) as connection:
        connection.execute(update(_TABLE).where(*held).values(status=status, answer=body))


def release(db: Database, *, actor: str, key: str, holder: str, within_s: float) -> None:
    """Give the key back: nothing was done under it."""
    held = _TABLE.c.actor == actor, _TABLE.c.key == key, _TABLE.c.holder == holder, _TABLE.c.status.is_(None)
    with db.writing(f"idempotency {actor} {key}", within_s) as connection:
        connection.execute(delete(_TABLE).where(*held))


def forget(db: Database, now: datetime) -> int:
    """Remove what is older than a day; says how much."""
    with db.writing() as connection:
        return connection.execute(delete(_TABLE).where(_TABLE.c.claimed_at <= now - KEPT)).rowcount
