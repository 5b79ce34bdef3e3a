"""Workflows whose clocks can be put forward: for replays and drills, on a development server of one's own.

Each workflow has a clock of its own; between two skips it runs at the pace of the world.
"""

from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.service import RetryConfig
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
    *("--dynamic-config-value", "frontend.WorkflowTimeSkippingMaxSkipPerSession=1000"),
)
"""What `temporal server start-dev` needs so that time can be skipped, often, and no timer is late afterwards."""


class SkippingServer:
    """A server whose workflows, where they are started through `client`, have clocks that can be put forward."""

    def __init__(self, client: Client) -> None:
        self._skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, max_session_skip_count=1000))
        self.client: Client = self._skipper.client

    async def now_of(self, issue: IssueId) -> datetime:
        """The issue's own clock, in UTC."""
        return await self._skipper.get_current_time(self.client.get_workflow_handle(str(issue)))

    async def pass_time(self, issue: IssueId, duration: timedelta) -> None:
        """Put the issue's clock forward: everything due on the way is served at its instant."""
        await self._skipper.fast_forward(self.client.get_workflow_handle(str(issue)), duration)


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
