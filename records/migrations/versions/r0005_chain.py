"""A hash chain over each issue's entries, and a key for each issue's text."""

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    """Entries that are there are chained, texts that are there are put under their issue's key."""
