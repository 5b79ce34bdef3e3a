"""Acting on an issue from words that were typed: the command is read, sent, and its answer shown."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import uuid4

from pydantic import AwareDatetime

from client.asking import NoWorker
from client.connect import connect
from client.sending import NoSuchIssue, Sent
from escalation.issue.commands import HUMAN_COMMANDS, Command
from escalation.issue.facts import TextRef
from escalation.issue.standing import snapshot
from records.database import Database
from starter.command_fields import choices
from starter.door import PreparedCommand, actor_for, prepare_command
from starter.failure import NotDone, WrongInput, one_of
from starter.installation import installed, record_if_there, settings_now
from starter.keeping import from_stdin
from starter.reader import Reader
from starter.recording import send_and_record
from starter.showing import note, say_json
from starter.standing import named, settled, unknown_issue
from starter.views.answer import show_sent
from starter.when import instant_ahead, instant_past


def act_from(
    name: str,
    text: str,
    typed: Mapping[str, Any],
    options: Mapping[str, str],
    *,
    person: str,
    at: str,
    command_id: str,
    as_json: bool,
) -> None:
    """Send the command and say what came of it; raises WrongInput, NotDone, and what connecting raises.

    `options`: how each field is typed, told where an error names the field.
    """
    try:
        _act(name, text, typed, person=person, at=at, command_id=command_id, as_json=as_json)
    except (WrongInput, NotDone) as failure:
        why = with_options(failure.why, options)
        raise type(failure)(why, failure.code, is_answered=failure.is_answered) from None


def with_options(why: str, options: Mapping[str, str]) -> str:
    """The sentence with its option behind the field that it is about, where that is not a plain word."""
    for field, option in options.items():
        if "_" in field and option not in why:
            why = re.sub(rf"(^|: ){field}(?=:| [a-z'])", rf"\g<1>{field} ({option})", why, count=1)
    return why


def _act(
    name: str, text: str, typed: Mapping[str, Any], *, person: str, at: str, command_id: str, as_json: bool
) -> None:
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    who = here.acting(person, "--as", now)
    fields = _read(HUMAN_COMMANDS[name], typed, now)
    happened_at = instant_past(at, "at", now) if at else None
    with record_if_there(settings) as db:
        issue = named(text, db)
        command_id = command_id or uuid4().hex
        prepared = prepare_command(name, issue, fields, actor_for(who, "cli"), command_id, here, db, happened_at)
        send_and_show(name, prepared, db, Reader(now, who.zone, here.names), as_json=as_json)


def send_and_show(name: str, prepared: PreparedCommand, db: Database | None, reader: Reader, *, as_json: bool) -> None:
    """Send what is complete, and say what came of it; raises NotDone, and what connecting raises."""
    try:
        sent = asyncio.run(_send(prepared, db))
    except NoSuchIssue as error:
        raise unknown_issue(db, prepared.issue) if db is not None else NotDone(str(error), "no_such_issue") from None
    for each in prepared.notes:
        note(each)
    reader = replace(reader, now=datetime.now(UTC))
    if as_json:
        say_json(answer_json(name, sent, prepared))
    else:
        show_sent(sent, reader)
    if sent.outcome == "refused":
        raise NotDone(f"{sent.issue.short}: {reader.sentence(sent.why)}", sent.code, is_answered=as_json)


async def _send(prepared: PreparedCommand, db: Database | None) -> Sent:
    client = await connect()
    sent = await send_and_record(client, db, prepared.issue, prepared.command)
    if sent.done is None or sent.done.status.status != "open" or sent.done.status.asked:
        return sent
    try:
        state = await settled(client, prepared.issue)
    except (NoWorker, NoSuchIssue):  # it is done; who is asked now is heard another time
        return sent
    return sent.model_copy(update={"done": sent.done.model_copy(update={"status": snapshot(state)})})


def _read(kind: type[Command], typed: Mapping[str, Any], now: datetime) -> dict[str, object]:
    """What was typed, by the field's type: instants, choices, several words, texts. Nothing typed is absent."""
    fields: dict[str, object] = {}
    for name, value in typed.items():
        if value in {"", None} if not isinstance(value, list) else not value:
            continue
        annotation = kind.model_fields[name].annotation
        words = choices(annotation)
        if {datetime, AwareDatetime} & _within(annotation):
            fields[name] = instant_ahead(value, name, now)
        elif words:
            fields[name] = one_of(name, value, words)
        elif isinstance(value, list):
            fields[name] = tuple(value)
        elif value == "-" and TextRef in _within(annotation):
            fields[name] = from_stdin(name)
        else:
            fields[name] = value
    return fields


def _within(annotation: object) -> set[object]:
    """The type and all types that it is made of."""
    found: set[object] = {annotation}
    for part in get_args(annotation):
        found |= _within(part)
    return found


def answer_json(name: str, sent: Sent, prepared: PreparedCommand) -> dict[str, object]:
    """What came of the command, for a program."""
    done = sent.done
    return {
        "outcome": sent.outcome,
        "issue": str(sent.issue),
        "short": sent.issue.short,
        "command": name,
        "id": prepared.command.id,
        "code": sent.code,
        "why": sent.why,
        "is_repeat": bool(done and done.is_repeat),
        "entries": list(done.entries) if done else [],
        "sentences": list(done.sentences) if done else [],
        "status": done.status.model_dump(mode="json") if done else None,
        "notes": list(prepared.notes),
    }
