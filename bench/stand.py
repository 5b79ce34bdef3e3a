"""A server and a worker of their own, as processes whose CPU can be told apart (Linux: from /proc)."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
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


@contextmanager
def cores_apart() -> Iterator[frozenset[int]]:
    """Yields the half of the cores that is for the server; this process and what it starts have the other half.

    Where there is one core alone, all share it.
    """
    all_cores = os.sched_getaffinity(0)
    half = len(all_cores) // 2
    servers, ours = set(sorted(all_cores)[:half]), set(sorted(all_cores)[half:])
    os.sched_setaffinity(0, ours)
    try:
        yield frozenset(servers or ours)
    finally:
        os.sched_setaffinity(0, all_cores)


@asynccontextmanager
async def standing(
    home: Path,
    worker: list[str],
    environment: Mapping[str, str],
    attributes: Mapping[str, str],
    *,
    is_ours: bool,
    server_cores: frozenset[int] = frozenset(),
) -> AsyncIterator[Stand]:
    """Both, for as long as the block runs. The server as `escalon up` starts it: a file, WAL, synchronous=normal.

    `server_cores`: those on which it runs; empty: as this process.
    """
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
        server_cores,
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


async def _spawn(
    command: list[str], environment: Mapping[str, str], cores: frozenset[int] = frozenset()
) -> asyncio.subprocess.Process:
    nowhere = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        preexec_fn=partial(os.sched_setaffinity, 0, cores) if cores else None,  # Go counts its cores as it starts
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
