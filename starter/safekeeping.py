"""Backup and restore of this installation's files: which they are, and where they go. How: `records/backup.py`."""

from pathlib import Path

from rich.text import Text
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from client.settings import Settings
from records import backup
from records.backup import Manifest
from starter.failure import NotDone, WrongInput
from starter.homelock import HomeLock
from starter.installation import settings_now
from starter.showing import console, note, say_json

RECORD, SERVER = "record", "temporal"
"""The names of the files in a backup."""


def places(settings: Settings) -> dict[str, Path]:
    """Where the record and the embedded server's file lie; raises NotDone where the record is no file of ours."""
    try:
        url = make_url(settings.record)
    except ArgumentError:
        raise WrongInput("ESCALON_RECORD_URL: it is not a URL that can be read") from None
    if url.get_backend_name() != "sqlite":
        raise NotDone(
            f"the record is at {url.render_as_string(hide_password=True)}: back it up with its own tools, such as "
            "pg_dump, and the Temporal server with those of its database",
            "record_elsewhere",
        )
    return {RECORD: Path(url.database or ""), SERVER: settings.home / "temporal.db"}


def backup_from(to: Path, *, as_json: bool) -> None:
    """Back up what there is; raises BackupError, NotDone."""
    known = places(settings_now())
    there = {name: path for name, path in known.items() if name == RECORD or path.is_file()}
    manifest = backup.back_up(there, to)
    if as_json:
        say_json(manifest)
        return
    _show(f"backed up into {to}", manifest)
    if SERVER not in there:
        note(f"there is no embedded server's file {known[SERVER]}: back up your Temporal server with its own tools")


def restore_from(folder: Path, *, as_json: bool) -> None:
    """Put the files back; raises BackupError, NotDone where something runs that uses them."""
    settings = settings_now()
    manifest = backup.read_manifest(folder)
    known = places(settings)
    lock = HomeLock(settings.home)
    lock.take()
    try:
        backup.restore(folder, {name: path for name, path in known.items() if name in manifest.sources})
    finally:
        lock.release()
    if as_json:
        say_json(manifest)
        return
    _show(f"restored from {folder}, as of {manifest.made_at:%Y-%m-%dT%H:%M:%SZ}", manifest)
    note("what came after the backup is gone; start `escalon up` or your workers again")


def _show(what: str, manifest: Manifest) -> None:
    out = console()
    out.print(Text.assemble(("✓ ", "bold green"), what))
    for name, kept in manifest.sources.items():
        issues = f", {kept.rows['issues']} issues, {kept.rows['entries']} entries" if name == RECORD else ""
        out.print(Text(f"  {name}: {kept.size / 1e6:.1f} MB{issues}", "dim"))
