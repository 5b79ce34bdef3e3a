"""Opening an issue: a durable start under a derived id, so that the same issue sent twice is one issue.

What is open or can be reopened is the existing one; what is over is followed by the next occurrence.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from client.finding import OCCURRENCES
from client.names import WORKFLOW, search_attributes
from client.sending import Sent, send
from escalation.issue.card import headline
from escalation.issue.commands import Open
from escalation.issue.decide import decide_with_states
from escalation.issue.facts import Link
from escalation.issue.identity import IssueId
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from escalation.value import Value

_RPC = timedelta(seconds=10)


class Refused(Exception):
    """The rules do not let this issue be opened."""

    def __init__(self, rejected: Rejected) -> None:
        super().__init__(rejected.why)
        self.rejected = rejected


class OpenAnswer(Value):
    """What came of opening."""

    issue: IssueId
    is_new: bool
    sent: Sent | None = None
    """For one that existed: what it said to being reported again."""


async def open_issue(
    client: Client,
    command: Open,
    task_queue: str,
    latest: int = 0,
    before: Callable[[IssueId], None] = lambda _: None,
) -> OpenAnswer:
    """Open the issue or report it again. `latest`: the highest occurrence on record, 0 where none is.

    `before` is called with every occurrence that is about to be tried: an issue may page as soon as it is started.
    Raises Refused before anything is started, NoSuchIssue never.
    """
    start = max(latest, command.issue.id.occurrence, 1)
    for occurrence in range(start, start + OCCURRENCES):
        attempt = _as_occurrence(command, occurrence)
        before(attempt.issue.id)
        state = _first_state(attempt)
        if await _start(client, attempt, state, task_queue):
            return OpenAnswer(issue=attempt.issue.id, is_new=True)
        description = await client.get_workflow_handle(str(attempt.issue.id)).describe(rpc_timeout=_RPC)
        if description.status != WorkflowExecutionStatus.RUNNING:
            continue
        if await description.memo_value("opened_by", default="") == command.id:
            return OpenAnswer(issue=attempt.issue.id, is_new=True)
        again = attempt.model_copy(update={"policies": (), "people": (), "last_known": {}})
        sent = await send(client, attempt.issue.id, again)
        if sent.outcome == "refused" and sent.code == "ended":
            continue
        return OpenAnswer(issue=attempt.issue.id, is_new=False, sent=sent)
    raise Refused(
        Rejected(code="too_many_occurrences", why=f"{command.issue.id.series} was opened {OCCURRENCES} times")
    )


def _as_occurrence(command: Open, occurrence: int) -> Open:
    issue = command.issue
    links = issue.links
    if occurrence > 1:
        before = str(issue.id.at(occurrence - 1))
        links = (*(link for link in links if link.kind != "follows"), Link(kind="follows", issue=before))
    facts = issue.model_copy(update={"id": issue.id.at(occurrence), "links": links})
    return command.model_copy(update={"issue": facts})


def _first_state(command: Open) -> IssueState:
    """The state right after opening, by the rules themselves: what they refuse is not started."""
    decided = decide_with_states(None, command, datetime.now(UTC))
    if isinstance(decided, Rejected):
        raise Refused(decided)
    return decided.state


async def _start(client: Client, command: Open, state: IssueState, task_queue: str) -> bool:
    """Whether it was started; False where one of this id is there, running or ended."""
    severity = command.policies[0].severity(state.severity)
    try:
        await client.start_workflow(
            WORKFLOW,
            command,
            id=str(command.issue.id),
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo={"opened_by": command.id},
            search_attributes=search_attributes(state),
            static_summary=headline(state),
            priority=Priority(priority_key=severity.priority),
            rpc_timeout=_RPC,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True
