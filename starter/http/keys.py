"""The API keys as this process knows them: read as a whole, kept for seconds, and longer while the record is away."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from records import api_keys, idempotency
from records.api_keys import ApiKey
from records.database import Database, RecordBusy
from starter.failure import NotDone
from starter.http.now import RecordNow

FRESH_S = 5.0
"""How long after it was revoked a key may still open at most."""
WITHOUT_RECORD_S = 3600.0
"""How long the last copy serves while the record is away: nobody can revoke a key in it meanwhile."""
NOTED_EVERY = timedelta(minutes=1)
TIDY_EVERY_S = 3600.0
_LATELY_S = 0.2

_log = structlog.get_logger(__name__)


class Keys:
    """All keys, by id."""

    def __init__(self, record: RecordNow) -> None:
        self._record = record
        self._known: dict[str, ApiKey] = {}
        self._read_at: float | None = None
        self._used: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}
        self._tidied_at = -TIDY_EVERY_S
        self._lock = asyncio.Lock()

    @property
    def are_known(self) -> bool:
        """Whether anybody can come in."""
        return self._read_at is not None and time.monotonic() - self._read_at < WITHOUT_RECORD_S

    async def look(self) -> None:
        """Read them now, if that is to be had."""
        await self._read(0.0)

    async def find(self, key: str) -> ApiKey | None:
        """The key with this id, good or not. Raises NotDone where that cannot be told."""
        await self._read(FRESH_S)
        if key not in self._known and self._read_at is not None:
            # It may have been made a moment ago; however many come with one that never was, the record is spared.
            await asyncio.sleep(max(0.0, self._read_at + _LATELY_S - time.monotonic()))
            await self._read(_LATELY_S)
        if not self.are_known:
            raise NotDone("the record is away, and with it the keys: nobody can be let in now", "key_store_away")
        return self._known.get(key)

    def note_use(self, key: ApiKey, now: datetime) -> None:
        """It was used; put on record with the next reading, about once a minute."""
        last = self._noted.get(key.key)
        if last is None or now - last >= NOTED_EVERY:
            self._noted[key.key] = self._used[key.key] = now

    async def _read(self, not_older_s: float) -> None:
        if self._is_newer(not_older_s):
            return
        async with self._lock:
            if self._is_newer(not_older_s):
                return
            db = await self._record.now()
            if db is None:
                return
            used, self._used = self._used, {}
            is_tidying = time.monotonic() - self._tidied_at >= TIDY_EVERY_S
            try:
                found = await asyncio.to_thread(_exchange, db, used, is_tidying=is_tidying)
            except (SQLAlchemyError, RecordBusy) as error:
                _log.warning("keys_not_read", error=type(error).__name__)
                self._used = {**used, **self._used}
                return
            self._known = {each.key: each for each in found}
            self._read_at = time.monotonic()
            self._tidied_at = self._read_at if is_tidying else self._tidied_at

    def _is_newer(self, not_older_s: float) -> bool:
        return self._read_at is not None and time.monotonic() - self._read_at < not_older_s


def _exchange(db: Database, used: dict[str, datetime], *, is_tidying: bool) -> list[ApiKey]:
    """Write down which keys were used, read all of them, and once in a while forget answers that are a day old."""
    if used:
        api_keys.used(db, used)
    if is_tidying:
        idempotency.forget(db, datetime.now(UTC))
    return api_keys.every(db)
