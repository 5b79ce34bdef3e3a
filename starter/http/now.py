"""What changes while the HTTP door runs, as it is now: policies and people in their files, the record, the server.

Each is looked at again after a moment and used meanwhile; none that is away is waited for by more than one caller.
"""

import asyncio
import contextlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Generic, TypeVar

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from client.connect import connect
from client.finding import Connection
from client.settings import Settings
from records.database import Database
from starter.failure import Failed, NotDone, as_failure
from starter.installation import Installed, installed, record_if_there
from starter.people_source import stored

LOOK_AGAIN_S = 1.0
"""How long files and the record are taken to be as they were."""
PATIENCE_S = 5.0
"""How long a look at the record may take before it counts as away: as long as it takes to give up connecting."""

_log = structlog.get_logger(__name__)
_Thing = TypeVar("_Thing")


class _Looked(Generic[_Thing]):
    """A thing that was looked at a moment ago, and is looked at again by one caller at a time."""

    def __init__(self) -> None:
        self.value: _Thing | None = None
        self.until = 0.0
        self.lock = asyncio.Lock()

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() < self.until

    def looked(self, value: _Thing | None) -> _Thing | None:
        self.value, self.until = value, time.monotonic() + LOOK_AGAIN_S
        return value


class InstalledNow:
    """Policies and people, parsed once and again when a file of theirs has changed.

    An edit with a mistake in it does not take effect: the last good copy stays in use, and it is said once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._looked: _Looked[Installed] = _Looked()
        self._files: object = None
        self._trouble = ""

    async def now(self) -> Installed:
        """What is installed; raises Failed where there never was a good copy."""
        if self._looked.value is not None and (self._looked.is_fresh or self._looked.lock.locked()):
            return self._looked.value
        async with self._looked.lock:
            if self._looked.value is None or not self._looked.is_fresh:
                self._looked.looked(await asyncio.to_thread(self._read_if_changed))
        assert self._looked.value is not None
        return self._looked.value

    def _read_if_changed(self) -> Installed:
        files = self._stamps()
        if self._looked.value is not None and files == self._files:
            return self._with_people(self._looked.value)
        try:
            found = installed(self._settings)
        except Exception as error:
            failure = as_failure(error)
            if failure is None:
                raise
            if self._looked.value is None:
                raise failure from error
            if self._trouble != failure.why:
                self._trouble = failure.why
                _log.error("policies_unusable", in_use="last good copy", trouble=failure.why)
            self._files = files
            return self._looked.value
        self._files, self._trouble = files, ""
        return found

    @property
    def _is_stored(self) -> bool:
        return self._settings.people_in == "store"

    def _with_people(self, here: Installed) -> Installed:
        """The same with the directory of the record as it is now, while that can be had."""
        if not self._is_stored:
            return here
        try:
            directory = stored(self._settings)
        except NotDone:
            return here
        return here if directory is here.directory else replace(here, directory=directory)

    def _stamps(self) -> object:
        """What tells one version of the files from another; the inode too, for editors put a new file in place."""
        folder, people, rotas = self._settings.policies, self._settings.people, self._settings.rotas_file
        with contextlib.suppress(OSError):
            on_duty = [path for path in (rotas, *sorted(rotas.parent.glob("*.ics"))) if path.exists()]
            files = (*sorted(folder.glob("*.y*ml")), *([] if self._is_stored else [people]), *on_duty)
            return [_stamp(path) for path in files]
        return None


def _stamp(path: Path) -> tuple[str, int, int, int]:
    found = path.stat()
    return path.name, found.st_mtime_ns, found.st_size, found.st_ino


class RecordNow:
    """The record while it can be had: who opens an issue or acts on one must not depend on it.

    Once it was there it is taken to be, and looked at beside the calls: nobody waits for a look. One that is away, or
    has not answered a look within some seconds, is None until a look succeeds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held = contextlib.ExitStack()
        self._db: Database | None = None
        self._is_there: bool | None = None
        self._look: asyncio.Task[bool] | None = None
        self._next_look = 0.0

    async def now(self) -> Database | None:
        """The record, None while it is away. Only the first caller waits for it."""
        if time.monotonic() >= self._next_look and (self._look is None or self._look.done()):
            self._look = asyncio.create_task(self._looking())
        if self._is_there is None and self._look is not None:
            await asyncio.shield(self._look)
        return self._db if self._is_there else None

    async def _looking(self) -> bool:
        look = asyncio.create_task(asyncio.to_thread(self._open))
        done, _ = await asyncio.wait({look}, timeout=PATIENCE_S)
        if not done:
            self._is_there = False
            _log.warning("record_away", error="it does not answer")
        self._is_there = await look
        self._next_look = time.monotonic() + LOOK_AGAIN_S
        return self._is_there

    def _open(self) -> bool:
        if self._db is None:
            self._db = self._held.enter_context(record_if_there(self._settings))
            return self._db is not None
        try:
            with self._db.reading() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            _log.warning("record_away", error=type(error).__name__)
            return False
        return True

    def close(self) -> None:
        """Let go of it."""
        self._held.close()


class ServerNow:
    """The connection to Temporal: made when it is first needed, kept from then on; the SDK mends it by itself."""

    def __init__(self, given: Connection | None = None) -> None:
        self._client = given
        self._lock = asyncio.Lock()
        self._away: tuple[float, Failed] | None = None

    async def now(self) -> Connection:
        """The client; raises Failed while no server answers."""
        if self._client is not None:
            return self._client
        async with self._lock:
            if self._client is None:
                if self._away is not None and time.monotonic() < self._away[0]:
                    raise self._away[1]
                try:
                    self._client = await connect()
                except Exception as error:
                    failure = as_failure(error)
                    if failure is None:
                        raise
                    self._away = time.monotonic() + LOOK_AGAIN_S, failure
                    raise failure from error
            return self._client
