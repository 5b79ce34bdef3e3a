"""The tables of the record, as they are after the last migration. What creates and changes them: `migrations/`.

Organisation, legal entity and team are in every row. `entries` and `security_log` only ever grow: triggers of the
first migration refuse everything else. `issues`, `asked`, `helpers`, `parties` and `links` are what lists are read
from and can be rebuilt.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from records.columns import Instant

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)


def _whose() -> tuple[Column[str], Column[str], Column[str]]:
    """Whose row it is."""
    return (
        Column("org", Text, nullable=False),
        Column("legal_entity", Text, nullable=False),
        Column("team", Text, nullable=False),
    )


def _actor(prefix: str) -> tuple[Column[str], Column[str | None], Column[str], Column[str], Column[bool]]:
    """Who acted, through which door, and how sure it is."""
    return (
        Column(f"{prefix}_person", Text, nullable=False),
        Column(f"{prefix}_role", Text, nullable=True),
        Column(f"{prefix}_door", Text, nullable=False),
        Column(f"{prefix}_assurance", Text, nullable=False),
        Column(f"{prefix}_is_machine", Boolean, nullable=False),
    )


entries = Table(
    "entries",
    metadata,
    *_whose(),
    Column("issue", Text, nullable=False),
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("written_at", Instant, nullable=False),
    *_actor("by"),
    Column("command", Text, nullable=False),
    Column("event", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    Column("rules_revision", Integer, nullable=False),
    Column("chain", Text, nullable=False),
    PrimaryKeyConstraint("issue", "number"),
    Index(None, "written_at"),
)

issues = Table(
    "issues",
    metadata,
    *_whose(),
    Column("issue", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("series", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("issue_class", Text, nullable=False),
    Column("harm_flags", JSON, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("about", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_ref", JSON(none_as_null=True), nullable=True),
    Column("severity", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("handler", Text, nullable=True),
    Column("owner", Text, nullable=False),
    Column("raiser", Text, nullable=False),
    Column("is_exhausted", Boolean, nullable=False),
    Column("is_breached", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("first_noticed_at", Instant, nullable=True),
    Column("resolved_at", Instant, nullable=True),
    Column("closed_at", Instant, nullable=True),
    Column("close_reason", Text, nullable=True),
    Column("next_due_at", Instant, nullable=True),
    Column("next_due", Text, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("rules_revision", Integer, nullable=False),
    Column("written_at", Instant, nullable=False),
    PrimaryKeyConstraint("issue"),
    Index(None, "series", "occurrence", unique=True),
    Index(None, "opened_at", "issue"),
    Index(None, "status", "next_due_at"),
)


def _several(name: str, *columns: Column[Any], found_by: str) -> Table:
    """A table that has several rows for each issue, in their order."""
    place = (Column("issue", Text, nullable=False), Column("place", Integer, nullable=False, autoincrement=False))
    key = PrimaryKeyConstraint("issue", "place")
    return Table(name, metadata, *_whose(), *place, *columns, key, Index(None, found_by))


asked = _several("asked", Column("person", Text, nullable=False), found_by="person")
helpers = _several(
    "helpers", Column("person", Text, nullable=False), Column("ask", Text, nullable=False), found_by="person"
)
parties = _several(
    "parties",
    Column("key", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=True),
    Column("zone", Text, nullable=True),
    Column("channel", Text, nullable=True),
    Column("needs", JSON, nullable=False),
    found_by="key",
)
links = _several("links", Column("kind", Text, nullable=False), Column("other", Text, nullable=False), found_by="other")

texts = Table(
    "texts",
    metadata,
    *_whose(),
    Column("ref", Text, nullable=False),
    Column("issue", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("length", Integer, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("erased_at", Instant, nullable=True),
    PrimaryKeyConstraint("issue", "ref"),
)

text_keys = Table(
    "text_keys",
    metadata,
    *_whose(),
    Column("issue", Text, nullable=False),
    Column("generation", Integer, nullable=False, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
    Column("wrapped_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("erased_at", Instant, nullable=True),
    Column("erased_by", Text, nullable=True),
    Column("erased_why", Text, nullable=True),
    PrimaryKeyConstraint("issue", "generation"),
)

inbox = Table(
    "inbox",
    metadata,
    *_whose(),
    Column("message", Text, nullable=False),
    Column("issue", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("read_at", Instant, nullable=True),
    Column("erased_at", Instant, nullable=True),
    Column("is_possible_repeat", Boolean, nullable=False),
    PrimaryKeyConstraint("message"),
    Index(None, "person", "sent_at"),
    Index(None, "issue"),
)

deliveries = Table(
    "deliveries",
    metadata,
    *_whose(),
    Column("message", Text, nullable=False),
    Column("attempt", Integer, nullable=False, autoincrement=False),
    Column("issue", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Instant, nullable=True),
    Column("error", Text, nullable=True),
    Column("reference", Text, nullable=True),
    Column("next_try_at", Instant, nullable=True),
    PrimaryKeyConstraint("message", "attempt"),
    Index(None, "issue"),
    Index(None, "at"),
)

security_log = Table(
    "security_log",
    metadata,
    *_whose(),
    Column("key", Text, nullable=False),
    Column("issue", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("why", Text, nullable=False),
    *_actor("by"),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    PrimaryKeyConstraint("key"),
    Index(None, "issue"),
)

promised = Table(
    "promised",
    metadata,
    *_whose(),
    Column("issue", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("promised_at", Instant, nullable=False),
    PrimaryKeyConstraint("issue", "command"),
)

api_keys = Table(
    "api_keys",
    metadata,
    *_whose(),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("is_machine", Boolean, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=True),
    Column("revoked_at", Instant, nullable=True),
    Column("last_used_at", Instant, nullable=True),
    PrimaryKeyConstraint("key"),
)

idempotency = Table(
    "idempotency",
    metadata,
    *_whose(),
    Column("actor", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("status", Integer, nullable=True),
    Column("answer", Text, nullable=True),
    PrimaryKeyConstraint("actor", "key"),
    Index(None, "claimed_at"),
)

maintenance_windows = Table(
    "maintenance_windows",
    metadata,
    *_whose(),
    Column("id", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("begins_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("condition", Text, nullable=False),
    Column("through", JSON, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    Column("ended_by", Text, nullable=True),
    Column("ended_why", Text, nullable=True),
    PrimaryKeyConstraint("id"),
    Index(None, "until"),
)

maintenance_issues = Table(
    "maintenance_issues",
    metadata,
    *_whose(),
    Column("window", Text, nullable=False),
    Column("issue", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("window", "issue"),
)

versions = Table(
    "versions",
    metadata,
    *_whose(),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("noted_at", Instant, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("chain", Text, nullable=False),
    Column("erased_at", Instant, nullable=True),
    Column("erased_by", Text, nullable=True),
    Column("erased_why", Text, nullable=True),
    PrimaryKeyConstraint("kind", "number"),
)

directory_changes = Table(
    "directory_changes",
    metadata,
    *_whose(),
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("by_person", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("why", LargeBinary, nullable=False),
    Column("why_digest", Text, nullable=False),
    Column("erased_at", Instant, nullable=True),
    Column("erased_by", Text, nullable=True),
    Column("erased_why", Text, nullable=True),
    PrimaryKeyConstraint("number"),
    Index(None, "at"),
)

directory_entries = Table(
    "directory_entries",
    metadata,
    *_whose(),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("since", Integer, nullable=False, autoincrement=False),
    Column("until", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("kind", "id", "since"),
    Index(None, "since"),
    Index(None, "until", "kind", "place"),
)

directory_marks = Table(
    "directory_marks",
    metadata,
    *_whose(),
    Column("mark", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("since", Integer, nullable=False, autoincrement=False),
    Column("until", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("mark", "value", "id", "since"),
    Index(None, "id", "until"),
)

findings = Table(
    "findings",
    metadata,
    *_whose(),
    Column("key", Text, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("issue", Text, nullable=True),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("told_at", Instant, nullable=True),
    Column("ended_at", Instant, nullable=True),
    PrimaryKeyConstraint("key", "found_at"),
)
Index(
    "ix_findings_open",
    findings.c.key,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)
