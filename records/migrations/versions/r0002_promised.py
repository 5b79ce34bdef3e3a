"""What senders of commands have promised to write on record."""

import sqlalchemy as sa
from alembic import op

from records.columns import Instant

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """One more table; nothing that is there changes."""
    op.create_table(
        "promised",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("org", "legal_entity", "team", "issue", "command")),
        sa.Column("promised_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("issue", "command", name="pk_promised"),
    )
