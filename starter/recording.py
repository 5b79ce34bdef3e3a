"""Sending a command and writing on record what its answer brings, which saves the issue an activity (decision 0013).

The answer is the proof that the server has kept what was decided. A promise lies in the record while that is under
way; where it cannot be made in a moment, or not kept, the issue writes by itself. The sender never waits long for it.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.service import RPCError

from client.finding import Connection
from client.sending import ANSWER_WITHIN, Sent, ask_to_write, send
from escalation.issue.carried import Done
from escalation.issue.commands import Command
from escalation.issue.effects import Record
from escalation.issue.identity import IssueId
from records import journal, promised
from records.database import Database

PATIENCE_S = 0.5
"""How long the record may be kept by others, each time. Ours: a person waits for the answer."""

_log = structlog.get_logger(__name__)


async def send_and_record(
    client: Connection, db: Database | None, issue: IssueId, command: Command, within: timedelta = ANSWER_WITHIN
) -> Sent:
    """What `client.sending.send` does and raises, and the entries on record; None: there is no record here."""
    if db is None or not await asyncio.to_thread(_promise, db, issue, command.id):
        return await send(client, issue, command, within)
    sent = await send(client, issue, command, within, will_record=True)
    if sent.done is not None and not await asyncio.to_thread(_write, db, sent.done):
        try:
            await ask_to_write(client, str(issue))
        except RPCError as error:  # the promise stays, and the watch finds it
            _log.warning("record_left_to_the_watch", issue=str(issue), error=str(error))
            return sent
    await asyncio.to_thread(_settle, db, issue, command.id)
    return sent


def _promise(db: Database, issue: IssueId, command: str) -> bool:
    try:
        promised.promise(db, issue, command, datetime.now(UTC), PATIENCE_S)
    except Exception as error:  # noqa: BLE001 - whatever ails the record, the command goes out
        _log.info("record_left_to_the_issue", issue=str(issue), error=type(error).__name__)
        return False
    return True


def _write(db: Database, done: Done) -> bool:
    if not done.unwritten:
        return True
    try:
        journal.write(db, Record(snapshot=done.status, entries=done.unwritten), PATIENCE_S)
    except Exception as error:  # noqa: BLE001 - whatever ails the record, the issue writes by itself
        _log.info("record_left_to_the_issue", issue=str(done.status.issue), error=type(error).__name__)
        return False
    return True


def _settle(db: Database, issue: IssueId, command: str) -> None:
    try:
        promised.settle(db, str(issue), command, PATIENCE_S)
    except Exception as error:  # noqa: BLE001 - the watch settles it: to write once more does no harm
        _log.info("promise_left_to_the_watch", issue=str(issue), error=type(error).__name__)
