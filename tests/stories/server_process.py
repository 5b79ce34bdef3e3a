"""A development server as a process of its own, on a file and at a fixed port: killed, and started on what is left."""

import asyncio
import socket
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from client.converter import data_converter
from client.skipping import SERVER_FLAGS
from tests.server import TEMPORAL


def free_port() -> int:
    """A port of loopback on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class ServerProcess:
    """`temporal server start-dev` with the pragmas that `escalon up` uses."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = await asyncio.create_subprocess_exec(
            str(TEMPORAL), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(self._port),
            "--db-filename", str(self._file), "--sqlite-pragma", "journal_mode=wal",
            "--sqlite-pragma", "synchronous=normal", "--log-level", "error", *SERVER_FLAGS,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        client = await self.connect()
        await client.count_workflows()

    async def connect(self) -> Client:
        """A client, as soon as the server takes one."""
        async with asyncio.timeout(20):
            while True:
                try:
                    return await Client.connect(f"127.0.0.1:{self._port}", data_converter=data_converter)
                except (RuntimeError, RPCError):
                    await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
