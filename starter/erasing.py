"""Erasing the text of an issue: asked back, done for good, and on record. Versions of files: `versions.py`."""

import sys

import typer

from client.settings import Settings
from escalation.issue.identity import IssueId
from escalation.masking import LONGEST_TITLE
from records.database import Database
from starter.failure import WrongInput


def erase_from(text: str, reason: str, person: str, *, is_sure: bool, as_json: bool) -> None:
    """Do it and say what was erased. Raises WrongInput, NotDone."""
    from records import texts
    from starter import standing
    from starter.installation import open_record, settings_now
    from starter.showing import console, say_json

    settings = settings_now()
    by, why = who_and_why(settings, person, reason)
    with open_record(settings) as db:
        issue = standing.named(text, db)
        if not _is_known(db, issue):
            raise standing.unknown_issue(db, issue)
        if not is_sure:
            ask_back(f"Erase all text of {issue.short} for good?", as_json=as_json)
        erased = texts.erase(db, issue, by, why)
    if as_json:
        say_json({"issue": str(issue), "erased": erased, "by": by, "why": why})
    else:
        console().print(f"✓ {issue.short}: {erased} texts and messages are erased, and their key is destroyed")


def _is_known(db: Database, issue: IssueId) -> bool:
    from records import reading, text_keys

    return reading.issue(db, issue) is not None or text_keys.has_key(db, str(issue))


def who_and_why(settings: Settings, person: str, reason: str) -> tuple[str, str]:
    """Who erases, and why: both stay. Raises WrongInput."""
    from datetime import UTC, datetime

    from starter.installation import installed
    from starter.keeping import clean_line

    why = clean_line(reason, "reason", LONGEST_TITLE)
    if not why:
        raise WrongInput("reason: is empty; say why, without names: it stays")
    if not person:
        raise WrongInput("as: is missing; say who you are with --as or ESCALON_AS, as it stays who erased it")
    return installed(settings).acting(person, "as", datetime.now(UTC)).id, why


def ask_back(question: str, *, as_json: bool) -> None:
    """Go on only after a yes. Raises WrongInput where nobody can be asked."""
    if as_json or not sys.stdin.isatty():
        raise WrongInput("yes: is missing; give --yes where nobody can be asked back", "not_confirmed")
    if not typer.confirm(question, err=True):
        raise typer.Abort
