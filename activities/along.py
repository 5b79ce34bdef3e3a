"""Entries that travel with an errand: written on the record beside it, and never in its way.

The errand's answer says whether they were written. If not, the scribe writes them by its own activity.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog

from escalation.issue.effects import Record
from records import journal
from records.database import Database

PATIENCE = timedelta(milliseconds=500)
"""How long the answer of an errand that is done waits for the record."""

MOST_AT_ONCE = 4
"""Writes under way; beyond it the record is away or slow, and no more are begun."""

_log = structlog.get_logger(__name__)


class WritingAlong:
    """For one worker, with threads of its own: writes that hang on an absent database hold up nothing else."""

    def __init__(self, db: Database, patience: timedelta = PATIENCE) -> None:
        self._db = db
        self._patience = patience
        self._under_way = 0
        self._writers = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="record-along")

    def begin(self, record: Record | None) -> asyncio.Task[int]:
        """Begin to write; to be asked for by `ended`, or left alone where the errand fails."""
        return asyncio.create_task(self._write(record))

    async def ended(self, writing: asyncio.Task[int]) -> int:
        """The number of the last entry that is on record; 0 where that is not known in time."""
        done, _ = await asyncio.wait({writing}, timeout=self._patience.total_seconds())
        return writing.result() if done else 0

    async def _write(self, record: Record | None) -> int:
        if record is None or self._under_way >= MOST_AT_ONCE:
            return 0
        self._under_way += 1
        try:
            await asyncio.get_running_loop().run_in_executor(self._writers, journal.write, self._db, record)
        except Exception as error:  # noqa: BLE001 - whatever ails the record, the errand goes on
            _log.warning("record_not_written_along", issue=str(record.snapshot.issue), error=type(error).__name__)
            return 0
        finally:
            self._under_way -= 1
        return record.entries[-1].number
