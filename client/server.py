"""The server as those see it who run it: does it answer, who polls, what is stuck, overdue, or not yet on record.

Read only, save for the time that ended issues are kept, and for having one write its record. What is made of it:
`selfwatch/`, and health in `starter/`.
"""

from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import AwareDatetime
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client, WorkflowHistory
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from client.names import WORKFLOW
from client.sending import ask_to_write
from escalation.value import Value

Task = Literal["workflow", "activity"]

_RPC = timedelta(seconds=5)
_TASKS: dict[Task, TaskQueueType.ValueType] = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}
_RUNNING = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running'"
_PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
_DEADLINE = SearchAttributeKey.for_datetime("EscalonNextDeadline")


class ServerAway(Exception):
    """The server does not answer, or not for this namespace."""


class Poller(Value):
    """A worker that asks for tasks."""

    identity: str
    task: Task
    seen_at: AwareDatetime
    """When it last asked; one that waits idly asks again about every minute."""


class Listed(Value):
    """An issue's workflow that is running, as the server's index has it. The index lags about a second."""

    workflow: str
    """Its id: an issue's, unless somebody started it by hand under another name."""
    started_at: AwareDatetime
    problems: tuple[str, ...] = ()
    """Why its tasks fail, again and again."""
    due_at: AwareDatetime | None = None


class Page(Value):
    """A part of a long list."""

    listed: tuple[Listed, ...]
    rest: bytes | None
    """Where the list goes on; None at its end."""


class PendingRecord(Value):
    """A record that is still to be written."""

    since: AwareDatetime
    attempts: int
    failure: str
    """The type of the last failure, such as RecordUnavailable; empty before the first."""


class PendingErrand(Value):
    """An errand that failed and is tried again and again."""

    kind: str
    attempts: int
    failure: str
    """The type of the last failure, such as ChannelUnavailable, or TimedOut."""
    why: str
    """Its words; errands take out addresses and texts before they fail."""
    channel: str
    """By which it tells; empty where it tells nobody."""


class Server:
    """Questions to the server about everything that runs on it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def address(self) -> str:
        """Where it is."""
        return self._client.service_client.config.target_host

    @property
    def namespace(self) -> str:
        """Which of its namespaces is meant."""
        return self._client.namespace

    async def answer(self) -> None:
        """Return once it has answered for the namespace; raises ServerAway."""
        try:
            await self._client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=self.namespace), timeout=_RPC
            )
        except RPCError as error:
            raise ServerAway(f"{self.address}, namespace {self.namespace!r}: {in_words(error)}") from error

    async def retention(self) -> timedelta:
        """How long the namespace keeps what has ended. Raises RPCError."""
        found = await self._client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=self.namespace), timeout=_RPC
        )
        return found.config.workflow_execution_retention_ttl.ToTimedelta()

    async def keep_ended(self, at_least: timedelta) -> None:
        """Keep what has ended for this long; a namespace that keeps it longer stays as it is. Raises RPCError."""
        if await self.retention() >= at_least:
            return
        service = self._client.workflow_service
        kept = Duration()
        kept.FromTimedelta(at_least)
        await service.update_namespace(
            UpdateNamespaceRequest(
                namespace=self.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=kept)
            ),
            timeout=_RPC,
        )

    async def pollers(self, task_queue: str) -> list[Poller]:
        """Who has polled the task queue in the last minutes, dead or alive: see `seen_at`. Raises RPCError."""
        found = []
        for task, kind in _TASKS.items():
            described = await self._client.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self.namespace, task_queue=TaskQueue(name=task_queue), task_queue_type=kind
                ),
                timeout=_RPC,
            )
            found += [
                Poller(identity=poller.identity, task=task, seen_at=_instant(poller.last_access_time))
                for poller in described.pollers
            ]
        return found

    async def with_problems(self, limit: int) -> list[Listed]:
        """Issues whose tasks fail again and again, which stops them. Raises RPCError."""
        return await self._list(f"{_RUNNING} AND TemporalReportedProblems IS NOT NULL", limit)

    async def overdue(self, before: datetime, limit: int) -> list[Listed]:
        """Issues whose next deadline lies before this instant. Raises RPCError."""
        return await self._list(f"{_RUNNING} AND EscalonNextDeadline < '{_query(before)}'", limit)

    async def running(self, size: int, rest: bytes | None = None) -> Page:
        """A page of running issues, those started last first. Raises RPCError."""
        found = self._client.list_workflows(_RUNNING, page_size=size, next_page_token=rest, rpc_timeout=_RPC)
        await found.fetch_next_page()
        return Page(listed=tuple(_listed(each) for each in found.current_page or ()), rest=found.next_page_token)

    async def pending_record(self, workflow: str) -> PendingRecord | None:
        """The record that this running issue waits to have written; None where it waits for none. Raises RPCError."""
        try:
            described = await self._client.get_workflow_handle(workflow).describe(rpc_timeout=_RPC)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return None
            raise
        for activity in described.raw_description.pending_activities:
            if activity.activity_type.name == "record":
                return PendingRecord(
                    since=_instant(activity.scheduled_time),
                    attempts=activity.attempt,
                    failure=activity.last_failure.application_failure_info.type,
                )
        return None

    async def ask_to_write(self, workflow: str) -> None:
        """Have this issue write what waits to come on record; nothing, where it is over. Raises RPCError."""
        await ask_to_write(self._client, workflow)

    async def failing_errands(self, workflow: str, kinds: Collection[str], attempts: int) -> list[PendingErrand]:
        """The running issue's errands of these kinds that are in this attempt or a later one. Raises RPCError."""
        try:
            described = await self._client.get_workflow_handle(workflow).describe(rpc_timeout=_RPC)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return []
            raise
        running = described.raw_description.pending_activities
        errands = [self._errand(activity) for activity in running if activity.activity_type.name in kinds]
        return [errand for errand in errands if errand.attempts >= attempts]

    def _errand(self, activity: PendingActivityInfo) -> PendingErrand:
        last = activity.last_failure
        failed = last.application_failure_info
        details = failed.details.payloads
        told = self._client.data_converter.payload_converter.from_payloads(details) if details else []
        return PendingErrand(
            kind=activity.activity_type.name,
            # With those of an errand before it for the same message, which says so beside the channel.
            attempts=activity.attempt + (int(told[1]) if len(told) > 1 else 0),
            failure="TimedOut" if last.HasField("timeout_failure_info") else failed.type,
            why=last.message,
            channel=str(told[0]) if told else "",
        )

    async def is_running(self, workflow: str) -> bool:
        """Whether there is such a workflow and it has not ended. Raises RPCError."""
        try:
            described = await self._client.get_workflow_handle(workflow).describe(rpc_timeout=_RPC)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return False
            raise
        return described.close_time is None

    async def histories(self, most: int) -> AsyncIterator[WorkflowHistory]:
        """What has happened to running issues so far, those started last first. Raises RPCError."""
        running = self._client.list_workflows(_RUNNING, limit=most, page_size=min(most, 200), rpc_timeout=_RPC)
        async for history in running.map_histories():
            yield history

    async def _list(self, query: str, limit: int) -> list[Listed]:
        found = self._client.list_workflows(query, limit=limit, page_size=min(limit, 500), rpc_timeout=_RPC)
        return [_listed(each) async for each in found]


def in_words(error: RPCError) -> str:
    """What the server, or the way to it, said: one line."""
    return f"{error.status.name.lower().replace('_', ' ')}: {' '.join(str(error).split())}"[:300]


def _listed(execution: Any) -> Listed:
    return Listed(
        workflow=execution.id,
        started_at=execution.start_time,
        problems=tuple(execution.typed_search_attributes.get(_PROBLEMS) or ()),
        due_at=execution.typed_search_attributes.get(_DEADLINE),
    )


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


def _query(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
