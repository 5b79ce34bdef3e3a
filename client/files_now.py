"""The files that people edit, as texts, kind by kind, without feeds' addresses. Whether they are right is not asked."""

from collections.abc import Callable
from pathlib import Path

from client.calendar_files import CalendarsUnreadable, calendars_path, read_calendar_files
from client.policy_files import PoliciesUnreadable, read_policy_files
from client.rota_files import RotasUnreadable, read_rota_files
from client.settings import Settings
from escalation.policy.feed_url import without_addresses

ROTAS, PEOPLE, CALENDARS = "rotas.yaml", "people.yaml", "calendars.yaml"
"""The names under which they are kept, whatever the files are called here."""
IN_RECORD = "directory in the record"
"""What stands in place of the directory's file from when on it is kept in the record."""


def files_now(settings: Settings, kind: str) -> dict[str, str] | None:
    """The texts of this kind by name; empty where there are none, None where they cannot be read just now."""
    try:
        return _OF[kind](settings)
    except (OSError, UnicodeDecodeError, CalendarsUnreadable, PoliciesUnreadable, RotasUnreadable):
        return None


def stamps(settings: Settings) -> tuple[tuple[str, int, int, int], ...]:
    """What tells that one of the files has changed, without reading any."""
    folders = {settings.policies, settings.people.parent, settings.rotas_file.parent, calendars_path(settings).parent}
    files = {settings.people, settings.rotas_file, calendars_path(settings)}
    for folder in folders:
        files.update(path for ending in ("*.yaml", "*.yml", "*.ics") for path in folder.glob(ending))
    found: list[tuple[str, int, int, int]] = []
    for path in sorted(files):
        try:
            stat = path.stat()
        except OSError:
            continue
        # The inode too: editors put a new file in the old one's place, perhaps within the clock's grain and as long.
        found.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)


def _people(settings: Settings) -> dict[str, str]:
    if settings.people_in == "store":
        return {IN_RECORD: ""}
    return {PEOPLE: settings.people.read_text(encoding="utf-8")}


def _rotas(settings: Settings) -> dict[str, str]:
    texts = read_rota_files(settings.rotas_file)
    return {} if texts is None else {ROTAS: without_addresses(texts.text), **texts.feeds}


def _calendars(settings: Settings) -> dict[str, str]:
    path: Path = calendars_path(settings)
    if not path.exists():
        return {}
    texts = read_calendar_files(path)
    return {CALENDARS: without_addresses(texts.text), **texts.feeds}


def _policies(settings: Settings) -> dict[str, str]:
    return read_policy_files(settings)


_OF: dict[str, Callable[[Settings], dict[str, str]]] = {
    "people": _people,
    "rotas": _rotas,
    "calendars": _calendars,
    "policies": _policies,
}
