"""The directory of people kept in the record: its changes, what each said, and what it is looked up by."""

import sqlalchemy as sa
from alembic import op

from records.columns import Instant

revision = "r0008"
down_revision = "r0007"


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _count(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False, autoincrement=False) for name in names]


def upgrade() -> None:
    """Three more tables; nothing that is there changes."""
    op.create_table(
        "directory_changes",
        *_text("org", "legal_entity", "team"),
        *_count("number"),
        sa.Column("at", Instant(), nullable=False),
        *_text("by_person", "door"),
        *_count("size"),
        *_text("digest", "chain"),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        *_text("why_digest"),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.Column("erased_by", sa.Text(), nullable=True),
        sa.Column("erased_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_directory_changes"),
    )
    op.create_index("ix_directory_changes_at", "directory_changes", ["at"])
    op.create_table(
        "directory_entries",
        *_text("org", "legal_entity", "team", "kind", "id"),
        *_count("since", "until", "place"),
        *_text("digest"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "since", name="pk_directory_entries"),
    )
    op.create_index("ix_directory_entries_since", "directory_entries", ["since"])
    op.create_index("ix_directory_entries_until_kind_place", "directory_entries", ["until", "kind", "place"])
    op.create_table(
        "directory_marks",
        *_text("org", "legal_entity", "team", "mark", "value", "id"),
        *_count("since", "until", "place"),
        sa.PrimaryKeyConstraint("mark", "value", "id", "since", name="pk_directory_marks"),
    )
    op.create_index("ix_directory_marks_id_until", "directory_marks", ["id", "until"])
