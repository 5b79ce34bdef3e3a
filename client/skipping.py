"""Workflows whose clocks can be put forward: for replays and drills, on a development server of one's own.

Each workflow has a clock of its own; between two skips it runs at the pace of the world.
"""

import asyncio
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import TimeSkippingConfig as RawConfig
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import UpdateWorkflowExecutionOptionsRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RetryConfig, RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from client.converter import data_converter
from client.names import register_search_attributes
from client.runtime import quiet_runtime
from client.server import Server, ServerAway
from escalation.issue.identity import IssueId

SERVER_FLAGS = (
    # The key of this server version; newer ones call it system.workflowTimeSkippingEnabled.
    *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
    *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"'),
)
"""What `temporal server start-dev` needs so that time can be skipped, and no timer is late afterwards."""

NOT_WORTH_A_SKIP = timedelta(milliseconds=250)
"""So much is waited for: a skip that short could be over before the server has come to it."""
_A_LOOK = timedelta(milliseconds=5)
"""Between two looks at a workflow that has something to do."""


async def time_of(client: Client, workflow_id: str) -> datetime:
    """The workflow's own clock, in UTC; the machine's where it was never put forward."""
    return _now_of(await client.get_workflow_handle(workflow_id).describe())


async def pass_time(client: Client, workflow_id: str, duration: timedelta) -> None:
    """Put the workflow's clock forward by so much and no further; all that is due on the way is served at its instant.

    Ends early where the workflow does. It goes from one instant at which something is due to the next: each skip is
    made while the workflow has nothing to do, goes no further than that instant, and is over with the request. The
    server's own fast-forward goes on by itself; where its end comes while the workflow is at work, it is missed, and
    the clock goes on to whatever is due next, be it days later (Temporal server 1.32).
    """
    handle = client.get_workflow_handle(workflow_id)
    until: datetime | None = None
    while True:
        there = await handle.describe()
        if there.status != WorkflowExecutionStatus.RUNNING:
            return
        now = _now_of(there)
        until = until or now + duration
        if now < until and _is_at_work(there):
            await asyncio.sleep(_A_LOOK.total_seconds())
            continue
        timers = _timers((await handle.fetch_history()).events)
        if now >= until and not any(at <= until for at in timers):
            return
        wait = _A_LOOK
        if not _is_at_work(there):
            following = min([until, *timers, *_retries(there)]) - now
            if following > NOT_WORTH_A_SKIP:
                await _skip(client, workflow_id, following)
                continue
            wait = max(following, _A_LOOK)  # a timer about to ring, or late: a skip now would leave it behind
        await asyncio.sleep(wait.total_seconds())


class SkippingServer:
    """A server whose workflows, where they are started through `client`, have clocks that can be put forward."""

    def __init__(self, client: Client) -> None:
        self.client: Client = TimeSkipper(client, config=TimeSkippingConfig(enabled=False)).client

    async def now_of(self, issue: IssueId) -> datetime:
        """The issue's own clock, in UTC."""
        return await time_of(self.client, str(issue))

    async def pass_time(self, issue: IssueId, duration: timedelta) -> None:
        """Put the issue's clock forward: everything due on the way is served at its instant."""
        await pass_time(self.client, str(issue), duration)


async def find_skipping_server(address: str) -> SkippingServer | None:
    """The server at that address, ready for issues; None where none answers there yet."""
    retry = RetryConfig(max_retries=1, max_elapsed_time_millis=500)
    try:
        client = await Client.connect(
            address, data_converter=data_converter, runtime=quiet_runtime(), retry_config=retry
        )
        await Server(client).answer()
    except (RuntimeError, ServerAway):
        return None
    await register_search_attributes(client)
    return SkippingServer(client)


def _now_of(there: WorkflowExecutionDescription) -> datetime:
    extended = there.raw_description.workflow_extended_info
    if not extended.HasField("time_skipping_info"):
        return datetime.now(UTC)
    return extended.time_skipping_info.current_time.ToDatetime(UTC)


def _is_at_work(there: WorkflowExecutionDescription) -> bool:
    """Whether a task of it or an errand is under way; one that waits for its next try is not."""
    raw = there.raw_description
    return raw.HasField("pending_workflow_task") or len(raw.pending_activities) > len(_retries(there))


def _retries(there: WorkflowExecutionDescription) -> list[datetime]:
    """When errands that failed are tried again."""
    waiting = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    pending = there.raw_description.pending_activities
    tries = [activity.scheduled_time.ToDatetime(UTC) for activity in pending if activity.state == waiting]
    return [at for at in tries if at > _now_of(there)]


def _timers(history: Iterable[HistoryEvent]) -> list[datetime]:
    """When the timers ring that have not, by the server's account."""
    found: dict[int, datetime] = {}
    for event in history:
        match event.event_type:
            case EventType.EVENT_TYPE_TIMER_STARTED:
                after = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
                found[event.event_id] = event.event_time.ToDatetime(UTC) + after
            case EventType.EVENT_TYPE_TIMER_FIRED:
                found.pop(event.timer_fired_event_attributes.started_event_id, None)
            case EventType.EVENT_TYPE_TIMER_CANCELED:
                found.pop(event.timer_canceled_event_attributes.started_event_id, None)
            case _:
                pass
    return list(found.values())


async def _skip(client: Client, workflow_id: str, duration: timedelta) -> None:
    """One skip, of so much at most and not beyond what is due: done with the request, or not at all."""
    chosen = RawConfig(enabled=True, max_session_skip_count=1)
    chosen.fast_forward_config.id = str(uuid.uuid4())
    chosen.fast_forward_config.duration.FromTimedelta(duration)
    try:
        if await _is_left_on(client, workflow_id, chosen):  # it got something to do in this moment
            await _is_left_on(client, workflow_id, RawConfig(enabled=False))
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:  # it ended in this moment
            raise


async def _is_left_on(client: Client, workflow_id: str, config: RawConfig) -> bool:
    request = UpdateWorkflowExecutionOptionsRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id),
        workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=config),
        update_mask=FieldMask(paths=["time_skipping_config"]),
        identity=client.identity,
    )
    answer = await client.workflow_service.update_workflow_execution_options(request, retry=True)
    return answer.workflow_execution_options.time_skipping_config.enabled
