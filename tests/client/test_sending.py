"""Sending a command: what becomes of one whose sender gives up."""

import asyncio
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from client.sending import send
from escalation.issue.commands import Acknowledge
from tests.given import actor
from tests.server import working
from tests.workflows.history import events, kind


@pytest.mark.server
async def test_who_gives_up_waiting_has_nothing_stored(env: WorkflowEnvironment, tmp_path: Path) -> None:
    """Only where no worker answers in time is it stored; the SDK says the same of both."""
    async with working(env, tmp_path, str(tmp_path)) as house:
        issue = (await house.open(house.fresh())).issue
        await house.until(issue, lambda state: bool(state.asked))
    sending = asyncio.create_task(send(env.client, issue, Acknowledge(id="a", by=actor("ann"))))
    await asyncio.sleep(0.5)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert "WORKFLOW_EXECUTION_SIGNALED" not in {kind(event) for event in await events(env.client, issue)}
    await env.client.get_workflow_handle(str(issue)).terminate()
