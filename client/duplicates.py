"""Telling one issue that another repeats it. Ids alone travel; what it answers decides what becomes of the other."""

import hashlib
from datetime import timedelta

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from client.connect import check_namespace
from client.sending import ANSWER_WITHIN
from escalation.issue.carried import Done
from escalation.issue.identity import IssueId

NO_SUCH_ISSUE = "there is no such issue"
IS_OVER = "it is over"


async def record_duplicate(
    client: Client, first: IssueId, duplicate: IssueId, said_by: str, key: str, within: timedelta = ANSWER_WITHIN
) -> str | None:
    """Have `first` record its duplicate, once for the key: None where it has, else why not, in words.

    Raises what the client raises where server or worker do not answer `within` that time: then it can be tried again.
    """
    update_id = f"duplicate-{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    body = {"id": update_id, "issue": str(duplicate), "said_by": said_by}
    handle = client.get_workflow_handle(str(first))
    try:
        await handle.execute_update("take_duplicate", body, id=update_id, result_type=Done, rpc_timeout=within)
    except WorkflowUpdateFailedError as error:
        return error.cause.message if isinstance(error.cause, ApplicationError) else str(error.cause)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        check_namespace(client, error)
        return await _why_not_found(client, first)
    return None


async def _why_not_found(client: Client, first: IssueId) -> str:
    try:
        await client.get_workflow_handle(str(first)).describe(rpc_timeout=ANSWER_WITHIN)
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return NO_SUCH_ISSUE
        raise
    return IS_OVER
