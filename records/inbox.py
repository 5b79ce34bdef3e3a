"""The embedded inbox: messages told to people within Escalon itself, once per message id.

What a message says is composed elsewhere (`activities/`), from texts that are masked already. Subject and body are
sealed with the key of its issue, as texts are (`text_keys.py`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, select, update

from escalation.issue.identity import IssueId, read_issue_id
from escalation.value import Value
from records import tables, text_keys
from records.columns import storable
from records.database import Database, insert_once
from records.journal import whose
from records.text_keys import Keys

_SEALED = ("subject", "body")


class InboxMessage(Value):
    """A message to one person."""

    message: str
    """Its id: the same for every copy of it."""
    issue: IssueId
    person: str
    about: str
    subject: str
    body: str
    sent_at: AwareDatetime
    is_possible_repeat: bool = False
    read_at: AwareDatetime | None = None
    erased_at: AwareDatetime | None = None
    """When subject and body were erased with the issue's texts."""


def put(db: Database, message: InboxMessage) -> bool:
    """Lay the message into the person's inbox unless it lies there; says whether it was new."""
    row = storable({**whose(message.issue), **message.model_dump(exclude={"issue"}), "issue": str(message.issue)})
    with db.writing(row["message"]) as connection:
        key = text_keys.for_writing(db, connection, message.issue)
        for column in _SEALED:
            row[column] = key.seal(row[column].encode(), _place(row["message"], column))
        return insert_once(connection, tables.inbox, row)


def read(db: Database, person: str, *, unread_only: bool = False, limit: int = 100) -> list[InboxMessage]:
    """The person's latest messages, newest first."""
    table = tables.inbox
    wanted = select(table).where(table.c.person == person)
    if unread_only:
        wanted = wanted.where(table.c.read_at.is_(None))
    wanted = wanted.order_by(table.c.sent_at.desc(), table.c.message).limit(limit)
    with db.reading() as connection:
        return _messages(db, connection, connection.execute(wanted).mappings().all())


def mark_read(db: Database, person: str, messages: list[str], at: datetime | None = None) -> int:
    """Note that the person has read these of their messages, now or `at`; says how many were unread until then."""
    table = tables.inbox
    theirs = table.c.person == person, table.c.message.in_(messages), table.c.read_at.is_(None)
    with db.writing() as connection:
        return connection.execute(update(table).where(*theirs).values(read_at=at or datetime.now(UTC))).rowcount


def _messages(db: Database, connection: Connection, rows: Sequence[RowMapping]) -> list[InboxMessage]:
    keys = text_keys.for_reading(db, connection, (row["issue"] for row in rows))
    return [
        InboxMessage(
            **{
                **row,
                **{column: _opened(keys, row, column) for column in _SEALED},
                "issue": read_issue_id(row["issue"])[0],
            }
        )
        for row in rows
    ]


def _opened(keys: Keys, row: RowMapping, column: str) -> str:
    """The text of the column; empty where it was erased, or its key is not here."""
    plain = text_keys.unsealed(keys, row["issue"], row[column], _place(row["message"], column))
    return "" if plain is None else plain.decode()


def _place(message: str, column: str) -> str:
    return f"inbox\n{message}\n{column}"
