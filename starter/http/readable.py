"""Which issues a caller of the HTTP door may see, and where one stands, from the issue itself or else the record.

The command line shows to whoever sits at it that an issue is there; through this door what is not yours to read is not
there: whom an issue is about never reads it, and one that is restricted or sealed is read by those whom it concerns.
"""

import asyncio
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from client.asking import ask_state, ask_unwritten
from client.sending import NoSuchIssue
from escalation.issue.effects import Snapshot
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from records import reading
from records.database import Database
from starter.calls import note
from starter.door import issue_id
from starter.failure import Failed, NotDone, as_failure
from starter.http.doors import Doors
from starter.looking import may_read
from starter.standing import QUICK, Standing, from_record, of_entries


def may_see(row: Snapshot, reader: str) -> bool:
    """Whether an issue of which this much is known is there for this reader."""
    if reader in row.about:
        return False
    return row.issue_class == "normal" or reader in {*row.asked, *row.audience, row.handler, row.owner, row.raiser}


def not_there(issue: IssueId) -> NotDone:
    """The same words for one that is not there and for one that is not theirs to see."""
    return NotDone(f"there is no issue {issue.short}, or none that this key may read", "no_such_issue")


async def named(doors: Doors, text: str) -> IssueId:
    """The issue that was meant: without an occurrence the latest on record, else the first. Raises WrongInput."""
    issue, is_exact = issue_id(text)
    db = None if is_exact else await doors.record()
    if db is not None:
        with suppress(SQLAlchemyError):
            issue = issue.at(max(await asyncio.to_thread(reading.latest_occurrence, db, issue.series), 1))
    note(issue=str(issue))
    return issue


async def hides(doors: Doors, issue: IssueId, reader: str) -> bool:
    """Whether the issue is one that this reader may not see: by its row, or else by the issue itself.

    The row knows neither helpers nor the last resort, and a record that is away or late knows nothing. Where no worker
    answers either, nothing of the issue is in the answer to a command.
    """
    row = await _row(doors, issue)
    if row is not None and (may_see(row, reader) or reader in row.about):
        return reader in row.about
    try:
        return not may_read(await _asked(doors, issue), reader)
    except Failed:
        return row is not None


async def _row(doors: Doors, issue: IssueId) -> Snapshot | None:
    db = await doors.record()
    if db is None:
        return None
    try:
        return await asyncio.to_thread(reading.issue, db, issue)
    except SQLAlchemyError:
        return None


async def standing(doors: Doors, issue: IssueId, reader: str) -> Standing:
    """Where it stands. Raises NotDone where nobody knows it, or not for this reader."""
    try:
        state = await _asked(doors, issue)
        found = Standing(state, is_live=True, as_of=state.last_at)
    except Failed as failure:
        found = await _read(doors, issue, failure)
    if not may_read(found.state, reader):
        raise not_there(issue)
    return found


async def _asked(doors: Doors, issue: IssueId) -> IssueState:
    try:
        client = await doors.client()
        async with doors.turn_of_worker:
            return await ask_state(client, issue, QUICK)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        raise failure from error


async def _read(doors: Doors, issue: IssueId, failure: Failed) -> Standing:
    db = await doors.record()
    state = None
    if db is not None:
        try:
            state = await asyncio.to_thread(from_record, db, issue)
        except SQLAlchemyError:
            state = None
    if state is None:
        raise not_there(issue) if failure.code == "no_such_issue" else failure
    return Standing(state, is_live=False, as_of=state.last_at, why_not_live=failure.why)


async def everything(doors: Doors, db: Database, issue: IssueId, reader: str) -> tuple[list[Entry], int, str]:
    """All entries, how many of them are on record, and why there may be more. Raises NotDone."""
    further, why = await _further(doors, issue)  # asked first: nothing is missed that is written meanwhile
    entries = await asyncio.to_thread(reading.timeline, db, issue)
    on_record = len(entries)
    entries += [entry for entry in further if entry.number > on_record]
    state = of_entries(entries)
    if state is None or not may_read(state, reader):
        if state is None and why:
            raise NotDone(f"{why}, and {issue.short} is not on record", "no_worker")
        raise not_there(issue)
    return entries, on_record, why


async def _further(doors: Doors, issue: IssueId) -> tuple[list[Entry], str]:
    try:
        client = await doors.client()
        async with doors.turn_of_worker:
            return await ask_unwritten(client, issue, QUICK), ""
    except NoSuchIssue:
        return [], ""
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        return [], failure.why
