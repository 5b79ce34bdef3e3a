"""Trying out whether the record takes a message and gives it back, leaving nothing behind. For the watch.

Written, read and deleted in one transaction that is committed: nobody's inbox ever shows it, and a watch that is killed
in the middle leaves nothing either.
"""

import secrets
from datetime import datetime

from sqlalchemy import delete, insert, select

from escalation.issue.identity import IssueId
from records import tables
from records.database import Database
from records.journal import whose

_TEXT = "The watch tries out the inbox."


class InboxBroken(RuntimeError):
    """The inbox took a message and gave back something else."""


def try_inbox(db: Database, person: str, issue: IssueId, at: datetime) -> None:
    """Put a message into the person's inbox, read it and take it out. Raises InboxBroken, or what the database does."""
    table, message = tables.inbox, f"probe/{secrets.token_hex(8)}"
    row = {
        **whose(issue),
        "message": message,
        "issue": str(issue),
        "person": person,
        "about": "probe",
        "subject": _TEXT,
        "body": _TEXT,
        "sent_at": at,
        "is_possible_repeat": False,
    }
    with db.writing(message) as connection:
        connection.execute(insert(table).values(row))
        found = connection.execute(select(table.c.person, table.c.body).where(table.c.message == message)).all()
        gone = connection.execute(delete(table).where(table.c.message == message)).rowcount
        if [tuple(each) for each in found] != [(person, _TEXT)] or gone != 1:
            raise InboxBroken(f"the inbox of {person} gave back {len(found)} messages of 1, and deleted {gone}")
