"""The directory as it is now: `people.yaml`, read again when the file has changed.

An edit with a mistake in it does not take effect: the last good copy stays in use, and it is said once.
"""

import threading
from pathlib import Path

import structlog

from client.kept_directory import KeptDirectory
from escalation.policy.directory import Directory
from escalation.policy.finding import PolicyErrors
from escalation.policy.read_directory import read_directory

_log = structlog.get_logger(__name__)
_PATIENCE_S = 0.2
"""So long a look-up waits for another one that reads: less than a look-up may take within a workflow task."""


class DirectoryUnreadable(RuntimeError):
    """There never was a good copy of the directory since this process began; says what is wrong."""


class LiveDirectory:
    """The people of a file. Threads may share it; reading it blocks, so coroutines ask from a thread.

    `kept` holds copies of long files that were read before.
    """

    def __init__(self, path: Path, kept: KeptDirectory | None = None) -> None:
        self._path = path
        self._kept = kept
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._good: Directory | None = None
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """What is wrong with the file as it is now, or None: for whoever watches over the service."""
        return self._trouble

    def current(self) -> Directory:
        """The directory as it is now, or its last good copy. Raises DirectoryUnreadable where there is none.

        While another thread reads a long file, the last good copy after a moment: no page waits for an edit.
        """
        good = self._good
        if not self._lock.acquire(timeout=-1 if good is None else _PATIENCE_S):
            assert good is not None
            return good
        try:
            try:
                self._read_if_changed()
            except PolicyErrors as errors:
                self._note(str(errors))
            except (OSError, UnicodeDecodeError) as error:
                self._seen = None  # looked at anew each time, until it can be read
                self._note(f"{self._path.name} cannot be read: {error}")
            if self._good is None:
                raise DirectoryUnreadable(f"no directory of people: {self._trouble}")
            return self._good
        finally:
            self._lock.release()

    def knowing(self, person: str) -> Directory:
        """The same, after it was asked for this person. Raises DirectoryUnreadable where it cannot say who that is."""
        directory = self.current()
        try:
            directory.has(person)
        except OSError as error:
            raise DirectoryUnreadable(str(error)) from error
        return directory

    def _read_if_changed(self) -> None:
        stat = self._path.stat()
        # The inode too: editors put a new file in the old one's place, perhaps within the clock's grain and as long.
        found = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if found == self._seen:
            return
        text = self._path.read_text(encoding="utf-8")
        self._seen = found
        read = read_directory if self._kept is None else self._kept.read
        self._good = read(text, self._path.name)
        self._trouble = None

    def _note(self, trouble: str) -> None:
        if trouble == self._trouble:
            return
        self._trouble = trouble
        _log.error("directory_unusable", in_use="last good copy" if self._good else "none", trouble=trouble)
