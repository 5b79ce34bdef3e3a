"""One process of the HTTP door beside the SDK: how fast each starts the same workflows on the same server.

Rounds are interleaved, with the same number of starts and of callers at once; only ratios within one pair are compared.
The SDK's side has everything made beforehand and does nothing but start: the same input with its pinned policies, the
same attributes, memo and summary. The door reads HTTP and JSON, checks the key, chooses policy and tier, evaluates
triggers, starts and answers. No worker runs. The server has half of the cores to itself, with either side; the door and
whoever sends the requests share the rest, which the SDK's side has alone.
"""

import asyncio
import json
import statistics
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from temporalio.client import Client
from temporalio.common import Priority, TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from bench.stand import BIN, Stand, cores_apart, free_port, standing
from client.names import WORKFLOW, register_search_attributes, search_attributes
from client.settings import Settings
from escalation.issue.card import headline
from escalation.issue.commands import Open
from escalation.issue.decide import decide
from escalation.issue.evolve import evolve
from escalation.issue.facts import Actor
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from records.database import migrate, open_database
from starter.door import OpenRequest, prepare_open
from starter.installation import Installed, installed
from starter.keys import create_key

AT_ONCE = 32
"""Callers at once, on either side."""
QUEUE = "bench-api"
MACHINE = "bench"
_PATIENCE_S = 60


@dataclass(frozen=True)
class Round:
    """How many were started in a second, and the CPU of door and server for each, in milliseconds."""

    rate: float
    door_ms: float
    server_ms: float


@dataclass(frozen=True)
class Rates:
    """All pairs of rounds: the SDK's, the door's, and the door's for issues with text and an idempotency key."""

    sdk: list[Round]
    door: list[Round]
    door_with_text: list[Round]

    def ratios(self, of: list[Round]) -> list[float]:
        """Each round of the door divided by the SDK's of the same pair."""
        return [each.rate / sdk.rate for each, sdk in zip(of, self.sdk, strict=True)]

    def ratio(self, of: list[Round]) -> float:
        """The median of them."""
        return statistics.median(self.ratios(of))


async def measure(home: Path, pairs: int, starts: int, say: Callable[[str], None]) -> Rates:
    """So many pairs of so many starts; the first of each is warmth."""
    state, port = home.with_name("state"), free_port()
    settings = Settings(home=state, task_queue=QUEUE)
    here = installed(settings)
    state.mkdir(parents=True)
    with closing(open_database(settings.record)) as db:
        migrate(db)
        key, _ = create_key(db, here, machine=MACHINE, scopes=("open",), now=datetime.now(UTC))
    to_door = {
        "ESCALON_HOME": str(state), "ESCALON_TASK_QUEUE": QUEUE, "ESCALON_API_PORT": str(port),
        "ESCALON_API_RATE": "1000000",
    }  # fmt: skip
    command = [str(BIN / "escalon"), "api"]
    with cores_apart() as cores:
        async with standing(home, command, to_door, {}, is_ours=True, server_cores=cores) as stand:
            return await _rounds(stand, here, port, key, pairs, starts, say)


async def _rounds(
    stand: Stand, here: Installed, port: int, key: str, pairs: int, starts: int, say: Callable[[str], None]
) -> Rates:
    await register_search_attributes(stand.client)
    door, sdk = _Door(stand, port, key), _Sdk(stand.client, here)
    await door.until_ready()
    variants: list[Callable[[str], Awaitable[float]]] = [
        lambda name: sdk.start(name, starts),
        lambda name: door.start(name, starts, is_full=False),
        lambda name: door.start(name, starts, is_full=True),
    ]
    found: list[list[Round]] = [[], [], []]
    for number in range(-1, pairs):
        say(f"pair {number + 1} of {pairs}")
        for place in sorted(range(3), key=lambda each: (each + number) % 3):
            before = stand.cpu()
            rate = await variants[place](f"{number + 1}-{place}")
            used = stand.cpu().since(before)
            if number >= 0:
                found[place].append(Round(rate, 1000 * used.worker / starts, 1000 * used.server / starts))
    return Rates(*found)


async def _at_once(count: int, start: Callable[[int], Awaitable[None]]) -> float:
    """So many starts by AT_ONCE callers; how many in a second."""
    numbers = iter(range(count))

    async def caller() -> None:
        for number in numbers:
            await start(number)

    began = perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return count / (perf_counter() - began)


class _Sdk:
    """Starts by the SDK alone."""

    def __init__(self, client: Client, here: Installed) -> None:
        self._client = client
        self._here = here

    async def start(self, name: str, count: int) -> float:
        """The rate; what is started is made beforehand."""
        made = [self._made(f"sdk-{name}-{number}") for number in range(count)]

        async def one(number: int) -> None:
            command, attributes, summary, priority = made[number]
            await self._client.start_workflow(
                WORKFLOW,
                command,
                id=str(command.issue.id),
                task_queue=QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                memo={"opened_by": command.id},
                search_attributes=attributes,
                static_summary=summary,
                priority=Priority(priority_key=priority),
            )

        return await _at_once(count, one)

    def _made(self, reference: str) -> tuple[Open, TypedSearchAttributes, str, int]:
        by = Actor(person=MACHINE, door="api", assurance="signed_link", is_machine=True)
        body = _body(reference, is_full=False)
        request = OpenRequest(raiser=by, command_id=reference, **body)  # type: ignore[arg-type]
        command = prepare_open(request, self._here, None, datetime.now(UTC)).command
        state = _first(command)
        priority = command.policies[0].severity(state.severity).priority
        return command, search_attributes(state), headline(state), priority


def _first(command: Open) -> IssueState:
    entries = decide(None, command, datetime.now(UTC))
    if isinstance(entries, Rejected):
        raise RuntimeError(entries.why)
    state: IssueState | None = None
    for entry in entries:
        state = evolve(state, entry)
    assert state is not None
    return state


def _body(reference: str, *, is_full: bool) -> dict[str, str]:
    body = {"title": "Card payments fail", "severity": "S3", "source": "bench", "reference": reference}
    return {**body, "description": "Since noon, for many. Nothing was tried yet."} if is_full else body


class _Door:
    """Starts by HTTP/1.1 over connections that stay; as little of a client as will do, for it is on the machine too."""

    def __init__(self, stand: Stand, port: int, key: str) -> None:
        self._stand = stand
        self._port = port
        self._key = key

    async def until_ready(self) -> None:
        """Wait until the door can open issues."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                try:
                    if await self._ask("GET /readyz HTTP/1.1") == 200:
                        return
                except OSError:
                    pass
                await asyncio.sleep(0.1)

    async def _ask(self, line: str) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(f"{line}\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return await _status(reader)
        finally:
            writer.close()

    async def start(self, name: str, count: int, *, is_full: bool) -> float:
        """The rate."""
        free: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.LifoQueue()
        for _ in range(AT_ONCE):
            free.put_nowait(await asyncio.open_connection("127.0.0.1", self._port))

        async def one(number: int) -> None:
            reference = f"door-{name}-{number}"
            reader, writer = free.get_nowait()
            writer.write(self._request(reference, is_full=is_full))
            status = await _status(reader)
            if status != 202:
                raise RuntimeError(f"the door answered {status}")
            free.put_nowait((reader, writer))

        try:
            return await _at_once(count, one)
        finally:
            while not free.empty():
                free.get_nowait()[1].close()

    def _request(self, reference: str, *, is_full: bool) -> bytes:
        body = json.dumps(_body(reference, is_full=is_full)).encode()
        once = f"Idempotency-Key: {reference}\r\n" if is_full else ""
        head = (
            f"POST /v1/issues HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._key}\r\n{once}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def _status(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
