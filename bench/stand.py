"""A server and a worker of their own, as processes whose CPU can be told apart (Linux: from /proc)."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from client.converter import data_converter

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[1]
_PATIENCE_S = 30
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cpu:
    """Seconds of CPU, user and system."""

    server: float
    worker: float

    def since(self, before: "Cpu") -> "Cpu":
        """What was used in between."""
        return Cpu(self.server - before.server, self.worker - before.worker)


@dataclass(frozen=True)
class Stand:
    """A server and its one worker, both running."""

    client: Client
    home: Path
    server: asyncio.subprocess.Process
    worker: asyncio.subprocess.Process

    def cpu(self) -> Cpu:
        """What both have used so far."""
        return Cpu(_cpu_of(self.server.pid), _cpu_of(self.worker.pid))


def _cpu_of(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def free_port() -> int:
    """A port of loopback on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def standing(
    home: Path, worker: list[str], environment: Mapping[str, str], attributes: Mapping[str, str], *, is_ours: bool
) -> AsyncIterator[Stand]:
    """Both, for as long as the block runs. The server as `escalon up` starts it: a file, WAL, synchronous=normal."""
    home.mkdir(parents=True)  # noqa: ASYNC240 - before anything runs
    port = free_port()
    named = [word for name, kind in attributes.items() for word in ("--search-attribute", f"{name}={kind}")]
    server = await _spawn(
        [
            str(BIN / "temporal"), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port),
            "--db-filename", str(home / "server.db"), "--sqlite-pragma", "journal_mode=wal",
            "--sqlite-pragma", "synchronous=normal", "--log-level", "error", *named,
        ],
        {},
    )  # fmt: skip
    try:
        address = f"127.0.0.1:{port}"
        client = await _connected(address, is_ours=is_ours)
        working = await _spawn(worker, {**environment, "TEMPORAL_ADDRESS": address})
        try:
            yield Stand(client, home, server, working)
        finally:
            await _end(working)
    finally:
        await _end(server)


async def _spawn(command: list[str], environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    nowhere = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, **environment}, stdin=nowhere, stdout=nowhere, stderr=nowhere
    )


async def _connected(address: str, *, is_ours: bool) -> Client:
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            try:
                if is_ours:
                    client = await Client.connect(address, data_converter=data_converter)
                else:
                    client = await Client.connect(address)
                await client.count_workflows()
            except (RuntimeError, RPCError):
                await asyncio.sleep(0.1)
            else:
                return client


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
