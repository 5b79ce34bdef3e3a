"""A server of the watch's own, since it looks at everything that runs on it, and a stand on it or away from it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from client.settings import Settings
from tests.migrated import migrated
from tests.selfwatch.stand import Stand, people, policies
from tests.server import dev_server

AT_THE_FIRST_FAILURE = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1"
"""Else the server reports a workflow's problems after five failures, which take most of a minute."""


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """An installation with a record, and without a server."""
    settings = Settings(
        home=tmp_path,
        people=people(tmp_path),
        policies=policies(tmp_path),
        task_queue=tmp_path.name,
        watch_every_s=0.05,
        overdue_after_s=0.2,
        worker_silent_s=2,
        record_late_s=0.5,
    )
    db = migrated(settings.record)
    yield Stand(settings, db)
    db.close()


@pytest.fixture(scope="session")
async def watched_server() -> AsyncIterator[WorkflowEnvironment]:
    """The server whose workflows belong to these tests alone."""
    async with dev_server("--dynamic-config-value", AT_THE_FIRST_FAILURE) as environment:
        yield environment


@pytest.fixture
async def env(
    watched_server: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[WorkflowEnvironment]:
    """That server, where this process's connections lead, and on which nothing runs at first."""
    client = watched_server.client
    monkeypatch.setenv("TEMPORAL_ADDRESS", client.service_client.config.target_host)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", client.namespace)
    yield watched_server
    running = "ExecutionStatus = 'Running'"
    async for each in client.list_workflows(running):
        await client.get_workflow_handle(each.id).terminate("the test is over")
    while (await client.count_workflows(running)).count:  # noqa: ASYNC110 - the server is asked
        await asyncio.sleep(0.1)
