"""Answers that come back by telephone: which command a digit is, of which issue, and that it is its person's to send.

Whoever has the telephone can answer: such an answer is as sure as a known address, no more (policy: `assurance`).
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, cast

from client.sending import NoSuchIssue
from escalation.issue.effects import About
from escalation.issue.identity import IssueId
from escalation.policy.directory import Person
from escalation.short_message import is_answered_by_digit, key_of
from escalation.storm.digest import DIGEST
from records import deliveries
from records.database import Database
from records.deliveries import Delivery
from starter.door import actor_for, prepare_command
from starter.failure import as_failure
from starter.http.digest_answers import answer_digest, with_digests
from starter.http.doors import Doors
from starter.reader import Reader
from starter.recording import send_and_record

Way: TypeAlias = Literal["sms", "voice"]
ANSWERED_WITHIN = timedelta(days=1)
"""How old the message may be that a reply is about. Ours: who answers later has others in mind."""
_REPLY = re.compile(r"\s*([0-9])(?:[\s.:,)]+(\S.*?))?\s*", re.DOTALL)
_WAYS_SAID = {"sms": "text message", "voice": "telephone"}


@dataclass(frozen=True)
class Answered:
    """What came of an answer, in words for who gave it."""

    is_done: bool
    words: str


def read_reply(text: str) -> tuple[str, str] | None:
    """The digit of a text message, and the issue that it names or nothing; None where it is no answer."""
    found = _REPLY.fullmatch(text[:200])
    return None if found is None else (found[1], (found[2] or "").strip())


async def meant(db: Database, org: str, person: str, named: str, now: datetime) -> list[Delivery]:
    """The messages that a text may answer: of each issue that still asks the person the latest, or of the one named.

    Those that went in a digest are answered together, unless one is named.
    """
    told = await asyncio.to_thread(deliveries.told_since, db, org, person, "sms", now - ANSWERED_WITHIN)
    latest: dict[IssueId, Delivery] = {}
    for row in (each for each in told if each.about != DIGEST):  # each message in it has a row of its own
        latest.setdefault(row.issue, row)
    asking = [row for row in latest.values() if is_answered_by_digit(cast(About, row.about))]
    if not named:
        return with_digests(asking)
    return [row for row in asking if named.lower() in {row.issue.short.lower(), str(row.issue).lower()}]


async def answer(doors: Doors, person: Person, way: Way, digit: str, row: Delivery, command_id: str) -> Answered:
    """Do what the digit stands for, as an answer to that message; the same id twice is done once."""
    if row.about == DIGEST:
        return await _of_digest(doors, person, way, digit, row, command_id)
    found = key_of(cast(About, row.about), digit)
    short = row.issue.short
    if found is None:
        return Answered(False, f"{short}: {digit} answers nothing here.")
    command, means = found.command, found.means
    here, now = await doors.installed(), doors.clock()
    reason = {"reason": f"Answered by {_WAYS_SAID[way]}: {means}."} if command in {"decline", "escalate"} else {}
    try:
        client, db = await doors.client(), await doors.record()
        by = actor_for(person, way, "known_address")
        prepared = await asyncio.to_thread(prepare_command, command, row.issue, reason, by, command_id, here, db)
        async with doors.turn_of_worker:
            sent = await send_and_record(client, db, row.issue, prepared.command)
    except NoSuchIssue:
        return Answered(False, f"{short}: there is no such issue any more.")
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        return Answered(False, f"{short}: not done: {Reader(now, person.zone).sentence(failure.why)}")
    if sent.outcome == "refused":
        return Answered(False, f"{short}: not done: {Reader(now, person.zone, here.names).sentence(sent.why)}")
    later = " It is done as soon as the service works on it." if sent.outcome == "stored" else ""
    return Answered(True, f"{short}: noted, {means}.{later}")


async def _of_digest(doors: Doors, person: Person, way: Way, digit: str, row: Delivery, answer_id: str) -> Answered:
    by = actor_for(person, way, "known_address")
    client, db = await doors.client(), await doors.record()
    reader = Reader(doors.clock(), person.zone)
    is_done, words = await answer_digest(client, db, row, digit, by, answer_id, reader)
    return Answered(is_done, words)
