"""Answering a digest: one word of its reader becomes a command to each of its issues that nobody has.

From its reader alone. Each issue decides for itself; what has a handler or is over is left as it is, and said. The
same answer again, by the same id, is carried out once.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

from client.asking import NoWorker
from client.bundles import NoSuchBundle, ask_digest
from client.connect import connect
from client.finding import Connection
from client.sending import NoSuchIssue
from escalation.issue.commands import Acknowledge, HumanCommand
from escalation.issue.facts import Actor
from escalation.issue.identity import read_issue_id
from escalation.storm.digest import Asked, Standing
from escalation.value import Value
from records import reading
from records.database import Database
from starter.door import actor_for, prepare_command
from starter.failure import NotDone, WrongInput
from starter.installation import Installed, installed, record_if_there, settings_now
from starter.recording import send_and_record
from starter.showing import console, say_json
from starter.when import instant_ahead

_AT_ONCE = 8


class Answered(Value):
    """What one answer did to one issue."""

    issue: str
    outcome: Literal["done", "stored", "refused", "left"]
    """left: somebody has it, or it is not open any more."""
    why: str = ""


@dataclass(frozen=True)
class Charge:
    """What its reader does next about the issues that they take charge of, and until when."""

    next_action: str
    until: datetime


def digest_from(
    key: str, person: str, *, acknowledges: bool, takes_charge: bool, next_action: str, until: str, as_json: bool
) -> None:
    """Show the digest or answer it. Raises WrongInput, NotDone, and what connecting raises."""
    now, settings = datetime.now(UTC), settings_now()
    here = installed(settings)
    who = here.acting(person, "--as", now)
    charge = _charge(next_action, until, now, takes_charge=takes_charge)
    if acknowledges and charge is not None:
        raise WrongInput("--take-charge: --acknowledge-all is given, too; allowed: one of them")
    with record_if_there(settings) as db:
        by = actor_for(who, "cli")
        asked, answers = asyncio.run(_do(key, by, db, here, charge, acknowledges=acknowledges))
    if as_json:
        say_json({**asked.model_dump(mode="json"), "answers": [each.model_dump(mode="json") for each in answers]})
    elif acknowledges or charge is not None:
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

    async def one(issue: str) -> Answered:
        known = standing.get(issue)
        if known is not None and known.is_open and known.is_taken:
            return Answered(issue=issue, outcome="left", why="somebody has it already")
        return await _sent(client, db, issue, Acknowledge(id=id_for(answer_id, issue), by=by))

    return await _each([issue for issue in asked.issues if issue not in asked.exhausted], standing, one)


async def take_charge_of_all(
    client: Connection, db: Database | None, asked: Asked, by: Actor, answer_id: str, charge: Charge, here: Installed
) -> list[Answered]:
    """Take charge of each of its exhausted issues; the same `answer_id` does it once. Raises WrongInput."""

    async def one(issue: str) -> Answered:
        fields = {"next_action": charge.next_action, "until": charge.until}
        found = read_issue_id(issue)[0]
        made = await asyncio.to_thread(
            prepare_command, "take_charge", found, fields, by, id_for(answer_id, issue), here, db
        )
        return await _sent(client, db, issue, made.command)

    return await _each(asked.exhausted, await _standing(db, asked.exhausted), one)


async def _each(
    issues: Sequence[str], standing: Mapping[str, Standing], one: Callable[[str], Awaitable[Answered]]
) -> list[Answered]:
    places = asyncio.Semaphore(_AT_ONCE)

    async def of(issue: str) -> Answered:
        if issue in standing and not standing[issue].is_open:
            return Answered(issue=issue, outcome="left", why="it is not open any more")
        async with places:
            return await one(issue)

    return list(await asyncio.gather(*(of(issue) for issue in issues)))


async def _sent(client: Connection, db: Database | None, issue: str, command: HumanCommand) -> Answered:
    try:
        sent = await send_and_record(client, db, read_issue_id(issue)[0], command)
    except NoSuchIssue as error:
        return Answered(issue=issue, outcome="left", why=str(error))
    return Answered(issue=issue, outcome=sent.outcome, why=sent.why)


def id_for(answer_id: str, issue: str) -> str:
    """The id of the command that one answer to many issues becomes for one of them: the same each time it is given.

    So long that it is known for a digest: of shorter ones one in five hundred holds what passes for a card number.
    """
    return f"answer-{hashlib.sha256(f'{answer_id} {issue}'.encode()).hexdigest()[:40]}"


def in_words(answers: Sequence[Answered]) -> str:
    """What one answer did, in one line."""
    counts: Counter[str] = Counter(each.outcome for each in answers)
    said = {"done": "done", "stored": "stored until a worker runs", "left": "left as they are"}
    parts = [f"{counts[outcome]} {words}" for outcome, words in said.items() if counts[outcome]]
    refused = [f"{counts['refused']} refused"] if counts["refused"] else []
    return f"{len(answers)} issues: {', '.join([*parts, *refused]) or 'nothing to acknowledge'}."


async def _do(
    key: str, by: Actor, db: Database | None, here: Installed, charge: Charge | None, *, acknowledges: bool
) -> tuple[Asked, list[Answered]]:
    client, answer_id = await connect(), uuid4().hex
    asked = await digest_for(client, key, by.person)
    if charge is not None:
        return asked, await take_charge_of_all(client, db, asked, by, answer_id, charge, here)
    return asked, await acknowledge_all(client, db, asked, by, answer_id) if acknowledges else []


def _charge(next_action: str, until: str, now: datetime, *, takes_charge: bool) -> Charge | None:
    if not takes_charge:
        if next_action or until:
            raise WrongInput("--next and --until: they go with --take-charge alone")
        return None
    if not next_action.strip() or not until.strip():
        raise WrongInput("--take-charge: --next and --until are needed; allowed: what is done next, and until when")
    return Charge(next_action=next_action, until=instant_ahead(until, "until", now))


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
    if asked.exhausted:
        console().print(f"{len(asked.exhausted)} issues that nobody has, of which you can take charge:")
        for issue in asked.exhausted:
            console().print(f"  {read_issue_id(issue)[0].short}")
    if asked.others:
        console().print(f"and {asked.others} more without such a question")
