"""The directory as it is now, where it is kept in the record: looked up by each errand, person by person.

While the record is away, a copy of a minute ago. A house that is too large for one has whom it asked for lately.
"""

import threading
import time
from contextlib import suppress
from pathlib import Path

from activities.live_directory import LiveDirectory
from client.kept_directory import KeptDirectory
from client.settings import Settings
from escalation.policy.directory import Directory
from escalation.policy.looked_up import LookedUp
from records.database import Database
from records.people_pages import NoPeople, PeopleNow

_AGAIN_S = 2.0
"""For so long a record that was away is not asked again: what is in memory must do. Ours."""
MOST_HELD = 20_000
"""So many people are held in memory whole, some 60 MB, for when the record is away."""
_HELD_AGAIN_S = 60.0


class LiveStore(LiveDirectory):
    """The people of the record."""

    def __init__(self, db: Database) -> None:
        super().__init__(Path("the directory in the record"))
        self._now = PeopleNow(db)
        self._away_until = 0.0
        self._holding: threading.Thread | None = None
        self._hold_at = 0.0
        self._held: Directory | None = None
        self._held_of: LookedUp | None = None

    def _read_if_changed(self) -> None:
        if time.monotonic() < self._away_until:
            return
        try:
            self._good = now = self._now.current()
        except NoPeople as error:
            raise OSError(f"{error}; `escalon people import` takes people in") from error
        except OSError:
            self._good = self._held or self._good
            self._away_until = time.monotonic() + _AGAIN_S
            raise
        self._trouble = None
        if now is not self._held_of and time.monotonic() >= self._hold_at:
            self._hold(now)

    def _hold(self, directory: LookedUp) -> None:
        """Beside the work: nobody waits for it."""
        if self._holding is None or not self._holding.is_alive():
            self._hold_at = time.monotonic() + _HELD_AGAIN_S
            self._holding = threading.Thread(target=self._held_now, args=(directory,), daemon=True)
            self._holding.start()

    def _held_now(self, directory: LookedUp) -> None:
        with suppress(OSError, LookupError):  # tried again in a minute
            self._held = directory.held() if len(directory.people) <= MOST_HELD else None
            self._held_of = directory


def live_directory(settings: Settings, db: Database) -> LiveDirectory:
    """The directory of this installation, wherever it is kept."""
    if settings.people_in == "store":
        return LiveStore(db)
    return LiveDirectory(settings.people, KeptDirectory(settings.home))
