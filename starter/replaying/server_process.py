"""The Temporal server of a replay: a process of its own on a free port, in memory, that ends with the replay."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from client.settings import Settings
from client.skipping import SERVER_FLAGS, SkippingServer, find_skipping_server
from starter.child import Child, DiedAtOnce
from starter.failure import NotDone
from starter.plan import server_program
from starter.showing import note

READY_WITHIN_S = 60.0
ENDS_WITHIN_S = 10.0
_LOCAL = "127.0.0.1"


@asynccontextmanager
async def server_of_a_replay(settings: Settings, logs: Path) -> AsyncIterator[SkippingServer]:
    """One that runs as long as the block; it writes to `logs`. Raises WrongInput, NotDone."""
    port = _free_port()
    command = [
        str(server_program(settings)),
        *("server", "start-dev", "--headless", "--ip", _LOCAL, "--port", str(port), "--log-level", "warn"),
        *SERVER_FLAGS,
    ]
    child = Child("server", command, dict(os.environ), logs / "server.log", note)
    try:
        yield await _ready(child, f"{_LOCAL}:{port}")
    finally:
        await child.stop(ENDS_WITHIN_S)


async def _ready(child: Child, address: str) -> SkippingServer:
    found: list[SkippingServer] = []

    async def is_ready() -> bool:
        server = await find_skipping_server(address)
        found.extend([server] if server is not None else [])
        return server is not None

    try:
        await child.start()
        await child.until(is_ready, READY_WITHIN_S)
    except DiedAtOnce as error:
        raise NotDone(str(error), "server_died") from None
    except TimeoutError:
        raise NotDone(f"the server was not ready within {READY_WITHIN_S:.0f} s", "not_ready") from None
    except OSError as error:
        raise NotDone(f"the server cannot be started: {error}", "server_died") from None
    return found[0]


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind((_LOCAL, 0))
        port: int = trial.getsockname()[1]
        return port
