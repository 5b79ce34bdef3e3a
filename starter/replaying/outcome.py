"""What comes of replaying a log: counts, what the rules refused, what was wrong with the log, how long it took."""

from dataclasses import dataclass, field
from typing import NamedTuple

from escalation.intake.logged import DirtyRow, Dropped
from starter.replaying.agreement import Agreement
from starter.replaying.counting import Counts


class Refused(NamedTuple):
    """A command of a script that the rules did not take."""

    case: str
    command: str
    code: str
    why: str


@dataclass
class Replayed:
    """What came of a log."""

    counts: Counts
    events: int = 0
    """Rows of the log that were replayed."""
    commands: int = 0
    refused: list[Refused] = field(default_factory=list)
    dirty: list[DirtyRow] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    seconds: float = 0
    cpu_seconds: float = 0
    agreement: Agreement | None = None
    """On the server's clock: how its journals compare with those of the simulated clock."""
