"""`escalon up`: Temporal's server with its UI on a file, a worker, the HTTP door and the watch, children that are kept.

Ended in order on Ctrl-C or SIGTERM: the watch, that it cries no alarm; the HTTP door, that it takes nothing more; the
worker, that it ends what it does; the server. What is run and with which settings is said in `plan.py`, how a child is
kept in `child.py`.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from client.connect import NoServer, connect
from client.names import register_search_attributes
from client.server import Server, ServerAway
from client.settings import Settings
from escalation.issue.identity import IssueId
from records.database import Database, migrate, open_database
from starter.child import Child, DiedAtOnce
from starter.failure import NotDone
from starter.homelock import HomeLock, InUse
from starter.installation import check_installed, people_names, settings_now
from starter.panel import show_panel
from starter.plan import Plan, check_ports, our_command
from starter.ports import is_ready
from starter.sample import open_sample, sample_key

KEEP_ENDED = timedelta(days=90)
"""How long the server keeps an issue's history after its end; the record keeps it for ever."""
READY_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 10.0
WATCH_ENDS_S, API_ENDS_S, WORKER_ENDS_S, SERVER_ENDS_S = 10.0, 12.0, 15.0, 10.0
ENDS_WITHIN = timedelta(seconds=WATCH_ENDS_S + API_ENDS_S + WORKER_ENDS_S + SERVER_ENDS_S + 5)


def prepare(plan: Plan) -> HomeLock:
    """Take the home folder and see that all ports are free; from here on this process's environment is the plan's.

    Raises WrongInput, NotDone. Nothing has been started.
    """
    settings = settings_now()
    plan.server_command(settings)
    check_installed(settings)
    lock = HomeLock(plan.home)
    try:
        is_in_order = lock.take()
    except InUse as error:
        raise NotDone(str(error), "in_use") from None
    except OSError as error:
        raise NotDone(f"--home: {plan.home}: {error.strerror}", "no_home") from None
    try:
        check_ports(plan, is_waiting=not is_in_order)
    except BaseException:
        if is_in_order:
            lock.release()
        raise
    environment = plan.environment(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    return lock


async def run(plan: Plan, lock: HomeLock, stop: asyncio.Event) -> int:
    """Start everything, say so, and keep it running until `stop`; the exit code. Raises NotDone, SchemaMismatch."""
    house = _House(plan, settings_now())
    starting, stopped = asyncio.create_task(house.start()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            await stopped
    finally:
        starting.cancel()
        stopped.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await starting
        await house.stop()
        lock.release()
    say("everything has ended; the state is kept")
    return 0


def say(line: str) -> None:
    """One line for the person at the terminal."""
    print(line, file=sys.stderr, flush=True)


class _House:
    """The children of one `up`."""

    def __init__(self, plan: Plan, settings: Settings) -> None:
        self._plan = plan
        self._settings = settings
        self._client: Any = None
        self._has_watched = asyncio.Event()
        self._shown: dict[str, str] = {}
        logs, environment = plan.home / "logs", dict(os.environ)

        def child(name: str, command: list[str], on_line: Callable[[bytes], None] | None = None) -> Child:
            return Child(name, command, environment, logs / f"{name.partition(' ')[0]}.log", say, on_line)

        self._server = None if plan.address else child("server", plan.server_command(settings))
        self._worker = child("worker", our_command("worker"))
        self._api = child("api", our_command("api")) if plan.api else None
        self._watch = child("watch", our_command("selfwatch", "--json"), self._watched) if plan.is_watched else None

    async def start(self) -> None:
        """Start one after the other, each when the one before is ready; then say where everything is."""
        await self._begin("server", self._server, self._server_answers)
        await self._register()
        db = open_database(self._settings.record, self._settings.text_key.get_secret_value())
        await asyncio.to_thread(migrate, db)
        say("record      its tables are those of this release")
        await self._begin("worker", self._worker, self._worker_polls)
        if self._api is not None:
            await self._begin("api", self._api, self._api_answers)
        if self._watch is not None:
            await self._begin("watch", self._watch, self._watch_has_looked)
        for child in (self._server, self._worker, self._api, self._watch):
            if child is not None:
                child.keep()
        sample = await self._sample(db) if self._plan.is_sample else None
        somebody = next(iter(people_names(self._settings)), "PERSON")
        key = None
        if self._plan.is_sample and self._plan.api:
            key = await asyncio.to_thread(sample_key, self._settings, db, somebody)
        db.close()
        show_panel(self._plan, sample, somebody, key)

    async def stop(self) -> None:
        """End the children in order."""
        for child, within_s in (
            (self._watch, WATCH_ENDS_S),
            (self._api, API_ENDS_S),
            (self._worker, WORKER_ENDS_S),
            (self._server, SERVER_ENDS_S),
        ):
            if child is not None and child.starts:
                was_running = child.pid is not None
                await child.stop(within_s)
                if was_running:
                    say(f"{child.name:<11} has ended")

    async def _begin(self, name: str, child: Child | None, is_ready: Callable[[], Awaitable[bool]]) -> None:
        try:
            if child is None:
                await _until(is_ready, ANSWERS_WITHIN_S)
                say(f"{name:<11} one that runs already answers at {self._plan.server}")
                return
            await child.start()
            await child.until(is_ready, READY_WITHIN_S)
        except DiedAtOnce as error:
            raise NotDone(str(error), f"{name}_died") from None
        except OSError as error:
            if not isinstance(error, TimeoutError):
                raise NotDone(f"{name} cannot be started: {error}", f"{name}_died") from None
            if child is None:
                raise NotDone(f"--address: no Temporal server answers at {self._plan.server}", "no_server") from None
            raise NotDone(f"{name} was not ready within {READY_WITHIN_S:.0f} s; see {child.log}", "not_ready") from None
        say(f"{name:<11} is ready (process {child.pid})")

    async def _register(self) -> None:
        await register_search_attributes(self._client)
        if not self._plan.address:
            await Server(self._client).keep_ended(KEEP_ENDED)

    async def _server_answers(self) -> bool:
        try:
            self._client = self._client or await connect()
            await Server(self._client).answer()
        except (NoServer, ServerAway):
            return False
        return True

    async def _worker_polls(self) -> bool:
        us = f"{self._worker.pid}@{socket.gethostname()}"
        pollers = await Server(self._client).pollers(self._settings.task_queue)
        return {each.task for each in pollers if each.identity == us} == {"workflow", "activity"}

    async def _api_answers(self) -> bool:
        return await asyncio.to_thread(is_ready, f"{self._plan.api}/readyz")

    async def _watch_has_looked(self) -> bool:
        return self._has_watched.is_set()

    def _watched(self, line: bytes) -> None:
        """Tell of what the watch finds, once when it begins and once when it has ended."""
        try:
            report = json.loads(line)
        except ValueError:
            return
        self._has_watched.set()
        there = {each["key"]: f"{each['title']}: {each['sentence']}" for each in report["open"]}
        for each in report["open"]:
            # What an earlier watch found and this one could not look at is no news.
            if each["is_seen"] and each["key"] not in self._shown:
                self._shown[each["key"]] = there[each["key"]]
                say(f"found       {there[each['key']]}")
        for key in [key for key in self._shown if key not in there]:
            say(f"ended       {self._shown.pop(key)}")

    async def _sample(self, db: Database) -> IssueId | None:
        try:
            return await open_sample(self._client, self._settings, db)
        except NotDone as error:
            say(f"note: {error}")
            return None


async def _until(is_ready: Callable[[], Awaitable[bool]], within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not await is_ready():  # noqa: ASYNC110 - asks another process
            await asyncio.sleep(0.1)


def absolute(home: Path) -> Path:
    """The home folder, the same for processes that run elsewhere."""
    return home.expanduser().absolute()
