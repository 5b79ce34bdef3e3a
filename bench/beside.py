"""Ours beside the naive workflow: the same story, paired and interleaved, and how much CPU each took of the machine.

Each has a server and a worker of its own; both run all the time, and one works while the other idles. Only ratios
within one pair are compared: the machine is shared, and seconds of CPU drift with its load (reference measurements
differ by half between two hours of one day, while ratios of pairs agree within a few percent).
"""

import asyncio
import sqlite3
import statistics
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.costs import Costs, costs
from bench.naive import ATTRIBUTES, QUEUE, Issue, Naive
from bench.stand import BIN, Cpu, Stand, standing
from bench.story import PEOPLE, RECORDED, acts, bench_policy, opening
from client.opening import open_issue
from escalation.issue.commands import Command
from records.database import Database, open_database
from starter.recording import send_and_record

SILENCE = timedelta(seconds=2)
WINDOW = timedelta(seconds=2)
OUR_QUEUE = "bench"
_PATIENCE_S = 120
_NAMES = {"acknowledge": Naive.acknowledge, "resolve": Naive.resolve, "close": Naive.close}


@dataclass(frozen=True)
class Pair:
    """What so many stories took, played by ours and by the naive workflow one after the other."""

    ours: Cpu
    naive: Cpu


@dataclass(frozen=True)
class Compared:
    """All pairs, and what one story of each costs."""

    stories: int
    pairs: list[Pair]
    ours: Costs
    naive: Costs

    def ratios(self, of: Callable[[Cpu], float]) -> list[float]:
        """Ours divided by the naive one, pair by pair."""
        return [of(pair.ours) / of(pair.naive) for pair in self.pairs]

    def ratio(self, of: Callable[[Cpu], float]) -> float:
        """The median of them."""
        return statistics.median(self.ratios(of))


class Variant(ABC):
    """One of the two, on its stand."""

    def __init__(self, stand: Stand, record: Path) -> None:
        self.stand = stand
        self._record = record

    @abstractmethod
    async def play(self, reference: str) -> str:
        """The whole story of one issue; its workflow's id."""

    async def cost(self, workflow: str) -> Costs:
        """What it cost."""
        history = await self.stand.client.get_workflow_handle(workflow).fetch_history()
        return costs(history.events)

    async def until_recorded(self, issue: str, count: int) -> None:
        """Wait until so many entries are on record: looking there asks nothing of server or worker."""
        async with asyncio.timeout(_PATIENCE_S):
            while self._recorded(issue) < count:  # noqa: ASYNC110 - another process's doing
                await asyncio.sleep(0.05)

    def _recorded(self, issue: str) -> int:
        try:
            with closing(sqlite3.connect(f"file:{self._record}?mode=ro", uri=True, timeout=10)) as database:
                found = database.execute("select count(*) from entries where issue = ?", (issue,)).fetchone()
        except sqlite3.OperationalError:  # its worker has not made it yet
            return 0
        return int(found[0])


class Ours(Variant):
    """Escalon, through its own doors."""

    def __init__(self, stand: Stand, record: Path, door: Database) -> None:
        super().__init__(stand, record)
        self._door = door

    async def play(self, reference: str) -> str:
        """See Variant."""
        command = opening(reference, bench_policy(SILENCE, WINDOW))
        issue = (await open_issue(self.stand.client, command, OUR_QUEUE)).issue
        await self.until_recorded(str(issue), 6)  # the second delivery comes on record with the next step
        for act in acts():
            sent = await send_and_record(self.stand.client, self._door, issue, act)
            if sent.outcome != "done":
                raise RuntimeError(f"{issue}: {sent.why}")
        await self.stand.client.get_workflow_handle(str(issue)).result()
        await self.until_recorded(str(issue), len(RECORDED))
        return str(issue)


class NaiveOne(Variant):
    """The naive workflow, through the plain client."""

    async def play(self, reference: str) -> str:
        """See Variant."""
        given = Issue(reference, "Card payments fail", SILENCE.total_seconds(), WINDOW.total_seconds())
        handle = await self.stand.client.start_workflow(Naive.run, given, id=reference, task_queue=QUEUE)
        await self.until_recorded(reference, 7)
        for count, act in enumerate(acts(), start=8):
            await handle.execute_update(_NAMES[_name(act)], act.by.person)
            await self.until_recorded(reference, count)
        await handle.result()
        await self.until_recorded(reference, len(RECORDED))
        return reference


def _name(act: Command) -> str:
    return type(act).__name__.lower()


@asynccontextmanager
async def _both(home: Path) -> AsyncIterator[tuple[Ours, NaiveOne]]:
    ours, naive = home / "ours", home / "naive"
    async with our_stand(ours) as our_place:
        settings = {"BENCH_HOME": str(naive)}
        command = [sys.executable, "-m", "bench.naive"]
        async with standing(naive, command, settings, ATTRIBUTES, is_ours=False) as naive_place:
            with closing(open_database(f"sqlite:///{ours / 'record.db'}")) as door:
                yield Ours(our_place, ours / "record.db", door), NaiveOne(naive_place, naive / "naive.db")


@asynccontextmanager
async def our_stand(home: Path) -> AsyncIterator[Stand]:
    """A server with `escalon worker`, as it ships."""
    people = home.with_suffix(".people.yaml")
    people.write_text(PEOPLE, encoding="utf-8")
    settings = {"ESCALON_HOME": str(home), "ESCALON_PEOPLE": str(people), "ESCALON_TASK_QUEUE": OUR_QUEUE}
    async with standing(home, [str(BIN / "escalon"), "worker"], settings, {}, is_ours=True) as stand:
        await _until_there(home / "record.db")
        yield stand


async def _until_there(record: Path) -> None:
    """The worker has made the record's tables and registered the search attributes."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            try:
                with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as database:
                    database.execute("select 1 from entries limit 1")
            except sqlite3.OperationalError:
                await asyncio.sleep(0.1)
            else:
                break
    await asyncio.sleep(2)  # the worker's first poll


async def compare(home: Path, pairs: int, stories: int, say: Callable[[str], None]) -> Compared:
    """Play `pairs` pairs of so many stories at once; who begins changes from pair to pair. The first are warmth."""
    async with _both(home) as (ours, naive):
        await asyncio.gather(_round(ours, "warm", 2), _round(naive, "warm", 2))
        found: list[Pair] = []
        for number in range(pairs):
            used: dict[bool, Cpu] = {}
            for is_ours in (number % 2 == 0, number % 2 != 0):
                say(f"pair {number + 1} of {pairs}: {'ours' if is_ours else 'the naive one'}")
                used[is_ours] = await _round(ours if is_ours else naive, f"p{number}", stories)
            found.append(Pair(used[True], used[False]))
        single = await ours.play("single"), await naive.play("single")
        return Compared(stories, found, await ours.cost(single[0]), await naive.cost(single[1]))


async def _round(variant: Variant, name: str, stories: int) -> Cpu:
    before = variant.stand.cpu()
    await asyncio.gather(*[variant.play(f"{name}-{number}") for number in range(stories)])
    return variant.stand.cpu().since(before)
