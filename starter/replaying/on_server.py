"""A log replayed on a real server: every case a workflow whose clock is put forward to the instant of each command.

The server, its record and the worker live as long as the replay, in memory and in a folder that goes with it; nothing
of this installation is touched. A workflow cannot begin in the past, so a case is moved as a whole: its opening is now.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from client.asking import ask_state
from client.opening import open_issue
from client.sending import send
from client.settings import Settings
from client.skipping import SkippingServer
from escalation.intake.logged import Case
from escalation.issue.commands import Command, Hold, Open, Reopen
from escalation.issue.events import Entry
from escalation.issue.identity import IssueId
from escalation.simulate import Simulated
from records import reading
from records.database import Database, migrate, open_database
from starter.failure import NotDone
from starter.replaying.agreement import CLOSE, Agreement
from starter.replaying.counting import Counts
from starter.replaying.logfile import format_named, open_log
from starter.replaying.outcome import Refused, Replayed
from starter.replaying.server_process import server_of_a_replay
from starter.replaying.simulated import PEOPLE, longest_limit, play_beside, the_world

AT_ONCE = 12
"""Cases that are replayed side by side. Ours: two cores are busy with fewer, and answers still come within a second."""
AHEAD = CLOSE - timedelta(milliseconds=500)
"""How long before its instant a command is sent, so that it comes before the clock there too."""
_ANSWER = timedelta(seconds=60)
_RECORDED_WITHIN_S = 60.0


@dataclass
class _House:
    """What runs, and what has come of it."""

    server: SkippingServer
    settings: Settings
    db: Database
    rest: timedelta
    done: Replayed
    agreement: Agreement


async def replay_on_server(
    path: Path,
    format_name: str,
    cases: int,
    build_worker: Callable[..., Any],
    on_cases: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Replay the log's first cases, and hold their journals against those of the simulated clock.

    Raises WrongInput, NotDone.
    """
    began, cpu_began = perf_counter(), process_time()
    agreement = Agreement()
    done = Replayed(Counts(format_named(format_name)), agreement=agreement)
    with open_log(path, done.counts.format) as log:
        chosen = list(islice(log.reader.cases(log.rows), cases))
        done.dirty, done.dropped = log.reader.dirty, log.reader.dropped
        rest = longest_limit(log.policy, log.format)
    async with _running(build_worker) as (server, settings, db):
        house = _House(server, settings, db, rest, done, agreement)
        waiting = iter(chosen)
        await asyncio.gather(*(_work(waiting, house, on_cases) for _ in range(AT_ONCE)))
    done.seconds, done.cpu_seconds = perf_counter() - began, process_time() - cpu_began
    return done


@asynccontextmanager
async def _running(build_worker: Callable[..., Any]) -> AsyncIterator[tuple[SkippingServer, Settings, Database]]:
    with tempfile.TemporaryDirectory(prefix="escalon-replay-") as folder:
        # Nothing of this installation but its Temporal CLI: a replay mails nobody and writes to no record but its own.
        home = Path(folder)
        settings = Settings(
            home=home, record_url=f"sqlite:///{home / 'record.db'}", people=PEOPLE, task_queue="replay", smtp_host=""
        )
        db = open_database(settings.record)
        try:
            migrate(db)
            async with server_of_a_replay(settings, home) as server, build_worker(server.client, settings, db):
                yield server, settings, db
        finally:
            db.close()


async def _work(waiting: Iterator[Case], house: _House, on_cases: Callable[[int], None]) -> None:
    for case in waiting:
        await _replay(case, house)
        on_cases(house.agreement.cases)


async def _replay(case: Case, house: _House) -> None:
    """One case on both clocks."""
    done, shift = house.done, _now() - case.script[0].at
    issue = case.issue
    codes: list[tuple[str, str]] = []
    for at, command in case.script:
        there = at + shift
        moved = _moved(command, shift, there)
        if isinstance(moved, Open):
            await open_issue(house.server.client, moved, house.settings.task_queue)
            await _answered(house, issue)
            continue
        await _put_forward(house.server, issue, there - AHEAD)
        sent = await send(house.server.client, issue, moved, _ANSWER)
        if sent.outcome != "done":
            codes.append((command.id, sent.code))
            done.refused.append(Refused(case.reference, command.id, sent.code, sent.why))
        elif isinstance(command, Reopen):
            await _answered(house, issue)
    await _put_forward(house.server, issue, case.script[-1].at + shift + house.rest)
    journal = await _recorded(house, issue)
    beside = play_beside(case, Simulated(the_world(has_deliveries=True)), house.rest)
    house.agreement.compare(case.reference, journal, beside.entries, shift, has_tie=beside.has_tie)
    simulated = [(each.command, each.code) for each in beside.refused]
    house.agreement.compare_refusals(case.reference, codes, simulated, has_tie=beside.has_tie)
    done.counts.take(journal)
    done.events += case.rows
    done.commands += len(case.script)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _moved(command: Command, shift: timedelta, at: datetime) -> Command:
    """The command as it is sent now: everything in it that is an instant is later by `shift`."""
    match command:
        case Open():
            issue = command.issue.model_copy(update={"opened_at": at, "received_at": at})
            return command.model_copy(update={"issue": issue})
        case Hold():
            return command.model_copy(update={"happened_at": at, "until": command.until + shift})
        case _:
            return command.model_copy(update={"happened_at": at})


async def _put_forward(server: SkippingServer, issue: IssueId, to: datetime) -> None:
    now = await server.now_of(issue)
    if to > now:
        await server.pass_time(issue, to - now)


async def _answered(house: _House, issue: IssueId) -> None:
    """Until the look-up of a tier that began with a command is answered, as it is at once on the simulated clock."""
    while (await ask_state(house.server.client, issue, _ANSWER)).findings:  # noqa: ASYNC110 - asks another process
        await asyncio.sleep(0.02)


async def _recorded(house: _House, issue: IssueId) -> list[Entry]:
    """The journal on record, once it has caught up with the workflow."""
    end = perf_counter() + _RECORDED_WITHIN_S
    while True:
        state = await ask_state(house.server.client, issue, _ANSWER)
        entries = await asyncio.to_thread(reading.timeline, house.db, issue)
        if len(entries) == state.entries:
            return list(entries)
        if perf_counter() > end:
            raise NotDone(f"{issue.short}: {len(entries)} of {state.entries} entries are on record", "record_late")
        await asyncio.sleep(0.05)
