"""A child process that is kept running: started again when it dies, ever later when it dies often; stopped in the end.

Which children there are, and in which order they begin and end: `up.py`.
"""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

TETHER = Path(__file__).with_name("tethered.py")
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
SETTLED_AFTER_S = 60.0
"""A child that lived so long has not died often: its next start comes at once again."""
LOG_AT_MOST = 10_000_000
"""Bytes; a longer log is set aside when a child is started."""
LINE_AT_MOST = 4_000_000
"""Bytes of one line that a child may say."""


class DiedAtOnce(Exception):
    """A child ended before it was ready; says how, and what it said last."""


@dataclass
class Child:
    """One child: what it is called, what is run, and where its log goes."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    say: Callable[[str], None]
    """Tells the person who runs `up` one line."""
    on_line: Callable[[bytes], None] | None = None
    """Takes each line of its stdout; without it stdout goes to the log."""
    process: Process | None = None
    starts: int = 0
    _keeping: asyncio.Task[None] | None = None
    _reading: set[asyncio.Task[None]] = field(default_factory=set)
    _is_ending: bool = False

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    async def start(self) -> None:
        """Start it, to be kept running from `keep` on. Raises OSError where the program cannot be run."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_AT_MOST:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = await self._spawn(log)
        self.starts += 1
        if self.on_line is not None and self.process.stdout is not None:
            reading = asyncio.create_task(self._read(self.process.stdout, self.on_line))
            self._reading.add(reading)
            reading.add_done_callback(self._reading.discard)

    async def _spawn(self, log: IO[bytes]) -> Process:
        # A session of its own: Ctrl-C reaches `up` alone, which ends its children in order.
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-IS",
            str(TETHER),
            str(os.getpid()),
            *self.command,
            env=dict(self.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if self.on_line is not None else log,
            stderr=log,
            start_new_session=True,
            limit=LINE_AT_MOST,
        )

    def keep(self) -> None:
        """From now on start it again whenever it dies."""
        self._keeping = asyncio.create_task(self._keep())

    async def until(self, is_ready: Callable[[], Awaitable[bool]], within_s: float) -> None:
        """Wait until it is ready; raises DiedAtOnce, TimeoutError."""
        async with asyncio.timeout(within_s):
            while not await is_ready():
                if self.pid is None:
                    raise DiedAtOnce(f"{self.name} {self._ended()}{self._last_words()}")
                await asyncio.sleep(0.05)

    async def stop(self, within_s: float) -> None:
        """End it with SIGTERM and, when it takes longer, with SIGKILL."""
        self._is_ending = True
        if self._keeping is not None:
            self._keeping.cancel()
        process = self.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), within_s)
        except TimeoutError:
            self.say(f"{self.name} did not end within {within_s:.0f} s and is killed")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _keep(self) -> None:
        loop, wait = asyncio.get_running_loop(), FIRST_WAIT_S
        while not self._is_ending:
            began = loop.time()
            if self.process is not None:
                await self.process.wait()
            if loop.time() - began > SETTLED_AFTER_S:
                wait = FIRST_WAIT_S
            self.say(f"{self.name} {self._ended()}; it is started again in {wait:g} s (log: {self.log})")
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
            try:
                await self.start()
            except OSError as error:
                self.say(f"{self.name} cannot be started: {error}")
                self.process = None
                await asyncio.sleep(wait)
            else:
                self.say(f"{self.name} is started again (process {self.pid})")

    @staticmethod
    async def _read(stream: asyncio.StreamReader, on_line: Callable[[bytes], None]) -> None:
        while line := await stream.readline():
            on_line(line)

    def _ended(self) -> str:
        code = self.process.returncode if self.process is not None else None
        if code is None:
            return "is not running"
        if code < 0:
            return f"was killed ({signal.Signals(-code).name})"
        return f"ended with exit code {code}"

    def _last_words(self) -> str:
        try:
            lines = self.log.read_bytes()[-4000:].decode(errors="replace").strip().splitlines()[-5:]
        except OSError:
            return ""
        return "; its log ends:\n  " + "\n  ".join(line[:300] for line in lines) if lines else ""
