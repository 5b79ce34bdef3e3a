"""Whether two journals of one story are the same: kind, order, time to the second, and all that the events say.

Left aside, and counted: refusals, which leave nothing by update. As a set: answers about messages, which leave side by
side, and of look-ups that were asked at once. Not looked at: how often a message was tried, and the words of an error.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from escalation.issue.events import Entry
from escalation.issue.facts import CLOCK
from tests.stories.clocks import Told

WITHIN = timedelta(seconds=1)
_OF_THE_WORLD = {"error", "attempts", "message"}
_APART = {"told", "refused"}


@dataclass
class Compared:
    """How much was compared, and what was left aside."""

    scripts: int = 0
    entries: int = 0
    told: int = 0
    refused: int = 0

    def add(self, more: "Compared") -> None:
        """Sum up."""
        self.scripts += more.scripts
        self.entries += more.entries
        self.told += more.told
        self.refused += more.refused

    def __str__(self) -> str:
        return (
            f"{self.scripts} scripts, {self.entries} entries in order and {self.told} answers about messages as a set; "
            f"left aside: {self.refused} refusals"
        )


def compare(one: Told, other: Told) -> Compared:
    """Raises AssertionError with the first difference."""
    assert one.answers == other.answers, f"answers {one.answers} and {other.answers}"
    ours, theirs = _decided(one.entries), _decided(other.entries)
    for mine, yours in zip(ours, theirs, strict=False):
        assert is_same(_plain(mine), _plain(yours)), f"\n{_line(mine)}\n{_line(yours)}"
    further = [_line(entry) for entry in (ours[len(theirs) :] or theirs[len(ours) :])]
    assert not further, "\n".join(["only in one of them:", *further])
    aside = _told(one.entries), _told(other.entries)
    assert aside[0] == aside[1], f"told: {aside[0] - aside[1]} here, {aside[1] - aside[0]} there"
    refused = sum(answer != "done" for answer in one.answers)
    return Compared(1, len(ours), sum(_told(one.entries).values()), refused)


def is_same(one: Any, other: Any) -> bool:
    """Equal, but for instants and counted seconds, which may differ by a second."""
    match one, other:
        case datetime(), datetime():
            return abs(one - other) <= WITHIN
        case float(), float():
            return abs(one - other) <= WITHIN.total_seconds()
        case dict(), dict():
            return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
        case ((tuple() | list()), (tuple() | list())):
            return len(one) == len(other) and all(map(is_same, one, other))
        case _:
            return bool(one == other)


def _decided(entries: list[Entry]) -> list[Entry]:
    """What stands in order. Look-ups that end one after the other, with nothing between, may end in any order."""
    found: list[Entry] = []
    for is_answer, group in groupby((e for e in entries if e.event.kind not in _APART), key=_answers_a_look_up):
        together = list(group)
        found += sorted(together, key=lambda entry: entry.command) if is_answer else together
    return found


def _answers_a_look_up(entry: Entry) -> bool:
    return entry.event.kind == "people_asked" and entry.by == CLOCK


def _plain(entry: Entry) -> dict[str, Any]:
    event = entry.event.model_dump(mode="python", exclude=_OF_THE_WORLD)
    # Some errands are named by the number of their entry, and messages take numbers in any order.
    command = re.sub(r"/suppress/\d+$", "/suppress", entry.command)
    return {"at": entry.happened_at, "by": entry.by, "command": command, "event": event}


def _told(entries: list[Entry]) -> Counter[tuple[str, str, str, str]]:
    told = [entry.event for entry in entries if entry.event.kind == "told"]
    return Counter((event.person, event.channel, event.about, event.outcome) for event in told)


def _line(entry: Entry) -> str:
    return f"{entry.happened_at:%H:%M:%S.%f} {entry.event.model_dump_json(exclude_defaults=True)[:600]}"
