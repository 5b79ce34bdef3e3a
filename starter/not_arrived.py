"""What follows where the other side says that a message which had left did not arrive: who needs to know is told.

Of a message by itself that is its issue. Of a digest it is each issue whose message went in it, and the bundle, for
messages of it that are asked after only now: each takes its own next way, where it gathers again.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from client.bundles import say_not_arrived
from client.finding import Connection
from client.receipts import say_receipt
from escalation.issue.further import ABOUTS
from escalation.storm.digest import DIGEST
from records import deliveries
from records.database import Database
from records.deliveries import Delivery

DONE_WITHIN_S = 8.0
"""Ours: who tells us waits for 15 s. What is not done by then goes on."""
WRITTEN_WITHIN = timedelta(seconds=3)
"""Ours: so long a worker may take to write down that a message went in the digest; those are looked for once more."""
_AT_ONCE = 8

_under_way: set[asyncio.Task[None]] = set()
_log = structlog.get_logger(__name__)


async def tell_not_arrived(client: Connection, db: Database, row: Delivery, error: str, since: datetime) -> None:
    """Have everybody know it, once for each message. Raises RPCError where the server does not take it.

    `since`: messages that went before then are not looked for.
    """
    if row.about != DIGEST:
        if row.about in ABOUTS:
            await _say(client, row, error)
        return
    await say_not_arrived(client, row.message, error)
    task = asyncio.create_task(_all(client, db, row, error, since))
    _under_way.add(task)
    task.add_done_callback(_ended)
    done, _ = await asyncio.wait({task}, timeout=DONE_WITHIN_S)
    if done:
        task.result()


async def _all(client: Connection, db: Database, row: Delivery, error: str, since: datetime) -> None:
    told: set[str] = set()
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(message: Delivery) -> None:
        async with places:
            await asyncio.to_thread(deliveries.take_receipt, db, message, "failed_for_good", error)
            await _say(client, message, error)

    for pause in (timedelta(), WRITTEN_WITHIN):
        await asyncio.sleep(pause.total_seconds())
        rows = await asyncio.to_thread(deliveries.in_digest, db, row, since)
        news = [each for each in rows if each.message not in told and each.about in ABOUTS]
        told.update(each.message for each in news)
        await asyncio.gather(*(one(each) for each in news))


async def _say(client: Connection, row: Delivery, error: str) -> None:
    await say_receipt(
        client, row.issue, row.message, person=row.person, channel=row.channel, about=row.about, error=error
    )


def _ended(task: asyncio.Task[None]) -> None:
    _under_way.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("digests_issues_not_told", error=type(error).__name__)
