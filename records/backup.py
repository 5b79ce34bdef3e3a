"""Backup and restore of SQLite files, while they are written to. PostgreSQL brings its own tools (pg_dump).

A backup is a folder: one file per source, and `manifest.json`, written last, without which it is none.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from records import kept_keys

_MANIFEST = "manifest.json"
_WAIT_S = 30
_BESIDE = ("-wal", "-shm", "-journal")


class BackupError(RuntimeError):
    """It cannot be backed up or restored; says why, and nothing was changed."""


class BackedUp(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    size: int
    """Bytes."""
    rows: dict[str, int]
    """How many rows each table has."""


class Manifest(BaseModel):
    """What a backup holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at: AwareDatetime
    sources: dict[str, BackedUp]


def back_up(sources: Mapping[str, Path], to: Path, keys_to: Path | None = None) -> Manifest:
    """Copy the SQLite files into the new folder `to`, each as of one instant, verified. Raises BackupError.

    `keys_to`: a new file for the keys of the first source's texts, which then are not in the backup.

    Writers of the first source wait until all are copied: name the record first and the server's file after it. Then
    the server's copy holds every decision of which the record's copy has an entry, and the record's copy every entry
    that the server's copy takes for written.
    """
    for name, path in sources.items():
        _refuse_name(name)
        if not path.is_file():
            raise BackupError(f"there is no file {path} to back up as {name}")
    if not sources:
        raise BackupError("there is nothing to back up")
    if to.exists():
        raise BackupError(f"{to} exists: a backup goes into a new folder")
    making = to.with_name(f"{to.name}.unfinished")
    if making.exists():
        raise BackupError(f"{making} exists, left by a backup that did not end: remove it")
    if keys_to is not None and keys_to.exists():
        raise BackupError(f"{keys_to} exists: keys go into a new file")
    making.mkdir(parents=True, mode=0o700)
    try:
        with _held(next(iter(sources.values()))):
            for name, path in sources.items():
                _copy(path, making / f"{name}.db")
        if keys_to is not None:
            keys_to.parent.mkdir(parents=True, exist_ok=True)
            kept_keys.take_out(making / f"{next(iter(sources))}.db", keys_to, datetime.now(UTC))
        manifest = Manifest(
            made_at=datetime.now(UTC), sources={name: _measured(making / f"{name}.db") for name in sources}
        )
        _write_synced(making / _MANIFEST, manifest.model_dump_json(indent=2))
        making.rename(to)
    except (sqlite3.Error, OSError) as error:
        raise BackupError(f"the backup into {to} did not succeed: {error}") from error
    finally:
        if making.exists():
            shutil.rmtree(making)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """What the backup in `folder` says that it holds; raises BackupError."""
    try:
        return Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except OSError:
        raise BackupError(f"{folder} has no {_MANIFEST}: it is no backup, or not a whole one") from None
    except ValidationError as error:
        raise BackupError(f"{folder / _MANIFEST} cannot be read: {error.errors()[0]['msg']}") from None


def verify(folder: Path) -> Manifest:
    """Check that every file of the backup is there, unchanged and sound; raises BackupError."""
    manifest = read_manifest(folder)
    for name, expected in manifest.sources.items():
        _refuse_name(name)
        path = folder / f"{name}.db"
        if expected.file != path.name or not path.is_file():
            raise BackupError(f"{name} of the backup {folder} is missing: there is no file {path.name}")
        if _sha256(path) != expected.sha256:
            raise BackupError(f"{path} is not what was backed up: its SHA-256 differs from the manifest's")
        try:
            found = _measured(path)
        except sqlite3.Error as error:
            raise BackupError(f"{path} is damaged: {error}") from error
        if found != expected:
            raise BackupError(f"{path} holds {found.rows}, the manifest says {expected.rows}")
    return manifest


def restore(folder: Path, to: Mapping[str, Path]) -> Manifest:
    """Put the files of a verified backup where `to` says. Overwrites nothing; all or none. Raises BackupError.

    Nothing may be running that uses them. What came after the backup is gone.
    """
    manifest = verify(folder)
    if unknown := sorted(to.keys() - manifest.sources.keys()):
        raise BackupError(f"the backup {folder} has no {', '.join(unknown)}; it has: {', '.join(manifest.sources)}")
    for path in to.values():
        for occupied in (path, *(path.with_name(path.name + ending) for ending in _BESIDE)):
            if occupied.exists():
                raise BackupError(f"{occupied} exists: move it away first, nothing is overwritten")
    done: list[Path] = []
    try:
        for name, path in to.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with (folder / f"{name}.db").open("rb") as source, path.open("xb") as target:
                done.append(path)
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            if _sha256(path) != manifest.sources[name].sha256:
                raise BackupError(f"{path} was not written as it was read")
    except BaseException as error:
        for path in done:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise BackupError(f"the restore from {folder} did not succeed: {error}") from error
        raise
    return manifest


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep other writers of the file waiting."""
    with closing(_open(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.rollback()


def _copy(source: Path, target: Path) -> None:
    with closing(_open(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path) -> sqlite3.Connection:
    """An existing file; unlike a plain path, one that is missing is not made."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_WAIT_S, isolation_level=None)


def _measured(path: Path) -> BackedUp:
    """Size, digest and rows of a copy nobody writes to; raises sqlite3.DatabaseError where it is not sound."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"{path.name} fails the integrity check: {verdict}")
        named = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
        )
        names = sorted(name for (name,) in named)
        rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
    return BackedUp(file=path.name, sha256=_sha256(path), size=path.stat().st_size, rows=rows)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_synced(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _refuse_name(name: str) -> None:
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise BackupError(f"{name!r} cannot name a file of a backup; allowed: letters, digits, - and _")
