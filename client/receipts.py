"""Telling an issue that a message which had left did not arrive. Ids and a few words alone travel."""

import hashlib

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from client.connect import check_namespace
from client.sending import ANSWER_WITHIN
from escalation.issue.identity import IssueId


async def say_receipt(
    client: Client, issue: IssueId, message: str, person: str, channel: str, about: str, error: str
) -> bool:
    """Have the issue know it, once for the message; False where the issue is over.

    By a signal, which the server keeps while no worker runs. Raises RPCError where the server does not take it.
    """
    receipt = f"receipt-{hashlib.sha256(message.encode()).hexdigest()[:40]}"
    body = {
        "id": receipt, "message": message, "person": person, "channel": channel, "about": about, "error": error[:200],
    }  # fmt: skip
    try:
        await client.get_workflow_handle(str(issue)).signal("take_receipt", body, rpc_timeout=ANSWER_WITHIN)
    except RPCError as failed:
        if failed.status != RPCStatusCode.NOT_FOUND:
            raise
        check_namespace(client, failed)
        return False
    return True
