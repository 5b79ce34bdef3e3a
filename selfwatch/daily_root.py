"""Once a day: holding the record against the last root, and writing the next one. Roots: `records/roots.py`."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from client.settings import Settings
from records import roots
from records.database import Database
from records.verifying import MEANS, Finding
from selfwatch.found import Found
from selfwatch.watched import Watched

PATIENCE_S = 10
"""How long a round waits for it; then it goes on beside the rounds, and a later one says what came of it."""
AGAIN_AFTER = timedelta(hours=1)
"""Where it was not written, it is tried again."""


class DailyRoot:
    """Of one watch. Both looks come from the same attempt."""

    def __init__(self) -> None:
        self._altered: list[Found] = []
        self._unwritten: list[Found] = []
        self._under_way: asyncio.Task[tuple[list[Found], list[Found]]] | None = None
        self._tried_at: datetime | None = None

    async def altered(self, watched: Watched, now: datetime, suspects: frozenset[str]) -> list[Found]:  # noqa: ARG002
        """Whether the record lacks what the last root stands for."""
        await self._see_to_it(watched, now)
        return self._altered

    async def unwritten(self, watched: Watched, now: datetime, suspects: frozenset[str]) -> list[Found]:  # noqa: ARG002
        """Whether today's root could not be written."""
        await self._see_to_it(watched, now)
        return self._unwritten

    async def _see_to_it(self, watched: Watched, now: datetime) -> None:
        if self._under_way is None and self._is_due(watched.settings, now):
            self._tried_at = now
            work = asyncio.to_thread(_attempt, watched.db, watched.settings, now)
            self._under_way = asyncio.create_task(work)
        running = self._under_way
        if running is None:
            return
        done, _ = await asyncio.wait({running}, timeout=PATIENCE_S)
        if done:
            if self._under_way is running:
                self._under_way = None
            self._altered, self._unwritten = running.result()

    def _is_due(self, settings: Settings, now: datetime) -> bool:
        if self._tried_at is not None and now - self._tried_at < AGAIN_AFTER and self._tried_at.date() == now.date():
            return False
        newest = roots.newest(settings.anchors_folder)
        return newest is None or not _is_of(newest, now)


def _attempt(db: Database, settings: Settings, now: datetime) -> tuple[list[Found], list[Found]]:
    """What is altered, and why the root could not be written; nothing of both where it is."""
    folder = settings.anchors_folder
    try:
        key = roots.private_key(settings.root_key.get_secret_value())
        last = roots.newest(folder)
        if last is not None:
            read = roots.read(last)
            wrong = [*read.findings, *roots.hold_against(db, read)]
            if wrong:
                return [Found(kind="record_altered", detail=_in_short(last.name, wrong))], []
        roots.write(db, folder, settings.org, now, key)
    except FileExistsError:
        return [], _out_of_turn(folder, now)
    except (roots.BadKey, roots.RootUnreadable) as error:
        return [], [Found(kind="root_not_written", detail=str(error)[:600])]
    except OSError as error:
        return [], [Found(kind="root_not_written", detail=f"{folder} cannot be written to: {error.strerror}"[:600])]
    return [], []


def _out_of_turn(folder: Path, now: datetime) -> list[Found]:
    """Nothing, where another watch was first."""
    last = roots.newest(folder)
    if last is None or _is_of(last, now):
        return []
    detail = f"{last} is of a later time than it is now: look at the clocks, and move it away where it is wrong"
    return [Found(kind="root_not_written", detail=detail[:600])]


def _is_of(root: Path, day: datetime) -> bool:
    return root.name.startswith(f"root-{day.astimezone(UTC):%Y%m%d}")


def _in_short(name: str, wrong: list[Finding]) -> str:
    first = wrong[0]
    where = f"{first.issue}: " if first.issue else ""
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"held against {name}: {where}{MEANS[first.what]} ({first.detail}){more}"[:600]
