"""`escalon worker` as a process: it waits for its server, says how it is, ends what it does; the next one goes on."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.testing import WorkflowEnvironment

from client.opening import open_issue
from client.sending import ask_to_write, send
from client.settings import Settings
from escalation.issue.commands import Acknowledge
from escalation.issue.identity import IssueId
from records import reading
from records.database import migrate, open_database
from starter.failure import WrongInput
from starter.serving import serve
from tests.activities.channels.mail_server import mail_server
from tests.given import actor, opened, person, policy, tier
from tests.server import dev_server
from tests.starter.running import ESCALON, escalon, free_port, surroundings
from worker import build_worker

pytestmark = [pytest.mark.server, pytest.mark.slow]

PEOPLE = """
operator: ann
teams: {main: {duty_lead: ann}}
people:
  ann: {name: Sample One, role: first, teams: [main], addresses: {inbox: ann, email: slow-after@example.org}}
"""


class Process:
    """A worker."""

    def __init__(self, process: asyncio.subprocess.Process, health: str, log: Path) -> None:
        self.process = process
        self.health = health
        self.log = log

    async def get(self, page: str) -> tuple[int, str]:
        """A page of its health server; 0 where nobody answers yet."""
        try:
            async with httpx2.AsyncClient(timeout=10) as client:
                answer = await client.get(f"{self.health}/{page}")
        except httpx2.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    async def until(self, page: str, status: int) -> dict[str, Any]:
        """What the page says once it has this status."""
        async with asyncio.timeout(30):
            while (answer := await self.get(page))[0] != status:  # noqa: ASYNC110 - another process is asked
                await asyncio.sleep(0.1)
        found: dict[str, Any] = json.loads(answer[1])
        return found

    async def end(self, within_s: float = 20) -> int:
        """Its exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), within_s)


@asynccontextmanager
async def worker(home: Path, server: str, **settings: str) -> AsyncIterator[Process]:
    """One that runs for as long as the block does."""
    port = free_port()
    env = setting(home, server, ESCALON_HEALTH_PORT=str(port), **settings)
    log = home / f"worker-{port}.log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(ESCALON), "worker", env=env, stdout=asyncio.subprocess.PIPE, stderr=stderr
        )
    try:
        yield Process(process, f"http://127.0.0.1:{port}", log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def setting(home: Path, server: str, **more: str) -> dict[str, str]:
    people = home / "people.yaml"
    people.write_text(PEOPLE)
    return surroundings(
        ESCALON_HOME=str(home),
        ESCALON_PEOPLE=str(people),
        TEMPORAL_ADDRESS=server,
        ESCALON_TASK_QUEUE=home.name,
        **more,
    )


def address(env: WorkflowEnvironment) -> str:
    host: str = env.client.service_client.config.target_host
    return host


async def open_one(env: WorkflowEnvironment, home: Path, *channels: str) -> IssueId:
    now = datetime.now(UTC)
    issue = IssueId(source="desk", reference=home.name)
    command = opened(
        policy(tier("first", acknowledge=60, work=None)),
        id=f"open-{home.name}",
        issue={"id": issue, "opened_at": now, "received_at": now},
        people=(person("ray", "agent"), person("ann", channels=channels)),
        last_known={"small/first": ("ann",), "small/": ("ann",)},
    )
    await open_issue(env.client, command, home.name)
    return issue


async def kinds_on_record(env: WorkflowEnvironment, home: Path, issue: IssueId, *wanted: str) -> list[str]:
    """The kinds of its entries, once these are among them; those that may wait are asked for."""
    db = open_database(f"sqlite:///{home / 'record.db'}")
    migrate(db)
    try:
        async with asyncio.timeout(20):
            while True:
                kinds: list[str] = [each.event.kind for each in reading.timeline(db, issue)]
                if set(wanted) <= set(kinds):
                    return kinds
                await asyncio.sleep(0.2)
                await ask_to_write(env.client, str(issue))
    finally:
        db.close()


async def test_it_waits_for_its_server_and_says_how_it_is(tmp_path: Path) -> None:
    port, its_own = free_port(), free_port()
    async with worker(tmp_path, f"127.0.0.1:{port}", ESCALON_TEMPORAL_METRICS_PORT=str(its_own)) as process:
        while True:
            healthy = await process.until("healthz", 200)
            if healthy["record"]:  # until then its tables are being made
                break
            await asyncio.sleep(0.05)
        assert healthy == {"alive": True, "connected": False, "polling": False, "record": True}
        assert (await process.get("readyz"))[0] == 503
        async with dev_server(port=port):
            ready = await process.until("readyz", 200)
            assert ready == {"alive": True, "connected": True, "polling": True, "record": True}
            status, text = await process.get("metrics")
            assert (status, "escalon_record_up 1.0" in text, "process_cpu_seconds_total" in text) == (200, True, True)
            async with httpx2.AsyncClient() as client:
                theirs = await client.get(f"http://127.0.0.1:{its_own}/metrics")
            assert "temporal_worker_start" in theirs.text
        # Its server is gone: it lives, and is not ready.
        await process.until("readyz", 503)
        assert (await process.until("healthz", 200))["connected"] is False
        assert await process.end() == 0
        assert process.process.stdout is not None
        assert await process.process.stdout.read() == b""
        said = [json.loads(line) for line in process.log.read_text().splitlines()]
    assert [each["event"] for each in said if each["logger"] == "starter.serving"] == [
        "waiting_for_server", "working", "stopping", "stopped",
    ]  # fmt: skip


async def test_an_upgrade_with_an_issue_running(env: WorkflowEnvironment, tmp_path: Path) -> None:
    issue = await open_one(env, tmp_path, "inbox")
    async with worker(tmp_path, address(env)) as before:
        await kinds_on_record(env, tmp_path, issue, "told")
        assert await before.end() == 0
    settings = setting(tmp_path, address(env))
    tried = await asyncio.to_thread(escalon, "rehearse", "--json", env=settings)
    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout)["failed"] == {}
    assert json.loads(tried.stdout)["replayed"] >= 1
    async with worker(tmp_path, address(env)):
        sent = await send(env.client, issue, Acknowledge(id="ack-1", by=actor("ann", "first")), timedelta(seconds=15))
        assert sent.outcome == "done"
        kinds = await kinds_on_record(env, tmp_path, issue, "acknowledged")
    assert kinds.count("opened") == kinds.count("told") == 1, "nothing was done twice"


async def test_what_is_under_way_is_ended_before_it_ends(env: WorkflowEnvironment, tmp_path: Path) -> None:
    async with mail_server() as mail:
        smtp: Mapping[str, str] = {
            "ESCALON_SMTP_HOST": "127.0.0.1",
            "ESCALON_SMTP_PORT": str(mail.port),
            "ESCALON_SMTP_SECURITY": "plain",
            "ESCALON_MAIL_FROM": "escalon@example.org",
        }
        issue = await open_one(env, tmp_path, "email")
        async with worker(tmp_path, address(env), **smtp) as first:
            async with asyncio.timeout(20):
                while not mail.mails:  # noqa: ASYNC110 - the server has it and dawdles with its answer
                    await asyncio.sleep(0.02)
            assert await first.end() == 0
        async with worker(tmp_path, address(env), **smtp):
            await kinds_on_record(env, tmp_path, issue, "told")
        assert len([each for each in mail.mails if each["To"] == "slow-after@example.org"]) == 1


@pytest.mark.parametrize("name", ["health_port", "temporal_metrics_port"])
async def test_a_port_in_use_is_named(tmp_path: Path, name: str) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        settings = Settings(home=tmp_path).model_copy(update={name: port})
        with pytest.raises(WrongInput, match=f"ESCALON_{name.upper()}: 127.0.0.1:{port}: .*in use"):
            await serve(settings, build_worker, asyncio.Event())
