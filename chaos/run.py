"""One run: played on a stage, and checked; and a lane, which makes one run after the other on its own stage."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from chaos.checks import Kept, check, nobody_asked_for
from chaos.doors import ClientDoor, Door
from chaos.evidence import Evidence, by_id, gather
from chaos.faults import Faults
from chaos.http_door import HttpDoor
from chaos.plan import Plan
from chaos.play import Followed, Play
from chaos.stage import Stage
from client.asking import NoWorker
from records import promised
from records.database import Database
from records.verifying import heads

STUCK_AFTER_S = 130
"""A run in which nothing more happens for so long is over, and failed. Retries are two minutes apart at worst."""
_PROMISES_WITHIN_S = 60
"""So long after a run the watch may need until every promise of a sender is kept."""


@dataclass
class Outcome:
    """What came of a run."""

    number: int
    seed: str
    database: str
    findings: list[str] = field(default_factory=list)
    issues: int = 0
    not_accepted: int = 0
    entries: int = 0
    pages: int = 0
    delayed: int = 0
    doubtful: int = 0
    repeated: int = 0
    deadlines: int = 0
    late: int = 0
    worst_late_s: float = 0
    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0
    folder: str = ""
    """Where the evidence lies, of a run that failed."""

    def add(self, kept: Kept) -> None:
        """Count an issue."""
        self.findings += kept.findings
        self.entries += kept.entries
        self.pages += kept.pages
        self.delayed += kept.delayed
        self.doubtful += kept.doubtful
        self.repeated += kept.repeated
        self.deadlines += kept.deadlines
        self.late += len(kept.late)
        self.worst_late_s = max([self.worst_late_s, *(late.total_seconds() for late in kept.late)])


class Lane:
    """One stage and the runs on it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.doors: dict[str, Door] = {"client": ClientDoor(stage.at_door, stage.door_server)}
        self.doors["api"] = HttpDoor(stage.links["door-api"].port, stage.keys)
        self._messages: frozenset[str] = frozenset()
        """That any run's mails may have: a frozen worker's copy may come in the next run."""

    async def aclose(self) -> None:
        """Close the doors."""
        for door in self.doors.values():
            await door.close()

    async def run(self, plan: Plan) -> Outcome:
        """Play it and check it."""
        stage, began = self.stage, time.monotonic()
        outcome = Outcome(plan.number, plan.seed, "SQLite" if stage.postgres is None else "PostgreSQL")
        play = Play(stage, plan, self.doors)
        faults = Faults(stage, plan, lambda: play.sent)
        try:
            async with self._going_on(play), asyncio.TaskGroup() as both:
                both.create_task(play.all())
                both.create_task(_break_all(faults, play))
        except TimeoutError:
            outcome.findings.append(f"not all issues have ended, and nothing came on record for {STUCK_AFTER_S} s")
        evidence = [each for each in [await self._evidence(one, outcome) for one in play.followed] if each is not None]
        outcome.findings += [
            f"{each.issue.short}: a door does not open it: {each.opening.why}"
            for each in play.followed
            if each.opening.outcome in {"refused", "missing"}
        ]
        for each in evidence:
            kept = check(each)
            outcome.add(kept)
            self._messages |= kept.messages
        outcome.findings += nobody_asked_for(by_id(stage.mailbox.mails), self._messages)
        outcome.findings += await unkept_promises(stage.db)
        outcome.issues = sum(bool(each.status) for each in evidence)
        outcome.not_accepted = sum(not each.is_accepted for each in play.followed)
        outcome.answers = Counter(said.answer.outcome for each in play.followed for said in each.said)
        outcome.faults = faults.done
        outcome.seconds = time.monotonic() - began
        if outcome.findings:
            outcome.folder = str(self._keep(plan, outcome, play.followed, evidence))
        return outcome

    @asynccontextmanager
    async def _going_on(self, play: Play) -> AsyncIterator[None]:
        """TimeoutError as soon as nothing new came on record for a while, however long all takes on this machine."""
        loop = asyncio.get_running_loop()

        async def watch(limit: asyncio.Timeout) -> None:
            before = None
            while True:
                with suppress(SQLAlchemyError):
                    issues = [str(each.issue) for each in play.followed]
                    now = await asyncio.to_thread(heads, self.stage.db, issues), len(issues)
                    if now != before:
                        before = now
                        limit.reschedule(loop.time() + STUCK_AFTER_S)
                await asyncio.sleep(1)

        async with asyncio.timeout(STUCK_AFTER_S) as limit:
            watching = asyncio.create_task(watch(limit))
            try:
                yield
            finally:
                watching.cancel()

    async def _evidence(self, followed: Followed, outcome: Outcome) -> Evidence | None:
        client, issue = self.stage.client, followed.issue
        try:
            return await gather(
                client, self.stage.db, issue, followed.said, self.stage.mailbox.mails, is_accepted=followed.is_accepted
            )
        except (NoWorker, RPCError) as error:
            outcome.findings.append(f"{issue.short}: it cannot be asked: {error}")
            return None

    def _keep(self, plan: Plan, outcome: Outcome, followed: list[Followed], evidence: list[Evidence]) -> Path:
        """Write down everything about a run that failed."""
        folder = self.stage.folder / f"failed-{plan.number}"
        folder.mkdir(exist_ok=True)
        (folder / "findings.txt").write_text("\n".join(outcome.findings) + "\n", encoding="utf-8")
        said = [line for each in followed for line in (repr(each.opening), *map(repr, each.said))]
        (folder / "plan.txt").write_text("\n".join([*plan.lines(), "", *said]) + "\n", encoding="utf-8")
        for each in evidence:
            journal = [entry.model_dump(mode="json") for entry in each.entries]
            found = {
                "journal": journal,
                "state": each.state and each.state.model_dump(mode="json"),
                "mails": each.mails,
            }
            name = f"{each.issue.reference}-{each.issue.occurrence}.json"
            (folder / name).write_text(json.dumps(found, indent=1), encoding="utf-8")
        return folder


async def _break_all(faults: Faults, play: Play) -> None:
    await faults.all()
    play.all_is_mended.set()


async def unkept_promises(db: Database, within_s: float = _PROMISES_WITHIN_S) -> list[str]:
    """Waits until each promise of a sender is kept, by whomever; what is left then is a finding."""
    end = time.monotonic() + within_s
    while True:
        left = await asyncio.to_thread(promised.unkept, db, datetime.now(UTC) + timedelta(days=1), 1000)
        if not left:
            return []
        if time.monotonic() > end:
            return [f"promises to write are not kept, nor mended by the watch: {left[:5]}"]
        await asyncio.sleep(0.2)
