"""Who has what is put to others in hand, for the limit of what they may have at once."""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"

_WHOSE = ("org", "legal_entity", "team")


def upgrade() -> None:
    """One more table; nothing that is there changes."""
    op.create_table(
        "helpers",
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*_WHOSE, "issue")),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person", "ask")),
        sa.PrimaryKeyConstraint("issue", "place", name="pk_helpers"),
    )
    op.create_index("ix_helpers_person", "helpers", ["person"])
