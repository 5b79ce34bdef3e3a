"""Maintenance windows, who set and ended them and why, and the issues that fell into each."""

import sqlalchemy as sa
from alembic import op

from records.columns import Instant

revision = "r0007"
down_revision = "r0006"

_WHOSE = ("org", "legal_entity", "team")


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _at(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, Instant(), nullable=nullable)


def upgrade() -> None:
    """More tables; nothing that is there changes."""
    op.create_table(
        "maintenance_windows",
        *_text(*_WHOSE, "id", "mode"),
        _at("begins_at"),
        _at("until"),
        *_text("condition"),
        sa.Column("through", sa.JSON(), nullable=False),
        *_text("by", "why"),
        _at("set_at"),
        _at("ended_at", nullable=True),
        *_text("ended_by", "ended_why", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance_windows"),
    )
    op.create_index("ix_maintenance_windows_until", "maintenance_windows", ["until"])
    op.create_table(
        "maintenance_issues",
        *_text(*_WHOSE, "window", "issue"),
        _at("at"),
        sa.PrimaryKeyConstraint("window", "issue", name="pk_maintenance_issues"),
    )
