"""What the HTTP door keeps: API keys, and answers by idempotency key."""

import sqlalchemy as sa
from alembic import op

from records.columns import Instant

revision = "r0004"
down_revision = "r0003"

_WHOSE = ("org", "legal_entity", "team")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, Instant(), nullable=nullable)


def upgrade() -> None:
    """More tables; nothing that is there changes."""
    op.create_table(
        "api_keys",
        *_text(*_WHOSE, "key", "digest", "person"),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        *_text("label"),
        _at("created_at"),
        _at("expires_at", nullable=True),
        _at("revoked_at", nullable=True),
        _at("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_api_keys"),
    )
    op.create_table(
        "idempotency",
        *_text(*_WHOSE, "actor", "key", "fingerprint", "holder"),
        _at("claimed_at"),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_claimed_at", "idempotency", ["claimed_at"])
