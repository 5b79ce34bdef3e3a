"""The keys of the issues' texts: made when text comes, destroyed to erase it. What they seal: `texts.py`, `inbox.py`.

An issue has one key at a time. Text that comes after an erasure is sealed with a new one, its next generation.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, select, update

from escalation.issue.identity import IssueId
from escalation.value import Value
from records import sealing, tables
from records.database import Database, insert_once
from records.journal import whose

_TABLE = tables.text_keys
_AT_ONCE = 400
_log = structlog.get_logger(__name__)


class IssueKey(NamedTuple):
    """A key of one issue, fit for use."""

    issue: str
    generation: int
    key: bytes

    def seal(self, plain: bytes, place: str) -> str:
        """Seal it for that place of the issue's."""
        return sealing.seal(self.key, self.generation, plain, f"{self.issue}\n{place}")

    def unseal(self, sealed: str, place: str) -> bytes | None:
        """What was sealed there; None where it is something else."""
        return sealing.unseal(self.key, sealed, f"{self.issue}\n{place}")


class Erasure(Value):
    """That an issue's text was erased."""

    issue: str
    generation: int
    erased_at: AwareDatetime
    erased_by: str | None
    erased_why: str | None


Keys = Mapping[tuple[str, int], IssueKey]


def for_writing(db: Database, connection: Connection, issue: IssueId) -> IssueKey:
    """The issue's key, made if there is none. Nobody destroys it before this transaction ends."""
    name = str(issue)
    standing = (
        select(_TABLE)
        .where(_TABLE.c.issue == name)
        .order_by(_TABLE.c.generation.desc())
        .limit(1)
        .with_for_update(read=True)
    )
    for _ in range(3):
        row = connection.execute(standing).mappings().first()
        if row is not None and row["erased_at"] is None:
            found = _opened(db, row)
            if found is not None:
                return found
        generation = (row["generation"] if row is not None else 0) + 1
        key = sealing.new_key()
        stored, wrapped_by = db.ring.wrap(key, _about(name, generation))
        made = {
            **whose(issue),
            "issue": name,
            "generation": generation,
            "key": stored,
            "wrapped_by": wrapped_by,
            "made_at": datetime.now(UTC),
        }
        if insert_once(connection, _TABLE, made):
            return IssueKey(name, generation, key)
        # Another writer was first: its key is there now.
    raise RuntimeError(f"no key for the text of {name} could be made")


def for_reading(db: Database, connection: Connection, issues: Iterable[str]) -> Keys:
    """The keys of these issues that are there and can be used, by issue and generation."""
    found: dict[tuple[str, int], IssueKey] = {}
    names = list(dict.fromkeys(issues))
    for first in range(0, len(names), _AT_ONCE):
        wanted = select(_TABLE).where(_TABLE.c.issue.in_(names[first : first + _AT_ONCE]), _TABLE.c.erased_at.is_(None))
        for row in connection.execute(wanted).mappings():
            opened = _opened(db, row)
            if opened is None:
                _log.warning("text_key_unusable", issue=row["issue"], wrapped_by=row["wrapped_by"] or "left out")
            else:
                found[row["issue"], row["generation"]] = opened
    return found


def unsealed(keys: Keys, issue: str, sealed: str, place: str) -> bytes | None:
    """What is sealed there; None where its key is gone."""
    key = keys.get((issue, sealing.generation_of(sealed)))
    return key.unseal(sealed, place) if key is not None else None


def destroy(connection: Connection, issue: str, at: datetime, by: str, why: str) -> None:
    """Destroy the issue's key, for good. What stays is that it was: when, by whom and why."""
    standing = _TABLE.c.issue == issue, _TABLE.c.erased_at.is_(None)
    gone = {"key": b"", "wrapped_by": "", "erased_at": at, "erased_by": by or None, "erased_why": why or None}
    connection.execute(update(_TABLE).where(*standing).values(**gone))


def erasures(db: Database, issue: str | None = None) -> list[Erasure]:
    """What was erased, the latest first."""
    wanted = select(_TABLE).where(_TABLE.c.erased_at.is_not(None)).order_by(_TABLE.c.erased_at.desc(), _TABLE.c.issue)
    with db.reading() as connection:
        rows = connection.execute(wanted.where(_TABLE.c.issue == issue) if issue else wanted).mappings().all()
    return [Erasure.model_validate(dict(row)) for row in rows]


def has_key(db: Database, issue: str) -> bool:
    """Whether there is or was text of the issue."""
    with db.reading() as connection:
        return connection.scalar(select(_TABLE.c.issue).where(_TABLE.c.issue == issue).limit(1)) is not None


def rewrap(db: Database) -> int:
    """Put the newest key of the setting around every text's key that can be opened; says how many were changed."""
    newest = (db.ring.names or ("",))[0]
    changed = 0
    with db.writing() as connection:
        others = select(_TABLE).where(_TABLE.c.wrapped_by != newest, _TABLE.c.erased_at.is_(None)).with_for_update()
        for row in connection.execute(others).mappings().all():
            opened = _opened(db, row)
            if opened is None:
                continue
            stored, wrapped_by = db.ring.wrap(opened.key, _about(row["issue"], row["generation"]))
            this = _TABLE.c.issue == row["issue"], _TABLE.c.generation == row["generation"]
            connection.execute(update(_TABLE).where(*this).values(key=stored, wrapped_by=wrapped_by))
            changed += 1
    return changed


def locked_away(db: Database) -> dict[str, int]:
    """How many texts' keys are under keys that the setting does not hold, by the names of these."""
    there: dict[str, int] = {}
    with db.reading() as connection:
        names = connection.scalars(select(_TABLE.c.wrapped_by).where(_TABLE.c.erased_at.is_(None), _TABLE.c.key != b""))
        for name in names:
            if name and name not in db.ring.names:
                there[name] = there.get(name, 0) + 1
    return there


def _opened(db: Database, row: RowMapping) -> IssueKey | None:
    if not row["key"]:
        return None
    key = db.ring.unwrap(row["key"], row["wrapped_by"], _about(row["issue"], row["generation"]))
    return IssueKey(row["issue"], row["generation"], key) if key is not None else None


def _about(issue: str, generation: int) -> str:
    return f"{issue}\n{generation}"
