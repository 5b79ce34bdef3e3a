"""Running the HTTP door as a process: uvicorn on a socket that is taken first, until it is told to stop."""

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
import uvicorn

from client.settings import Settings
from starter.http.app import make_app
from starter.http.doors import Doors
from starter.listening import listen

GRACE_S = 10
"""How long answers that are under way are waited for when the process is to end."""
ENDS_WITHIN = timedelta(seconds=GRACE_S + 5)
THREADS = 32
"""For the record, which is read and written in threads: one that hangs holds up one of them."""
BACKLOG = 4096

_log = structlog.get_logger(__name__)


def new_loop() -> asyncio.AbstractEventLoop:
    """The quicker loop, where this system has it."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class _Server(uvicorn.Server):
    """Serves, and leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: `run_until_signalled` has them."""
        yield


async def serve(settings: Settings, stop: asyncio.Event) -> int:
    """Answer requests until `stop`; the exit code. Raises WrongInput where the port is taken."""
    listening = listen(settings.api_host, settings.api_port, "ESCALON_API_PORT")
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "door"))
    server = _Server(
        uvicorn.Config(
            make_app(Doors(settings)),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            backlog=BACKLOG,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopped = asyncio.create_task(stop.wait())
    _log.info("answering", url=f"http://{settings.api_host}:{settings.api_port}")
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    server.should_exit = True
    await serving
    listening.close()
    _log.info("stopped")
    return 0
