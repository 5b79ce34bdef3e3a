"""What became of every attempt to deliver a message, as it happens."""

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """One more table; nothing that is there changes."""
