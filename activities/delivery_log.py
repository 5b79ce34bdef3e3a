"""The live log of deliveries: what became of each attempt, written as it happens, and never in the way of a page.

Best effort, by one thread of its own: what cannot be written now is kept, up to a bound, and goes with what comes next.
The journal has every attempt all the same, in the entry that the errand's answer brings.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

import structlog

from escalation.issue.delivery import Try
from escalation.issue.effects import Notify
from escalation.issue.facts import PersonFacts
from escalation.issue.identity import IssueId
from records import deliveries
from records.database import Database

MOST_KEPT = 2000
"""Rows that wait for a record that is away; the oldest are let go of. Ours: an hour of a busy house."""
MOST_AT_ONCE = 200
WITHIN_S = 1
"""How long one write waits for a record that others keep."""
QUEUED_AFTER_S = 0.5
"""An attempt that has ended by then was never seen waiting: it costs one write, not two."""

_log = structlog.get_logger(__name__)


class Logged(Protocol):
    """A message of which the log tells: a page, or a digest of several."""

    @property
    def key(self) -> str:
        """Its id."""

    @property
    def issue(self) -> IssueId:
        """Of a digest the most urgent of its issues."""

    @property
    def person(self) -> PersonFacts:
        """Who is told."""

    @property
    def channel(self) -> str:
        """By which."""

    @property
    def about(self) -> str:
        """On what occasion."""


class DeliveryLog:
    """For one worker."""

    def __init__(self, db: Database, most_kept: int = MOST_KEPT) -> None:
        self._db = db
        self._waiting: deque[deliveries.Delivery] = deque(maxlen=most_kept)
        self._most_kept = most_kept
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="delivery-log")
        self._writing: asyncio.Task[None] | None = None

    def begun(self, message: Logged, number: int, at: datetime) -> asyncio.TimerHandle:
        """An attempt has begun; cancel what is given back when it ends."""
        row = _row(message, Try(number=number, at=at, outcome="unknown"), "queued")
        return asyncio.get_running_loop().call_later(QUEUED_AFTER_S, self._add, row)

    def waits(self, effect: Notify, number: int, at: datetime, why: str) -> None:
        """The next attempt is not to be made before the message's instant."""
        row = _row(effect, Try(number=number, at=at, outcome="unknown", error=why), "queued")
        self._add(row.changed({"next_try_at": effect.not_before}))

    def ended(
        self,
        message: Logged,
        tried: Try,
        *,
        is_delivered: bool = False,
        reference: str | None = None,
        next_try_at: datetime | None = None,
    ) -> None:
        """An attempt has ended so."""
        state: deliveries.State = "delivered" if is_delivered else tried.outcome
        row = _row(message, tried, state)
        self._add(row.changed({"reference": reference and reference[:200], "next_try_at": next_try_at}))

    def _add(self, row: deliveries.Delivery) -> None:
        self._waiting.append(row)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            rows = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                await loop.run_in_executor(self._writer, deliveries.write, self._db, rows, WITHIN_S)
            except Exception as error:  # noqa: BLE001 - whatever ails the record, pages go on
                _log.warning("deliveries_not_written", rows=len(rows), error=type(error).__name__)
                room = self._most_kept - len(self._waiting)
                self._waiting.extendleft(reversed(rows[max(0, len(rows) - room) :]))
                return


def _row(message: Logged, tried: Try, state: deliveries.State) -> deliveries.Delivery:
    return deliveries.Delivery(
        message=message.key,
        attempt=tried.number,
        issue=message.issue,
        person=message.person.id,
        channel=message.channel,
        about=message.about,
        state=state,
        at=tried.at,
        error=tried.error,
    )
