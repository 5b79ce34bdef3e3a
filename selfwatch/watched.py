"""What the checks look at: the server, the record, the directory, and the limits that the settings give.

Whatever is away stays away no longer than it must: the connection to the server is tried anew each time.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ParamSpec, TypeVar

from activities.live_directory import LiveDirectory
from client.connect import NoServer, connect
from client.server import Server, ServerAway
from client.settings import Settings
from records.database import Database

RECORD_PATIENCE = timedelta(seconds=15)
"""How long the record may take; its writers wait ten seconds for each other."""

_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")


class Watched:
    """The installation from outside."""

    def __init__(self, settings: Settings, db: Database, directory: LiveDirectory) -> None:
        self.settings = settings
        self.db = db
        self.directory = directory
        self.overdue_after = timedelta(seconds=settings.overdue_after_s)
        self.worker_silent = timedelta(seconds=settings.worker_silent_s)
        self.record_late = timedelta(seconds=settings.record_late_s)
        # Of its own, so that a database that hangs holds up nothing but itself.
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="watch-record")
        self._server: Server | None = None

    async def server(self) -> Server:
        """The server, once it has answered; raises ServerAway, BadConnectionSettings."""
        if self._server is None:
            try:
                self._server = Server(await connect())
            except NoServer as error:
                raise ServerAway(str(error)) from error
        await self._server.answer()
        return self._server

    async def in_record(self, work: Callable[_Args, _Result], *args: _Args.args, **more: _Args.kwargs) -> _Result:
        """The result of a function that reads or writes the record; raises what it raises, or TimeoutError."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **more))
        return await asyncio.wait_for(running, RECORD_PATIENCE.total_seconds())
