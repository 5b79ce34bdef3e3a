"""What an issue takes up: history on the server, rows and bytes in the record. `python -m bench.sizes [ISSUES]`.

The issue of `story.py`, opened with a description, on a real server with a real worker and the record in a SQLite file.
Bytes of the record are what its tables and their indexes fill for one issue more, of which several are played. On
PostgreSQL a row takes somewhat more: docs/operating.md reckons with twice as much.
"""

import asyncio
import sqlite3
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client

from bench.beside import OUR_QUEUE, our_stand
from bench.costs import costs
from bench.story import acts, bench_policy, opening
from client.asking import ask_state
from client.opening import open_issue
from escalation.issue.commands import Open
from escalation.issue.identity import IssueId
from records import texts
from records.database import open_database
from starter.recording import send_and_record

SILENCE, WINDOW = timedelta(seconds=2), timedelta(seconds=2)
TEXT = "What a customer writes is about this long, a few sentences. " * 12
AT_ONCE = 4
RESERVED = {"alembic_version", "sqlite_master", "sqlite_schema", "sqlite_stat1", "sqlite_sequence"}


@dataclass(frozen=True)
class Sizes:
    """Of one issue."""

    events: int
    history_bytes: int
    rows: Counter[str]
    record_bytes: int

    def __str__(self) -> str:
        rows = ", ".join(f"{table} {count}" for table, count in sorted(self.rows.items()) if count)
        return (
            f"history: {self.events} events, {self.history_bytes / 1024:.0f} KiB\n"
            f"record:  {self.rows.total()} rows ({rows}), {self.record_bytes / 1024:.1f} KiB with indexes"
        )


async def played(client: Client, record: Path, number: int) -> tuple[int, int]:
    """Play one to the end of its window; events and bytes of its history."""
    command: Open = opening(f"S-{number}", bench_policy(SILENCE, WINDOW))
    await open_issue(client, command, OUR_QUEUE)
    issue: IssueId = command.issue.id
    db = open_database(f"sqlite:///{record}")
    await asyncio.to_thread(texts.keep, db, issue, "description", TEXT)
    await _until_second_tier(client, issue)
    for act in acts():
        await send_and_record(client, db, issue, act.model_copy(update={"id": f"{act.id}-{number}"}))
    await client.get_workflow_handle(str(issue)).result()
    db.close()
    history = await client.get_workflow_handle(str(issue)).fetch_history()
    return costs(history.events).events, sum(event.ByteSize() for event in history.events)


async def _until_second_tier(client: Client, issue: IssueId) -> None:
    async with asyncio.timeout(60):
        while (await ask_state(client, issue)).tier != "second":  # noqa: ASYNC110 - asks another process
            await asyncio.sleep(0.1)


def _in_record(file: Path) -> tuple[Counter[str], int]:
    """Rows by table, and the bytes that all of them fill."""
    with sqlite3.connect(file) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = Counter(
            {
                name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - names of our own
                for name in tables
                if name not in RESERVED
            }
        )
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
        size: int = connection.execute("PRAGMA page_size").fetchone()[0]
    return rows, (pages - free) * size


async def measure(issues: int) -> Sizes:
    """Play that many, and what one more takes up."""
    with tempfile.TemporaryDirectory(prefix="escalon-sizes-") as folder:
        home = Path(folder) / "ours"
        async with our_stand(home) as stand:
            record = stand.home / "record.db"
            events, size = await played(stand.client, record, 0)
            before_rows, before = _in_record(record)
            turn = asyncio.Semaphore(AT_ONCE)

            async def in_turn(number: int) -> None:
                async with turn:
                    await played(stand.client, record, number)

            await asyncio.gather(*(in_turn(number) for number in range(1, issues + 1)))
            after_rows, after = _in_record(record)
    rows = Counter({name: round((after_rows[name] - before_rows[name]) / issues) for name in after_rows})
    return Sizes(events, size, rows, (after - before) // issues)


if __name__ == "__main__":
    print(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 40)))
