"""The copies of feeds that are fetched from the web: where each lies, when it was fetched, and what is wrong with it.

A copy lies beside the rotas or calendars under the name that they give it, so that whatever reads them reads it as any
file. What is known of it lies beside it, in `NAME.fetched`. Fetching is done by `activities/fetch_feeds.py`.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal, NamedTuple, TypeAlias

from pydantic import AwareDatetime, ValidationError

from client.calendar_files import calendars_path
from client.settings import Settings
from escalation.calendar.written import WrittenHolidays
from escalation.duration import words
from escalation.oncall.read_rotas import rota_feeds
from escalation.policy.feed_url import host_of, problem_of
from escalation.value import Value

Of: TypeAlias = Literal["rotas", "calendars"]


class FeedSource(NamedTuple):
    """A feed that rotas or calendars take from the web."""

    of: Of
    path: Path
    """Of the copy."""
    url: str
    at_most_old: timedelta
    called: dict[str, str]
    """Of a rota: by id, what the feed calls somebody."""

    @property
    def host(self) -> str:
        """All of its address that may be shown."""
        return host_of(self.url)


class CopyNote(Value):
    """What is known of a copy."""

    host: str
    fetched_at: AwareDatetime | None = None
    """When what it holds was fetched, or last found to be still what the other side has; None: there is none yet."""
    tried_at: AwareDatetime | None = None
    etag: str = ""
    modified: str = ""
    """What the other side calls this version, to be asked whether there is a later one."""
    trouble: str = ""
    """Why the last try brought nothing that can be used; empty: it did."""


def feed_sources(settings: Settings) -> tuple[FeedSource, ...]:
    """Every feed by its copy, of rotas and calendars as they are written now; none of a file that cannot be read."""
    found: dict[Path, FeedSource] = {}
    rotas, calendars = settings.rotas_file, calendars_path(settings)
    for feed in rota_feeds(_text(rotas)):
        if feed.url is not None and problem_of(feed.url) is None and Path(feed.file).name == feed.file:
            path = rotas.parent / feed.file
            found.setdefault(path, FeedSource("rotas", path, feed.url, feed.at_most_old, feed.people))
    for holidays in _of_calendars(_text(calendars)):
        if holidays.url is not None and holidays.file is not None and problem_of(holidays.url) is None:
            path = calendars.parent / holidays.file
            if Path(holidays.file).name == holidays.file:
                found.setdefault(path, FeedSource("calendars", path, holidays.url, holidays.at_most_old, {}))
    return tuple(found.values())


def _of_calendars(text: str) -> tuple[WrittenHolidays, ...]:
    if "url" not in text:
        return ()
    # Here, as the libraries of holidays take a tenth of a second to load: who has no such feed does not wait for them.
    from escalation.calendar.read_calendars import calendar_feeds  # noqa: PLC0415

    return calendar_feeds(text)


def note_of(source: FeedSource) -> CopyNote:
    """What is known of its copy; of one from another host, or that is gone, nothing."""
    try:
        note = CopyNote.model_validate_json(_beside(source.path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return CopyNote(host=source.host)
    if note.host != source.host or not source.path.exists():
        is_same = note.host == source.host
        return CopyNote(host=source.host, trouble=note.trouble if is_same else "")
    return note


def keep(source: FeedSource, note: CopyNote, content: bytes | None = None) -> None:
    """Keep what is known, and first the copy, where there is a new one; each replaced in one step. Raises OSError."""
    if content is not None:
        _replace(source.path, content)
    _replace(_beside(source.path), note.model_dump_json().encode())


def in_words(source: FeedSource, note: CopyNote, now: datetime) -> str:
    """How old the copy is, from where, and what is wrong with it."""
    if note.fetched_at is None:
        said = f"{source.path.name} is not fetched yet from {source.host}"
    else:
        said = f"{source.path.name} is {words(max(now - note.fetched_at, timedelta()))} old, from {source.host}"
    return f"{said}: {note.trouble}" if note.trouble else said


def is_too_old(source: FeedSource, note: CopyNote, now: datetime) -> bool:
    """Whether the copy is older than it may be, or there is none."""
    return note.fetched_at is None or now - note.fetched_at > source.at_most_old


def said_of_copies(settings: Settings, now: datetime, of: Of | None = None) -> Iterator[tuple[str, bool]]:
    """Of each copy, or of those of rotas or calendars, how old it is, in words, and whether that is too old."""
    for source in feed_sources(settings):
        if of not in {None, source.of}:
            continue
        note = note_of(source)
        too_old = is_too_old(source, note, now)
        more = f"; it may be {words(source.at_most_old)} old at most" if too_old else ""
        yield in_words(source, note, now) + more, too_old


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.fetched")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _replace(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as made:
        written = Path(made.name)
        try:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
            written.chmod(0o644)
            written.replace(path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
