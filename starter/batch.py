"""A batch of payloads from files: read, put in order, carried out, and what came of each shown."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from client.connect import connect
from client.settings import Settings
from escalation.intake.alertmanager import read_alertmanager
from escalation.intake.pagerduty import read_pagerduty
from escalation.intake.payload import MOST_BYTES, BadPayload, Node, read_documents
from escalation.intake.reported import NotTaken, Source, Taken, in_order, together
from escalation.policy.model import Policy
from records.database import Database
from starter.failure import REFUSED, WRONG, WrongInput
from starter.installation import Installed, installed, record_if_there, settings_now
from starter.intake import Into, Outcome, known_team, ladder_for, take_in
from starter.showing import note, say_json
from starter.views.intake import intake_json, show_intake


def take_files(source: Source, files: Sequence[str], *, team: str, entity: str, policy: str, as_json: bool) -> None:
    """Take in the payloads of the files. Ends with 1 where anything was refused or could not be read, with 2 where
    nothing could be. Raises WrongInput, and what connecting raises.
    """
    settings = settings_now()
    here = installed(settings)
    ladder, team = ladder_for(here, policy, entity), known_team(here, team)
    inputs = {name: _bytes(name) for name in dict.fromkeys(files)}
    taken = together(read_input(source, raw, here, name) for name, raw in inputs.items())
    outcomes: list[Outcome] = []
    if taken.reported:
        with record_if_there(settings) as db:
            outcomes = asyncio.run(_carry_out(taken, settings, here, db, ladder, team))
    for text in dict.fromkeys(text for outcome in outcomes for text in outcome.notes):
        note(text)
    if as_json:
        say_json(intake_json(outcomes, taken.not_taken))
    else:
        show_intake(outcomes, taken.not_taken)
    code = exit_code(outcomes, taken.not_taken)
    if code:
        raise typer.Exit(code)


def read_input(source: Source, raw: bytes, here: Installed, name: str) -> Taken:
    """What one input reports; what cannot be read is in `not_taken`, named by the input and its JSON path."""
    try:
        documents = read_documents(raw)
    except BadPayload as error:
        return Taken(not_taken=(_bad(name, error),))
    return together(_read(source, document, here, name) for document in documents)


def exit_code(outcomes: Sequence[Outcome], not_taken: Sequence[NotTaken]) -> int:
    """0 where all was carried out or asked nothing, 2 where nothing at all could be read, else 1.

    An event whose type nobody knows could be read: it is not understood.
    """
    unread = [each for each in not_taken if each.nature in {"bad", "not_understood"}]
    if unread and not outcomes and all(each.nature == "bad" for each in not_taken):
        return WRONG
    return REFUSED if unread or any(outcome.is_refused for outcome in outcomes) else 0


def _read(source: Source, document: Node, here: Installed, name: str) -> Taken:
    try:
        if source == "alertmanager":
            taken = read_alertmanager(document.value, datetime.now(UTC), document.path)
        else:
            taken = read_pagerduty(document.value, here.directory, document.path)
    except BadPayload as error:
        return Taken(not_taken=(_bad(name, error),))
    return Taken(
        reported=tuple(each.model_copy(update={"place": f"{name}: {each.place}"}) for each in taken.reported),
        not_taken=tuple(
            each.model_copy(update={"place": f"{name}: {each.place}", "why": f"{name}: {each.why}"})
            for each in taken.not_taken
        ),
    )


def _bad(name: str, error: BadPayload) -> NotTaken:
    return NotTaken(place=f"{name}: {error.path}", nature="bad", why=f"{name}: {error}")


def _bytes(name: str) -> bytes:
    """The input, or so much of it that it is seen to be too long."""
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise WrongInput(f"file: {name} cannot be read: {error.strerror}", "unreadable_file") from None


async def _carry_out(
    taken: Taken, settings: Settings, here: Installed, db: Database | None, ladder: Policy, team: str
) -> list[Outcome]:
    client = await connect()
    into = Into(client, settings, here, db, ladder, team, lambda: datetime.now(UTC))
    return await take_in(in_order(taken.reported), into)
