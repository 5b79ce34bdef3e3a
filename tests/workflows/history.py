"""Reading the history of an issue's workflow: all of its runs, what failed in it, and whether a text occurs in it."""

from typing import Any

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle, WorkflowHistory

from escalation.issue.identity import IssueId


async def runs(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The histories of all runs that followed one another by continue-as-new, first to last."""
    found: list[WorkflowHistory] = []
    latest = client.get_workflow_handle(workflow_id)
    run: str | None = (await latest.describe()).run_id
    while run:
        history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
        found.insert(0, history)
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


async def events(client: Client, issue: IssueId | str) -> list[HistoryEvent]:
    """All events of all runs."""
    return [event for history in await runs(client, str(issue)) for event in history.events]


def kind(event: HistoryEvent) -> str:
    """The event's type in words: `TIMER_STARTED`."""
    return EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")


async def failed_tasks(client: Client, issue: IssueId | str) -> list[str]:
    """Why workflow tasks failed. A task that came to nothing because more had arrived meanwhile did not fail."""
    moot = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
    failed = [event.workflow_task_failed_event_attributes for event in await events(client, issue)
              if kind(event) == "WORKFLOW_TASK_FAILED"]  # fmt: skip
    return [task.failure.message for task in failed if task.cause != moot]


async def goes_on(handle: WorkflowHandle[Any, Any], client: Client) -> None:
    """Assert that the workflow runs and that no workflow task of it ever failed."""
    description = await handle.describe()
    assert description.status is not None
    assert description.status.name == "RUNNING"
    assert await failed_tasks(client, handle.id) == []
