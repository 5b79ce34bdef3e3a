"""Health over HTTP: `/healthz`, `/readyz`, `/metrics`. Read only, without a word about any issue. The worker is here.

`/healthz` is 200 as long as the process works: one that waits for its server mends itself, and restarting it would not
help. `/readyz` is 200 only when it does its work: connected, polling, the record readable.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.service import RPCError

from client.server import Server, ServerAway
from escalation.value import Value
from records.database import Database, RecordBusy, SchemaMismatch, check_schema
from starter.listening import listen
from starter.metrics import RecordMetrics

REMEMBERED = timedelta(seconds=2)
"""However often health is asked for, the server is asked no more often than this."""
ASKED_WITHIN = timedelta(seconds=6)


class Health(Value):
    """How the worker is."""

    is_alive: bool = True
    is_connected: bool
    is_polling: bool
    is_record_readable: bool

    @property
    def is_ready(self) -> bool:
        """Whether it does its work."""
        return self.is_connected and self.is_polling and self.is_record_readable


class WorkerHealth:
    """What is known about this worker; before it has connected, that it has not."""

    def __init__(self, db: Database, task_queue: str, silent: timedelta) -> None:
        self._db = db
        self._task_queue = task_queue
        self._silent = silent
        self._server: Server | None = None
        self._identity = ""
        self._is_stopped = False
        self._known: tuple[float, Health] | None = None
        self._lock = asyncio.Lock()

    def connected(self, server: Server, identity: str) -> None:
        """It has connected, under this identity."""
        self._server, self._identity = server, identity

    def stopped(self) -> None:
        """Its worker has ended: the process lives but will do nothing more."""
        self._is_stopped = True

    async def now(self) -> Health:
        """How it is, at most two seconds ago."""
        async with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > REMEMBERED.total_seconds():
                self._known = (time.monotonic(), await self._look())
            return self._known[1]

    async def _look(self) -> Health:
        is_connected, is_polling = await self._polling()
        return Health(
            is_alive=not self._is_stopped,
            is_connected=is_connected,
            is_polling=is_polling,
            is_record_readable=await self._is_record_readable(),
        )

    async def _polling(self) -> tuple[bool, bool]:
        if self._server is None:
            return False, False
        try:
            async with asyncio.timeout(ASKED_WITHIN.total_seconds()):
                await self._server.answer()
                pollers = await self._server.pollers(self._task_queue)
        except (ServerAway, RPCError, TimeoutError):
            return False, False
        since = datetime.now(UTC) - self._silent
        tasks = {each.task for each in pollers if each.identity == self._identity and each.seen_at >= since}
        return True, tasks == {"workflow", "activity"} and not self._is_stopped

    async def _is_record_readable(self) -> bool:
        try:
            await asyncio.wait_for(asyncio.to_thread(check_schema, self._db), ASKED_WITHIN.total_seconds())
        except (SQLAlchemyError, SchemaMismatch, RecordBusy, TimeoutError, OSError):
            return False
        return True


def health_app(health: WorkerHealth, metrics: RecordMetrics) -> Starlette:
    """The three pages of the worker."""
    registry = process_registry()
    registry.register(metrics)

    async def healthz(_request: Request) -> Response:
        found = await health.now()
        return JSONResponse(_shown(found), status_code=200 if found.is_alive else 503)

    async def readyz(_request: Request) -> Response:
        found = await health.now()
        return JSONResponse(_shown(found), status_code=200 if found.is_ready else 503)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), metrics_page(registry)])


def process_registry() -> CollectorRegistry:
    """What Prometheus is shown of any process of ours: what it uses of the machine."""
    registry = CollectorRegistry()
    for about_process in (ProcessCollector, PlatformCollector, GCCollector):
        about_process(registry=registry)
    return registry


def metrics_page(registry: CollectorRegistry) -> Route:
    """`/metrics`, counted beside the loop."""

    async def show_metrics(_request: Request) -> Response:
        text = await asyncio.to_thread(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", show_metrics)


class HealthServer(uvicorn.Server):
    """Serves beside the worker, and leaves signals to it."""

    def __init__(self, app: Starlette, ip: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app, host=ip, port=port, log_config=None, access_log=False, server_header=False, lifespan="off"
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: whoever runs the worker stops both."""
        yield


@contextlib.asynccontextmanager
async def pages_at(app: Starlette, ip: str, port: int, setting: str) -> AsyncIterator[None]:
    """Serve these pages while the block runs; nothing at port 0. Raises WrongInput, which names the setting."""
    if not port:
        yield
        return
    listening = listen(ip, port, setting)
    server = HealthServer(app, ip, port)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait({serving}, timeout=5)
        listening.close()


def _shown(health: Health) -> dict[str, bool]:
    return {
        "alive": health.is_alive,
        "connected": health.is_connected,
        "polling": health.is_polling,
        "record": health.is_record_readable,
    }
