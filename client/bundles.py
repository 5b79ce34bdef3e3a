"""Handing messages over to bundles, asking after them, and asking what a digest is about."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from client.asking import ASK_AGAIN, NoWorker
from client.connect import check_namespace
from client.names import BUNDLE
from escalation.storm.bundle import Became, Bundle, Handed, Whose
from escalation.storm.digest import Asked, read_digest_key

HAND_OVER_WITHIN = timedelta(seconds=3)
HAND_OVER_MOST = 200
"""Messages in one signal. Ours: some 150 kB, far below the 2 MB that a server takes."""
ASK_WITHIN = timedelta(seconds=4)
ANSWER_WITHIN = timedelta(seconds=10)
"""Who answers a digest does so in the midst of a storm. Twilio hangs up after 15 s."""
_ASK_AGAIN_S = 0.05
_Answer = TypeVar("_Answer")


class NoSuchBundle(Exception):
    """The server has none of this id (any more)."""


async def hand_over(client: Client, bundle_id: str, whose: Whose, messages: Sequence[Handed], task_queue: str) -> None:
    """Hand the messages (at least one) to the bundle, which begins with them where there is none. Raises RPCError."""
    start = Bundle(id=bundle_id, whose=whose, last_at=max(message.handed_at for message in messages))
    cause = f" ({whose.cause.name})" if whose.cause.name else ""
    await client.start_workflow(
        BUNDLE,
        start,
        id=bundle_id,
        task_queue=task_queue,
        start_signal="hand_over",
        start_signal_args=list(messages),
        static_summary=f"messages to {whose.person.id} by {whose.channel}{cause}",
        rpc_timeout=HAND_OVER_WITHIN,
    )


async def say_not_arrived(client: Client, key: str, error: str) -> None:
    """Have the bundle know that its digest with this key did not arrive; nothing where the bundle is over.

    Raises RPCError where the server does not take it, ValueError for what is no key.
    """
    bundle_id, number = read_digest_key(key)
    try:
        await client.get_workflow_handle(bundle_id).signal("not_arrived", args=[number, error[:200]])
    except RPCError as failed:
        if failed.status != RPCStatusCode.NOT_FOUND:
            raise
        check_namespace(client, failed)


async def ask_ended(client: Client, bundle_id: str) -> dict[str, Became]:
    """What became of all its messages that do not wait any more. Raises NoSuchBundle, NoWorker."""
    return await _ask(client, bundle_id, "ended", None, dict[str, Became])


async def ask_digest(client: Client, key: str) -> Asked:
    """What the digest with this key is about. Raises NoSuchBundle, NoWorker, ValueError for what is no key."""
    bundle_id, number = read_digest_key(key)
    return await _ask(client, bundle_id, "asked", number, Asked, ANSWER_WITHIN)


async def _ask(
    client: Client,
    bundle_id: str,
    query: str,
    given: str | int | None,
    answer: type[_Answer],
    within: timedelta = ASK_WITHIN,
) -> _Answer:
    handle = client.get_workflow_handle(bundle_id)
    end = asyncio.get_running_loop().time() + within.total_seconds()
    while True:
        try:
            args = [] if given is None else [given]
            found: _Answer = await handle.query(query, args=args, result_type=answer, rpc_timeout=within)
            return found
        except WorkflowQueryFailedError as error:
            if str(error) != ASK_AGAIN or asyncio.get_running_loop().time() >= end:
                raise NoWorker(f"{bundle_id} cannot be asked: {error}") from error
            await asyncio.sleep(_ASK_AGAIN_S)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                check_namespace(client, error)
                raise NoSuchBundle(f"there is no bundle {bundle_id} on the server") from error
            if error.status == RPCStatusCode.FAILED_PRECONDITION and asyncio.get_running_loop().time() < end:
                await asyncio.sleep(_ASK_AGAIN_S)
            else:
                seconds = round(within.total_seconds())
                raise NoWorker(f"no worker answered within {seconds} s; is one running? (`escalon worker`)") from error
