"""A stage: everything that a service consists of, as processes with links between them, for one run after the other.

Record, mail server and Temporal's server are real. What checks a run looks past the links, at the parts themselves.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
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
_PATIENCE_S = 300


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

    @property
    def door_server(self) -> str:
        """The address by which doors reach the server."""
        return _at(self.links["door-server"].port)


@asynccontextmanager
async def standing(folder: Path, *, has_postgres: bool) -> AsyncIterator[Stage]:
    """All of it, for as long as the block runs. Raises NotReady where something does not come up."""
    folder.mkdir(parents=True)  # noqa: ASYNC240 - before anything runs
    async with AsyncExitStack() as ending:
        mailbox, port = Mailbox(), free_port()
        await mailbox.open()
        ending.callback(mailbox.close)
        postgres = Postgres() if has_postgres else None
        if postgres is not None:
            ending.push_async_callback(postgres.remove)
            await postgres.make()
        links = await _links(ending, port, mailbox, postgres)
        started = partial(_started, ending)
        server = await started(_server(folder, port))
        client = await connected(_at(port))
        await register_search_attributes(client)
        records = _records(folder, links, postgres)
        db = open_database(records[""])
        ending.callback(db.close)
        migrate(db)
        common = _environment(folder, mailbox)
        worker = common | {
            "TEMPORAL_ADDRESS": _at(links["worker-server"].port),
            "ESCALON_RECORD_URL": records["worker-record"],
            "ESCALON_SMTP_PORT": str(links["worker-mail"].port),
        }
        at_api = common | {
            "TEMPORAL_ADDRESS": _at(links["door-server"].port),
            "ESCALON_RECORD_URL": records["door-record"],
            "ESCALON_API_PORT": str(links["door-api"].to_port),
        }
        straight = common | {"TEMPORAL_ADDRESS": _at(port), "ESCALON_RECORD_URL": records[""]}
        names = [f"worker-{number}" for number in range(1, WORKERS + 1)]
        workers = [await started(_ours(folder, name, ["-m", "chaos.quick"], worker)) for name in names]
        watch = await started(_ours(folder, "watch", [str(BIN / "escalon"), "selfwatch"], straight))
        api = await started(_ours(folder, "api", [str(BIN / "escalon"), "api"], at_api))
        for kept in workers:
            await kept.until_it_says(b'"working"', _PATIENCE_S)
        await api.until_it_says(b'"answering"', _PATIENCE_S)
        at_door = Settings(
            home=folder, policies=HOUSE / "policies", people=HOUSE / "people.yaml", record_url=records["door-record"],
            smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="plain",
        )  # fmt: skip
        yield Stage(folder, mailbox, postgres, server, workers, watch, api, keys(db), links, client, db, at_door)


async def _links(ending: AsyncExitStack, port: int, mailbox: Mailbox, postgres: Postgres | None) -> dict[str, Link]:
    to = {"worker-server": port, "door-server": port, "worker-mail": mailbox.port, "door-api": free_port()}
    if postgres is not None:
        to |= dict.fromkeys(("worker-record", "door-record"), postgres.port)
    links = {name: Link(name, to_port) for name, to_port in to.items()}
    for link in links.values():
        await link.open()
        ending.push_async_callback(link.close)
    return links


def _records(folder: Path, links: dict[str, Link], postgres: Postgres | None) -> dict[str, str]:
    """The record's URL, straight and by each link: a file has no links."""
    if postgres is None:
        return dict.fromkeys(("", "worker-record", "door-record"), f"sqlite:///{folder / 'record.db'}")
    by_link = {name: postgres.url(links[name].port) for name in ("worker-record", "door-record")}
    return {"": postgres.url(postgres.port), **by_link}


async def _started(ending: AsyncExitStack, kept: Kept) -> Kept:
    ending.push_async_callback(kept.end)
    await kept.start()
    return kept


def _ours(folder: Path, name: str, command: list[str], environment: dict[str, str]) -> Kept:
    return Kept(name, [sys.executable, *command], environment, folder / f"{name}.log")


def _at(port: int) -> str:
    return f"127.0.0.1:{port}"


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
        # Hours go by in seconds here: what gathers and takes turns by the minute would wait for most of a run.
        "ESCALON_STORM_AFTER": "1000",
        "ESCALON_MESSAGES_A_MINUTE": "1000",
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


async def ended(client: Client, issue: IssueId) -> None:
    """Wait until the workflow has ended, however it did."""
    while await status_of(client, issue) in {"RUNNING", "CONTINUED_AS_NEW"}:  # noqa: ASYNC110 - the server's doing
        await asyncio.sleep(0.1)
