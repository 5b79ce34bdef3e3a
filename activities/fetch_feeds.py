"""Fetching the feeds that rotas and calendars name by their address, into copies on disk, outside of all rules.

By the rules of channels over HTTP: https alone, public networks, nothing followed, bounded in time and size. A copy is
replaced by what can be used alone: while the feed is away, or is something else, or empty, the last good one stays.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.http_answer import Answer
from activities.channels.http_post import NOT_CHANGED, HttpPost, PostSettings
from activities.live_directory import DirectoryUnreadable, LiveDirectory
from activities.live_store import live_directory
from client.channel_settings import networks
from client.feed_copies import CopyNote, FeedSource, feed_sources, keep, note_of
from client.settings import Settings
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings
from records.database import Database

EVERY = timedelta(minutes=15)
"""How often a feed is asked for. Ours: publishers ask to be asked no more often than every few minutes."""
LOOK_EVERY_S = 30.0
_ACCEPT = "text/calendar, text/plain;q=0.5"

_log = structlog.get_logger(__name__)


class FetchingFeeds:
    """Fetches for one process."""

    def __init__(self, settings: Settings, directory: LiveDirectory) -> None:
        self._settings = settings
        self._people = directory
        self._post = HttpPost(
            PostSettings(
                timeout=timedelta(seconds=settings.http_timeout_s),
                is_plain_allowed=settings.http_plain,
                networks=networks(settings.http_networks),
                ca_file=settings.ca_file or None,
            )
        )

    @classmethod
    def of(cls, settings: Settings, db: Database) -> "FetchingFeeds":
        """With the directory of this installation, which may be kept in the record."""
        return cls(settings, live_directory(settings, db))

    async def fetch_due(self, now: datetime, *, all_of_them: bool = False) -> list[tuple[FeedSource, CopyNote]]:
        """Fetch those that were not tried in the last quarter of an hour, or all; with what is known of each then."""
        sources = await asyncio.to_thread(feed_sources, self._settings)
        found = []
        for source in sources:
            note = await asyncio.to_thread(note_of, source)
            if all_of_them or note.tried_at is None or not timedelta() <= now - note.tried_at < EVERY:
                found.append((source, await self._fetch(source, note, now)))
        return found

    async def _fetch(self, source: FeedSource, note: CopyNote, now: datetime) -> CopyNote:
        content: bytes | None = None
        asked = {"Accept": _ACCEPT}
        if note.fetched_at is not None:  # else whatever it has is wanted
            asked |= {"If-None-Match": note.etag} if note.etag else {}
            asked |= {"If-Modified-Since": note.modified} if note.modified else {}
        try:
            answer = await self._post.get(source.url, asked, most=_largest(source))
            if answer.status == NOT_CHANGED:
                known = note.changed({"fetched_at": now, "tried_at": now, "trouble": ""})
            else:
                trouble = await asyncio.to_thread(self._wrong_with, source, answer)
                known = _noted(source, note, answer, now, trouble)
                content = None if trouble else answer.body
        except (ChannelRefused, ChannelUnavailable) as error:
            known = note.changed({"tried_at": now, "trouble": str(error)[:300]})
        try:
            await asyncio.to_thread(keep, source, known, content)
        except OSError as error:
            known = note.changed({"tried_at": now, "trouble": f"its copy cannot be written: {error.strerror}"})
        if known.trouble and known.trouble != note.trouble:
            _log.error("feed_not_fetched", feed=source.path.name, host=source.host, trouble=known.trouble)
        return known

    def _wrong_with(self, source: FeedSource, answer: Answer) -> str:
        """Why what came cannot be used; empty where it can."""
        if not answer.is_whole:
            return f"what it sent has more than {_largest(source)} bytes, or broke off"
        try:
            text = answer.body.decode("utf-8")
        except UnicodeDecodeError as error:
            return f"what it sent is not UTF-8: byte {error.start}"
        if source.of == "calendars":
            return _wrong_in_days(text)
        try:
            return _wrong_in_shifts(source, text, self._people.current())
        except (DirectoryUnreadable, OSError):
            return "whom it means is not known: the directory cannot be read"


def _noted(source: FeedSource, note: CopyNote, answer: Answer, now: datetime, trouble: str) -> CopyNote:
    if trouble:
        return note.changed({"tried_at": now, "trouble": trouble[:300]})
    named = {"etag": answer.headers.get("etag", "")[:300], "modified": answer.headers.get("last-modified", "")[:100]}
    return CopyNote(host=source.host, fetched_at=now, tried_at=now, **named)


def _largest(source: FeedSource) -> int:
    # Here, as their libraries take a tenth of a second to load: who fetches nothing does not wait for them.
    from escalation.calendar.feed import LARGEST as LARGEST_OF_DAYS  # noqa: PLC0415
    from escalation.oncall.read_feed import LARGEST as LARGEST_OF_SHIFTS  # noqa: PLC0415

    return LARGEST_OF_SHIFTS if source.of == "rotas" else LARGEST_OF_DAYS


def _wrong_in_shifts(source: FeedSource, text: str, directory: Directory) -> str:
    from escalation.oncall.read_feed import Whose, read_feed  # noqa: PLC0415

    findings = Findings(source.path.name)
    shifts = read_feed(text, findings, Whose(directory, source.called))
    if findings.found or shifts is None:
        return f"what it sent cannot be used: {findings.in_order()[0].problem}"
    return "" if shifts.people else "what it sent has no shift"


def _wrong_in_days(text: str) -> str:
    from escalation.calendar.feed import read_feed  # noqa: PLC0415

    year = datetime.now(UTC).year
    try:
        read_feed(text, "it", year - 1, year + 3)
    except ValueError as error:
        return f"what it sent cannot be used: {error}"
    return ""


async def keep_fetched(
    settings: Settings,
    db: Database,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    every_s: float = LOOK_EVERY_S,
) -> None:
    """Fetch what is due, now and again and again, until it is cancelled."""
    fetching = FetchingFeeds.of(settings, db)
    while True:
        try:
            await fetching.fetch_due(clock())
        except Exception as error:  # noqa: BLE001 - whatever ails a feed, those after it are fetched, and work goes on
            _log.exception("feeds_not_fetched", error=type(error).__name__)
        await asyncio.sleep(every_s)
