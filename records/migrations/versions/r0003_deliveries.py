"""What became of every attempt to deliver a message, as it happens."""

import sqlalchemy as sa
from alembic import op

from records.columns import Instant

revision = "r0003"
down_revision = "r0002"

_WHOSE = ("org", "legal_entity", "team")


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    """One more table; nothing that is there changes."""
    op.create_table(
        "deliveries",
        *_text(*_WHOSE, "message"),
        sa.Column("attempt", sa.Integer(), nullable=False, autoincrement=False),
        *_text("issue", "person", "channel", "about", "state"),
        sa.Column("at", Instant(), nullable=True),
        *_text("error", "reference", nullable=True),
        sa.Column("next_try_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("message", "attempt", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_issue", "deliveries", ["issue"])
    op.create_index("ix_deliveries_at", "deliveries", ["at"])
