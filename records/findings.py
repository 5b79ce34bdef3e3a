"""What the watch has found: one row from the moment something is wrong until it is right again, told once.

What is looked for, and who is told: `selfwatch/`. A finding that comes back after it ended is a new row.
"""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, insert, select, update

from escalation.issue.identity import DEFAULT, IssueId
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database
from records.journal import whose


class Finding(Value):
    """Something that was, or is, wrong."""

    key: str
    """Names the thing that is wrong: the same while it lasts."""
    issue: str | None
    """The full id of the issue, where it is about one."""
    what: str
    detail: str
    found_at: AwareDatetime
    last_seen_at: AwareDatetime
    told_at: AwareDatetime | None
    ended_at: AwareDatetime | None


def found(db: Database, key: str, what: str, detail: str, at: datetime, issue: IssueId | None = None) -> bool:
    """Open a finding, or see the open one again with the latest detail; says whether it is new."""
    table = tables.findings
    with db.writing(f"finding {key}") as connection:
        if connection.execute(
            update(table).where(*_open(key)).values(storable({"detail": detail, "last_seen_at": at}))
        ).rowcount:
            return False
        row = {
            **(whose(issue) if issue else dict.fromkeys(("org", "legal_entity", "team"), DEFAULT)),
            "key": key,
            "issue": str(issue) if issue else None,
            "what": what,
            "detail": detail,
            "found_at": at,
            "last_seen_at": at,
        }
        connection.execute(insert(table).values(storable(row)))
    return True


def seen(db: Database, key: str, at: datetime) -> bool:
    """Note that the open finding is still there; says whether there is one."""
    with db.writing(f"finding {key}") as connection:
        return connection.execute(update(tables.findings).where(*_open(key)).values(last_seen_at=at)).rowcount == 1


def told(db: Database, key: str, at: datetime) -> bool:
    """Note that the operator's contact was told of the open finding; says whether there is one not told before."""
    table = tables.findings
    with db.writing(f"finding {key}") as connection:
        untold = update(table).where(*_open(key), table.c.told_at.is_(None))
        return connection.execute(untold.values(told_at=at)).rowcount == 1


def ended(db: Database, key: str, at: datetime) -> bool:
    """End the open finding; says whether there was one."""
    with db.writing(f"finding {key}") as connection:
        return connection.execute(update(tables.findings).where(*_open(key)).values(ended_at=at)).rowcount == 1


def read(db: Database, *, open_only: bool = True, limit: int = 100) -> list[Finding]:
    """The latest findings, newest first; without `open_only` also those that ended."""
    table = tables.findings
    wanted = select(table).order_by(table.c.found_at.desc(), table.c.key).limit(limit)
    if open_only:
        wanted = wanted.where(table.c.ended_at.is_(None))
    with db.reading() as connection:
        return [Finding(**row) for row in connection.execute(wanted).mappings()]


def _open(key: str) -> tuple[ColumnElement[bool], ...]:
    table = tables.findings
    return table.c.key == key, table.c.ended_at.is_(None)
