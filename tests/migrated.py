"""A record with its tables, for tests whose matter is not how it came to have them.

One is migrated from nothing and copied for each test: to migrate costs more than what most tests of the record do. That
a migration from nothing makes what it should is told by `tests/records/test_database.py` and `test_migrations.py`.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from records.database import Database, migrate, open_database


def migrated(url: str) -> Database:
    """The record at that URL, open, whether or not it was there before; it is for the caller to close."""
    db = open_database(url)
    if db.is_sqlite and not (file := Path(str(db.engine.url.database))).exists():
        file.write_bytes(_blank())
    migrate(db)
    return db


@cache
def _blank() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "record.db"
        db = open_database(f"sqlite:///{file}")
        migrate(db)
        db.close()
        assert [each.name for each in Path(folder).iterdir()] == [file.name], "its log is in it by now"
        return file.read_bytes()
