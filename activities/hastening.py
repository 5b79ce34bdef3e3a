"""Issues whose shifts are followed hear of it soon when rotas or absences change, rather than at their next look.

Each worker looks at the files, or the directory in the record, every half minute; only issues are told that somebody
has whose duty is another one now. Where nobody hands anything over, nothing is read at all.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import structlog
from temporalio.service import RPCError

from activities.live_directory import LiveDirectory
from activities.live_rotas import LiveRotas
from activities.live_store import live_directory
from client.connect import NoServer, connect
from client.finding import Connection
from client.settings import Settings
from client.shifts import look_at_shifts
from escalation.issue.identity import read_issue_id
from escalation.issue.next_shift import OnDuty, otherwise_on_duty
from records.database import Database
from records.hand_overs import Followed, followed

EVERY_S = 30.0
AHEAD = timedelta(days=1)
"""Ends of shifts that are further ahead are found by the usual look, every four hours. Ours."""
_AT_ONCE = 8

Tell: TypeAlias = Callable[[str, str], Awaitable[None]]
"""Tell the issue of this id, by this notice. Raises where it must be tried again."""
_log = structlog.get_logger(__name__)


class Hastening:
    """What one worker knows of who is on duty, and which issues have not heard yet that it is otherwise."""

    def __init__(self, db: Database, org: str, directory: LiveDirectory, rotas: LiveRotas, tell: Tell) -> None:
        self._db = db
        self._org = org
        self._directory = directory
        self._rotas = rotas
        self._tell = tell
        self._known: OnDuty | None = None
        self._untold: dict[str, str] = {}
        """By issue, the notice."""

    async def look(self, now: datetime) -> int:
        """Look once, and tell the issues whom it concerns; how many heard. Raises what reading raises."""
        self._untold |= await asyncio.to_thread(self._concerned, now)
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(issue: str, notice: str) -> bool:
            async with places:
                try:
                    await self._tell(issue, notice)
                except (RPCError, NoServer, OSError, RuntimeError) as error:
                    _log.warning("shifts_not_hastened", issue=issue, error=type(error).__name__)
                    return False
            return True

        untold = list(self._untold.items())
        for (issue, _), is_told in zip(untold, await asyncio.gather(*(one(*each) for each in untold)), strict=True):
            if is_told:
                del self._untold[issue]
        return len(untold) - len(self._untold)

    def _concerned(self, now: datetime) -> dict[str, str]:
        """By issue, the notice: the same from every worker that sees the same."""
        issues = followed(self._db, self._org)
        if not issues:
            self._known = None
            return {}
        directory = self._directory.current()
        rotas = self._rotas.current(directory)
        if rotas is None:
            return {}
        before, self._known = self._known, OnDuty(directory, rotas)
        if before is None or (before.directory is directory and before.rotas is rotas):
            return {}
        people = sorted({who for each in issues for who in each.people})
        changed = otherwise_on_duty(before, self._known, people, now, AHEAD)
        return {each.issue: _notice(each, changed, now) for each in issues if changed.intersection(each.people)}


def _notice(issue: Followed, changed: frozenset[str], now: datetime) -> str:
    whose = " ".join(sorted(changed.intersection(issue.people)))
    # Two workers notice within a minute of each other; a change back is another notice.
    minute = int(now.timestamp()) // 120
    return f"shifts-{hashlib.sha256(f'{whose} {minute}'.encode()).hexdigest()[:40]}"


async def keep_hastened(settings: Settings, db: Database, every_s: float = EVERY_S) -> None:
    """Look again and again, until it is cancelled."""
    client: Connection | None = None

    async def tell(issue: str, notice: str) -> None:
        nonlocal client
        client = client or await connect()
        await look_at_shifts(client, read_issue_id(issue)[0], notice)

    directory = live_directory(settings, db)
    hastening = Hastening(db, settings.org, directory, LiveRotas(settings.rotas_file), tell)
    while True:
        try:
            told = await hastening.look(datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever ails it, the usual look finds the change, and work goes on
            _log.warning("shifts_not_looked_at", error=type(error).__name__)
        else:
            if told:
                _log.info("shifts_hastened", issues=told)
        await asyncio.sleep(every_s)
