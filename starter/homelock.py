"""One `up` to a home folder: a lock that the system lets go of when its holder ends, however that happens."""

import contextlib
import fcntl
import os
from pathlib import Path

FILE = "up.lock"


class InUse(Exception):
    """Another `up` has the folder; says which process."""


class HomeLock:
    """Held from `take` until the process ends or `release`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: int | None = None
        self._made: list[Path] = []
        """What was not there before, innermost first."""

    def take(self) -> bool:
        """Take it; says whether the one before ended in order. Raises InUse. Makes the folder."""
        places = (self._home / FILE, self._home, *self._home.parents)
        self._made = [place for place in places if not place.exists()]
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._home / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        before = os.read(file, 40).decode(errors="replace").strip()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise InUse(
                f"{self._home} is in use by another `escalon up`, process {before or '(unknown)'}: stop that one, or "
                "choose another folder with --home"
            ) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file
        return not before

    def release(self) -> None:
        """Let it go, in order."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    def undo(self) -> None:
        """Let it go and leave nothing behind that `take` has made, save folders that hold something else by now."""
        for place in self._made if self._file is not None else ():
            with contextlib.suppress(OSError):
                place.rmdir() if place.is_dir() else place.unlink()
        self.release()
