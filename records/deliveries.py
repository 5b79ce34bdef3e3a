"""The live log of deliveries: a row for each attempt to hand a message over, as the errands report it.

Best effort, for whoever looks at the record alone; the journal holds the same once the issue has heard of it. It holds
no text and no address.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import AwareDatetime
from sqlalchemy import RowMapping, func, select, update

from escalation.issue.identity import IssueId, read_issue_id
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database, insert_once
from records.journal import whose

State: TypeAlias = Literal["queued", "sent", "delivered", "read", "failed_for_now", "failed_for_good", "unknown"]
"""Under way, or waiting for its instant; taken over by the other side; lying where its reader looks; looked at; to be
tried again; never; perhaps."""

_TABLE = tables.deliveries


class Delivery(Value):
    """One attempt."""

    message: str
    """The message's id: the key of the effect that asked for it."""
    attempt: int
    """From 1."""
    issue: IssueId
    person: str
    channel: str
    about: str
    state: State
    at: AwareDatetime | None
    """When it began, while it is under way; else when it ended. None: it was lost on its way."""
    error: str | None = None
    reference: str | None = None
    """What the other side calls the message."""
    next_try_at: AwareDatetime | None = None


def write(db: Database, rows: Sequence[Delivery], within_s: float | None = None) -> None:
    """Write them; how one ended replaces that it is under way. Raises what the database raises, and RecordBusy."""
    with db.writing(within_s=within_s) as connection:
        for row in rows:
            values = storable({**whose(row.issue), **row.model_dump(exclude={"issue"}), "issue": str(row.issue)})
            if insert_once(connection, _TABLE, values) or row.state == "queued":
                continue
            same = _TABLE.c.message == row.message, _TABLE.c.attempt == row.attempt
            # What is known stands: one that came back late may have been counted as lost.
            is_open = _TABLE.c.state.in_(("queued", "unknown"))
            connection.execute(update(_TABLE).where(*same, is_open).values(**values))


def of_reference(db: Database, channels: Sequence[str], reference: str, since: datetime) -> Delivery | None:
    """The attempt since then, by one of these channels, of which the other side calls the message so."""
    wanted = select(_TABLE).where(_TABLE.c.at >= since, _TABLE.c.channel.in_(channels), _TABLE.c.reference == reference)
    with db.reading() as connection:
        row = connection.execute(wanted.limit(1)).mappings().first()
    return None if row is None else _delivery(row)


def in_digest(db: Database, digest: Delivery, since: datetime) -> list[Delivery]:
    """The messages that went in this digest since then, as far as they are written down."""
    wanted = select(_TABLE).where(
        _TABLE.c.at >= since,
        _TABLE.c.person == digest.person,
        _TABLE.c.channel == digest.channel,
        _TABLE.c.reference == digest.message,
    )
    with db.reading() as connection:
        return [_delivery(row) for row in connection.execute(wanted).mappings()]


def told_since(db: Database, org: str, person: str, channel: str, since: datetime) -> list[Delivery]:
    """What left for this person by this channel since then, or may have, the latest first."""
    wanted = select(_TABLE).where(
        _TABLE.c.at >= since,
        _TABLE.c.org == org,
        _TABLE.c.person == person,
        _TABLE.c.channel == channel,
        _TABLE.c.state.in_(("queued", "sent", "delivered", "read", "unknown")),
    )
    with db.reading() as connection:
        rows = connection.execute(wanted.order_by(_TABLE.c.at.desc(), _TABLE.c.message).limit(1000)).mappings().all()
    return [_delivery(row) for row in rows]


def take_receipt(db: Database, row: Delivery, state: State, error: str | None, within_s: float | None = None) -> bool:
    """Note what the other side says became of an attempt that it took; whether that was news.

    The first receipt that ends it stands; what lies there can still be read. Raises what the database raises, and
    RecordBusy.
    """
    same = _TABLE.c.message == row.message, _TABLE.c.attempt == row.attempt
    open_states = ("queued", "sent", "unknown", "failed_for_now", *(("delivered",) if state == "read" else ()))
    is_open = _TABLE.c.state.in_(open_states)
    values = storable({"state": state, "error": error})
    with db.writing(within_s=within_s) as connection:
        return connection.execute(update(_TABLE).where(*same, is_open).values(**values)).rowcount > 0


def messages_since(db: Database, org: str, channel: str, since: datetime) -> list[str]:
    """The ids of the messages that left by this channel since then, or may have, the latest first."""
    wanted = select(_TABLE.c.message).where(
        _TABLE.c.at >= since, _TABLE.c.org == org, _TABLE.c.channel == channel, _TABLE.c.state != "queued"
    )
    with db.reading() as connection:
        return list(dict.fromkeys(connection.execute(wanted.order_by(_TABLE.c.at.desc())).scalars()))


def last_attempt(db: Database, message: str) -> Delivery | None:
    """The last attempt for this message; None: nothing is known of it."""
    wanted = select(_TABLE).where(_TABLE.c.message == message).order_by(_TABLE.c.attempt.desc()).limit(1)
    with db.reading() as connection:
        row = connection.execute(wanted).mappings().first()
    return None if row is None else _delivery(row)


def of_issue(db: Database, issue: IssueId, limit: int = 10_000) -> list[Delivery]:
    """All attempts for an issue's messages, in the order in which the messages were asked for."""
    wanted = select(_TABLE).where(_TABLE.c.issue == str(issue)).order_by(_TABLE.c.at, _TABLE.c.message).limit(limit)
    with db.reading() as connection:
        rows = [_delivery(row) for row in connection.execute(wanted).mappings()]
    return sorted(rows, key=lambda row: (_entry(row.message), row.person, row.channel, row.attempt))


def counted(db: Database, since: datetime) -> dict[tuple[str, State], int]:
    """How many attempts ended so since an instant, by channel and state."""
    number = func.count()
    wanted = select(_TABLE.c.channel, _TABLE.c.state, number).where(_TABLE.c.at >= since)
    with db.reading() as connection:
        rows = connection.execute(wanted.group_by(_TABLE.c.channel, _TABLE.c.state)).all()
    return {(channel, state): count for channel, state, count in rows}


def _entry(message: str) -> int:
    """The number of the entry that asked for the message."""
    part = message.split("/")[1:2]
    return int(part[0]) if part and part[0].isdigit() else 0


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{**row, "issue": read_issue_id(row["issue"])[0]})
