"""An office for the command line: a home with a record, a worker on the session's server, and `escalon` run in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from client.asking import ask_state
from client.sending import ask_to_write
from client.settings import Settings
from escalation.issue.identity import read_issue_id
from records import reading
from records.database import Database
from tests.migrated import migrated
from tests.server import PATIENT
from tests.starter.command_line import CommandLine, Ran
from worker import build_worker

_numbers = count(1)

Escalon: TypeAlias = Callable[..., Awaitable[Ran]]


class Office:
    """A home folder with a record and the shipped policies, and what a test may want to know of it."""

    def __init__(self, env: WorkflowEnvironment, settings: Settings, db: Database) -> None:
        self.env, self.settings, self.db = env, settings, db

    def fresh(self) -> str:
        """An issue's short id that no other test uses."""
        return f"desk:CLI-{next(_numbers)}"

    def working(self) -> Worker:
        """A worker, as a context."""
        return build_worker(self.env.client, self.settings, self.db)

    async def on_record(self, issue: str, entries: int) -> None:
        """Wait until the record has so many entries of the issue; those that may wait are asked for."""
        wanted = read_issue_id(issue)[0]
        for attempt in range(500):
            if len(reading.timeline(self.db, wanted)) >= entries:
                return
            if attempt % PATIENT == PATIENT - 1:
                await ask_to_write(self.env.client, str(wanted))
            await asyncio.sleep(0.02)
        raise AssertionError(f"not {entries} entries of {issue} on record")

    async def at_rest(self, issue: str) -> None:
        """Wait until all that is decided is on record."""
        state = await ask_state(self.env.client, read_issue_id(issue)[0])
        await self.on_record(issue, state.entries)

    async def signal(self, issue: str, name: str, *bodies: object) -> None:
        """Signal it as Temporal's own command line does."""
        handle = self.env.client.get_workflow_handle(str(read_issue_id(issue)[0]))
        await handle.signal(name, args=bodies)


@pytest.fixture(scope="session")
async def office(env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office with a worker."""
    with an_office(env, tmp_path_factory.mktemp("office"), "office") as made:
        async with made.working():
            yield made


@pytest.fixture
async def deserted(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Office]:
    """An office where nobody works unless a test says so."""
    with an_office(env, tmp_path, f"deserted-{next(_numbers)}") as made:
        yield made


@contextmanager
def an_office(env: WorkflowEnvironment, home: Path, queue: str, **more: Any) -> Iterator[Office]:
    """One with these further settings; nobody works there yet."""
    settings = Settings(home=home, task_queue=queue, **more)
    with closing(migrated(settings.record)) as db:
        yield Office(env, settings, db)


@pytest.fixture
def escalon_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Office], Escalon]:
    """The command line in an office, run beside the test's loop."""
    run = CommandLine(capsys)

    async def call(*arguments: str) -> Ran:
        return await asyncio.to_thread(run, *arguments)

    def settle(office: Office) -> Escalon:
        monkeypatch.setenv("ESCALON_HOME", str(office.settings.home))
        monkeypatch.setenv("ESCALON_TASK_QUEUE", office.settings.task_queue)
        monkeypatch.setenv("ESCALON_POLICIES", str(office.settings.policies))
        monkeypatch.setenv("TEMPORAL_ADDRESS", office.env.client.service_client.config.target_host)
        monkeypatch.setenv("TZ", "UTC")
        monkeypatch.delenv("ESCALON_AS", raising=False)
        return call

    return settle
