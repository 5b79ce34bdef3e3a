"""Messages on their way to bundles: what comes while one call is under way goes together with the next.

A storm hands hundreds of messages to one bundle. A call for each would keep the server at that one workflow, and the
last of them would not be taken in time.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias

from client.bundles import HAND_OVER_MOST
from escalation.storm.bundle import Handed, Whose

Call: TypeAlias = Callable[[str, Whose, Sequence[Handed]], Coroutine[Any, Any, None]]
"""One call: these messages to the bundle of this id."""


class HandingOver:
    """For one worker."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._waiting: dict[str, list[tuple[Handed, asyncio.Future[None]]]] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}

    async def hand_over(self, name: str, whose: Whose, message: Handed) -> None:
        """Returns when the bundle has the message; raises as the call does."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append((message, done))
        if name not in self._under_way:
            self._under_way[name] = asyncio.create_task(self._go(name, whose))
        await done

    async def _go(self, name: str, whose: Whose) -> None:
        try:
            while waiting := self._waiting.pop(name, []):
                batch, later = waiting[:HAND_OVER_MOST], waiting[HAND_OVER_MOST:]
                if later:
                    self._waiting[name] = later
                error: Exception | None = None
                try:
                    await self._call(name, whose, [message for message, _ in batch])
                except Exception as failed:  # noqa: BLE001 - each errand hears it, and says what it does
                    error = failed
                for _, done in batch:
                    if done.done():  # its errand was called off meanwhile
                        continue
                    if error is None:
                        done.set_result(None)
                    else:
                        done.set_exception(error)
        finally:
            del self._under_way[name]
