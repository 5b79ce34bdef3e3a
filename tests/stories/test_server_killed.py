"""The server is killed in mid-story and started again on its file, with the same worker: the story goes on."""

import asyncio
import os
import random
import sys
from pathlib import Path
from random import Random

import pytest
from temporalio.testing import WorkflowEnvironment

from client.names import register_search_attributes
from tests.activities.channels.mail_server import mail_server
from tests.server import working
from tests.stories.kept import Kept
from tests.stories.plot import ACTS, PEOPLE, Part, going_on
from tests.stories.server_process import ServerProcess
from tests.workflows.history import failed_tasks

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = 3


async def killing(server: ServerProcess, chance: Random) -> None:
    """Kill it and start it again, so many times."""
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.3, 2))
        await server.kill()
        await asyncio.sleep(chance.uniform(0, 1))
        await server.start()


async def test_the_story_goes_on_when_the_server_is_killed(tmp_path: Path) -> None:
    seed = int(os.environ.get("STORY_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"STORY_SEED={seed}\n")  # shown where it fails
    chance = Random(seed)
    (tmp_path / "people.yaml").write_text(PEOPLE)
    server = ServerProcess(tmp_path / "temporal.db")
    await server.start()
    try:
        client = await server.connect()
        await register_search_attributes(client)
        env = WorkflowEnvironment.from_client(client)
        async with (
            mail_server() as mails,
            working(
                env, tmp_path, "killed-server", smtp_host="127.0.0.1", smtp_port=mails.port,
                smtp_security="plain", mail_from="escalon@example.org",
            ) as house,
        ):  # fmt: skip
            parts = [Part(house, Random(chance.random())) for _ in ACTS]
            async with going_on(house), asyncio.TaskGroup() as playing:
                playing.create_task(killing(server, chance))
                for part, act in zip(parts, ACTS, strict=True):
                    playing.create_task(part.play(act))
            asked = 0
            for part in parts:
                result = await house.handle(part.issue).result()
                entries = house.journal(part.issue)
                assert len(entries) == result["entries"]
                asked += Kept(house, part.issue, entries).check(mails)
                assert await failed_tasks(house.client, part.issue) == []
            assert asked > 2 * len(ACTS)  # or the story was none
    finally:
        await server.kill()
