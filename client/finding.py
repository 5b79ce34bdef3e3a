"""Finding the latest occurrence of an issue, and where it stands: through a worker, else by what the server knows."""

from datetime import timedelta
from typing import TypeAlias

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from client.asking import NoWorker, ask_state
from client.sending import NoSuchIssue
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from escalation.value import Value

Connection: TypeAlias = Client
"""What `connect` gives, by a name for those who hold it and never speak it."""
ASK_WITHIN = timedelta(seconds=2)
_RPC = timedelta(seconds=10)
OCCURRENCES = 1000
"""How often one reference can be opened again. Ours."""


class Found(Value):
    """The latest occurrence of an issue."""

    issue: IssueId
    """Where there is none: the one that was looked for first."""
    is_known: bool
    is_running: bool = False
    """It has not ended."""
    state: IssueState | None = None
    """None also where no worker answered."""


async def find_latest(client: Client, issue: IssueId, latest: int = 0, within: timedelta = ASK_WITHIN) -> Found:
    """The latest occurrence, searched upwards from `latest`, the highest on record (0: none).

    Raises RPCError where the server is away. Without a worker it takes `within` longer, and gives no state.
    """
    first = issue.at(max(latest, issue.occurrence, 1))
    found = Found(issue=first, is_known=False)
    has_worker = True
    for occurrence in range(first.occurrence, first.occurrence + OCCURRENCES):
        one = await _one(client, issue.at(occurrence), within, has_worker=has_worker)
        if not one.is_known:
            return found
        found, has_worker = one, one.state is not None
        if found.is_running:  # an occurrence begins only when the one before it has ended
            return found
    return found


async def _one(client: Client, issue: IssueId, within: timedelta, *, has_worker: bool) -> Found:
    try:
        if has_worker:
            state = await ask_state(client, issue, within)
            return Found(issue=issue, is_known=True, is_running=state.status != "ended", state=state)
    except NoSuchIssue:
        return Found(issue=issue, is_known=False)
    except NoWorker:
        pass
    try:
        description = await client.get_workflow_handle(str(issue)).describe(rpc_timeout=_RPC)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return Found(issue=issue, is_known=False)
        raise
    return Found(issue=issue, is_known=True, is_running=description.status == WorkflowExecutionStatus.RUNNING)
