"""Doing the faults of a plan on a stage, each at its instant or at what it waits for, and mending what it broke."""

import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random

from chaos.link import Cut
from chaos.plan import Fault, Plan
from chaos.processes import Kept
from chaos.stage import Stage

_WAIT_FOR_TRIGGER_S = 1.0
_LOCK = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


class Faults:
    """Of one run."""

    def __init__(self, stage: Stage, plan: Plan, sent: Callable[[], int]) -> None:
        """`sent`: how many commands have left so far."""
        self.done: Counter[str] = Counter()
        self._stage = stage
        self._plan = plan
        self._sent = sent
        self._chance = Random(f"{plan.seed}/faults")
        self._broken: set[str] = set()

    async def all(self) -> None:
        """All of them; two that break the same part at once are one."""
        async with asyncio.TaskGroup() as breaking:
            for fault in self._plan.faults:
                breaking.create_task(self._one(fault))

    async def _one(self, fault: Fault) -> None:
        await asyncio.sleep(fault.after_s)
        await self._trigger(fault)
        if fault.part in self._broken:
            return
        self._broken.add(fault.part)
        try:
            async with self._breaking(fault):
                self.done[fault.name] += 1
                await asyncio.sleep(fault.for_s)
        finally:
            self._broken.discard(fault.part)

    async def _trigger(self, fault: Fault) -> None:
        links = self._stage.links
        watched: dict[str, Callable[[], int]] = {
            "mail": lambda: len(self._stage.mailbox.mails),
            "sent": self._sent,
            "recorded": lambda: links["worker-record"].passed if "worker-record" in links else self._sent(),
        }
        if fault.trigger:
            look, end = watched[fault.trigger], asyncio.get_running_loop().time() + _WAIT_FOR_TRIGGER_S
            before = look()
            while look() == before and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - others' doing
                await asyncio.sleep(0.001)

    def _breaking(self, fault: Fault) -> AbstractAsyncContextManager[None]:
        stage = self._stage
        if fault.part in stage.links:
            return _cut(stage, fault.part, Cut(fault.how))
        if fault.part == "mail":
            return _mood(stage, fault.how)
        if fault.part == "record":
            return _stopped_record(stage) if fault.how == "killed" else _locked_record(stage)
        parts = {
            "worker": [self._chance.choice(stage.workers)],
            "workers": list(stage.workers),
            "server": [stage.server],
            "watch": [stage.watch],
            "api": [stage.api],
        }
        processes = parts[fault.part]
        return _killed(processes) if fault.how == "killed" else _frozen(processes)


@asynccontextmanager
async def _cut(stage: Stage, name: str, how: Cut) -> AsyncIterator[None]:
    await stage.links[name].be_cut(how)
    try:
        yield
    finally:
        await stage.links[name].mend()


@asynccontextmanager
async def _mood(stage: Stage, mood: str) -> AsyncIterator[None]:
    stage.mailbox.mood = mood
    try:
        yield
    finally:
        stage.mailbox.mood = "well"


@asynccontextmanager
async def _killed(processes: list[Kept]) -> AsyncIterator[None]:
    for process in processes:
        await process.kill()
    try:
        yield
    finally:
        for process in processes:
            process.revive()


@asynccontextmanager
async def _frozen(processes: list[Kept]) -> AsyncIterator[None]:
    for process in processes:
        process.freeze()
    try:
        yield
    finally:
        for process in processes:
            process.thaw()


@asynccontextmanager
async def _stopped_record(stage: Stage) -> AsyncIterator[None]:
    assert stage.postgres is not None
    await stage.postgres.stop_at_once()
    try:
        yield
    finally:
        await stage.postgres.start()


@asynccontextmanager
async def _locked_record(stage: Stage) -> AsyncIterator[None]:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _LOCK, str(stage.folder / "record.db"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        await holder.stdout.readline()
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            holder.kill()
        await holder.wait()
