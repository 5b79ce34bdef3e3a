"""What a run left behind about one issue, gathered at the parts themselves: record, server, mail server, inbox."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Column, select
from temporalio.client import Client, WorkflowHistory

from chaos.mailbox import Mail
from chaos.play import Said
from chaos.stage import status_of
from client.asking import NoWorker, ask_state, ask_unwritten
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from records import reading, tables
from records.database import Database
from starter.auditing import Audit, audit_rows, audit_server
from tests.workflows.history import failed_tasks, runs
from worker import build_replayer

ANSWER_WITHIN_S = 40
"""How long one waits for a worker that was just started again."""
_STOOD_STILL = "[TMPRL1101]"
"""How the SDK gives up a task whose worker stood still for two seconds, as a frozen one does; it is tried again."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Evidence:
    """About one issue."""

    issue: IssueId
    is_accepted: bool
    said: list[Said] = field(default_factory=list)
    status: str = "COMPLETED"
    """Of the workflow; empty where the server has none."""
    entries: list[Entry] = field(default_factory=list)
    state: IssueState | None = None
    """As the workflow says."""
    unwritten: list[Entry] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Why workflow tasks failed, and why the history cannot be replayed."""
    audit: list[str] = field(default_factory=list)
    """What `escalon audit verify` finds, and what it cannot check."""
    mails: dict[str, list[Mail]] = field(default_factory=dict)
    """Copies by Message-ID without brackets and domain, of all issues of the stage."""
    texts: frozenset[str] = frozenset()
    """References under which text of this issue is kept."""
    inbox: list[str] = field(default_factory=list)
    """Messages of this issue that lie in anybody's inbox."""


async def gather(
    client: Client, db: Database, issue: IssueId, said: list[Said], mails: list[Mail], *, is_accepted: bool
) -> Evidence:
    """All of it; raises NoWorker where no worker comes back."""
    status = await status_of(client, issue)
    entries = await asyncio.to_thread(reading.timeline, db, issue)
    if not status:
        return Evidence(issue, is_accepted, said, status, entries)
    return Evidence(
        issue=issue,
        is_accepted=is_accepted,
        said=said,
        status=status,
        entries=entries,
        state=await _patiently(lambda: ask_state(client, issue)),
        unwritten=await _patiently(lambda: ask_unwritten(client, issue)),
        failures=[
            *(failed for failed in await failed_tasks(client, issue) if not failed.startswith(_STOOD_STILL)),
            *await _replayed(await runs(client, str(issue))),
        ],
        audit=await _audited(client, db, issue),
        mails=by_id(mails),
        texts=frozenset(await asyncio.to_thread(_column, db, tables.texts.c.ref, issue)),
        inbox=await asyncio.to_thread(_column, db, tables.inbox.c.message, issue),
    )


def by_id(mails: list[Mail]) -> dict[str, list[Mail]]:
    """Copies in the order in which they arrived, by the part of the Message-ID that is the message's."""
    found: dict[str, list[Mail]] = {}
    for mail in mails:
        found.setdefault(mail.message_id.strip("<>").partition("@")[0], []).append(mail)
    return found


async def _replayed(histories: list[WorkflowHistory]) -> list[str]:
    failures = []
    for history in histories:
        result = await build_replayer().replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure is not None:
            failures.append(f"replay: {result.replay_failure}")
    return failures


async def _patiently(ask: Callable[[], Awaitable[_T]]) -> _T:
    end = asyncio.get_running_loop().time() + ANSWER_WITHIN_S
    while True:
        try:
            return await ask()
        except NoWorker:
            if asyncio.get_running_loop().time() > end:
                raise
        await asyncio.sleep(0.2)


async def _audited(client: Client, db: Database, issue: IssueId) -> list[str]:
    audit = Audit()
    await asyncio.to_thread(audit_rows, db, audit, issue, lambda _: None)
    await audit_server(db, audit, client, issue, lambda _: None)
    compared = [] if audit.compared else ["it was not held against its workflow"]
    return [*(f"{each.what}: {each.detail}" for each in audit.findings), *audit.unchecked, *compared]


def _column(db: Database, column: Column[str], issue: IssueId) -> list[str]:
    with db.reading() as connection:
        return list(connection.scalars(select(column).where(column.table.c.issue == str(issue))))
