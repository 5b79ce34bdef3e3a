"""Two journals of one case held against each other, entry by entry: kind, order, what it says, and when it happened.

What errands answered (who was found, what became of messages) is compared as a set, since they end in any order and
take their time. A command that came in the very instant in which something was due is an exact tie: the server, where
both have their own second, may serve either first. A case that differs from there on is counted apart.
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
    again: int = 0
    """How often a case was played again, since its clock on the server was served late."""
    ties: list[str] = field(default_factory=list)
    """Cases with an exact tie that came out otherwise on the server."""
    differences: list[Difference] = field(default_factory=list)
    furthest_s: float = 0
    """The furthest that two instants of one entry were apart, in seconds."""

    def compare(
        self,
        case: str,
        server: Sequence[Entry],
        simulated: Sequence[Entry],
        shift: timedelta,
        ties: Sequence[datetime] = (),
    ) -> None:
        """Take in one case. `shift`: how much later the server's journal is by its clock."""
        self.cases += 1
        ours, theirs = _told_apart(simulated), _told_apart(server)
        self.answers += ours[1].total()
        for place in range(max(len(theirs[0]), len(ours[0]))):
            one = theirs[0][place] if place < len(theirs[0]) else None
            other = ours[0][place] if place < len(ours[0]) else None
            if one is not None and other is not None and _says(one) == _says(other):
                apart = abs(one.happened_at - shift - other.happened_at)
                if apart <= CLOSE:
                    self._take(apart, one.happened_at - shift, other.happened_at)
                    continue
            instants = [one.happened_at - shift] if one is not None else []
            instants += [other.happened_at] if other is not None else []
            if any(abs(at - tie) <= CLOSE for at in instants for tie in ties):
                self.ties.append(case)
            else:
                self.differences.append(Difference(case, place + 1, _shown(one), _shown(other)))
            return
        if theirs[1] != ours[1]:
            more, less = dict(theirs[1] - ours[1]), dict(ours[1] - theirs[1])
            self.differences.append(Difference(case, 0, f"other answers: {more}", f"{less}"))

    def compare_refusals(
        self, case: str, server: Sequence[tuple[str, str]], simulated: Sequence[tuple[str, str]]
    ) -> None:
        """What was refused in one case, by command and code."""
        if list(server) != list(simulated):
            self.differences.append(Difference(case, 0, f"refused: {list(server)}", f"{list(simulated)}"))

    def _take(self, apart: timedelta, one: datetime, other: datetime) -> None:
        self.entries += 1
        self.furthest_s = max(self.furthest_s, apart.total_seconds())
        self.same_second += one.replace(microsecond=0) == other.replace(microsecond=0)

    @property
    def is_whole(self) -> bool:
        """Whether nothing differs but ties."""
        return not self.differences

    def sentence(self) -> str:
        """What was compared and what came of it."""
        found = "all agree" if self.is_whole else f"{len(self.differences):,} differ"
        found += f", but for exact ties: {len(self.ties):,}" if self.ties else ""
        return (
            f"Server beside simulated clock: {self.cases:,} cases; {self.entries:,} entries by kind, order, facts and "
            f"time, {self.answers:,} answers as sets: {found}. In the same second: {self.same_second:,}; "
            f"furthest apart: {self.furthest_s:.3f} s. Played again, since the machine was busy: {self.again:,}."
        )

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "cases": self.cases,
            "entries": self.entries,
            "answers": self.answers,
            "same_second": self.same_second,
            "furthest_seconds": round(self.furthest_s, 3),
            "played_again": self.again,
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


def _shown(entry: Entry | None) -> str:
    if entry is None:
        return "nothing"
    return f"{entry.event.kind} at {entry.happened_at.isoformat(timespec='milliseconds')}"
