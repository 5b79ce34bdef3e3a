"""Telling an issue that the maintenance window that it is in was ended: a signal, which needs no worker to be kept."""

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from client.connect import check_namespace
from client.finding import find_latest
from client.sending import ANSWER_WITHIN
from escalation.issue.facts import Actor
from escalation.issue.identity import IssueId

END_MAINTENANCE = "end_maintenance"
"""The workflow's signal by that name."""


async def end_maintenance(client: Client, issue: IssueId, window: str, by: Actor) -> bool:
    """Send it on its way, once for the window. False where there is no such issue, or it is over. Raises RPCError."""
    found = await find_latest(client, issue, issue.occurrence)
    if not found.is_running:
        return False
    body = {"id": f"end-{window}", "window": window, "by": by.model_dump(mode="json")}
    try:
        await client.get_workflow_handle(str(found.issue)).signal(END_MAINTENANCE, body, rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        check_namespace(client, error)
        return False
    return True
