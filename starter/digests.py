"""Answering a digest: one word of its reader becomes an acknowledgement of each of its issues that nobody has.

From its reader alone. Each issue decides for itself; what has a handler or is over is left as it is, and said. The
same answer again, by the same id, is carried out once.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

from client.asking import NoWorker
from client.bundles import NoSuchBundle, ask_digest
from client.connect import connect
from client.finding import Connection
from client.sending import NoSuchIssue
from escalation.issue.commands import Acknowledge
from escalation.issue.facts import Actor
from escalation.issue.identity import read_issue_id
from escalation.storm.digest import Asked, Standing
from escalation.value import Value
from records import reading
from records.database import Database
from starter.door import actor_for
from starter.failure import NotDone, WrongInput
from starter.installation import installed, record_if_there, settings_now
from starter.recording import send_and_record
from starter.showing import console, say_json

_AT_ONCE = 8


class Answered(Value):
    """What one answer did to one issue."""

    issue: str
    outcome: Literal["done", "stored", "refused", "left"]
    """left: somebody has it, or it is not open any more."""
    why: str = ""


def digest_from(key: str, person: str, *, is_answered: bool, as_json: bool) -> None:
    """Show the digest or answer it. Raises WrongInput, NotDone, and what connecting raises."""
    here = installed(settings_now())
    who = here.acting(person, "--as", datetime.now(UTC))
    with record_if_there(settings_now()) as db:
        asked, answers = asyncio.run(_do(key, actor_for(who, "cli"), db, is_answered=is_answered))
    if as_json:
        say_json({**asked.model_dump(mode="json"), "answers": [each.model_dump(mode="json") for each in answers]})
    elif is_answered:
        console().print(in_words(answers))
        for each in answers:
            if each.outcome in {"refused", "left"}:
                console().print(f"  {read_issue_id(each.issue)[0].short}: {each.why}")
    else:
        _show(asked)
    if any(each.outcome == "refused" for each in answers):
        raise NotDone("not all of them could be acknowledged", "refused", is_answered=True)


async def digest_for(client: Connection, key: str, person: str) -> Asked:
    """What the digest is about, where this person is its reader; raises WrongInput, NotDone."""
    try:
        asked = await ask_digest(client, key)
    except ValueError as error:
        raise WrongInput(f"digest: {error}", "bad_digest") from None
    except NoSuchBundle:
        raise NotDone(f"there is no digest {key} on the server (any more)", "no_such_digest") from None
    except NoWorker as error:
        raise NotDone(str(error), "no_worker") from None
    if asked.person != person:
        raise NotDone("this digest is somebody else's; each person answers their own", "not_yours")
    return asked


async def acknowledge_all(
    client: Connection, db: Database | None, asked: Asked, by: Actor, answer_id: str
) -> list[Answered]:
    """Acknowledge each of its issues that nobody has; the same `answer_id` does it once."""
    standing = await _standing(db, asked.issues)
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(issue: str) -> Answered:
        known = standing.get(issue)
        if known is not None and not known.is_open:
            return Answered(issue=issue, outcome="left", why="it is not open any more")
        if known is not None and known.has_handler:
            return Answered(issue=issue, outcome="left", why="somebody has it already")
        async with places:
            try:
                place = hashlib.sha256(issue.encode()).hexdigest()[:16]
                command = Acknowledge(id=f"{answer_id}-{place}", by=by)
                sent = await send_and_record(client, db, read_issue_id(issue)[0], command)
            except NoSuchIssue as error:
                return Answered(issue=issue, outcome="left", why=str(error))
        return Answered(issue=issue, outcome=sent.outcome, why=sent.why)

    return list(await asyncio.gather(*(one(issue) for issue in asked.issues)))


def in_words(answers: Sequence[Answered]) -> str:
    """What one answer did, in one line."""
    counts: Counter[str] = Counter(each.outcome for each in answers)
    said = {"done": "acknowledged", "stored": "stored until a worker runs", "left": "left as they are"}
    parts = [f"{counts[outcome]} {words}" for outcome, words in said.items() if counts[outcome]]
    refused = [f"{counts['refused']} refused"] if counts["refused"] else []
    return f"{len(answers)} issues: {', '.join([*parts, *refused]) or 'nothing to acknowledge'}."


async def _do(key: str, by: Actor, db: Database | None, *, is_answered: bool) -> tuple[Asked, list[Answered]]:
    client = await connect()
    asked = await digest_for(client, key, by.person)
    return asked, await acknowledge_all(client, db, asked, by, uuid4().hex) if is_answered else []


async def _standing(db: Database | None, issues: Sequence[str]) -> dict[str, Standing]:
    """Where they stand, as far as the record can say: an issue that it does not know is asked."""
    if db is None:
        return {}
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return await asyncio.to_thread(reading.standing_of, db, issues)
    except SQLAlchemyError:
        return {}


def _show(asked: Asked) -> None:
    cause = f" ({asked.cause})" if asked.cause else ""
    console().print(f"{len(asked.issues)} issues that you can acknowledge{cause}:")
    for issue in asked.issues:
        console().print(f"  {read_issue_id(issue)[0].short}")
    if asked.others:
        console().print(f"and {asked.others} more without such a question")
