"""Everything the first release keeps: the journal, what lists are read from, texts, inbox, security log, findings."""

import sqlalchemy as sa
from alembic import op

from records.columns import Instant

revision = "r0001"
down_revision = None

_GROWS_ONLY = ("entries", "security_log")


def upgrade() -> None:
    """From nothing."""
    _journal()
    _issues()
    _beside()
    _watch()
    _guard(op.get_bind().dialect.name)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _json(*names: str) -> list[sa.Column[sa.JSON]]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def _whose() -> list[sa.Column[str]]:
    return _text("org", "legal_entity", "team")


def _by() -> list[sa.Column[str] | sa.Column[bool]]:
    return [
        *_text("by_person"),
        sa.Column("by_role", sa.Text(), nullable=True),
        *_text("by_door", "by_assurance"),
        sa.Column("by_is_machine", sa.Boolean(), nullable=False),
    ]


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, Instant(), nullable=nullable)


def _journal() -> None:
    op.create_table(
        "entries",
        *_whose(),
        *_text("issue"),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        *_text("kind"),
        _at("happened_at"),
        _at("recorded_at"),
        _at("written_at"),
        *_by(),
        *_text("command"),
        sa.Column("event", sa.JSON(), nullable=False),
        *_text("digest"),
        sa.Column("rules_revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issue", "number", name="pk_entries"),
    )
    op.create_index("ix_entries_written_at", "entries", ["written_at"])


def _issues() -> None:
    op.create_table(
        "issues",
        *_whose(),
        *_text("issue", "source", "reference"),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        *_text("series", "kind", "issue_class"),
        *_json("harm_flags", "audience", "about"),
        *_text("title"),
        sa.Column("title_ref", sa.JSON(none_as_null=True), nullable=True),
        *_text("severity"),
        sa.Column("priority", sa.Integer(), nullable=False),
        *_text("status", "policy", "tier"),
        sa.Column("handler", sa.Text(), nullable=True),
        *_text("owner", "raiser"),
        sa.Column("is_exhausted", sa.Boolean(), nullable=False),
        sa.Column("is_breached", sa.Boolean(), nullable=False),
        _at("opened_at"),
        _at("received_at"),
        _at("first_noticed_at", nullable=True),
        _at("resolved_at", nullable=True),
        _at("closed_at", nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        _at("next_due_at", nullable=True),
        *_text("next_due"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("rules_revision", sa.Integer(), nullable=False),
        _at("written_at"),
        sa.PrimaryKeyConstraint("issue", name="pk_issues"),
    )
    op.create_index("ix_issues_series_occurrence", "issues", ["series", "occurrence"], unique=True)
    op.create_index("ix_issues_opened_at_issue", "issues", ["opened_at", "issue"])
    op.create_index("ix_issues_status_next_due_at", "issues", ["status", "next_due_at"])
    op.create_table(
        "asked",
        *_whose(),
        *_text("issue"),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        *_text("person"),
        sa.PrimaryKeyConstraint("issue", "place", name="pk_asked"),
    )
    op.create_index("ix_asked_person", "asked", ["person"])
    op.create_table(
        "parties",
        *_whose(),
        *_text("issue"),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        *_text("key", "role"),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("language", "zone", "channel")),
        *_json("needs"),
        sa.PrimaryKeyConstraint("issue", "place", name="pk_parties"),
    )
    op.create_index("ix_parties_key", "parties", ["key"])
    op.create_table(
        "links",
        *_whose(),
        *_text("issue"),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        *_text("kind", "other"),
        sa.PrimaryKeyConstraint("issue", "place", name="pk_links"),
    )
    op.create_index("ix_links_other", "links", ["other"])


def _beside() -> None:
    op.create_table(
        "texts",
        *_whose(),
        *_text("ref", "issue", "text"),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        *_text("digest"),
        sa.Column("length", sa.Integer(), nullable=False),
        _at("written_at"),
        _at("erased_at", nullable=True),
        sa.PrimaryKeyConstraint("issue", "ref", name="pk_texts"),
    )
    op.create_table(
        "inbox",
        *_whose(),
        *_text("message", "issue", "person", "about", "subject", "body"),
        _at("sent_at"),
        _at("read_at", nullable=True),
        _at("erased_at", nullable=True),
        sa.Column("is_possible_repeat", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("message", name="pk_inbox"),
    )
    op.create_index("ix_inbox_person_sent_at", "inbox", ["person", "sent_at"])
    op.create_index("ix_inbox_issue", "inbox", ["issue"])


def _watch() -> None:
    op.create_table(
        "security_log",
        *_whose(),
        *_text("key", "issue", "command", "code", "why"),
        *_by(),
        _at("at"),
        _at("recorded_at"),
        sa.PrimaryKeyConstraint("key", name="pk_security_log"),
    )
    op.create_index("ix_security_log_issue", "security_log", ["issue"])
    op.create_table(
        "findings",
        *_whose(),
        *_text("key"),
        _at("found_at"),
        sa.Column("issue", sa.Text(), nullable=True),
        *_text("what", "detail"),
        _at("last_seen_at"),
        _at("told_at", nullable=True),
        _at("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("key", "found_at", name="pk_findings"),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_findings_open", "findings", ["key"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )


def _guard(dialect: str) -> None:
    """Rows that stand: neither changed nor removed, and an issue's entries come in order, from 1, without gaps."""
    for statement in _on_sqlite() if dialect == "sqlite" else _on_postgresql():
        op.execute(statement)


def _on_sqlite() -> list[str]:
    in_order = """
        CREATE TRIGGER entries_come_in_order BEFORE INSERT ON entries
        WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entries WHERE issue = NEW.issue)
        BEGIN SELECT RAISE(ABORT, 'entries come in order, without gaps'); END
    """
    stand = """
        CREATE TRIGGER {table}_stand_against_{act} BEFORE {act} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} only grows: {act} is refused'); END
    """
    return [in_order, *(stand.format(table=table, act=act) for table in _GROWS_ONLY for act in ("UPDATE", "DELETE"))]


def _on_postgresql() -> list[str]:
    refuse_change = """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP; END $$
    """
    refuse_disorder = """
        CREATE FUNCTION refuse_disorder() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entries WHERE issue = NEW.issue) THEN
                RAISE EXCEPTION 'entries come in order, without gaps';
            END IF;
            RETURN NEW;
        END $$
    """
    in_order = """
        CREATE TRIGGER entries_come_in_order BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION refuse_disorder()
    """
    stand = """
        CREATE TRIGGER {table}_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """
    return [refuse_change, refuse_disorder, in_order, *(stand.format(table=table) for table in _GROWS_ONLY)]
