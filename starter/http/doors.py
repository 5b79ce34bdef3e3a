"""What all routes share: settings, server, record, policies and people as they are now, keys, limits, the clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias
from uuid import uuid4

from fastapi import Depends, Request

from client.finding import Connection
from client.settings import Settings
from records.database import Database
from starter.heartbeats import SourcesNow
from starter.http.keys import Keys
from starter.http.limits import Limits
from starter.http.now import InstalledNow, RecordNow, ServerNow
from starter.installation import Installed

AT_ONCE = 64
"""So many calls speak to the server at once; the others wait for their turn rather than for an answer. Ours."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Doors:
    """One process of the HTTP door."""

    settings: Settings
    given_client: Connection | None = None
    """A connection to use instead of one of our own."""
    clock: Callable[[], datetime] = _utc_now
    holder: str = field(default_factory=lambda: uuid4().hex)
    """This process, where it claims something."""

    def __post_init__(self) -> None:
        self._server = ServerNow(self.given_client)
        self._installed = InstalledNow(self.settings)
        self._record = RecordNow(self.settings)
        self.sources = SourcesNow(self.settings)
        """The sources that must give signs of life."""
        self.keys = Keys(self._record)
        self.limits = Limits(self.settings.api_rate)
        self.looking = asyncio.Lock()
        self.looked: tuple[float, Any] | None = None
        """What `/readyz` has found, and when."""
        self.turn = asyncio.Semaphore(AT_ONCE)
        """Held while the server is spoken to."""
        self.turn_of_worker = asyncio.Semaphore(AT_ONCE)
        """Held while a worker's answer is waited for, which may never come: issues are opened all the same."""

    async def client(self) -> Connection:
        """The connection to Temporal; raises Failed while no server answers."""
        return await self._server.now()

    async def installed(self) -> Installed:
        """Policies and people as they are now; raises Failed where they never were usable."""
        return await self._installed.now()

    async def record(self) -> Database | None:
        """The record, None while it is away."""
        return await self._record.now()

    def close(self) -> None:
        """Let go of what is held."""
        self._record.close()


async def doors_of(request: Request) -> Doors:
    """The app's state, for routes. Asynchronous, since FastAPI runs a plain function in a thread: 7 % of a call."""
    doors: Doors = request.app.state.doors
    return doors


TheDoors: TypeAlias = Annotated[Doors, Depends(doors_of)]
