"""API keys: who may come in by HTTP, as whom, and what for. Of a secret only its SHA-256 is kept.

A secret has 256 random bits, so a fast hash is enough: nobody guesses it, and none is derived from a word.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import insert, select, update

from escalation.issue.identity import DEFAULT
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database

_TABLE = tables.api_keys
_FORM = re.compile(r"esc_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_NO_DIGEST = "0" * 64


class ApiKey(Value):
    """A key without its secret."""

    key: str
    """Its id: the part between the first two underscores, which is no secret."""
    digest: str
    """SHA-256 of the whole key, in hexadecimal."""
    person: str
    """Whose it is: an id of the directory, or a machine's name."""
    is_machine: bool
    scopes: tuple[str, ...]
    label: str
    """What it is for, in the words of whoever made it."""
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None
    """To about a minute."""

    def is_good(self, now: datetime) -> bool:
        """Whether it has neither been revoked nor run out."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def create(
    db: Database,
    *,
    org: str,
    person: str,
    is_machine: bool,
    scopes: tuple[str, ...],
    label: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[str, ApiKey]:
    """A new key, written out in full this once, and what is kept of it."""
    number = secrets.token_hex(6)
    written = f"esc_{number}_{secrets.token_urlsafe(32)}"
    made = ApiKey(
        key=number,
        digest=digest_of(written),
        person=person,
        is_machine=is_machine,
        scopes=scopes,
        label=label,
        created_at=now,
        expires_at=expires_at,
    )
    row = {"org": org, "legal_entity": DEFAULT, "team": DEFAULT, **made.model_dump()}
    with db.writing() as connection:
        connection.execute(insert(_TABLE).values(storable(row)))
    return written, made


def every(db: Database) -> list[ApiKey]:
    """All keys, also those that are no longer good, the one made last first."""
    with db.reading() as connection:
        rows = connection.execute(select(_TABLE).order_by(_TABLE.c.created_at.desc(), _TABLE.c.key)).mappings()
        return [ApiKey.model_validate(dict(row)) for row in rows]


def revoke(db: Database, key: str, now: datetime) -> bool:
    """From now on it opens nothing. False where there is no such key; one revoked before stays as it was."""
    of_key = _TABLE.c.key == key
    with db.writing() as connection:
        connection.execute(update(_TABLE).where(of_key, _TABLE.c.revoked_at.is_(None)).values(revoked_at=now))
        return connection.scalar(select(_TABLE.c.key).where(of_key)) is not None


def used(db: Database, last: Mapping[str, datetime], within_s: float | None = None) -> None:
    """When each of these keys was last used. Raises RecordBusy where others keep the record for longer than this."""
    with db.writing("api keys", within_s) as connection:
        for key, at in last.items():
            connection.execute(update(_TABLE).where(_TABLE.c.key == key).values(last_used_at=at))


def read_written(written: str) -> str | None:
    """The id of a key that is written out in full; None where it has not the form of one."""
    found = _FORM.fullmatch(written)
    return found[1] if found else None


def digest_of(written: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(written.encode()).hexdigest()


def opens(found: ApiKey | None, written: str) -> bool:
    """Whether this is the key; takes as long for one that nobody knows."""
    kept: Any = found.digest if found is not None else _NO_DIGEST
    return hmac.compare_digest(kept, digest_of(written)) and found is not None
