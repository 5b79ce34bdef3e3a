"""Promises: a sender of a command writes on record what its answer brings, and says so here before it sends.

A promise that is old was not kept, since its sender was killed in between: whoever watches has the issue write by
itself (`selfwatch/promises.py`). Why senders write at all: docs/decisions/0013.
"""

from datetime import datetime

from sqlalchemy import delete, select

from escalation.issue.identity import IssueId
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database, insert_once
from records.journal import whose

_TABLE = tables.promised


class Promise(Value):
    """Of one sender, about one command."""

    issue: str
    command: str


def promise(db: Database, issue: IssueId, command: str, at: datetime, within_s: float | None = None) -> None:
    """Say that what the command's answer brings will be written. Raises what the database raises, and RecordBusy."""
    row = {**whose(issue), "issue": str(issue), "command": command, "promised_at": at}
    with db.writing(within_s=within_s) as connection:
        insert_once(connection, _TABLE, storable(row))


def settle(db: Database, issue: str, command: str, within_s: float | None = None) -> None:
    """The promise is kept, or needed no more. Raises what the database raises, and RecordBusy."""
    with db.writing(within_s=within_s) as connection:
        connection.execute(delete(_TABLE).where(_TABLE.c.issue == issue, _TABLE.c.command == command))


def unkept(db: Database, before: datetime, limit: int) -> list[Promise]:
    """Promises made before this instant and not settled, the oldest first."""
    wanted = select(_TABLE.c.issue, _TABLE.c.command).where(_TABLE.c.promised_at < before)
    with db.reading() as connection:
        rows = connection.execute(wanted.order_by(_TABLE.c.promised_at).limit(limit)).mappings()
        return [Promise(issue=row["issue"], command=row["command"]) for row in rows]
