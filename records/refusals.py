"""The security log: what was refused for want of authority, whichever door it came through. It only ever grows."""

from datetime import UTC, datetime

from pydantic import AwareDatetime
from sqlalchemy import select

from escalation.issue.effects import LogRefusal
from escalation.issue.facts import Actor
from escalation.issue.identity import DEFAULT
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database, insert_once
from records.journal import whose

NO_ISSUE = ""


class Refusal(Value):
    """A line of the security log."""

    key: str
    issue: str
    """Empty: the call was refused before any issue was asked."""
    command: str
    code: str
    why: str
    by: Actor
    at: AwareDatetime
    recorded_at: AwareDatetime


def log(db: Database, refusal: LogRefusal) -> bool:
    """Write the refusal unless one with its key is there; says whether it was new."""
    row = {
        **whose(refusal.issue),
        "key": refusal.key,
        "issue": str(refusal.issue),
        "command": refusal.command,
        "code": refusal.code,
        "why": refusal.why,
        **{f"by_{name}": value for name, value in refusal.by.model_dump().items()},
        "at": refusal.at,
        "recorded_at": datetime.now(UTC),
    }
    with db.writing() as connection:
        return insert_once(connection, tables.security_log, storable(row))


def log_call(db: Database, org: str, key: str, command: str, code: str, why: str, by: Actor, at: datetime) -> bool:
    """Write down a call that was refused before any issue was asked; says whether its key was new."""
    row = {
        "org": org,
        "legal_entity": DEFAULT,
        "team": DEFAULT,
        "key": key,
        "issue": NO_ISSUE,
        "command": command,
        "code": code,
        "why": why,
        **{f"by_{name}": value for name, value in by.model_dump().items()},
        "at": at,
        "recorded_at": datetime.now(UTC),
    }
    with db.writing() as connection:
        return insert_once(connection, tables.security_log, storable(row))


def read(db: Database, limit: int = 100) -> list[Refusal]:
    """The latest refusals, newest first."""
    table = tables.security_log
    wanted = select(table).order_by(table.c.at.desc(), table.c.key).limit(limit)
    with db.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    return [
        Refusal(**{**row, "by": {name.removeprefix("by_"): row[name] for name in row if name.startswith("by_")}})
        for row in rows
    ]
