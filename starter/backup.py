"""Backup and restore of an installation's own files: the record, and the server's file where `up` keeps one.

How files are copied while they are written to: `records/backup.py`. A PostgreSQL record has tools of its own.
"""

from pathlib import Path

from sqlalchemy import make_url

from client.settings import Settings
from records import backup, kept_keys
from starter.failure import NotDone
from starter.homelock import HomeLock, InUse

RECORD, SERVER = "record", "server"
SERVER_FILE = "temporal.db"


def files(settings: Settings) -> dict[str, Path]:
    """The files by what they hold; the record first, for which `records.backup.back_up` says why."""
    found: dict[str, Path] = {}
    record = make_url(settings.record)
    if record.get_backend_name() == "sqlite" and record.database:
        found[RECORD] = Path(record.database)
    found[SERVER] = settings.home / SERVER_FILE
    return found


def back_up(settings: Settings, to: Path, keys_to: Path | None = None) -> backup.Manifest:
    """Copy the files that are there into the new folder `to`, while everything runs. Raises BackupError.

    `keys_to`: a file for the keys of the texts, which then are not in the backup.
    """
    there = {name: path for name, path in files(settings).items() if path.is_file()}
    if not there:
        raise NotDone(f"there is nothing to back up in {settings.home}: set ESCALON_HOME to where the state lies")
    if keys_to is not None and RECORD not in there:
        raise NotDone("the record is no file here: its keys are left out by its own tools, see docs/operating.md")
    return backup.back_up(there, to, keys_to)


def restore(settings: Settings, folder: Path, keys: Path | None = None) -> backup.Manifest:
    """Put a backup's files where this installation has its own; overwrites nothing. Raises BackupError, NotDone.

    `keys`: the file into which the keys of the texts were taken, of that backup or a later one. Raises KeysUnreadable.
    """
    kept_apart = kept_keys.read(keys) if keys is not None else None
    kept = backup.read_manifest(folder).sources
    places = {name: path for name, path in files(settings).items() if name in kept}
    if left := sorted(kept.keys() - places.keys()):
        raise NotDone(
            f"the backup holds {', '.join(left)}, for which this installation has no file: is ESCALON_RECORD_URL "
            "that of another database?"
        )
    lock = HomeLock(settings.home)
    try:
        lock.take()
    except InUse as error:
        raise NotDone(str(error), "in_use") from None
    try:
        manifest = backup.restore(folder, places)
        if kept_apart is not None and RECORD in places:
            kept_keys.put_back(places[RECORD], kept_apart)
    except BaseException:
        lock.undo()
        raise
    lock.release()
    return manifest
