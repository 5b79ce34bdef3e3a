"""Reads UCI 498 (`uci498_columns.py`): rows become cases, and what is wrong with them is said by line.

Rows of one case lie together, in the order in which they were written. What a case becomes: `uci498_script.py`.
"""

from collections.abc import Iterable, Iterator, Sequence

from escalation.intake.logged import Case, DirtyRow, Dropped, LogFormat, Row
from escalation.intake.uci498_columns import MISSING, Known, picker
from escalation.intake.uci498_script import CLOSED, script_of
from escalation.policy.model import Policy


class Uci498:
    """One log that is being read. `dirty` and `dropped` grow as cases are taken."""

    def __init__(self, header: Sequence[str], policy: Policy) -> None:
        self.dirty: list[DirtyRow] = []
        self.dropped: list[Dropped] = []
        self._pick = picker(header)
        self._width = len(header)
        self._policy = policy

    def cases(self, rows: Iterable[Row]) -> Iterator[Case]:
        """The cases in the order of the file, without the one that the file's last line cut."""
        number, held, is_torn = "", list[tuple[int, Known]](), False
        earlier: set[str] = set()
        pick, width, make = self._pick, self._width, Known._make
        for line, row in rows:
            is_torn = len(row) != width
            if is_torn:
                self._note(line, "row", f"{len(row)} fields", f"{width} fields")
                continue
            known = make(pick(row))
            if known.number != number:
                if held:
                    yield from self._case(number, held)
                    held = []
                earlier.add(number)
                number = known.number
            if number in earlier or number == MISSING:
                allowed = "the number of a case" if number == MISSING else "the rows of a case together"
                self._note(line, "number", number, allowed)
                continue
            held.append((line, known))
        # Of a log that was cut, the last case has no more than its beginning.
        if held and (is_torn or (len(held) == 1 and held[0][1].incident_state != CLOSED)):
            kept = "its first row" if len(held) == 1 else f"{len(held)} rows"
            self.dropped.append(Dropped(number, held[0][0], len(held), f"the file ends within it, after {kept}"))
        elif held:
            yield from self._case(number, held)

    def _case(self, number: str, rows: list[tuple[int, Known]]) -> Iterator[Case]:
        case = script_of(self._policy, number, rows, self._note)
        if case is None:
            self.dropped.append(Dropped(number, rows[0][0], len(rows), "none of its rows has times that can be read"))
        else:
            yield case

    def _note(self, line: int, field: str, value: str, allowed: str, done: str = "the row is left out") -> None:
        self.dirty.append(DirtyRow(line, field, value, allowed, done))


_ACKNOWLEDGED = ("15m", "30m", "1h", "4h", "8h", "24h", "48h", "72h")
_RESOLVED = ("4h", "8h", "24h", "72h", "120h", "240h")

FORMAT = LogFormat(
    name="uci498",
    reader=Uci498,
    policy="replay-uci498.yaml",
    tiers={limit: f"ack_{limit}" for limit in _ACKNOWLEDGED},
    targets={group: {limit: f"{group}_{limit}" for limit in _RESOLVED} for group in ("wall", "held")},
    # Counted with pandas over the first 119,998 events of the published log, apart from this project.
    reference={
        "acknowledged": dict(zip(_ACKNOWLEDGED, (10985, 9606, 8487, 6674, 5807, 4306, 3228, 2596), strict=True)),
        "wall": dict(zip(_RESOLVED, (11846, 11017, 9696, 7115, 5784, 3353), strict=True)),
        "held": dict(zip(_RESOLVED, (10774, 9691, 7997, 5069, 3741, 2001), strict=True)),
    },
    reference_cases=20_768,
)
