"""The scribe: sees to it that what was decided comes on the record, whole and in order, for few events.

An entry stays on the scribe's own list until it is known to be written. Three hands write, the same numbered entries,
each only once (`records/journal.py`), and each only what the server has kept (docs/decisions/0008, 0012, 0013):

- an errand that the same step asks for takes along what waits, and answers whether it was written;
- whoever sent a command by an update, and said that it would, writes what the answer brings;
- what neither has under way is written by an activity, at once, retried until it is written.

What may wait, waits for the next of them. Whether something is written now depends on what was decided alone, never on
what has come back meanwhile (docs/decisions/0014).
"""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from escalation.issue.effects import Record
    from escalation.issue.events import Entry
    from workflows.errands import RECORD

MOST_WAITING = 12
"""Entries that no hand has taken, of which the last does not wait even where it may. Ours: an answer stays small."""

MOST_AT_ONCE = 4
"""Writes under way; beyond it the record is away or slow, and what comes waits for one of them."""


class Scribe:
    """Of one run of one issue."""

    def __init__(self, record: Callable[[tuple[Entry, ...]], Record]) -> None:
        self.unwritten: list[Entry] = []
        """Not known to be on record, in order."""
        self._record = record
        self._pressing = self._taken = self._written = 0
        self._along: dict[str, int] = {}
        self._writes: list[int] = []

    def add(self, entries: tuple[Entry, ...], *, can_wait: bool = False) -> None:
        """Entries that were decided; those that can wait come on record with what follows them."""
        self.unwritten.extend(entries)
        if not can_wait or (entries and entries[-1].number - self._taken >= MOST_WAITING):
            self.press()

    def press(self) -> None:
        """Nothing of what is there waits any longer."""
        self._pressing = self.unwritten[-1].number if self.unwritten else 0

    def take_along(self, errand: str) -> Record | None:
        """What this errand is to write on its way: all that is not known to be written; None where none of it waits."""
        if not self.unwritten or self.unwritten[-1].number <= self._under_way:
            return None
        self._along[errand] = self._taken = self.unwritten[-1].number
        return self._record(tuple(self.unwritten))

    def came_back(self, errand: str, written_to: int) -> None:
        """The errand has ended, and has written up to that entry; 0: it could not."""
        self._along.pop(errand, None)
        self._is_written(written_to)

    @property
    def has_work(self) -> bool:
        """Whether there are entries that may not wait and that no hand has under way."""
        return self._pressing > max(self._under_way, self._written) and len(self._writes) < MOST_AT_ONCE

    @property
    def is_busy(self) -> bool:
        """Whether entries that may not wait are still to be written, by whomever."""
        return bool(self._writes) or self._pressing > self._written

    def begin(self) -> Record:
        """What is to be written now, and is under way from now on."""
        self._taken = self.unwritten[-1].number
        self._writes.append(self._taken)
        return self._record(tuple(self.unwritten))

    async def write(self, record: Record) -> None:
        """Write it, however long it takes."""
        await workflow.execute_activity(record.kind, record, summary="written on the record", **RECORD)
        number = record.entries[-1].number
        self._writes.remove(number)
        self._is_written(number)

    @property
    def _under_way(self) -> int:
        """The last entry that a hand has with it; 0: none."""
        return max([*self._along.values(), *self._writes], default=0)

    def _is_written(self, number: int) -> None:
        self._written = max(self._written, number)
        self.unwritten = [entry for entry in self.unwritten if entry.number > number]
