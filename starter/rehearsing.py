"""Trying out on this release what has happened to running issues so far: would it take them up where they stand?

Before an upgrade: a release that decides otherwise about the past of an issue stops it (`issue_stuck`).
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from client.connect import connect
from client.server import Server, ServerAway
from escalation.value import Value
from starter.failure import NotDone


class Replays(Protocol):
    """What is needed of the SDK's replayer."""

    def workflow_replay_iterator(
        self, histories: AsyncIterator[Any]
    ) -> AbstractAsyncContextManager[AsyncIterator[Any]]:
        """Replay one history after the other."""


class Replayed(Value):
    """What came of it."""

    replayed: int
    failed: dict[str, str]
    """By the workflow's id, why this release cannot take the issue up."""


async def replay_running(replayer: Replays, most: int) -> Replayed:
    """Replay running issues, those opened last first. Raises NoServer, NotDone, RPCError."""
    server = Server(await connect())
    try:
        await server.answer()
    except ServerAway as away:
        raise NotDone(str(away), "no_server") from None
    count, failed = 0, {}
    async with replayer.workflow_replay_iterator(server.histories(most)) as results:
        async for result in results:
            count += 1
            if result.replay_failure is not None:
                why = " ".join(str(result.replay_failure).split())[:300]
                failed[result.history.workflow_id] = f"{type(result.replay_failure).__name__}: {why}"
    return Replayed(replayed=count, failed=failed)
