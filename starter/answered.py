"""Carrying out what somebody answered away from the doors' own forms: by telephone, by a link, by mail.

Who it is, and how sure that is, the caller has found out. The issue decides, as of every command.
"""

import asyncio
from collections.abc import Mapping
from typing import Literal, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError

from client.asking import ask_state
from client.finding import Connection
from client.sending import ANSWER_WITHIN, NoSuchIssue
from escalation.issue.facts import Actor
from escalation.issue.identity import IssueId
from records import reading
from records.database import Database
from starter.door import prepare_command
from starter.failure import NotDone
from starter.installation import Installed
from starter.recording import send_and_record

Outcome: TypeAlias = Literal["done", "stored"]
_log = structlog.get_logger(__name__)
LATER = " It is done as soon as the service works on it."
"""What is said of what is stored."""


async def who_has_it(client: Connection, issue: IssueId, person: str) -> str | None:
    """Who else has the issue now, for whoever takes it over. Raises NotDone, and what the server raises."""
    try:
        state = await ask_state(client, issue, ANSWER_WITHIN)
    except NoSuchIssue:
        raise NotDone("there is no such issue any more", "no_such_issue") from None
    return state.handler if state.handler != person else None


async def ask_meant(db: Database | None, message: str) -> str | None:
    """Which of the things that were put to somebody the message is about, by the record.

    None where the record cannot say: of several that are put to them, the issue then asks which.
    """
    if db is None:
        return None
    try:
        return await asyncio.to_thread(reading.ask_of, db, message)
    except SQLAlchemyError as error:
        _log.info("ask_not_found", error=type(error).__name__)
        return None


async def carry_out(
    client: Connection,
    db: Database | None,
    here: Installed,
    name: str,
    issue: IssueId,
    fields: Mapping[str, object],
    by: Actor,
    command_id: str,
) -> Outcome:
    """Send the command; the same id twice is done once.

    Raises WrongInput, NotDone with the issue's own words and code where it refuses, and what the server raises.
    """
    prepared = await asyncio.to_thread(prepare_command, name, issue, fields, by, command_id, here, db)
    try:
        sent = await send_and_record(client, db, issue, prepared.command)
    except NoSuchIssue:
        raise NotDone("there is no such issue any more", "no_such_issue") from None
    if sent.outcome == "refused":
        raise NotDone(sent.why, sent.code)
    return "stored" if sent.outcome == "stored" else "done"
