"""The scribe: sees to it that what was decided comes on the record, whole and in order, for few events.

An entry stays on the scribe's own list until it is known to be written. An errand that the same step asks for takes
along what waits, and answers whether it was written; what no errand takes, or has not written, the scribe writes by an
activity of its own, retried until it is written. Both write the same numbered entries, each only once
(`records/journal.py`), and both are asked for by the commit of the task that decided them (docs/decisions/0008, 0012).
"""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from escalation.issue.effects import Record
    from escalation.issue.events import Entry
    from workflows.errands import RECORD


class Scribe:
    """Of one run of one issue."""

    def __init__(self, record: Callable[[tuple[Entry, ...]], Record]) -> None:
        self.unwritten: list[Entry] = []
        """Not known to be on record, in order."""
        self._record = record
        self._taken_along: dict[str, int] = {}

    def add(self, entries: tuple[Entry, ...]) -> None:
        """Entries that were decided."""
        self.unwritten.extend(entries)

    def take_along(self, errand: str) -> Record | None:
        """What this errand is to write on its way: all that is not known to be written; None where none of it waits."""
        if not self.has_work:
            return None
        self._taken_along[errand] = self.unwritten[-1].number
        return self._record(tuple(self.unwritten))

    def came_back(self, errand: str, written_to: int) -> None:
        """The errand has ended, and has written up to that entry; 0: it could not."""
        self._taken_along.pop(errand, None)
        self._is_written(written_to)

    @property
    def has_work(self) -> bool:
        """Whether there are entries that no errand has under way."""
        return bool(self.unwritten) and self.unwritten[-1].number > max(self._taken_along.values(), default=0)

    async def write(self) -> None:
        """Write what waits, however long it takes."""
        record = self._record(tuple(self.unwritten))
        await workflow.execute_activity(record.kind, record, summary="written on the record", **RECORD)
        self._is_written(record.entries[-1].number)

    def _is_written(self, number: int) -> None:
        self.unwritten = [entry for entry in self.unwritten if entry.number > number]
