"""A log replayed on a real server: every case a workflow whose clock is put forward to the instant of each command.

The server, its record and the worker live as long as the replay, in memory and in a folder that goes with it; nothing
of this installation is touched. A workflow cannot begin in the past, so a case is moved as a whole: its opening is now.
"""

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from client.asking import NoWorker, ask_state
from client.opening import open_issue
from client.sending import ask_to_write, send
from client.settings import Settings
from client.skipping import SkippingServer
from escalation.intake.logged import Case
from escalation.issue.commands import Command, Hold, Open, Reopen
from escalation.issue.events import Entry, LimitMissed
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
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

AT_ONCE = 6
"""Cases that are replayed side by side. Ours: two cores are busy, and clocks are still served within a second."""
ATTEMPTS = 6
"""How often a case is played that was served late because the machine was busy: again by itself, after all others."""
QUESTIONS = 3
"""How often a question is asked that a busy machine lets go by."""
AHEAD = CLOSE - timedelta(milliseconds=500)
"""How long before its instant a command is sent, so that it comes before the clock there too."""
_STORED = "no_worker"
"""The code of a command that no worker answered in time: it goes as a signal."""
_ANSWER = timedelta(seconds=30)
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


@dataclass
class _Played:
    """What became of a case on the server."""

    shift: timedelta
    """How much later it was played than it happened."""
    refused: list[Refused] = field(default_factory=list)
    journal: Sequence[Entry] = ()
    is_late: bool = False
    """Whether its clock, or a command, was served only after its instant, as it happens when the machine is busy."""


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
        waiting, late = deque(chosen), list[Case]()
        await asyncio.gather(*(_work(waiting, late, house, on_cases) for _ in range(AT_ONCE)))
        for case in late:
            await _work_again(case, house)
            on_cases(agreement.cases)
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


async def _work(waiting: deque[Case], late: list[Case], house: _House, on_cases: Callable[[int], None]) -> None:
    """Take one case after the other; of what was served late nothing is said yet."""
    while waiting:
        case = waiting.popleft()
        played = await _play(case, 1, house)
        if played.is_late:
            late.append(case)
            continue
        _hold_against(case, played, house)
        on_cases(house.agreement.cases)


async def _work_again(case: Case, house: _House) -> None:
    """Play it, with nothing beside it, until it is not served late, or as often as is allowed."""
    for attempt in range(2, ATTEMPTS + 1):
        house.agreement.again += 1
        played = await _play(case, attempt, house)
        if not played.is_late or attempt == ATTEMPTS:
            _hold_against(case, played, house)
            return


async def _play(case: Case, attempt: int, house: _House) -> _Played:
    """One case on the server."""
    server, shift = house.server, _now() - case.script[0].at
    played = _Played(shift)
    issue, before = case.issue.at(attempt), case.script[0].at
    for at, command in case.script:
        moved = _moved(command, shift, at + shift, issue)
        if isinstance(moved, Open):
            await open_issue(server.client, moved, house.settings.task_queue)
            await _answered(house, issue)
            continue
        if at > before:
            await _put_forward(server, issue, at + shift - AHEAD)
            before = at
        sent = await send(server.client, issue, moved, _ANSWER)
        # Answered after its instant, it may have come after what was due then. At the opening's own nothing is.
        instant = at + shift + (CLOSE if at == case.script[0].at else timedelta())
        played.is_late |= sent.code == _STORED or await server.now_of(issue) >= instant
        if sent.outcome != "done":
            played.refused.append(Refused(case.reference, command.id, sent.code, sent.why))
        elif isinstance(command, Reopen):
            await _answered(house, issue)
    await _put_forward(server, issue, case.script[-1].at + shift + house.rest)
    played.journal = await _recorded(house, issue)
    played.is_late |= _was_late(played.journal)
    return played


def _was_late(journal: Sequence[Entry]) -> bool:
    """Whether the clock was served late, or a command was, by what is on record."""
    return any(
        getattr(entry.event, "late_by_s", 0)
        or isinstance(entry.event, LimitMissed)
        or entry.recorded_at - entry.happened_at > CLOSE
        for entry in journal
    )


def _hold_against(case: Case, played: _Played, house: _House) -> None:
    beside = play_beside(case, Simulated(the_world(has_deliveries=True)), house.rest)
    name, agreement, done = case.reference, house.agreement, house.done
    agreement.compare(name, played.journal, beside.entries, played.shift, beside.ties)
    there, here = ([(each.command, each.code) for each in found] for found in (played.refused, beside.refused))
    agreement.compare_refusals(name, there, here)
    done.refused.extend(played.refused)
    done.counts.take(played.journal)
    done.events += case.rows
    done.commands += len(case.script)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _moved(command: Command, shift: timedelta, at: datetime, issue: IssueId) -> Command:
    """The command as it is sent now: everything in it that is an instant is later by `shift`."""
    match command:
        case Open():
            facts = command.issue.changed({"id": issue, "opened_at": at, "received_at": at})
            return command.changed({"issue": facts})
        case Hold():
            return command.changed({"happened_at": at, "until": command.until + shift})
        case _:
            return command.changed({"happened_at": at})


async def _put_forward(server: SkippingServer, issue: IssueId, to: datetime) -> None:
    now = await server.now_of(issue)
    if to > now:
        await server.pass_time(issue, to - now)


async def _state(house: _House, issue: IssueId) -> IssueState:
    """Where it stands; asked again where a busy machine lets a question go by. Raises NoWorker."""
    for _ in range(QUESTIONS - 1):
        with suppress(NoWorker):
            return await ask_state(house.server.client, issue, _ANSWER)
    return await ask_state(house.server.client, issue, _ANSWER)


async def _answered(house: _House, issue: IssueId) -> None:
    """Until the look-up of a tier that began with a command is answered, as it is at once on the simulated clock."""
    while (await _state(house, issue)).findings:  # noqa: ASYNC110 - asks another process
        await asyncio.sleep(0.1)


async def _recorded(house: _House, issue: IssueId) -> list[Entry]:
    """The journal on record, once it has caught up with the workflow."""
    end = perf_counter() + _RECORDED_WITHIN_S
    await ask_to_write(house.server.client, str(issue))
    while True:
        state = await _state(house, issue)
        entries = await asyncio.to_thread(reading.timeline, house.db, issue)
        if len(entries) == state.entries:
            return list(entries)
        if perf_counter() > end:
            raise NotDone(f"{issue.short}: {len(entries)} of {state.entries} entries are on record", "record_late")
        await asyncio.sleep(0.05)
