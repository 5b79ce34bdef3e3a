"""Two journals of one case held against each other, entry by entry: kind, order, what it says, and when it happened.

What errands answered (who was found, what became of messages) is compared as a set, since they end in any order and
take their time. A command that came in the very instant in
which something was due is an exact tie: the server may serve either first, so such a case may differ, and is counted.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from escalation.issue.events import Entry, LookupFailed, Opened, PeopleAsked, TierFoundEmpty, Told

CLOSE = timedelta(seconds=2)
"""Instants no further apart than this are the same: a command reaches the server up to so long before its instant, so
that it comes before the clock there too."""


class Difference(NamedTuple):
    """Where two journals part."""

    case: str
    place: int
    """Which of the compared entries, from 1."""
    server: str
    simulated: str

    def __str__(self) -> str:
        return f"{self.case}, entry {self.place}: on the server {self.server}; simulated {self.simulated}"


@dataclass
class Agreement:
    """How the journals of two clocks compare."""

    cases: int = 0
    entries: int = 0
    """Entries of one clock that were compared one by one."""
    answers: int = 0
    """Entries of one clock that were compared as a set."""
    same_second: int = 0
    """Of the entries, those whose instants are in the same second."""
    ties: list[str] = field(default_factory=list)
    """Cases with an exact tie that came out otherwise on the server."""
    differences: list[Difference] = field(default_factory=list)
    furthest_s: float = 0
    """The furthest that two instants of one entry were apart, in seconds."""

    def compare(
        self, case: str, server: Sequence[Entry], simulated: Sequence[Entry], shift: timedelta, *, has_tie: bool
    ) -> None:
        """Take in one case. `shift`: how much later the server's journal is by its clock."""
        self.cases += 1
        ours, theirs = _told_apart(simulated), _told_apart(server)
        found = self._first_difference(case, theirs[0], ours[0], shift)
        if found is None and theirs[1] != ours[1]:
            lacking = ours[1] - theirs[1]
            found = Difference(case, 0, f"other answers: {dict(theirs[1] - ours[1])}", f"{dict(lacking)}")
        self.answers += ours[1].total()
        if found is not None and has_tie:
            self.ties.append(case)
        elif found is not None:
            self.differences.append(found)

    def compare_refusals(
        self, case: str, server: Sequence[tuple[str, str]], simulated: Sequence[tuple[str, str]], *, has_tie: bool
    ) -> None:
        """What was refused in one case, by command and code."""
        if list(server) == list(simulated):
            return
        if has_tie:
            self.ties.append(case)
        else:
            self.differences.append(Difference(case, 0, f"refused: {list(server)}", f"{list(simulated)}"))

    def _first_difference(
        self, case: str, server: list[Entry], simulated: list[Entry], shift: timedelta
    ) -> Difference | None:
        for place in range(max(len(server), len(simulated))):
            one = server[place] if place < len(server) else None
            other = simulated[place] if place < len(simulated) else None
            if one is None or other is None or _says(one) != _says(other):
                return Difference(case, place + 1, _shown(one), _shown(other))
            apart = abs(one.happened_at - shift - other.happened_at)
            if apart > CLOSE:
                return Difference(case, place + 1, _shown(one), _shown(other))
            self.entries += 1
            self.furthest_s = max(self.furthest_s, apart.total_seconds())
            self.same_second += _second(one.happened_at - shift) == _second(other.happened_at)
        return None

    @property
    def is_whole(self) -> bool:
        """Whether nothing differs but ties."""
        return not self.differences

    def sentence(self) -> str:
        """What was compared and what came of it."""
        found = "all agree" if self.is_whole else f"{len(self.differences):,} differ"
        return (
            f"Server beside simulated clock: {self.cases:,} cases; {self.entries:,} entries by kind, order, facts and "
            f"time, {self.answers:,} answers as sets: {found}. {self.same_second:,} entries in the same second, "
            f"none further apart than {self.furthest_s:.3f} s; {len(self.ties):,} exact ties came out otherwise."
        )

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "cases": self.cases,
            "entries": self.entries,
            "answers": self.answers,
            "same_second": self.same_second,
            "furthest_seconds": round(self.furthest_s, 3),
            "ties": self.ties,
            "differences": [each._asdict() for each in self.differences],
        }


def _told_apart(entries: Sequence[Entry]) -> tuple[list[Entry], Counter[tuple[str, ...]]]:
    """What happened in its order, and what errands answered."""
    answers: Counter[tuple[str, ...]] = Counter()
    rest: list[Entry] = []
    for entry in entries:
        match entry.event:
            case Told(kind=kind, person=person, channel=channel, about=about, outcome=outcome):
                answers[kind, person, channel, about, outcome] += 1
            case PeopleAsked(kind=kind, turn=turn, tier=tier, how=how, people=people):
                answers[kind, str(turn), tier, how, *(person.id for person in people)] += 1
            case TierFoundEmpty(kind=kind, turn=turn, tier=tier) | LookupFailed(kind=kind, turn=turn, tier=tier):
                answers[kind, str(turn), tier] += 1
            case _:
                rest.append(entry)
    return rest, answers


def _says(entry: Entry) -> tuple[Any, ...]:
    """What an entry says, without the instants in it and the numbers that deliveries have moved."""
    said = {name: value for name, value in entry.event.model_dump().items() if not _is_of_time(name)}
    if isinstance(entry.event, Opened):
        said.pop("open")
    return (entry.by.person, entry.command, said)


def _is_of_time(name: str) -> bool:
    return name.endswith("_at") or name in {"until", "reopen_until", "targets", "ceilings", "warnings", "held_for_s"}


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _shown(entry: Entry | None) -> str:
    if entry is None:
        return "nothing"
    return f"{entry.event.kind} at {entry.happened_at.isoformat(timespec='milliseconds')}"
