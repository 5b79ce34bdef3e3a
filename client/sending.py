"""Sending a command to an issue: an Update, so that its sender hears at once what came of it.

Where no worker answers in time the same command goes as a signal, under the same id: that is durable, and the issue
carries it out once when a worker is back.
"""

import asyncio
from datetime import timedelta
from typing import Any, Literal

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from client.connect import check_namespace
from escalation.issue.carried import Done
from escalation.issue.commands import Command
from escalation.issue.decide import command_name
from escalation.issue.from_body import WILL_RECORD
from escalation.issue.identity import IssueId
from escalation.value import Value

ANSWER_WITHIN = timedelta(seconds=4)
"""How long a sender waits for a worker."""


class NoSuchIssue(Exception):
    """There is no such issue on the server."""


class Sent(Value):
    """What came of a command."""

    issue: IssueId
    outcome: Literal["done", "refused", "stored"]
    """stored: no worker answered; it is on the server and is carried out when one runs."""
    done: Done | None = None
    code: str = ""
    why: str = ""


WRITE_RECORD = "write_record"
"""The workflow's signal by that name."""


async def send(
    client: Client,
    issue: IssueId,
    command: Command,
    within: timedelta = ANSWER_WITHIN,
    *,
    will_record: bool = False,
) -> Sent:
    """Send a command and say what came of it; raises NoSuchIssue, or RPCError where the server is away.

    `will_record`: the sender promises to write the entries that the answer brings (`Done.unwritten`).
    """
    handle = client.get_workflow_handle(str(issue))
    name = command_name(command)
    body = {**command.model_dump(mode="json"), **({WILL_RECORD: True} if will_record else {})}
    try:
        done = await handle.execute_update(name, body, id=command.id, result_type=Done, rpc_timeout=within)
    except WorkflowUpdateFailedError as error:
        cause = error.cause
        code = (cause.type or "refused") if isinstance(cause, ApplicationError) else "refused"
        why = cause.message if isinstance(cause, ApplicationError) else str(cause)
        return Sent(issue=issue, outcome="refused", code=code, why=why)
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # the SDK makes one of the two
            raise asyncio.CancelledError from error
        return await _store(handle, issue, name, command)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            check_namespace(client, error)
            return await _over_or_unknown(handle, issue)
        if error.status in {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}:
            return await _store(handle, issue, name, command)
        raise
    return Sent(issue=issue, outcome="done", done=done)


async def ask_to_write(client: Client, issue: str) -> None:
    """Have the issue write by itself what waits to come on record; raises RPCError, save where it is over."""
    try:
        await client.get_workflow_handle(issue).signal(WRITE_RECORD, rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise


async def _store(handle: Any, issue: IssueId, name: str, command: Command) -> Sent:
    try:
        await handle.signal(name, command.model_dump(mode="json"), rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return await _over_or_unknown(handle, issue)
        raise
    seconds = round(ANSWER_WITHIN.total_seconds())
    why = f"no worker answered within {seconds} s; the command is stored and is carried out when one runs"
    return Sent(issue=issue, outcome="stored", code="no_worker", why=why)


async def _over_or_unknown(handle: Any, issue: IssueId) -> Sent:
    try:
        await handle.describe(rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise NoSuchIssue(f"there is no issue {issue.short} on the server") from error
        raise
    why = "it is over and can no longer be reopened; open it again as a new occurrence"
    return Sent(issue=issue, outcome="refused", code="ended", why=why)
