"""Looking at the record: can it be read, what is overdue by it, does its inbox take messages."""

import asyncio
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from activities.live_directory import DirectoryUnreadable
from client.server import Server, ServerAway
from escalation.issue.identity import IssueId
from records import reading
from records.database import Database, RecordBusy, SchemaMismatch, check_schema
from records.probe import InboxBroken, try_inbox
from selfwatch.found import Found
from selfwatch.server_checks import was_due
from selfwatch.watched import Watched

ASKED_ABOUT = 20
"""Of so many overdue issues the server is asked whether they still run."""
NOBODY = "nobody"
"""Whose inbox is tried where the directory cannot say who the operator is."""


async def record_unreachable(watched: Watched, now: datetime) -> list[Found]:  # noqa: ARG001 - as all checks
    """Whether the record can be read, and has the tables of this release."""
    try:
        await watched.in_record(check_record, watched.db)
    except SchemaMismatch as error:
        why = str(error)
    except TimeoutError:
        why = f"the record {watched.db} does not answer"
    except (SQLAlchemyError, OSError) as error:
        why = f"the record {watched.db}: {_first_line(error)}"
    else:
        return []
    return [Found(kind="record_unreachable", detail=why[:600])]


async def overdue_on_record(watched: Watched, now: datetime) -> list[Found]:
    """Issues for which something was due, with no entry that it was done."""
    late = await watched.in_record(reading.overdue, watched.db, now, watched.overdue_after)
    gone = await _gone(watched, [str(row.issue) for row in late[:ASKED_ABOUT]])
    return [
        Found(
            kind="overdue_on_record",
            issue=str(row.issue),
            detail=was_due(row.next_due_at)
            + ("; it does not run on the server any more" if str(row.issue) in gone else ""),
        )
        for row in late
        if row.next_due_at is not None
    ]


async def inbox_fails(watched: Watched, now: datetime) -> list[Found]:
    """Whether the embedded inbox takes a message to the operator and gives it back."""
    try:
        operator = (await asyncio.to_thread(watched.directory.current)).operator
    except DirectoryUnreadable:
        operator = NOBODY
    try:
        await watched.in_record(try_inbox, watched.db, operator, watch_issue(watched.settings.org), now)
    except InboxBroken as error:
        why = str(error)
    except TimeoutError:
        why = f"the record {watched.db} takes no message within the time that one may take"
    except (SQLAlchemyError, RecordBusy, OSError) as error:
        why = f"the record {watched.db}: {_first_line(error)}"
    else:
        return []
    return [Found(kind="inbox_fails", detail=why[:600])]


def check_record(db: Database) -> None:
    """Raise what says that the record cannot be read, or is of another release."""
    if db.is_sqlite and not Path(str(db.engine.url.database)).is_file():
        raise FileNotFoundError("there is no such file")  # to connect would make one
    check_schema(db)


def watch_issue(org: str) -> IssueId:
    """What messages of the watch are about: no issue, but they need a subject to be sorted under."""
    return IssueId(org=org, source="escalon", reference="watch")


async def _gone(watched: Watched, issues: list[str]) -> set[str]:
    """Those that do not run on the server; none, where it cannot be asked."""
    if not issues:
        return set()
    try:
        server: Server = await watched.server()
    except ServerAway:
        return set()
    return {issue for issue in issues if not await server.is_running(issue)}


def _first_line(error: Exception) -> str:
    reason = getattr(error, "orig", None) or error
    return next(iter(str(reason).splitlines()), type(reason).__name__)
