"""Answers to a digest that come back by telephone: the digit 1 acknowledges all of its issues that nobody has.

Hundreds of issues take longer than a telephone waits for an answer: what is not done by then goes on, and is said to.
"""

import asyncio
from collections.abc import Sequence

import structlog

from client.finding import Connection
from escalation.issue.facts import Actor
from escalation.storm.digest import DIGEST, Asked, read_digest_key
from escalation.storm.digest_text import ALL
from records.database import Database
from records.deliveries import Delivery
from starter.digests import Answered, acknowledge_all, digest_for, in_words
from starter.failure import as_failure
from starter.reader import Reader

ANSWER_WITHIN_S = 8.0
"""Ours: Twilio waits for 15 s."""

_under_way: set[asyncio.Task[list[Answered]]] = set()
_log = structlog.get_logger(__name__)


def digest_key_of(row: Delivery) -> str:
    """The digest that this row is about, or in which its message went; empty: none."""
    if row.about == DIGEST:
        return row.message
    reference = row.reference or ""
    return reference if reference.startswith(f"{DIGEST}:") else ""


def with_digests(rows: Sequence[Delivery]) -> list[Delivery]:
    """The same with one row for each storm, its latest digest, in the place of the messages that went in any of it."""
    found: list[Delivery] = []
    latest: dict[str, tuple[int, Delivery]] = {}
    for row in rows:
        key = digest_key_of(row)
        if not key:
            found.append(row)
            continue
        bundle, number = read_digest_key(key)
        if bundle not in latest or latest[bundle][0] < number:
            latest[bundle] = (number, row.changed({"about": DIGEST, "message": key}))
    return [*found, *(row for _, row in latest.values())]


async def without_covered(client: Connection, rows: Sequence[Delivery], person: str) -> list[Delivery]:
    """The rows without messages about issues that one of the digests among them is about, too."""
    covered: set[str] = set()
    for row in rows:
        if row.about == DIGEST:
            try:
                covered.update((await digest_for(client, row.message, person)).issues)
            except Exception as error:
                if as_failure(error) is None:
                    raise
                _log.info("digest_not_asked", digest=row.message, error=type(error).__name__)
    return [row for row in rows if row.about == DIGEST or str(row.issue) not in covered]


async def answer_digest(
    client: Connection, db: Database | None, row: Delivery, digit: str, by: Actor, answer_id: str, reader: Reader
) -> tuple[bool, str]:
    """Whether it is done, and what came of it in words."""
    if digit != ALL.digit:
        return False, f"{digit} answers nothing here. {ALL.digit}: {ALL.means}."
    return await acknowledge_digest(client, db, row.message, by, answer_id, reader)


async def acknowledge_digest(
    client: Connection, db: Database | None, digest: str, by: Actor, answer_id: str, reader: Reader
) -> tuple[bool, str]:
    """Acknowledge all of its issues; whether it is done, and what came of it in words."""
    try:
        asked = await digest_for(client, digest, by.person)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        return False, f"Not done: {reader.sentence(failure.why)}"
    return await acknowledge_these(client, db, asked, by, answer_id)


async def acknowledge_these(
    client: Connection, db: Database | None, asked: Asked, by: Actor, answer_id: str
) -> tuple[bool, str]:
    """Acknowledge all that is asked, as far as nobody has it; whether it is done, and what came of it in words."""
    task = asyncio.create_task(acknowledge_all(client, db, asked, by, answer_id))
    _under_way.add(task)
    task.add_done_callback(_ended)
    done, _ = await asyncio.wait({task}, timeout=ANSWER_WITHIN_S)
    if not done:
        return True, f"Noted: {len(asked.issues)} issues are being acknowledged. Answer again if you are asked again."
    answers = task.result()
    return not any(each.outcome == "refused" for each in answers), in_words(answers)


def _ended(task: asyncio.Task[list[Answered]]) -> None:
    _under_way.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("digest_not_answered", error=type(error).__name__)
