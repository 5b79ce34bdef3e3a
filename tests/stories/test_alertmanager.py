"""The real Alertmanager drives issues from firing to resolved through the HTTP door, while each side is killed.

Alertmanager, the door and the worker are processes; each is killed and started again on what is left, the door while
Alertmanager sends. What Alertmanager says is then on record, each thing once.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2
import pytest
from temporalio.client import Client

from client.asking import NoWorker, ask_state
from client.names import register_search_attributes
from client.sending import NoSuchIssue
from client.settings import SHIPPED, Settings
from escalation.intake.alertmanager import fingerprint_of
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from records import reading
from records.database import Database, migrate, open_database
from tests.stories.alertmanager import Alertmanager, Prometheus, alertmanager, why_not
from tests.stories.api_process import ApiProcess, key_for
from tests.stories.server_process import ServerProcess
from tests.workflows.history import failed_tasks

pytestmark = [pytest.mark.server, pytest.mark.slow(120), pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
LABELS = {"severity": "page", "service": "sample-payments"}


def open_again(times: int, state: IssueState) -> bool:
    """Whether it is open, and was reopened so many times."""
    return state.status == "open" and state.reopened == times


class WorkerProcess:
    """A worker that is killed, whose errands are given up soon."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it works."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.quick_worker"],
            cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        while (line := self._process.stdout.readline()) != "ready\n":
            assert line, "the worker has ended"

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@dataclass
class Everything:
    """All sides, running."""

    client: Client
    db: Database
    api: ApiProcess
    worker: WorkerProcess
    manager: Alertmanager
    prometheus: Prometheus
    person: str
    """The key of a person on call."""

    def issue(self, name: str) -> IssueId:
        """The issue of the alert of this name."""
        return IssueId(team="platform", source="alertmanager", reference=fingerprint_of({"alertname": name, **LABELS}))

    def fire(self, name: str) -> None:
        """From now on this fires."""
        self.prometheus.fire(name, summary=f"Sample: {name}", **LABELS)

    async def until(self, name: str, holds: Callable[[IssueState], bool], within_s: float = 90) -> IssueState:
        """Wait until something is true of the alert's issue; whoever is away meanwhile is waited for too."""
        end = asyncio.get_running_loop().time() + within_s
        state: IssueState | None = None
        while state is None or not holds(state):
            assert asyncio.get_running_loop().time() < end, (state, self.api.said[-3000:], self.manager.said[-2000:])
            await asyncio.sleep(0.1)
            try:
                state = await ask_state(self.client, self.issue(name))
            except (NoSuchIssue, NoWorker):
                state = None
        return state

    async def act(self, name: str, command: str) -> None:
        """Somebody on call does something, through the same door."""
        headers = {"Authorization": f"Bearer {self.person}"}
        path = f"{self.api.url}/v1/issues/{self.issue(name)}/{command}"
        async with httpx2.AsyncClient(timeout=30) as http:
            answer = await http.post(path, json={}, headers=headers)
        assert answer.status_code == 200, answer.text

    def kinds(self, name: str) -> list[str]:
        """The kinds of the issue's entries on record."""
        return [entry.event.kind for entry in reading.timeline(self.db, self.issue(name))]

    async def recorded(self, name: str, ends: int) -> None:
        """Wait until so many resolutions of it are on record."""
        async with asyncio.timeout(90):
            while self.kinds(name).count("resolved") < ends:  # noqa: ASYNC110 - another process's doing
                await asyncio.sleep(0.1)

    async def failed(self, more: int) -> None:
        """Wait until Alertmanager has failed so many times more."""
        before = (await asyncio.to_thread(self.manager.sent))[1]
        await self.sent(lambda _, failed: failed >= before + more)

    async def sent(self, holds: Callable[[int, int], bool]) -> None:
        """Wait until something is true of how often Alertmanager has sent, and failed to."""
        async with asyncio.timeout(90):
            while not holds(*await asyncio.to_thread(self.manager.sent)):  # noqa: ASYNC110 - another process is asked
                await asyncio.sleep(0.1)


@pytest.fixture
async def everything(tmp_path: Path) -> AsyncIterator[Everything]:
    missing = why_not()
    if missing:
        pytest.skip(missing)
    policies = tmp_path / "policies"
    policies.mkdir()
    ladder = (SHIPPED / "technical-sev.yaml").read_text(encoding="utf-8")
    for slow, quick in (("SEV1: 5 min", "SEV1: 5 s"), ("SEV1: 1 min", "SEV1: 2 s")):
        assert slow in ladder
        ladder = ladder.replace(slow, quick, 1)  # of the first tier
    (policies / "technical.yaml").write_text(ladder, encoding="utf-8")
    server = ServerProcess(tmp_path / "temporal.db")
    settings = Settings(home=tmp_path, policies=policies, task_queue="alerts")
    try:
        await server.start()
        async with sides(await server.connect(), settings) as found:
            yield found
    finally:
        await server.kill()


@asynccontextmanager
async def sides(client: Client, settings: Settings) -> AsyncIterator[Everything]:
    """All sides of a server that runs."""
    await register_search_attributes(client)
    to = {
        "ESCALON_HOME": str(settings.home),
        "ESCALON_POLICIES": str(settings.policies),
        "ESCALON_TASK_QUEUE": settings.task_queue,
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
    }
    api, worker = ApiProcess(to, settings.home / "api.log"), WorkerProcess(to)
    with closing(open_database(settings.record)) as db:
        migrate(db)
        person = key_for(db, settings, "act", person="sample-primary")
        machine = key_for(db, settings, "intake", machine="alertmanager")
        try:
            await asyncio.gather(asyncio.to_thread(api.start), asyncio.to_thread(worker.start))
            url = f"{api.url}/v1/intake/alertmanager?team=platform"
            with alertmanager(settings.home / "alertmanager", url, machine) as (manager, prometheus):
                yield Everything(client, db, api, worker, manager, prometheus, person)
        finally:
            api.kill()
            worker.kill()


async def test_from_firing_to_resolved_twice_while_each_side_is_killed(everything: Everything) -> None:
    here = everything
    for turn in (1, 2):
        # It fires: somebody is asked, nobody answers, and it climbs. Meanwhile the worker dies.
        here.fire("Slow")
        await here.until("Slow", partial(open_again, turn - 1))
        await asyncio.to_thread(here.worker.kill)
        await asyncio.to_thread(here.worker.start)
        await here.until("Slow", lambda state: state.tier == "secondary")

        # Somebody has it. Alertmanager dies while it fires; once it forgets what it said, and says it again.
        await here.act("Slow", "acknowledge")
        await asyncio.to_thread(here.manager.kill, is_forgetting=turn == 1)
        await asyncio.to_thread(here.manager.start)
        if turn == 1:
            await here.sent(lambda tried, failed: tried > failed)
        state = await here.until("Slow", lambda state: state.handler == "sample-primary")
        assert (state.status, state.reopened) == ("open", turn - 1)

        # Our door dies; what fires meanwhile is sent until somebody takes it.
        await asyncio.to_thread(here.api.kill)
        here.fire(f"Missed-{turn}")
        await here.failed(2)
        assert here.kinds(f"Missed-{turn}") == []
        await asyncio.to_thread(here.api.start)
        await here.until(f"Missed-{turn}", lambda state: state.status == "open" and bool(state.asked))

        # Both are over, and the door dies once more before it is told.
        await asyncio.to_thread(here.api.kill)
        here.prometheus.end("Slow")
        here.prometheus.end(f"Missed-{turn}")
        await here.failed(2)
        await asyncio.to_thread(here.api.start)
        for name in ("Slow", f"Missed-{turn}"):
            await here.until(name, lambda state: state.status == "resolved")

    await here.recorded("Slow", 2)
    assert [here.kinds("Slow").count(kind) for kind in ("opened", "reopened", "resolved")] == [1, 1, 2]
    assert here.kinds("Slow").count("opened_again") <= 1
    for name in ("Missed-1", "Missed-2"):
        await here.recorded(name, 1)
        kinds = here.kinds(name)
        assert [kinds.count(kind) for kind in ("opened", "opened_again", "reopened", "resolved")] == [1, 0, 0, 1]
    by = {entry.event.kind: entry.by for entry in reading.timeline(here.db, here.issue("Slow"))}
    assert (by["acknowledged"].person, by["acknowledged"].door) == ("sample-primary", "api")
    assert (by["resolved"].person, by["resolved"].door) == ("alertmanager", "intake:alertmanager")
    for name in ("Slow", "Missed-1", "Missed-2"):
        assert await failed_tasks(here.client, here.issue(name)) == []
