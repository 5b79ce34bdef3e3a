"""The watch: round after round, look, tell, write down, call the heartbeat. A process outside of all workflows."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from activities.channels.installed import channels
from activities.live_store import live_directory
from client.settings import Settings
from escalation.policy.directory import INBOX
from escalation.value import Value
from records.database import Database, RecordBusy, SchemaMismatch
from selfwatch import heartbeat
from selfwatch.book import Book, Finding, News
from selfwatch.found import KINDS
from selfwatch.record_checks import check_record
from selfwatch.rounds import Look, Round, all_checks, look_at_all
from selfwatch.telling import OperatorTold
from selfwatch.watched import Watched

_RECORD_FAILS = (SQLAlchemyError, RecordBusy, SchemaMismatch, TimeoutError, OSError)
_log = structlog.get_logger(__name__)


class Report(Value):
    """What came of a round."""

    at: datetime
    open: tuple[Finding, ...]
    new: tuple[Finding, ...]
    ended: tuple[Finding, ...]
    broken: dict[str, str]
    """Checks that could not be made, and why."""
    untold: int
    """Findings of which nobody could be told."""

    @property
    def has_worked(self) -> bool:
        """Whether the watch did its work: it looked at everything that was there, and told what there was to tell."""
        return not self.broken and not self.untold

    def shown(self) -> dict[str, Any]:
        """The round for programs, and for whoever shows it to people: plain JSON values."""
        return {
            "at": self.at.isoformat(),
            "is_well": self.has_worked and not self.open,
            # Not seen: found before, and could not be looked at in this round.
            "open": [{**_shown(each), "is_seen": each.seen_at == self.at} for each in self.open],
            "new": [each.found.key for each in self.new],
            "ended": [each.found.key for each in self.ended],
            "ended_in_full": [_shown(each) for each in self.ended],
            "broken": self.broken,
            "untold": self.untold,
        }


class Watch:
    """One installation's watch."""

    def __init__(self, settings: Settings, db: Database, checks: Mapping[str, Look] | None = None) -> None:
        """Raises ValueError where the sender of mails is no address."""
        directory = live_directory(settings, db)
        self._settings = settings
        self._db = db
        self._watched = Watched(settings, db, directory)
        self._checks = checks if checks is not None else all_checks()
        self._telling = OperatorTold(channels(settings, db), directory, settings.org)
        self._book = Book()
        self._is_record_away = False

    async def round(self, now: datetime | None = None) -> Report:
        """Look at everything once, tell and write down what is new, and call the heartbeat."""
        now = now or datetime.now(UTC)
        # Before looking, so that what an earlier watch has found is looked at, and ends where it is not there any more.
        if not self._is_record_away:
            with suppress(*_RECORD_FAILS):  # what this says is found in a moment
                await self._watched.in_record(self._load, self._db)
        seen = await look_at_all(self._checks, self._watched, now, self._book.suspects())
        self._is_record_away = any(each.kind == "record_unreachable" for each in seen.found)
        known = frozenset(self._book.open)
        if not self._is_record_away:
            await self._in_record(self._load)
        before = {key: each.found_at for key, each in self._book.open.items()}
        news = self._book.take(seen, learnt=self._book.open.keys() - known)
        ended = tuple(each for each in self._book.unwritten if each.ended_at == seen.at)
        await self._write()  # before telling: a watch that is killed here tells again rather than never
        if news := self._book.still(news):
            self._book.told(await self._tell(news, now), now)
            await self._write()
        return await self._report(seen, before, ended)

    async def run(self, stop: asyncio.Event, each: Callable[[Report], None]) -> None:
        """Rounds until `stop`, begun `watch_every_s` apart or as fast as they come."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began = loop.time()
            each(await self.round())
            left = self._settings.watch_every_s - (loop.time() - began)
            try:
                await asyncio.wait_for(stop.wait(), max(left, 0.01))
            except TimeoutError:
                continue

    async def _report(self, seen: Round, before: dict[str, datetime], ended: tuple[Finding, ...]) -> Report:
        lasting = tuple(self._book.open.values())
        report = Report(
            at=seen.at,
            open=lasting,
            new=tuple(each for each in lasting if before.get(each.found.key) != each.found_at),
            ended=ended,
            broken=seen.broken,
            untold=sum(each.told_at is None for each in lasting),
        )
        for each in report.new:
            _log.warning("found", finding=each.found.key, detail=each.found.detail)
        for each in report.ended:
            _log.info("ended", finding=each.found.key)
        if self._settings.heartbeat_url:
            if report.has_worked:
                await heartbeat.call(self._settings.heartbeat_url, len(report.open))
            else:
                _log.error("heartbeat_withheld", broken=list(report.broken), untold=report.untold)
        return report

    async def _tell(self, news: News, now: datetime) -> News:
        # The inbox lies in the record.
        return await self._telling.tell(news, now, without={INBOX} if self._is_record_away else frozenset())

    def _load(self, db: Database) -> None:
        if not self._book.is_loaded:
            check_record(db)
            self._book.load(db)

    async def _write(self) -> None:
        if not self._is_record_away:
            await self._in_record(self._book.write)

    async def _in_record(self, work: Callable[[Database], None]) -> None:
        try:
            await self._watched.in_record(work, self._db)
        except _RECORD_FAILS as error:
            # That the record is away is a finding itself; the book keeps what could not be written.
            _log.warning("book_not_kept", error=type(error).__name__)


def _shown(finding: Finding) -> dict[str, Any]:
    found = finding.found
    return {
        "key": found.key,
        "kind": found.kind,
        "issue": found.issue,
        "title": KINDS[found.kind].title,
        "detail": found.detail,
        "sentence": found.sentence,
        "do": KINDS[found.kind].do,
        "found_at": finding.found_at.isoformat(),
        "told_at": finding.told_at.isoformat() if finding.told_at else None,
    }
