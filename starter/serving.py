"""Running the worker as a process: connect and connect again, health beside it, a graceful end on SIGTERM and Ctrl-C.

What the worker consists of is the assembly's business (`worker.py`), which the command hands in.
"""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from client.connect import NoServer, connect
from client.names import register_search_attributes
from client.runtime import make_runtime
from client.server import Server, ServerAway
from client.settings import Settings
from records.database import Database, RecordBusy, SchemaMismatch, migrate, open_database
from starter.failure import WrongInput
from starter.health import WorkerHealth, health_app, pages_at
from starter.heartbeats import keep_watched
from starter.metrics import RecordMetrics
from starter.noticing import files_noticed

END_WITHIN = timedelta(seconds=25)
"""From the first signal to the end, whatever hangs. Longer than the worker's own grace."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0

_log = structlog.get_logger(__name__)


class Runs(Protocol):
    """What is needed of the SDK's worker."""

    async def run(self) -> None:
        """Poll until shut down."""

    async def shutdown(self) -> None:
        """End what is under way within its grace."""


BuildWorker = Callable[[Any, Settings, Database], Runs]


def run_until_signalled(
    main: Callable[[asyncio.Event], Coroutine[Any, Any, int]],
    end_within: timedelta = END_WITHIN,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> int:
    """Run it with an event that SIGTERM, SIGINT or SIGHUP sets, and return its exit code.

    A second signal ends the process at once, and so does `end_within` after the first. `loop_factory`: else asyncio's.
    """

    async def guarded() -> int:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()

        def asked_to_stop() -> None:
            if stop.is_set():
                os._exit(1)
            stop.set()
            ending = threading.Timer(end_within.total_seconds(), os._exit, [1])
            ending.daemon = True
            ending.start()

        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(name) is not signal.SIG_IGN:  # whoever was started to outlive its terminal does
                loop.add_signal_handler(name, asked_to_stop)
        return await main(stop)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(guarded())


async def serve(
    settings: Settings,
    build: BuildWorker,
    stop: asyncio.Event,
    beside: Callable[[Settings, Database], Coroutine[Any, Any, None]] | None = None,
) -> int:
    """Work until `stop`, with `beside` running all the while; the exit code.

    Raises WrongInput, BadDatabase, SchemaMismatch, SearchAttributesWrong.
    """
    runtime = _runtime(settings)
    db = open_database(settings.record, settings.text_key.get_secret_value())
    health = WorkerHealth(db, settings.task_queue, timedelta(seconds=settings.worker_silent_s))
    metrics = RecordMetrics(db, timedelta(seconds=settings.overdue_after_s))
    pages = health_app(health, metrics)
    async with (
        pages_at(pages, settings.health_ip, settings.health_port, "ESCALON_HEALTH_PORT"),
        _record_up_to_date(db),
        files_noticed(settings, db),
        _running(beside(settings, db) if beside is not None else None),
    ):
        while not stop.is_set():
            client, server = await _connected(runtime, stop)
            if client is None or server is None:
                break
            await register_search_attributes(client)
            health.connected(server, client.identity)
            _log.info("working", server=server.address, namespace=server.namespace, task_queue=settings.task_queue)
            watched = asyncio.create_task(keep_watched(client, settings))
            await _work(build(client, settings, db), stop)
            watched.cancel()
            await asyncio.gather(watched, return_exceptions=True)
    health.stopped()
    _log.info("stopped")
    db.close()
    return 0


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, None] | None) -> AsyncIterator[None]:
    running = asyncio.create_task(work) if work is not None else None
    try:
        yield
    finally:
        if running is not None:
            running.cancel()


async def _work(worker: Runs, stop: asyncio.Event) -> None:
    """Run the worker until `stop`; where it breaks down, return after a moment, so that another one begins."""
    running, stopped = asyncio.create_task(worker.run()), asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not running.done():
        _log.info("stopping")
        await worker.shutdown()
    error = (await asyncio.gather(running, return_exceptions=True))[0]
    if isinstance(error, Exception) and not stop.is_set():
        _log.error("worker_broke_down", error=f"{type(error).__name__}: {error}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LONGEST_WAIT_S)


async def _connected(runtime: Any, stop: asyncio.Event) -> tuple[Any, Server | None]:
    """A client whose server answers, however long that takes; nothing when stopped before."""
    wait, client, told = FIRST_WAIT_S, None, ""
    while not stop.is_set():
        try:
            client = client or await connect(runtime=runtime)
            server = Server(client)
            await server.answer()
        except (NoServer, ServerAway) as away:
            if str(away) != told:
                _log.warning("waiting_for_server", why=str(away))
                told = str(away)
        else:
            return client, server
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
        wait = min(wait * 1.5, LONGEST_WAIT_S)
    return None, None


@contextlib.asynccontextmanager
async def _record_up_to_date(db: Database) -> AsyncIterator[None]:
    """The record's tables brought to this release; where it is away, beside the work, since it may hold up nobody."""
    if await _migrated(db):
        yield
        return
    trying = asyncio.create_task(_migrate_until_done(db))
    try:
        yield
    finally:
        trying.cancel()


async def _migrate_until_done(db: Database) -> None:
    wait = FIRST_WAIT_S
    while True:
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT_S)
        try:
            if await _migrated(db):
                return
        except SchemaMismatch as error:
            _log.critical("record_of_another_release", why=str(error))
            return


async def _migrated(db: Database) -> bool:
    try:
        await asyncio.to_thread(migrate, db)
    except (SQLAlchemyError, RecordBusy, OSError) as error:
        _log.error("record_away", record=str(db), error=type(error).__name__)
        return False
    return True


def _runtime(settings: Settings) -> Any:
    port = settings.temporal_metrics_port
    try:
        return make_runtime(f"{settings.health_ip}:{port}" if port else "", has_worker=True)
    except ValueError as error:
        raise WrongInput(
            f"ESCALON_TEMPORAL_METRICS_PORT: {settings.health_ip}:{port}: {error}", "port_in_use"
        ) from None
