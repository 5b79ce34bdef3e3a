"""Erasing the text of an issue: asked back, done for good, and on record."""

import sys

import typer

from escalation.issue.identity import IssueId
from escalation.masking import LONGEST_TITLE
from records.database import Database
from starter.failure import WrongInput


def erase_from(text: str, reason: str, person: str, *, is_sure: bool, as_json: bool) -> None:
    """Do it and say what was erased. Raises WrongInput, NotDone."""
    from datetime import UTC, datetime

    from records import texts
    from starter import standing
    from starter.installation import installed, open_record, settings_now
    from starter.keeping import clean_line
    from starter.showing import console, say_json

    settings = settings_now()
    why = clean_line(reason, "reason", LONGEST_TITLE)
    if not why:
        raise WrongInput("reason: is empty; say why, without names: it stays")
    if not person:
        raise WrongInput("as: is missing; say who you are with --as or ESCALON_AS, as it stays who erased it")
    by = installed(settings).acting(person, "as", datetime.now(UTC)).id
    with open_record(settings) as db:
        issue = standing.named(text, db)
        if not _is_known(db, issue):
            raise standing.unknown_issue(db, issue)
        if not is_sure:
            _ask_back(issue.short, as_json=as_json)
        erased = texts.erase(db, issue, by, why)
    if as_json:
        say_json({"issue": str(issue), "erased": erased, "by": by, "why": why})
    else:
        console().print(f"✓ {issue.short}: {erased} texts and messages are erased, and their key is destroyed")


def _is_known(db: Database, issue: IssueId) -> bool:
    from records import reading, text_keys

    return reading.issue(db, issue) is not None or text_keys.has_key(db, str(issue))


def _ask_back(name: str, *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise WrongInput("yes: is missing; give --yes where nobody can be asked back", "not_confirmed")
    if not typer.confirm(f"Erase all text of {name} for good?", err=True):
        raise typer.Abort
