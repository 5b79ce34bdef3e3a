"""A hash chain over each issue's entries, and a key for each issue's text."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from escalation.issue.chain import link, row_digest
from records.columns import Instant
from records.sealing import Ring, new_key, seal

revision = "r0005"
down_revision = "r0004"

_AT_ONCE = 200
"""Issues of which the entries are in memory together."""
_TEXT = ("org", "legal_entity", "team", "issue", "kind", "by_person", "by_door", "by_assurance", "command", "digest")
_ENTRIES = sa.table(
    "entries",
    *(sa.column(name, sa.Text()) for name in (*_TEXT, "by_role", "chain")),
    *(sa.column(name, sa.Integer()) for name in ("number", "rules_revision")),
    *(sa.column(name, Instant()) for name in ("happened_at", "recorded_at", "written_at")),
    sa.column("by_is_machine", sa.Boolean()),
    sa.column("event", sa.JSON()),
)
_WHOSE = ("org", "legal_entity", "team", "issue")
_TEXTS = sa.table(
    "texts",
    *(sa.column(name, sa.Text()) for name in (*_WHOSE, "ref", "text")),
    sa.column("salt", sa.LargeBinary()),
    sa.column("erased_at", Instant()),
)
_INBOX = sa.table(
    "inbox",
    *(sa.column(name, sa.Text()) for name in (*_WHOSE, "message", "subject", "body")),
    sa.column("erased_at", Instant()),
)


def upgrade() -> None:
    """Entries that are there get their digest in the form that lasts, and are chained.

    The column must be filled: a worker of the release before, which knows nothing of it, is refused rather than let
    leave a hole. Texts and inbox messages that are there are sealed, each with a key of its issue.
    """
    connection = op.get_bind()
    _seal_texts(connection)
    if connection.dialect.name == "sqlite":
        _chain_on_sqlite(connection)
    else:
        op.add_column("entries", sa.Column("chain", sa.Text(), nullable=True))
        op.execute("ALTER TABLE entries DISABLE TRIGGER entries_stand")
        _fill(connection)
        op.execute("ALTER TABLE entries ENABLE TRIGGER entries_stand")
        op.alter_column("entries", "chain", nullable=False)


def _chain_on_sqlite(connection: sa.Connection) -> None:
    """SQLite adds no column that must be filled: the table is made anew, with its index and triggers."""
    for trigger in ("entries_come_in_order", "entries_stand_against_UPDATE", "entries_stand_against_DELETE"):
        op.execute(f"DROP TRIGGER {trigger}")
    op.drop_index("ix_entries_written_at", "entries")
    op.rename_table("entries", "entries_before")
    op.create_table(
        "entries",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXT[:4]),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *(sa.Column(name, Instant(), nullable=False) for name in ("happened_at", "recorded_at", "written_at")),
        sa.Column("by_person", sa.Text(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=True),
        sa.Column("by_door", sa.Text(), nullable=False),
        sa.Column("by_assurance", sa.Text(), nullable=False),
        sa.Column("by_is_machine", sa.Boolean(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("rules_revision", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue", "number", name="pk_entries"),
    )
    kept = ", ".join(column.name for column in _ENTRIES.columns if column.name != "chain")
    op.execute(f"INSERT INTO entries ({kept}, chain) SELECT {kept}, '' FROM entries_before")  # noqa: S608
    op.drop_table("entries_before")
    _fill(connection)
    op.create_index("ix_entries_written_at", "entries", ["written_at"])
    op.execute("""
        CREATE TRIGGER entries_come_in_order BEFORE INSERT ON entries
        WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entries WHERE issue = NEW.issue)
        BEGIN SELECT RAISE(ABORT, 'entries come in order, without gaps'); END
    """)
    for act in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER entries_stand_against_{act} BEFORE {act} ON entries
            BEGIN SELECT RAISE(ABORT, 'entries only grows: {act} is refused'); END
        """)


def _fill(connection: sa.Connection) -> None:
    of_row = _ENTRIES.c.issue == sa.bindparam("of_issue"), _ENTRIES.c.number == sa.bindparam("of_number")
    for issues in _batches(connection):
        rows = connection.execute(
            sa.select(_ENTRIES).where(_ENTRIES.c.issue.in_(issues)).order_by(_ENTRIES.c.issue, _ENTRIES.c.number)
        ).mappings()
        made: list[dict[str, Any]] = []
        for issue, of_issue in groupby(rows, key=lambda row: row["issue"]):
            chain = ""
            for row in of_issue:
                digest = row_digest(dict(row))
                chain = link(chain, digest)
                made.append({"of_issue": issue, "of_number": row["number"], "digest": digest, "chain": chain})
        connection.execute(sa.update(_ENTRIES).where(*of_row), made)


def _batches(connection: sa.Connection) -> Iterator[Sequence[str]]:
    names = connection.scalars(sa.select(_ENTRIES.c.issue).distinct()).all()
    for first in range(0, len(names), _AT_ONCE):
        yield names[first : first + _AT_ONCE]


def _seal_texts(connection: sa.Connection) -> None:
    keys = op.create_table(
        "text_keys",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _WHOSE),
        sa.Column("generation", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_by", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.Column("erased_by", sa.Text(), nullable=True),
        sa.Column("erased_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("issue", "generation", name="pk_text_keys"),
    )
    ring: Ring = context.config.attributes.get("ring", Ring())
    for whose in _with_text(connection):
        issue, key = whose["issue"], new_key()
        stored, wrapped_by = ring.wrap(key, f"{issue}\n1")
        made = {**whose, "generation": 1, "key": stored, "wrapped_by": wrapped_by, "made_at": datetime.now(UTC)}
        connection.execute(sa.insert(keys).values(made))
        of_issue = _TEXTS.c.issue == issue, _TEXTS.c.erased_at.is_(None)
        for row in connection.execute(sa.select(_TEXTS).where(*of_issue)).all():
            text = seal(key, 1, row.salt + row.text.encode(), f"{issue}\ntext\n{row.ref}")
            of_row = _TEXTS.c.issue == issue, _TEXTS.c.ref == row.ref
            connection.execute(sa.update(_TEXTS).where(*of_row).values(text=text))
        told = _INBOX.c.issue == issue, _INBOX.c.erased_at.is_(None)
        for row in connection.execute(sa.select(_INBOX).where(*told)).all():
            sealed = {
                name: seal(key, 1, getattr(row, name).encode(), f"{issue}\ninbox\n{row.message}\n{name}")
                for name in ("subject", "body")
            }
            connection.execute(sa.update(_INBOX).where(_INBOX.c.message == row.message).values(**sealed))
    op.drop_column("texts", "salt")


def _with_text(connection: sa.Connection) -> Sequence[dict[str, str]]:
    """Whose text is there that was not erased."""
    there = (
        sa.select(*(table.c[name] for name in _WHOSE)).where(table.c.erased_at.is_(None)) for table in (_TEXTS, _INBOX)
    )
    return [dict(row) for row in connection.execute(sa.union(*there)).mappings()]
