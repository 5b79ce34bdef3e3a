"""Alembic at work: the tables' revisions, and the way from one to the next.

Apart from `database.py` since loading Alembic takes longer than most commands need in all; who finds the tables as they
should be never loads it.
"""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from records.sealing import Ring

_MIGRATIONS = Path(__file__).with_name("migrations")
ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps the migration that runs in a global: one thread at a time, whatever the database."""


def upgrade(connection: Connection, ring: Ring, revision: str = "head") -> None:
    """Bring the tables to that revision on this connection, in its transaction; `ONE_AT_A_TIME` is held."""
    config = settings()
    config.attributes["connection"], config.attributes["ring"] = connection, ring
    command.upgrade(config, revision)


def revisions() -> list[str]:
    """All that this release knows, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(settings()).walk_revisions()]


def settings() -> Config:
    """What Alembic must know; no file of its own lies about."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
