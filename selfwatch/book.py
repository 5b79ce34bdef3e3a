"""The watch's own book: what is found, since when, and whether the operator was told. Kept here and in the record.

Here first, so that a record that is away stops neither finding nor telling; what it missed is written when it is back.
What is in the record outlives the watch.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from escalation.value import Value
from records import findings
from records.database import Database, RecordBusy
from selfwatch.found import Found
from selfwatch.rounds import Round

TOLD_AGAIN_EVERY = timedelta(days=1)


class Finding(Value):
    """A finding with its times (UTC)."""

    found: Found
    found_at: datetime
    seen_at: datetime
    told_at: datetime | None = None
    """When somebody was first told."""
    again_at: datetime | None = None
    """When somebody was last told that it still lasts."""
    ended_at: datetime | None = None

    def is_due_again(self, now: datetime) -> bool:
        """Whether it lasts and a day has gone by since the operator last heard of it."""
        return self.told_at is not None and now - (self.again_at or self.told_at) >= TOLD_AGAIN_EVERY


class News(Value):
    """What the operator is to be told now."""

    found: tuple[Finding, ...] = ()
    again: tuple[Finding, ...] = ()
    ended: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.found or self.again or self.ended)


@dataclass
class Book:
    """The findings that are open, and what is still to be told or written of those that ended."""

    open: dict[str, Finding] = field(default_factory=dict)
    ended: list[Finding] = field(default_factory=list)
    """Ended, and still to be told."""
    unwritten: list[Finding] = field(default_factory=list)
    """Ended, and not on record as ended."""
    is_loaded: bool = False
    """Whether it knows what the record knew when the watch began."""
    _written: dict[str, Finding] = field(default_factory=dict)
    """The open ones as they are on record."""
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def load(self, db: Database) -> None:
        """Take over what is open on record; raises what the database raises. Once it has succeeded, does nothing."""
        if self.is_loaded:
            return
        for row in findings.read(db, open_only=True, limit=10_000):
            found = Found(kind=row.what, issue=row.issue or row.key.partition("/")[2] or None, detail=row.detail)
            known = Finding(
                found=found,
                found_at=row.found_at,
                seen_at=row.last_seen_at,
                told_at=row.told_at,
                again_at=_last_repeat(row.told_at, row.last_seen_at),
            )
            here = self.open.get(row.key)
            told_at = known.told_at or (here.told_at if here else None)
            self.open[row.key] = known.model_copy(update={"told_at": told_at})
        self.is_loaded = True

    def suspects(self) -> dict[str, frozenset[str]]:
        """By kind, the issues that are known to be in trouble."""
        kinds: dict[str, set[str]] = {}
        for finding in self.open.values():
            if finding.found.issue:
                kinds.setdefault(finding.found.kind, set()).add(finding.found.issue)
        return {kind: frozenset(issues) for kind, issues in kinds.items()}

    def take(self, seen: Round, learnt: Collection[str] = ()) -> News:
        """Enter what a round gave; says what is new, what lasts, and what ended.

        What was `learnt` from the record after the round had begun does not end by it: it was not looked for.
        """
        there = {each.key: each for each in seen.found}
        for key, found in there.items():
            known = self.open.get(key)
            at = {"found": found, "seen_at": seen.at}
            self.open[key] = known.model_copy(update=at) if known else Finding(found_at=seen.at, **at)  # type: ignore[arg-type]
        for key in [key for key in self.open if key not in there]:
            if self.open[key].found.kind in seen.looked and key not in learnt:
                over = self.open.pop(key).model_copy(update={"ended_at": seen.at})
                self.unwritten.append(over)
                if over.told_at is not None:  # of what nobody heard of, nobody needs to hear the end
                    self.ended.append(over)
        lasting = tuple(self.open.values())
        return News(
            found=tuple(each for each in lasting if each.told_at is None),
            again=tuple(each for each in lasting if each.is_due_again(seen.at)),
            ended=tuple(self.ended),
        )

    def still(self, news: News) -> News:
        """What is left of it to tell after the record was brought up to date."""
        return news.model_copy(update={"ended": tuple(self.ended)})

    def told(self, news: News, at: datetime) -> None:
        """The operator's contact has been told this."""
        for each in news.found:
            self._change(each, told_at=at)
        for each in news.again:
            self._change(each, again_at=at)
        self.ended = [each for each in self.ended if each not in news.ended]

    def write(self, db: Database) -> None:
        """Bring the record up to date, from any thread. Where the database raises, the rest is written next time."""
        if not self._writing.acquire(blocking=False):
            raise RecordBusy("an earlier round is still writing")
        try:
            self._write_all(db)
        finally:
            self._writing.release()

    def _write_all(self, db: Database) -> None:
        while self.unwritten:  # first: what ended and is found anew is two findings
            over = self.unwritten[0]
            self._write(db, over)
            if not findings.ended(db, over.found.key, over.ended_at or over.seen_at):
                # Another watch, such as `--once` beside this one, has ended it and told of it.
                self.ended = [each for each in self.ended if each is not over]
            self._written.pop(over.found.key, None)
            del self.unwritten[0]
        for finding in list(self.open.values()):
            self._write(db, finding)

    def _write(self, db: Database, finding: Finding) -> None:
        found, key = finding.found, finding.found.key
        before = self._written.get(key)
        if before is None:
            findings.found(db, key, found.kind, found.detail, finding.found_at, found.issue_id)
        if before is None or before.found.detail != found.detail:
            findings.found(db, key, found.kind, found.detail, finding.seen_at, found.issue_id)
        elif before.seen_at != finding.seen_at:
            findings.seen(db, key, finding.seen_at)
        if finding.told_at is not None and (before is None or before.told_at is None):
            findings.told(db, key, finding.told_at)
        self._written[key] = finding

    def _change(self, finding: Finding, **times: datetime) -> None:
        key = finding.found.key
        if key in self.open:
            self.open[key] = self.open[key].model_copy(update=times)


def _last_repeat(told_at: datetime | None, seen_at: datetime) -> datetime | None:
    """When the watch before this one last said that it lasts: a whole number of days after it was first told."""
    if told_at is None:
        return None
    days = (seen_at - told_at) // TOLD_AGAIN_EVERY
    return told_at + days * TOLD_AGAIN_EVERY if days > 0 else None
