"""What the log of another system becomes: cases, each a script of commands at instants; and what was wrong with it.

One shape for every format that can be replayed. A format reads rows and knows nothing of files: `uci498.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from escalation.issue.commands import Command, Open
from escalation.issue.identity import IssueId
from escalation.policy.model import Policy


class Step(NamedTuple):
    """At this instant (UTC) this command is sent."""

    at: datetime
    command: Command


class Case(NamedTuple):
    """One case of the log: the issue that it becomes, and everything that is done to it, in order."""

    reference: str
    line: int
    """The line of the file where it begins."""
    rows: int
    """How many rows of the log it is made of."""
    script: tuple[Step, ...]
    """Begins with the opening. Instants never go back."""

    @property
    def opening(self) -> Open:
        """The command that opens it."""
        first = self.script[0].command
        assert isinstance(first, Open)
        return first

    @property
    def issue(self) -> IssueId:
        """The id of the issue."""
        return self.opening.issue.id


class DirtyRow(NamedTuple):
    """A row that is not as it should be: where, what is there, what is allowed, and what was done about it."""

    line: int
    field: str
    value: str
    allowed: str
    done: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.field} {self.value!r}; allowed: {self.allowed}; {self.done}"


class Dropped(NamedTuple):
    """A case that is not replayed, and why."""

    reference: str
    line: int
    rows: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reference} is not replayed: {self.why}"


class BadLog(ValueError):
    """The file is not of this format; names what is missing and what is allowed."""


Row: TypeAlias = tuple[int, Sequence[str]]
"""The row's line in the file, from 1, and its fields."""


class LogReader(Protocol):
    """Reads one log. What was wrong is known once all cases were taken."""

    dirty: list[DirtyRow]
    dropped: list[Dropped]

    def cases(self, rows: Iterable[Row]) -> Iterator[Case]:
        """The cases in the order of the file."""
        ...


@dataclass(frozen=True)
class LogFormat:
    """A format: how it is read, and which limits of its policy are counted."""

    name: str
    reader: Callable[[Sequence[str], Policy], LogReader]
    """From the header and the policy whose clocks run; raises BadLog."""
    policy: str
    """The file of that policy among the samples that ship."""
    tiers: dict[str, str]
    """The ladder's tiers by the name under which their missed acknowledgements are counted."""
    targets: dict[str, dict[str, str]]
    """The same for targets, in groups."""
    reference: dict[str, dict[str, int]] | None = None
    """What others have counted in the published log, by group and limit: `acknowledged` and the groups of targets."""
    reference_cases: int = 0
    """In how many cases they have counted it."""
