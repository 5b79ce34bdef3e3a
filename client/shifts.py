"""Telling an issue that rotas or absences have changed for who has it: a signal, which needs no worker to be kept."""

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from client.connect import check_namespace
from client.finding import find_latest
from client.sending import ANSWER_WITHIN
from escalation.issue.facts import Actor
from escalation.issue.identity import IssueId

LOOK_AT_SHIFTS = "look_at_shifts"
"""The workflow's signal by that name."""
NOTICED = Actor(person="rotas", door="worker", assurance="asserted", is_machine=True)
"""Who says so, in the issue's entries."""


async def look_at_shifts(client: Client, issue: IssueId, notice: str) -> bool:
    """Have it look now, once for each notice. False where there is no such issue, or it is over. Raises RPCError."""
    found = await find_latest(client, issue, issue.occurrence)
    if not found.is_running:
        return False
    body = {"id": notice, "by": NOTICED.model_dump(mode="json")}
    try:
        await client.get_workflow_handle(str(found.issue)).signal(LOOK_AT_SHIFTS, body, rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        check_namespace(client, error)
        return False
    return True
