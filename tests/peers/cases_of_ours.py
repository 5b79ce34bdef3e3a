"""The invented cases of this repository, and changed copies of them."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.peers.reading import read_folder
from tests.peers.scenario import Scenario

FOLDER = Path(__file__).parent / "cases"
CASES = {case.id: case for case in read_folder(FOLDER)}


def changed(name: str, path: str, value: object) -> Scenario:
    """The case with one value in `given`, `when` or `then` replaced: `then.states.0.by`; `-` removes it."""
    return changed_in(CASES[name], path, value)


def changed_in(case: Scenario, path: str, value: object) -> Scenario:
    """The same of any case."""
    part, *steps = path.split(".")
    whole: Any = deepcopy(list(case.when) if part == "when" else getattr(case, part))
    place = whole
    for step in steps[:-1]:
        place = place[int(step) if isinstance(place, list) else step]
    last: Any = int(steps[-1]) if isinstance(place, list) else steps[-1]
    if value == "-":
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    change: dict[str, Any] = {part: tuple(whole) if part == "when" else whole}
    return replace(case, **change)
