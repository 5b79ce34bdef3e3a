"""What the files that people edit said at an instant: read from their versions in the record.

As a worker has it: a version with a mistake in it does not take effect, so that the one before it counts.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from client.files_now import IN_RECORD, PEOPLE, ROTAS
from client.settings import Settings
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.directory import Directory
from escalation.policy.finding import PolicyErrors
from escalation.policy.looked_up import LookedUp
from escalation.policy.read_directory import read_directory
from records import versions
from records.database import Database
from records.people_pages import directory_at, number_as_of
from records.versions import Kind, Version
from starter.failure import NotDone
from starter.installation import open_record
from starter.record_at import lasting_record

_Read = TypeVar("_Read")


def people_as_of(settings: Settings, at: datetime) -> Directory:
    """The directory that was in use then. Raises NotDone where none is known of then, or it was erased."""
    with open_record(settings) as db:
        return _people(settings, db, at)


def rotas_as_of(settings: Settings, at: datetime) -> tuple[Directory, Rotas]:
    """Directory and rotas that were in use then. Raises NotDone where none are known of then, or they were erased."""
    with open_record(settings) as db:
        directory = _people(settings, db, at)
        return directory, _in_use(db, "rotas", at, lambda files: _rotas(files, directory))


def _people(settings: Settings, db: Database, at: datetime) -> Directory:
    """From the record where it was kept there then, which a version of its file says; else that version."""
    version = versions.as_of(db, "people", at)
    is_stored = settings.people_in == "store" if version is None else _says_stored(db, version)
    if not is_stored:
        return _in_use(db, "people", at, _directory)
    return stored_as_of(lasting_record(settings), at)


def stored_as_of(db: Database, at: datetime) -> LookedUp:
    """The directory in the record as it was at that instant. Raises NotDone."""
    number = number_as_of(db, at)
    if not number:
        raise NotDone(f"the directory in the record had nobody yet at {at.isoformat()}", "no_version")
    directory = directory_at(db, number)
    try:
        directory.has(directory.operator)
    except LookupError as error:
        raise NotDone(f"{error}: `escalon people history` says by whom and why", "erased") from None
    return directory


def _says_stored(db: Database, version: Version) -> bool:
    files = versions.files_of(db, version.kind, version.number)
    return files is not None and IN_RECORD in files


def version_as_of(db: Database, kind: Kind, at: datetime) -> tuple[Version, dict[str, str]]:
    """The version that lay there at that instant, fit for use or not. Raises NotDone."""
    found = versions.as_of(db, kind, at)
    if found is None:
        raise _unknown(db, kind, at)
    files = versions.files_of(db, kind, found.number)
    if files is None:
        raise _erased(found)
    return found, files


def _in_use(db: Database, kind: Kind, at: datetime, read: Callable[[dict[str, str]], _Read]) -> _Read:
    latest, files = version_as_of(db, kind, at)
    number = latest.number
    while True:
        try:
            return read(files)
        except PolicyErrors as errors:
            if number == 1:
                raise NotDone(f"no version of {kind} up to then can be used: {errors}", "unusable_then") from None
        number -= 1
        earlier = versions.files_of(db, kind, number)
        if earlier is None:
            raise _erased(next(each for each in versions.read(db, kind) if each.number == number))
        files = earlier


def _directory(files: dict[str, str]) -> Directory:
    return read_directory(files[PEOPLE], PEOPLE)


def _rotas(files: dict[str, str], directory: Directory) -> Rotas:
    if ROTAS not in files:
        return NO_ROTAS
    feeds = {name: text for name, text in files.items() if name != ROTAS}
    return read_rotas(RotaTexts(ROTAS, files[ROTAS], feeds), directory)


def _unknown(db: Database, kind: Kind, at: datetime) -> NotDone:
    all_of_it = versions.read(db, kind)
    if not all_of_it:
        return NotDone(f"no version of {kind} was kept yet: a worker keeps what it sees", "no_version")
    first = all_of_it[-1].noted_at.isoformat(timespec="seconds")
    return NotDone(f"of {kind} nothing is known before {first}, {at.isoformat()} is earlier", "no_version")


def _erased(version: Version) -> NotDone:
    when = version.erased_at.isoformat(timespec="seconds") if version.erased_at else "once"
    return NotDone(
        f"what version {version.number} of {version.kind} says was erased at {when} by {version.erased_by}: "
        f"{version.erased_why}",
        "erased",
    )
