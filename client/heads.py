"""The heads of chains as the workflows keep them, which is outside of the record: running ones and those retained."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from client.asking import NoWorker, ask_head, ask_unwritten
from client.names import WORKFLOW
from client.sending import NoSuchIssue
from escalation.issue.carried import Ended
from escalation.issue.chain import Head
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId, read_issue_id
from escalation.value import Value

_RPC = timedelta(seconds=10)
_AT_ONCE = 16
_ENTRIES = "entries"
"""The memo; also in workflows/shell.py."""


class Kept(Value):
    """What one issue's workflow knows of its chain."""

    issue: str
    head: Head | None = None
    """None where nothing of it can be had: no worker answered, or a release of before has kept none."""
    unwritten: tuple[Entry, ...] = ()
    """Decided and perhaps not yet on record."""
    is_latest: bool = True
    """False: from the memo, which says how far it was some time ago."""


async def count_issues(client: Client, only: IssueId | None = None) -> int:
    """How many issues the server has. Raises RPCError."""
    return (await client.count_workflows(_query(only), rpc_timeout=_RPC)).count


async def kept_heads(client: Client, only: IssueId | None = None) -> AsyncIterator[Kept]:
    """What every issue on the server knows of its chain, or this one alone. Raises RPCError.

    Without a worker, running issues are known by their memos alone.
    """
    has_worker = True
    batch: list[WorkflowExecution] = []
    async for execution in client.list_workflows(_query(only), rpc_timeout=_RPC):
        batch.append(execution)
        if len(batch) == _AT_ONCE:
            found = await _all(client, batch, has_worker=has_worker)
            # Not one has answered: the rest need not wait for it. One alone may be stuck.
            has_worker = has_worker and (not found or any(kept.is_latest for kept in found))
            for kept in found:
                yield kept
            batch = []
    for kept in await _all(client, batch, has_worker=has_worker):
        yield kept


async def _all(client: Client, batch: list[WorkflowExecution], *, has_worker: bool) -> list[Kept]:
    found = await asyncio.gather(*(_one(client, each, has_worker=has_worker) for each in batch))
    return [kept for kept in found if kept is not None]


async def _one(client: Client, execution: WorkflowExecution, *, has_worker: bool) -> Kept | None:
    try:
        issue, _ = read_issue_id(execution.id)
    except ValueError:
        return None  # started by hand, under a name that no issue has
    match execution.status:
        case WorkflowExecutionStatus.COMPLETED:
            return await _ended(client, execution)
        case WorkflowExecutionStatus.FAILED:
            return None  # what was never opened
        case WorkflowExecutionStatus.RUNNING if has_worker:
            try:
                head = await ask_head(client, issue)
                unwritten = await ask_unwritten(client, issue)
            except NoSuchIssue:
                return None
            except NoWorker:
                return await _by_memo(execution)
            return Kept(issue=execution.id, head=head, unwritten=tuple(unwritten))
        case _:
            return await _by_memo(execution)


async def _ended(client: Client, execution: WorkflowExecution) -> Kept:
    handle = client.get_workflow_handle(execution.id, result_type=Ended)
    ended = await handle.result(rpc_timeout=_RPC)
    return Kept(issue=execution.id, head=Head(number=ended.entries, chain=ended.chain))


async def _by_memo(execution: WorkflowExecution) -> Kept:
    told: Any = await execution.memo_value(_ENTRIES, default=None)
    if isinstance(told, dict):
        head = Head.model_validate(told)
        return Kept(issue=execution.id, head=head, is_latest=False)
    return Kept(issue=execution.id, is_latest=False)


def _query(only: IssueId | None) -> str:
    mine = f" AND WorkflowId = '{only}'" if only is not None else ""
    return f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus != 'ContinuedAsNew'{mine}"
