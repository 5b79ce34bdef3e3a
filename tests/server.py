"""The real server for tests: one development server a session, one worker, one record, with skipped time on request.

`house` gives it all. Issues of different tests share it and differ by their reference.
"""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from client.asking import ask_state
from client.converter import data_converter
from client.names import register_search_attributes
from client.opening import OpenAnswer, open_issue
from client.sending import Sent, ask_to_write, send
from client.server import Server
from client.settings import Settings
from client.skipping import SERVER_FLAGS, pass_time
from escalation.issue.commands import Command, Open
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from escalation.policy.model import Policy
from records import reading
from records.database import Database
from tests.given import opened
from tests.migrated import migrated
from worker import build_worker

TEMPORAL = Path(sys.executable).parent / "temporal"

PEOPLE = """
operator: olga
teams: {main: {duty_lead: lee}}
people:
  ray: {name: Sample Raiser, role: agent, teams: [main], addresses: {inbox: ray}}
  ann: {name: Sample One, role: first, teams: [main], addresses: {inbox: ann}}
  ben: {name: Sample Two, role: first, teams: [main], addresses: {inbox: ben}}
  lee: {name: Sample Lead, role: second, teams: [main], addresses: {inbox: lee}}
  boss: {name: Sample Boss, role: senior, teams: [main], addresses: {inbox: boss}}
  olga: {name: Sample Operator, role: operator, teams: [main], addresses: {inbox: olga}}
"""

PATIENT = 10
"""Looks at the record, 20 ms apart, before the issue is asked to write what may wait."""

SOON = 25
"""Looks at a state, 20 ms apart, before they are further apart."""

_references = itertools.count(1)


@dataclass
class House:
    """Everything that runs, and the few things that stories do with it."""

    env: WorkflowEnvironment
    client: Client
    db: Database
    settings: Settings

    def fresh(self, *policies: Policy, **more: Any) -> Open:
        """An opening as of now, under a reference that no other test uses."""
        now = datetime.now(UTC)
        number = next(_references)
        issue = {"id": IssueId(source="desk", reference=f"T-{number}"), "opened_at": now, "received_at": now}
        more["issue"] = {**issue, **more.get("issue", {})}
        return opened(*policies, **{"id": f"open-{number}", **more})

    async def open(self, command: Open, latest: int = 0) -> OpenAnswer:
        """Open it through the client."""
        return await open_issue(self.client, command, self.settings.task_queue, latest)

    async def send(self, issue: IssueId, command: Command) -> Sent:
        """Send a command through the client."""
        return await send(self.client, issue, command)

    def handle(self, issue: IssueId) -> WorkflowHandle[Any, Any]:
        """The issue's workflow."""
        return self.client.get_workflow_handle(str(issue))

    async def state(self, issue: IssueId) -> IssueState:
        """Where it stands, asked of the workflow."""
        return await ask_state(self.client, issue)

    async def until(
        self, issue: IssueId, holds: Callable[[IssueState], bool], within: timedelta = timedelta(seconds=10)
    ) -> IssueState:
        """Wait in real time until something is true of the state."""
        end = asyncio.get_running_loop().time() + within.total_seconds()
        for look in itertools.count():
            state = await self.state(issue)
            if holds(state):
                return state
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"not so within {within}: {state.model_dump_json(indent=1)}")
            await asyncio.sleep(0.02 if look < SOON else 0.06)  # each look is work for server and worker
        raise AssertionError

    async def pass_time(self, issue: IssueId, duration: timedelta) -> None:
        """Let the issue's clock go by so much, whatever the machine is busy with."""
        await pass_time(self.client, str(issue), duration)

    def journal(self, issue: IssueId) -> list[Entry]:
        """The entries on record."""
        return list(reading.timeline(self.db, issue))

    async def recorded(self, issue: IssueId) -> list[Entry]:
        """The entries, once the record has caught up with the workflow; what may wait is asked for."""
        for attempt in range(300):
            state = await self.state(issue)
            row = reading.issue(self.db, issue)
            if row is not None and row.entries == state.entries:
                entries = self.journal(issue)
                if len(entries) == state.entries:
                    return entries
            if attempt % PATIENT == PATIENT - 1:
                await ask_to_write(self.client, str(issue))
            await asyncio.sleep(0.02)
        raise AssertionError(
            f"the record lags: {len(self.journal(issue))} of {(await self.state(issue)).entries} entries"
        )


@asynccontextmanager
async def dev_server(*flags: str, **more: Any) -> AsyncIterator[WorkflowEnvironment]:
    """A development server of one's own, with further flags; clocks run in real time until a test skips."""
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        data_converter=data_converter,
        dev_server_existing_path=str(TEMPORAL),
        dev_server_extra_args=[*SERVER_FLAGS, *flags],
        **more,
    )
    try:
        await register_search_attributes(environment.client)
        await Server(environment.client).keep_ended(timedelta(days=90))
        yield environment
    finally:
        await environment.shutdown()


@asynccontextmanager
async def working(
    env: WorkflowEnvironment, home: Path, task_queue: str, cached_workflows: int = 1000, **settings: Any
) -> AsyncIterator[House]:
    """Record, directory and a worker of one's own on that server, for as long as the block runs."""
    people = home / "people.yaml"
    if not people.exists():
        people.write_text(PEOPLE)
    chosen = Settings(home=home, people=people, task_queue=task_queue, **settings)
    db = migrated(chosen.record)
    async with build_worker(env.client, chosen, db, cached_workflows):
        yield House(env, env.client, db, chosen)
    db.close()


@pytest.fixture(scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """The session's development server."""
    async with dev_server() as environment:
        yield environment


@pytest.fixture(scope="session")
async def house(env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Server, record, directory and a worker."""
    async with working(env, tmp_path_factory.mktemp("house"), "house") as shared:
        yield shared
