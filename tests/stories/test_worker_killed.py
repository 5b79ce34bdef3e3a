"""A worker is killed at random points of a story, again and again: nothing is lost, or twice or late unmarked."""

import asyncio
import os
import random
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from temporalio.testing import WorkflowEnvironment

from client.settings import Settings
from records.database import migrate, open_database
from tests.activities.channels.mail_server import MailServer, mail_server
from tests.server import House
from tests.stories.kept import Kept
from tests.stories.plot import ACTS, PEOPLE, Part, going_on
from tests.workflows.history import failed_tasks

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(600)]

ISSUES = 6
KILLS = 6
ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def stage(env: WorkflowEnvironment, home: Path) -> AsyncIterator[tuple[House, MailServer, dict[str, str]]]:
    """Record, people and mail, and the environment for a worker; no worker."""
    (home / "people.yaml").write_text(PEOPLE)
    async with mail_server() as mails:
        set_to = {
            "ESCALON_HOME": str(home),
            "ESCALON_PEOPLE": str(home / "people.yaml"),
            "ESCALON_TASK_QUEUE": str(home),
            "ESCALON_SMTP_HOST": "127.0.0.1",
            "ESCALON_SMTP_PORT": str(mails.port),
            "ESCALON_SMTP_SECURITY": "plain",
            "ESCALON_MAIL_FROM": "escalon@example.org",
            "TEMPORAL_ADDRESS": env.client.service_client.config.target_host,
        }
        settings = Settings(home=home, people=home / "people.yaml", task_queue=str(home))
        db = open_database(settings.record)
        migrate(db)
        yield House(env, env.client, db, settings), mails, {**os.environ, **set_to}
        db.close()


class Killing:
    """Workers, one after the other, each killed at a point that chance chooses."""

    def __init__(self, chance: Random, environment: dict[str, str], mails: MailServer, record: Path) -> None:
        self._chance = chance
        self._environment = environment
        self._mails = mails
        self._record = sqlite3.connect(record)
        self.kills = 0

    async def run(self) -> None:
        """Kill so many, then let one live until cancelled."""
        while True:
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.stories.quick_worker",
                cwd=ROOT, env=self._environment, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                assert worker.stdout is not None
                assert await worker.stdout.readline() == b"ready\n"
                if self.kills == KILLS:
                    await asyncio.Event().wait()
                await self._moment()
                self.kills += 1
            finally:
                worker.kill()
                await worker.wait()

    async def _moment(self) -> None:
        """Some time; or a mail was handed over and its answer has not gone out; or entries were just written."""
        watched = self._chance.choice([lambda: 0, self._mailed, self._written])
        before, end = watched(), asyncio.get_running_loop().time() + self._chance.uniform(0.02, 1.5)
        while asyncio.get_running_loop().time() < end and watched() == before:  # noqa: ASYNC110 - others' doing
            await asyncio.sleep(0.001)

    def close(self) -> None:
        """Let go of the record."""
        self._record.close()

    def _mailed(self) -> int:
        return len(self._mails.mails)

    def _written(self) -> int:
        count: int = self._record.execute("SELECT count(*) FROM entries").fetchone()[0]
        return count


async def test_nothing_is_lost_when_workers_are_killed(env: WorkflowEnvironment, tmp_path: Path) -> None:
    seed = int(os.environ.get("STORY_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"STORY_SEED={seed}\n")  # shown where it fails
    chance = Random(seed)
    async with stage(env, tmp_path) as (house, mails, environment):
        killing = Killing(chance, environment, mails, tmp_path / "record.db")
        killer = asyncio.create_task(killing.run())
        parts = [Part(house, Random(chance.random())) for _ in range(ISSUES)]
        try:
            async with going_on(house, lambda: killing.kills), asyncio.TaskGroup() as playing:
                for number, part in enumerate(parts):
                    playing.create_task(part.play(ACTS[number % len(ACTS)]))
                    await asyncio.sleep(chance.uniform(0, 1.5))
            assert not killer.done(), killer
            results = [await house.handle(part.issue).result() for part in parts]
        finally:
            killer.cancel()
            await asyncio.wait([killer])
            killing.close()
        assert killing.kills == KILLS
        asked = 0
        for part, result in zip(parts, results, strict=True):
            entries = house.journal(part.issue)
            assert len(entries) == result["entries"]
            asked += Kept(house, part.issue, entries).check(mails)
            assert await failed_tasks(house.client, part.issue) == []
        assert asked > 2 * ISSUES  # or the story was none
