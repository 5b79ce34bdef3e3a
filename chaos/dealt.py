"""Faults that are dealt to runs rather than drawn: all that can break does, in as many runs as there are.

Each kind of fault comes as often as `FAULTS` names it, on one of the databases whose stage can do it. Which, in which
run and at which instant is drawn from the seed.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from random import Random
from typing import TypeAlias

from chaos.plan import kinds_of_faults

Kinds: TypeAlias = tuple[tuple[str, str], ...]
"""Of faults, each by its part and how it breaks."""


def deal(base: int, runs: Mapping[str, Sequence[int]]) -> dict[int, Kinds]:
    """The kinds of faults of each run. `runs`: the numbers of those on each database, by its name.

    Two of one part come to two runs, as long as there are enough of them on a database: side by side they are one.
    """
    chance = Random(f"{base}/dealt")
    by_database: dict[str, list[tuple[str, str]]] = {database: [] for database in runs}
    able = {database: kinds_of_faults(has_postgres=database == "postgres") for database in runs}
    for kind in sorted({kind for kinds in able.values() for kind in kinds}):
        for _ in range(max(kinds.count(kind) for kinds in able.values())):
            fit = [database for database in runs if kind in able[database]]
            fewest = min(len(by_database[database]) for database in fit)
            chosen = chance.choice([database for database in fit if len(by_database[database]) == fewest])
            by_database[chosen].append(kind)
    dealt: dict[int, list[tuple[str, str]]] = {number: [] for numbers in runs.values() for number in numbers}
    for database, numbers in runs.items():
        # One part after the other, each run in its turn: none has two of a part before all have one.
        for number, kind in zip(cycle(chance.sample(numbers, len(numbers))), sorted(by_database[database])):
            dealt[number].append(kind)
    return {number: tuple(kinds) for number, kinds in dealt.items()}
