"""What is handed over to somebody at the end of a shift: shown, and accepted in one command.

Each issue decides for itself, as if it had been accepted alone, and says so. The same answer again, by the same id, is
carried out once.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from client.connect import connect
from client.finding import Connection
from client.sending import NoSuchIssue
from escalation.issue.facts import Actor
from escalation.issue.identity import read_issue_id
from records.database import Database
from records.hand_overs import HandedOver, handed_over_to
from starter.digests import Answered, id_for, in_words
from starter.door import actor_for, prepare_command
from starter.failure import NotDone, WrongInput
from starter.installation import Installed, installed, open_record, settings_now
from starter.keeping import clean, from_stdin
from starter.reader import Reader
from starter.recording import send_and_record
from starter.showing import console, note, say_json, table

LOOKS_BACK = timedelta(days=2)
"""So old may what is still to be accepted be. Ours: an offer is over before the shift is."""
_AT_ONCE = 8
_GONE = frozenset({"not_handed_over", "already_resolved", "already_closed", "ended"})
"""Refusals of what is handed over no more."""


def hand_over_from(person: str, of: str, read_back: str, *, accepts: bool, as_json: bool) -> None:
    """Show what is handed over to whoever asks, or accept it. Raises WrongInput, NotDone, what connecting raises."""
    now, settings = datetime.now(UTC), settings_now()
    here = installed(settings)
    who = here.acting(person, "--as", now)
    said = from_stdin("read_back") if read_back == "-" else read_back
    if said and not accepts:
        raise WrongInput("read_back: it goes with --accept-all alone; allowed: both, or neither")
    with open_record(settings) as db:
        found = handed_over(db, settings.org, who.id, of, here, now)
        answers = asyncio.run(_accepted(db, here, found, actor_for(who, "cli"), said)) if accepts and found else []
    if as_json:
        say_json({"hand_overs": found, "answers": answers})
    elif not found:
        note(f"nothing is handed over to {who.id}{f' of the shift of {of}' if of else ''}")
    elif accepts:
        console().print(in_words(answers))
        for each in answers:
            if each.outcome in {"refused", "left"}:
                console().print(f"  {read_issue_id(each.issue)[0].short}: {each.why}")
    else:
        _show(found, Reader(now, who.zone, here.names))
    if any(each.outcome == "refused" for each in answers):
        raise NotDone("not all of them could be accepted", "refused", is_answered=True)


def handed_over(db: Database, org: str, person: str, of: str, here: Installed, now: datetime) -> list[HandedOver]:
    """What stands, by the record; `of`: of this person's shift alone. Raises WrongInput, NotDone."""
    try:
        found = handed_over_to(db, org, person, now - LOOKS_BACK)
    except SQLAlchemyError:
        raise NotDone("the record cannot be reached, which says what is handed over", "record_away") from None
    theirs = [each for each in found if not of or of in each.leaving]
    if of and not theirs:
        here.person(of, "of")  # who has left the directory may still have something to hand over
    return theirs


async def accept_all(
    client: Connection,
    db: Database,
    here: Installed,
    found: Sequence[HandedOver],
    by: Actor,
    answer_id: str,
    read_back: str,
) -> list[Answered]:
    """Accept each of them; the same `answer_id` does it once. Raises WrongInput, and what the server raises."""
    said = clean(read_back, "read_back") if read_back.strip() else ""
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(each: HandedOver) -> Answered:
        issue = read_issue_id(each.issue)[0]
        command_id = id_for(answer_id, each.issue)
        # Only what is handed over still: whatever became of it meanwhile, nothing else is taken.
        fields = {"relieves": next(iter(each.leaving)), **({"read_back": said} if said else {})}
        async with places:
            made = await asyncio.to_thread(prepare_command, "accept", issue, fields, by, command_id, here, db)
            try:
                sent = await send_and_record(client, db, issue, made.command)
            except NoSuchIssue as error:
                return Answered(issue=each.issue, outcome="left", why=str(error))
        is_gone = sent.outcome == "refused" and sent.code in _GONE
        return Answered(issue=each.issue, outcome="left" if is_gone else sent.outcome, why=sent.why)

    return list(await asyncio.gather(*(one(each) for each in found)))


async def _accepted(
    db: Database, here: Installed, found: Sequence[HandedOver], by: Actor, read_back: str
) -> list[Answered]:
    return await accept_all(await connect(), db, here, found, by, uuid4().hex, read_back)


def _show(found: Sequence[HandedOver], reader: Reader) -> None:
    made = table(("issue", {"style": "cyan"}), "severity", "of the shift of", "which ends", "to be accepted by")
    for each in found:
        ends_at = min(each.leaving.values())
        due = reader.clock(each.accept_due_at) if each.accept_due_at is not None else ""
        whose = ", ".join(reader.person(who) for who in each.leaving)
        made.add_row(read_issue_id(each.issue)[0].short, each.severity, whose, reader.clock(ends_at), due)
    console().print(made)
    console().print(Text("escalon hand-over --accept-all takes over all of it", "dim"))
