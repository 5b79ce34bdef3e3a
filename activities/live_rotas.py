"""The rotas as they are now: `rotas.yaml` and its feeds, read again when one of them or the directory has changed.

An edit with a mistake in it does not take effect: the last good copy stays in use, and it is said once.
"""

import threading
from pathlib import Path

import structlog

from client.rota_files import RotasUnreadable, read_rota_files
from escalation.oncall.read_rotas import feed_files, read_rotas
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.directory import Directory
from escalation.policy.finding import PolicyErrors

_log = structlog.get_logger(__name__)


class LiveRotas:
    """The rotas of a file, which need not be there. Threads may share it; reading it blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: object = None
        self._feeds: tuple[str, ...] = ()
        self._good: Rotas | None = None
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """What is wrong with the file or a feed as it is now, or None: for whoever watches over the service."""
        return self._trouble

    def current(self, directory: Directory) -> Rotas | None:
        """The rotas as they are now, or their last good copy; None where there is none. Without a file: no rotas."""
        with self._lock:
            try:
                self._read_if_changed(directory)
            except PolicyErrors as errors:
                self._note(str(errors))
            except RotasUnreadable as error:
                self._seen = None  # looked at anew each time, until it can be read
                self._note(str(error))
            return self._good

    def _read_if_changed(self, directory: Directory) -> None:
        stamps = [_stamp(self._path), *(_stamp(self._path.parent / name) for name in self._feeds)]
        # The very directory: another one may lack somebody whom the rotas name, or name a feed's people anew.
        if isinstance(self._seen, tuple) and self._seen[0] is directory and self._seen[1] == stamps:
            return
        texts = read_rota_files(self._path)
        self._feeds = () if texts is None else feed_files(texts.text)
        stamps = [_stamp(self._path), *(_stamp(self._path.parent / name) for name in self._feeds)]
        self._seen = (directory, stamps)
        if texts is None and self._good is not None and self._good is not NO_ROTAS:
            # Gone for a while, as a file is that is being replaced: nobody must go unasked for that.
            raise RotasUnreadable(f"{self._path} is gone; whoever wants no rotas leaves them out of it")
        self._good = NO_ROTAS if texts is None else read_rotas(texts, directory)
        self._trouble = None

    def _note(self, trouble: str) -> None:
        if trouble == self._trouble:
            return
        self._trouble = trouble
        _log.error("rotas_unusable", in_use="last good copy" if self._good else "none", trouble=trouble)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What tells one version of the file from another; the inode too, for editors put a new file in place."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
