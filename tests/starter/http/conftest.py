"""A door of a test's own: the app in this process, on the real server, with a record, a worker, and keys."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from temporalio.testing import WorkflowEnvironment

from records.database import Database
from starter.http.app import make_app
from starter.http.doors import Doors
from starter.installation import Installed, installed
from starter.keys import create_key
from tests.starter.office import Office, an_office

AGENT, LEAD, MANAGER = "sample-agent-1", "sample-lead-1", "sample-manager"
_numbers = count(1)


class Door:
    """The door, and those who come to it."""

    def __init__(self, doors: Doors, office: Office, client: httpx2.AsyncClient) -> None:
        self.doors, self.office, self.client = doors, office, client
        self._written: dict[object, str] = {}

    @property
    def db(self) -> Database:
        """The record."""
        return self.office.db

    @property
    def here(self) -> Installed:
        """What is installed."""
        return installed(self.office.settings)

    def fresh(self) -> str:
        """An issue's short id that no other test uses."""
        return f"desk:API-{next(_numbers)}"

    def key(self, person: str = "", machine: str = "", scopes: tuple[str, ...] = ()) -> str:
        """A key of theirs, written out; the same one each time."""
        asked = (person, machine, scopes)
        if asked not in self._written:
            self._written[asked], _ = create_key(
                self.db, self.here, person=person, machine=machine, scopes=scopes, now=datetime.now(UTC)
            )
        return self._written[asked]

    async def call(
        self, method: str, path: str, by: str = AGENT, key: str | None = None, **more: Any
    ) -> httpx2.Response:
        """Call it, with the key given or one of the person's."""
        headers = {"Authorization": f"Bearer {self.key(by) if key is None else key}", **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)

    async def open(self, issue: str, by: str = AGENT, key: str | None = None, **fields: Any) -> httpx2.Response:
        """Open the issue."""
        source, _, reference = issue.partition(":")
        words = {"title": "Card payments fail", "severity": "S2", "source": source, "reference": reference, **fields}
        headers = words.pop("headers", {})
        return await self.call("POST", "/v1/issues", by, key, json=words, headers=headers)

    async def act(
        self, issue: str, command: str, by: str = AGENT, key: str | None = None, **fields: Any
    ) -> httpx2.Response:
        """Send a command."""
        headers = fields.pop("headers", {})
        return await self.call("POST", f"/v1/issues/{issue}/{command}", by, key, json=fields, headers=headers)

    async def get(self, path: str, by: str = AGENT, key: str | None = None) -> Any:
        """Read, and be answered; on a busy machine a worker may need longer than a reader waits."""
        answer = await self.call("GET", path, by, key)
        for _ in range(10):
            if answer.status_code != 503:
                break
            answer = await self.call("GET", path, by, key)
        assert answer.status_code == 200, answer.text
        return answer.json()


def problem(answer: httpx2.Response, status: int, code: str) -> Any:
    """The problem that the answer is, which it must be with this status and code."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told = answer.json()
    assert (told["status"], told["code"]) == (status, code), answer.text
    return told


@asynccontextmanager
async def a_door(office: Office, **settings: Any) -> AsyncIterator[Door]:
    """A door to that office, with these further settings."""
    doors = Doors(office.settings.model_copy(update=settings), office.env.client)
    transport = httpx2.ASGITransport(make_app(doors))
    async with httpx2.AsyncClient(transport=transport, base_url="http://door.example.org") as client:
        yield Door(doors, office, client)
    doors.close()


@asynccontextmanager
async def listening(door: Door) -> AsyncIterator[str]:
    """The same door on a port; its URL."""
    doors = Doors(door.office.settings.model_copy(update={"api_rate": 1_000_000}), door.office.env.client)
    taken = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(doors), log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        taken.close()


@pytest.fixture(scope="session")
async def door(env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """A door with a worker behind it."""
    with an_office(env, tmp_path_factory.mktemp("door"), "door") as office:
        async with office.working(), a_door(office) as made:
            yield made


@pytest.fixture
async def unmanned(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Door]:
    """A door behind which no worker works."""
    with an_office(env, tmp_path, f"unmanned-{next(_numbers)}") as office:
        async with a_door(office) as made:
            yield made
