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
from starter.http.now import PATIENCE_S, RecordNow

FRESH_S = 5.0
"""How long after it was revoked a key may still open at most."""
WITHOUT_RECORD_S = 3600.0
"""How long the last copy serves while the record is away: nobody can revoke a key in it meanwhile."""
NOTED_EVERY = timedelta(minutes=1)
TIDY_EVERY_S = 3600.0
AWAY_AFTER_S = PATIENCE_S + 1.0
"""So long one waits for the keys to be read, before the last copy serves: the look at the record is given up first."""
NOTING_S = 0.5
"""How long the record may be kept by others when it is noted which keys were used."""
_LATELY_S = 0.2

_log = structlog.get_logger(__name__)


class Keys:
    """All keys, by id."""

    def __init__(self, record: RecordNow) -> None:
        self._record = record
        self._known: dict[str, ApiKey] = {}
        self._read_at: float | None = None
        self._reading: asyncio.Task[None] | None = None
        self._began_at = 0.0
        """When the reading that is under way, or was last, began."""
        self._noting: asyncio.Task[None] | None = None
        self._used: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}
        self._tidied_at = -TIDY_EVERY_S

    @property
    def are_known(self) -> bool:
        """Whether anybody can come in."""
        return self._read_at is not None and time.monotonic() - self._read_at < WITHOUT_RECORD_S

    async def look(self) -> None:
        """Read them now, and put on record what was used, if that is to be had in a moment."""
        await self._read(0.0)
        if self._noting is not None:
            await asyncio.wait({self._noting}, timeout=2 * NOTING_S)

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
        """Have them read, by one for all who wait, and by nobody longer than until the record counts as away."""
        if self._is_newer(not_older_s):
            return
        if self._reading is None or self._reading.done():
            self._began_at = time.monotonic()
            self._reading = asyncio.create_task(self._read_all(self._began_at))
        patience_s = self._began_at + AWAY_AFTER_S - time.monotonic()
        done, _ = await asyncio.wait({self._reading}, timeout=max(0.0, patience_s))
        for reading in done:
            reading.result()  # what nobody has foreseen is not passed over

    async def _read_all(self, began_at: float) -> None:
        db = await self._record.now()
        if db is None:
            return
        try:
            found = await asyncio.to_thread(api_keys.every, db)
        except (SQLAlchemyError, RecordBusy) as error:
            _log.warning("keys_not_read", error=type(error).__name__)
            return
        self._known = {each.key: each for each in found}
        self._read_at = began_at
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note(db))

    async def _note(self, db: Database) -> None:
        """Beside the calls: whoever else writes to the record may hold this up."""
        used, self._used = self._used, {}
        is_tidying = time.monotonic() - self._tidied_at >= TIDY_EVERY_S
        try:
            if used:
                await asyncio.to_thread(api_keys.used, db, used, NOTING_S)
            used = {}
            if is_tidying:
                await asyncio.to_thread(idempotency.forget, db, datetime.now(UTC))
                self._tidied_at = time.monotonic()
        except (SQLAlchemyError, RecordBusy) as error:
            _log.warning("key_use_not_noted", error=type(error).__name__)
            self._used = {**used, **self._used}

    def _is_newer(self, not_older_s: float) -> bool:
        return self._read_at is not None and time.monotonic() - self._read_at < not_older_s
