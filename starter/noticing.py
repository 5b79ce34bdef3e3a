"""A worker notices what the files that people edit say, and has each version kept in the record.

Beside the work: a record that is away, or a file that cannot be read, holds up nobody and is tried again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from client.files_now import files_now, stamps
from client.settings import Settings
from records import versions
from records.database import Database, RecordBusy

EVERY_S = 5.0
_log = structlog.get_logger(__name__)


class Noticing:
    """What one process has seen of the files."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings = settings
        self._db = db
        self._seen: object = None

    def look(self, now: datetime) -> list[tuple[str, int]]:
        """Keep what has changed since this process looked last; kind and number of each new version.

        Raises what the database raises; then all is looked at anew the next time.
        """
        before = stamps(self._settings)
        if before == self._seen:
            return []
        self._seen = None
        found: list[tuple[str, int]] = []
        is_all_read = True
        for kind in versions.KINDS:
            files = files_now(self._settings, kind)
            if files is None:
                is_all_read = False
                continue
            number = versions.note(self._db, kind, files, now)
            if number is not None:
                found.append((kind, number))
        if is_all_read and stamps(self._settings) == before:
            self._seen = before
        return found


@contextlib.asynccontextmanager
async def files_noticed(settings: Settings, db: Database, every_s: float = EVERY_S) -> AsyncIterator[None]:
    """Look at the files while the block runs."""
    looking = asyncio.create_task(_look_on(Noticing(settings, db), every_s))
    try:
        yield
    finally:
        looking.cancel()


async def _look_on(noticing: Noticing, every_s: float) -> None:
    is_told = False
    while True:
        try:
            found = await asyncio.to_thread(noticing.look, datetime.now(UTC))
        except (SQLAlchemyError, RecordBusy) as error:
            if not is_told:
                _log.warning("versions_not_kept", error=type(error).__name__)
            is_told = True
        else:
            is_told = False
            for kind, number in found:
                _log.info("version_kept", files=kind, number=number)
        await asyncio.sleep(every_s)
