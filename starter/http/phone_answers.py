"""Answers that come back by telephone: which command a digit is, of which issue, and that it is its person's to send.

Whoever has the telephone can answer: such an answer is as sure as a known address, no more (policy: `assurance`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, cast

from escalation.answers_of import OF_ASKS
from escalation.issue.effects import About
from escalation.issue.identity import IssueId
from escalation.policy.directory import Person
from escalation.reply import ALL as ALL_OF_THEM
from escalation.reply import TextReply
from escalation.short_message import answer_of, is_answered_by_digit
from escalation.storm.digest import DIGEST, Asked
from escalation.storm.digest_text import ALL
from records import deliveries
from records.database import Database
from records.deliveries import Delivery
from starter.answered import LATER, ask_meant, carry_out, who_has_it
from starter.door import actor_for
from starter.failure import as_failure
from starter.http.digest_answers import acknowledge_these, answer_digest, with_digests
from starter.http.doors import Doors
from starter.reader import Reader

Way: TypeAlias = Literal["sms", "voice"]
ANSWERED_WITHIN = timedelta(days=1)
"""How old the message may be that a reply is about. Ours: who answers later has others in mind."""
_WAYS_SAID = {"sms": "text message", "voice": "telephone"}


@dataclass(frozen=True)
class Answered:
    """What came of an answer, in words for who gave it."""

    is_done: bool
    words: str


async def meant(db: Database, org: str, person: str, named: str, now: datetime) -> list[Delivery]:
    """The messages that a text may answer: of each issue that still asks the person the latest, or of the one named.

    Those that went in a digest are answered together, unless one is named.
    """
    told = await asyncio.to_thread(deliveries.told_since, db, org, person, "sms", now - ANSWERED_WITHIN)
    latest: dict[IssueId, Delivery] = {}
    # Each message in a digest has a row of its own; news of what was put to others ends no question.
    for row in (each for each in told if each.about not in {DIGEST, "ask_news"}):
        latest.setdefault(row.issue, row)
    asking = [row for row in latest.values() if is_answered_by_digit(cast(About, row.about))]
    if not named:
        return with_digests(asking)
    return [row for row in asking if named.lower() in {row.issue.short.lower(), str(row.issue).lower()}]


async def answer(doors: Doors, person: Person, way: Way, reply: TextReply, row: Delivery, command_id: str) -> Answered:
    """Do what the reply stands for, as an answer to that message; the same id twice is done once."""
    if row.about == DIGEST:
        digit = ALL.digit if reply.command == ALL.command else reply.said
        return await _of_digest(doors, person, way, digit, row, command_id)
    found = answer_of(cast(About, row.about), reply)
    short = row.issue.short
    if found is None:
        return Answered(False, f"{short}: {reply.said} answers nothing here.")
    command, means = found.command, found.means
    here, now = await doors.installed(), doors.clock()
    fields: dict[str, object] = {}
    if command in {"decline", "escalate", "pass_on", "leave"}:
        fields = {"reason": f"Answered by {_WAYS_SAID[way]}: {means}."}
    if command == "resolve":
        fields = {"outcome": "solved"}
    try:
        client, db = await doors.client(), await doors.record()
        by = actor_for(person, way, "known_address")
        if command in OF_ASKS:
            fields["ask"] = await ask_meant(db, row.message)
        async with doors.turn_of_worker:
            if reply.takes_over and command == "acknowledge":
                fields = {"take_over_from": await who_has_it(client, row.issue, person.id)}
            outcome = await carry_out(client, db, here, command, row.issue, fields, by, command_id)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        return Answered(False, f"{short}: not done: {Reader(now, person.zone, here.names).sentence(failure.why)}")
    return Answered(True, f"{short}: noted, {means}.{LATER if outcome == 'stored' else ''}")


async def answer_all(
    doors: Doors, person: Person, way: Way, reply: TextReply, rows: Sequence[Delivery], answer_id: str
) -> Answered:
    """Acknowledge all that these messages ask about and nobody has; nothing else can be said of all at once."""
    issues = {
        str(row.issue): True
        for row in rows
        if row.about != DIGEST and (key := answer_of(cast(About, row.about), reply)) and key.command == ALL.command
    }
    if not issues:
        return Answered(False, f"{reply.said} cannot be said of all. {ALL.digit} {ALL_OF_THEM}: {ALL.means}.")
    by = actor_for(person, way, "known_address")
    asked = Asked(
        person=person.id,
        channel=way,
        cause="",
        issue_class="normal",
        issues=tuple(issues),
        others=len(rows) - len(issues),
    )
    is_done, words = await acknowledge_these(await doors.client(), await doors.record(), asked, by, answer_id)
    return Answered(is_done, words)


async def _of_digest(doors: Doors, person: Person, way: Way, digit: str, row: Delivery, answer_id: str) -> Answered:
    by = actor_for(person, way, "known_address")
    client, db = await doors.client(), await doors.record()
    reader = Reader(doors.clock(), person.zone)
    is_done, words = await answer_digest(client, db, row, digit, by, answer_id, reader)
    return Answered(is_done, words)
