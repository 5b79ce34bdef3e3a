"""The watches of sources on the server: started, signed, configured, removed, asked. Ids are derived from the names."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from client.connect import check_namespace
from escalation.heartbeat.source import Watched
from escalation.heartbeat.watching import Watch

WATCH = "Heartbeat"
"""The workflow's type."""
_RPC = timedelta(seconds=10)
_ASK_WITHIN = timedelta(seconds=4)


class NotReported(Exception):
    """A silence, or its end, could not be reported now; says why."""


def watch_id(org: str, name: str) -> str:
    """The id of the source's workflow."""
    return f"heartbeat/{org}/{name}"


async def sign(client: Client, org: str, watched: Watched, task_queue: str, sign_id: str = "") -> None:
    """A sign of life, durable when this returns, with or without a worker; a watch that is not there is begun.

    Raises RPCError where the server is away.
    """
    await _begin(client, org, watched, task_queue, "sign", {"id": sign_id} if sign_id else {})


async def watch(client: Client, org: str, watched: Watched, task_queue: str) -> None:
    """Begin the watch of a source, or tell the one that runs how it is written now. Raises RPCError."""
    await _begin(client, org, watched, task_queue, "configure", watched.model_dump(mode="json"))


async def stop_watching(client: Client, org: str, name: str) -> None:
    """The source is written nowhere any more. Raises RPCError, save where there is no such watch."""
    try:
        await client.get_workflow_handle(watch_id(org, name)).signal("remove", {}, rpc_timeout=_RPC)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise


async def ask(client: Client, org: str, name: str) -> Watch | None:
    """Where the watch stands; None where there is none, or no worker answers. Raises RPCError."""
    try:
        found: Watch = await client.get_workflow_handle(watch_id(org, name)).query(
            "watch", result_type=Watch, rpc_timeout=_ASK_WITHIN
        )
    except WorkflowQueryFailedError:
        return None
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            check_namespace(client, error)
            return None
        if error.status in {
            RPCStatusCode.DEADLINE_EXCEEDED,
            RPCStatusCode.CANCELLED,
            RPCStatusCode.FAILED_PRECONDITION,
        }:
            return None
        raise
    return found


async def watched_names(client: Client, org: str) -> AsyncIterator[str]:
    """The names of the sources that are watched, as the server's index has them, which lags about a second."""
    prefix = watch_id(org, "")
    async for each in client.list_workflows(f"WorkflowType = '{WATCH}' AND ExecutionStatus = 'Running'"):
        if each.id.startswith(prefix):
            yield each.id.removeprefix(prefix)


async def _begin(client: Client, org: str, watched: Watched, task_queue: str, signal: str, body: Any) -> None:
    """One call: the workflow where it is not running, and the signal to it in any case."""
    source = watched.source
    await client.start_workflow(
        WATCH,
        {"org": org, "watched": watched.model_dump(mode="json")},
        id=watch_id(org, source.name),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        start_signal=signal,
        start_signal_args=[body],
        static_summary=f"Signs of life: {source.called}"[:200],
        rpc_timeout=_RPC,
    )
