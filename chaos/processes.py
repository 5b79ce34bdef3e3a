"""Processes that are started again when they end, and can be killed and frozen in between."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

_PAUSE_S = 0.2
_TETHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG of linux/prctl.h
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""
"""Becomes the program, after asking Linux for SIGKILL at its parent's death: one that is frozen heeds nothing else."""


class NotReady(Exception):
    """A process does not come up; says what it said last."""


class Kept:
    """One process, kept running until `end`."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.starts = 0
        self._command = [sys.executable, "-I", "-S", "-c", _TETHER, str(os.getpid()), *command]
        self._environment = dict(environment)
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._may_run = asyncio.Event()

    async def start(self) -> None:
        """Start it, and from now on whenever it has ended."""
        self._may_run.set()
        self._keeping = asyncio.create_task(self._keep())
        while self._process is None:  # noqa: ASYNC110 - another task's doing
            await asyncio.sleep(0.01)

    async def until_it_says(self, words: bytes, within_s: float) -> None:
        """Wait for these words in its log; raises NotReady."""
        try:
            async with asyncio.timeout(within_s):
                while words not in self._log.read_bytes():  # noqa: ASYNC110 - another process's doing
                    await asyncio.sleep(0.05)
        except TimeoutError:
            last = self._log.read_text(encoding="utf-8", errors="replace")[-1500:]
            raise NotReady(f"{self.name} was not ready within {within_s} s; the end of its log:\n{last}") from None

    async def kill(self) -> None:
        """SIGKILL; not started again before `revive`."""
        self._may_run.clear()
        await self._kill_now()

    def revive(self) -> None:
        """Let it run again."""
        self._may_run.set()

    def freeze(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    async def end(self) -> None:
        """For good."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        await self._kill_now()

    async def _keep(self) -> None:
        while True:
            await self._may_run.wait()
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command, env=self._environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
                )
            self.starts += 1
            await self._process.wait()
            await asyncio.sleep(_PAUSE_S)

    async def _kill_now(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            self._signal(signal.SIGKILL)
            await process.wait()

    def _signal(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)
