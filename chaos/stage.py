"""A stage: everything that a service consists of, as processes with links between them, for one run after the other.

Record, mail server and Temporal's server are real. What checks a run looks past the links, at the parts themselves.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from chaos.doors import HOUSE
from chaos.http_door import keys
from chaos.link import Link
from chaos.mailbox import Mailbox
from chaos.ports import free_port
from chaos.postgres import Postgres
from chaos.processes import Kept
from client.converter import data_converter
from client.names import register_search_attributes
from client.runtime import quiet_runtime
from client.settings import Settings
from escalation.issue.identity import IssueId
from records.database import Database, migrate, open_database

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
WORKERS = 2
_PATIENCE_S = 60


@dataclass
class Stage:
    """Everything that runs."""

    folder: Path
    mailbox: Mailbox
    postgres: Postgres | None
    server: Kept
    workers: list[Kept]
    watch: Kept
    api: Kept
    keys: dict[str, str]
    """Of the API, by person."""
    links: dict[str, Link]
    client: Client
    """Straight to the server."""
    db: Database
    """Straight to the record."""
    at_door: Settings
    """Of a door: its record is behind a link."""
    door_server: str
    """The address by which doors reach the server."""

    async def close(self) -> None:
        """End all of it."""
        for kept in (self.api, self.watch, *self.workers, self.server):
            await kept.end()
        for link in self.links.values():
            await link.close()
        self.mailbox.close()
        self.db.close()
        if self.postgres is not None:
            await self.postgres.remove()

    async def connect(self) -> Client:
        """A client, as soon as the server takes one."""
        return await connected(f"127.0.0.1:{self.links['worker-server'].to_port}")


async def build(folder: Path, *, has_postgres: bool) -> Stage:
    """Set up and start all of it."""
    folder.mkdir(parents=True)  # noqa: ASYNC240 - before anything runs
    mailbox, postgres, port = Mailbox(), Postgres() if has_postgres else None, free_port()
    await mailbox.open()
    links = {name: Link(name, port) for name in ("worker-server", "door-server")}
    links["worker-mail"] = Link("worker-mail", mailbox.port)
    links["door-api"] = Link("door-api", free_port())
    if postgres is not None:
        await postgres.make()
        links |= {name: Link(name, postgres.port) for name in ("worker-record", "door-record")}
    for link in links.values():
        await link.open()
    server = _server(folder, port)
    await server.start()
    client = await connected(f"127.0.0.1:{port}")
    await register_search_attributes(client)

    def record(link: str) -> str:
        if postgres is None:
            return f"sqlite:///{folder / 'record.db'}"
        return postgres.url(links[link].port if link else postgres.port)

    db = open_database(record(""))
    migrate(db)
    common = _environment(folder, mailbox)
    worker = common | {
        "TEMPORAL_ADDRESS": f"127.0.0.1:{links['worker-server'].port}",
        "ESCALON_RECORD_URL": record("worker-record"),
        "ESCALON_SMTP_PORT": str(links["worker-mail"].port),
    }
    watch = common | {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}", "ESCALON_RECORD_URL": record("")}
    workers = [
        Kept(f"worker-{n}", [sys.executable, "-m", "chaos.quick"], worker, folder / f"worker-{n}.log")
        for n in range(1, WORKERS + 1)
    ]
    watching = Kept("watch", [sys.executable, str(BIN / "escalon"), "selfwatch"], watch, folder / "watch.log")
    at_api = common | {
        "TEMPORAL_ADDRESS": f"127.0.0.1:{links['door-server'].port}",
        "ESCALON_RECORD_URL": record("door-record"),
        "ESCALON_API_PORT": str(links["door-api"].to_port),
    }
    api = Kept("api", [sys.executable, str(BIN / "escalon"), "api"], at_api, folder / "api.log")
    for kept in (*workers, watching, api):
        await kept.start()
    for kept in workers:
        await kept.until_it_says(b'"working"', _PATIENCE_S)
    await api.until_it_says(b'"answering"', _PATIENCE_S)
    at_door = Settings(
        home=folder, policies=HOUSE / "policies", people=HOUSE / "people.yaml", record_url=record("door-record"),
        smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="plain",
    )  # fmt: skip
    door_server = f"127.0.0.1:{links['door-server'].port}"
    return Stage(
        folder, mailbox, postgres, server, workers, watching, api, keys(db), links, client, db, at_door, door_server
    )


def _server(folder: Path, port: int) -> Kept:
    command = [
        str(BIN / "temporal"), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port),
        "--db-filename", str(folder / "temporal.db"), "--sqlite-pragma", "journal_mode=wal",
        "--sqlite-pragma", "synchronous=normal", "--log-level", "error",
        "--dynamic-config-value", 'history.timerProcessorMaxTimeShift="50ms"',
    ]  # fmt: skip
    return Kept("server", command, os.environ, folder / "server.log")


def _environment(folder: Path, mailbox: Mailbox) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ESCALON_", "TEMPORAL_"))}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "ESCALON_HOME": str(folder),
        "ESCALON_POLICIES": str(HOUSE / "policies"),
        "ESCALON_PEOPLE": str(HOUSE / "people.yaml"),
        "ESCALON_SMTP_HOST": "127.0.0.1",
        "ESCALON_SMTP_PORT": str(mailbox.port),
        "ESCALON_SMTP_SECURITY": "plain",
        "ESCALON_SMTP_TIMEOUT_S": "2",
        "ESCALON_MAIL_FROM": "escalon@example.org",
        "ESCALON_WATCH_EVERY_S": "2",
        "ESCALON_RECORD_LATE_S": "3",
    }


async def connected(address: str) -> Client:
    """A client, as soon as the server there takes one."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            try:
                client = await Client.connect(address, data_converter=data_converter, runtime=quiet_runtime())
                await client.count_workflows()
            except (RuntimeError, RPCError):
                await asyncio.sleep(0.05)
            else:
                return client


async def status_of(client: Client, issue: IssueId) -> str:
    """The workflow's status on the server; empty where there is none."""
    try:
        description = await client.get_workflow_handle(str(issue)).describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return ""
        raise
    return description.status.name if description.status is not None else ""
