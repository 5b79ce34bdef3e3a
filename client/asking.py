"""Asking an issue where it stands, through queries; they need a worker."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from client.connect import check_namespace
from client.sending import NoSuchIssue
from escalation.issue.chain import Head
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState

ANSWER_WITHIN = timedelta(seconds=4)
_ASK_AGAIN_S = 0.1

ASK_AGAIN = "asked between two workflow tasks; ask again"
"""What an issue says that was asked at a bad moment. Also in workflows/tasks.py."""


class NoWorker(Exception):
    """No worker answered; nothing is lost, but nothing can be asked now."""


async def ask_state(client: Client, issue: IssueId, within: timedelta = ANSWER_WITHIN) -> IssueState:
    """The issue's whole state; raises NoSuchIssue, NoWorker."""
    state: IssueState = await _ask(client, issue, "state", IssueState, within)
    return state


async def ask_unwritten(client: Client, issue: IssueId, within: timedelta = ANSWER_WITHIN) -> list[Entry]:
    """Its entries that it does not know to be on record, in order; raises NoSuchIssue, NoWorker."""
    entries: list[Entry] = await _ask(client, issue, "unwritten", list[Entry], within)
    return entries


async def ask_head(client: Client, issue: IssueId, within: timedelta = ANSWER_WITHIN) -> Head:
    """The head of its chain as the issue itself keeps it; raises NoSuchIssue, NoWorker."""
    head: Head = await _ask(client, issue, "head", Head, within)
    return head


async def _ask(client: Client, issue: IssueId, query: str, answer: Any, within: timedelta) -> Any:
    handle = client.get_workflow_handle(str(issue))
    end = asyncio.get_running_loop().time() + within.total_seconds()
    while True:
        try:
            return await handle.query(query, result_type=answer, rpc_timeout=within)
        except WorkflowQueryFailedError as error:
            if str(error) != ASK_AGAIN or asyncio.get_running_loop().time() >= end:
                raise NoWorker(f"{issue.short} cannot be asked: {error}") from error
            await asyncio.sleep(_ASK_AGAIN_S)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                check_namespace(client, error)
                raise NoSuchIssue(f"there is no issue {issue.short} on the server") from error
            # A run that has just handed over: the server lets the next one begin up to a second later.
            if error.status == RPCStatusCode.FAILED_PRECONDITION and asyncio.get_running_loop().time() < end:
                await asyncio.sleep(_ASK_AGAIN_S)
            else:
                seconds = round(within.total_seconds())
                raise NoWorker(f"no worker answered within {seconds} s; is one running? (`escalon worker`)") from error


async def is_running(client: Client, issue: IssueId, within: timedelta = ANSWER_WITHIN) -> bool:
    """Whether the server has it and it has not ended, which needs no worker; raises RPCError where it is away."""
    try:
        description = await client.get_workflow_handle(str(issue)).describe(rpc_timeout=within)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return False
        raise
    return description.status == WorkflowExecutionStatus.RUNNING
