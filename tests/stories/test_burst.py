"""Two thousand issues at once, each over a connection of its own, to one process of the HTTP door: none is lost.

Each is answered: with 202, or with 429 or 503 and when to try again, and then it is sent again as it was. What was
accepted is on the server, each once. No worker runs: an issue is safe when it is started.
"""

import asyncio
import json
import resource
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from client.settings import Settings
from records.database import migrate, open_database
from tests.stories.api_process import ApiProcess, key_for

pytestmark = [pytest.mark.server, pytest.mark.slow(100), pytest.mark.timeout(400)]

ISSUES = 2000
QUEUE = "burst"
_PATIENCE_S = 300


@pytest.fixture
async def door(env: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[tuple[ApiProcess, str]]:
    """A door with its usual limits, and a key."""
    settings = Settings(home=tmp_path, task_queue=QUEUE)
    with closing(open_database(settings.record)) as db:
        migrate(db)
        key = key_for(db, settings, "open", machine="sample-burst")
    api = ApiProcess(
        {
            "ESCALON_HOME": str(tmp_path),
            "ESCALON_TASK_QUEUE": QUEUE,
            "TEMPORAL_ADDRESS": env.client.service_client.config.target_host,
        },
        tmp_path / "api.log",
    )
    try:
        await asyncio.to_thread(api.start)
        yield api, key
    finally:
        api.kill()


async def asked(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer, over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers["content-length"]))
    finally:
        writer.close()
    return int(head[0].split()[1]), headers, body


def request_of(number: int, key: str) -> bytes:
    body = json.dumps(
        {
            "title": f"Sample issue {number} of a burst",
            "description": "Everything fails at once.",
            "severity": "S3",
            "source": "burst",
            "reference": f"B-{number}",
        }
    ).encode()
    head = (
        f"POST /v1/issues HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Idempotency-Key: burst-{number}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def test_none_of_two_thousand_at_once_is_lost(env: WorkflowEnvironment, door: tuple[ApiProcess, str]) -> None:
    api, key = door
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * ISSUES), hard), hard))
    answers: Counter[int] = Counter()
    of_burst = f"TaskQueue = '{QUEUE}'"

    async def opened(number: int) -> str:
        """Its issue, however often it had to be sent."""
        while True:
            status, headers, body = await asked(api.port, request_of(number, key))
            answers[status] += 1
            if status == 202:
                issue: str = json.loads(body)["issue"]
                return issue
            assert status in {429, 503}, body
            await asyncio.sleep(int(headers["retry-after"]))

    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(_PATIENCE_S):
        accepted = await asyncio.gather(*(opened(number) for number in range(ISSUES)))
        took = asyncio.get_running_loop().time() - began
        sys.stdout.write(f"{ISSUES} issues in {took:.1f} s: {dict(answers)}\n")
        assert sorted(accepted) == sorted(f"main:main:main:burst:B-{number}:1" for number in range(ISSUES))

        # The list is a moment behind what there is.
        while (await env.client.count_workflows(of_burst)).count < ISSUES:  # noqa: ASYNC110 - the server is asked
            await asyncio.sleep(0.5)
        there = [each.id async for each in env.client.list_workflows(of_burst, page_size=1000)]
    assert Counter(there) == Counter(accepted)
    assert api.process is not None
    assert api.process.poll() is None
