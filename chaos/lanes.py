"""Lanes: stages side by side, each of which takes the next run of its database until none is left."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from chaos.dealt import Kinds
from chaos.figures import Sums
from chaos.plan import plan
from chaos.run import Lane, Outcome
from chaos.stage import standing


def database_of(number: int, databases: Sequence[str]) -> str:
    """Which database run `number` is on: they take turns, so that a run alone is on the same."""
    return databases[number % len(databases)]


async def all_runs(
    folder: Path,
    seed: int,
    numbers: Sequence[int],
    databases: Sequence[str],
    lanes: int,
    dealt: Mapping[int, Kinds],
    sums: Sums,
    show: Callable[[Sums], None],
) -> None:
    """Make these runs, on so many stages of each database as there are lanes for, at least one.

    `dealt`: the faults of runs to which some were dealt.
    """
    async with asyncio.TaskGroup() as going:
        for database in databases:
            waiting = deque(number for number in numbers if database_of(number, databases) == database)
            for index in range(max(1, lanes // len(databases))):
                if index < len(waiting):
                    going.create_task(
                        _lane(folder / f"{database}-{index + 1}", seed, waiting, database, dealt, sums, show)
                    )


async def _lane(
    folder: Path,
    seed: int,
    waiting: deque[int],
    database: str,
    dealt: Mapping[int, Kinds],
    sums: Sums,
    show: Callable[[Sums], None],
) -> None:
    has_postgres = database == "postgres"
    async with standing(folder, has_postgres=has_postgres) as stage, aclosing(Lane(stage)) as lane:
        while waiting:
            number = waiting.popleft()
            planned = plan(seed, number, has_postgres=has_postgres, dealt=dealt.get(number, ()))
            outcome: Outcome = await lane.run(planned)
            sums.add(outcome)
            show(sums)
