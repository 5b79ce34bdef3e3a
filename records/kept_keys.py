"""The keys of texts apart from a backup: taken out of its copy of the record into a file, and put back from one.

So an erasure reaches old backups too: what was sealed in them is lost with the last file that held its key.
"""

import json
import os
import sqlite3
from base64 import b64decode, b64encode
from contextlib import closing
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from escalation.value import Value

_STANDING = "SELECT issue, generation, key, wrapped_by FROM text_keys WHERE erased_at IS NULL AND length(key) > 0"


class KeysUnreadable(ValueError):
    """A file that holds no keys of texts."""


class KeptKey(Value):
    """One key, as it lies in the table."""

    issue: str
    generation: int
    key: str
    """Base64."""
    wrapped_by: str


class KeptKeys(Value):
    """The file."""

    form: str = "escalon-text-keys-1"
    made_at: AwareDatetime
    keys: tuple[KeptKey, ...]


def take_out(record: Path, to: Path, at: AwareDatetime) -> int:
    """Move the keys from a copy of the record, which nobody uses, into the new file; says how many. Raises OSError."""
    with closing(sqlite3.connect(record, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        rows = connection.execute(_STANDING).fetchall()
        keys = tuple(
            KeptKey(issue=issue, generation=generation, key=b64encode(key).decode(), wrapped_by=wrapped_by)
            for issue, generation, key, wrapped_by in rows
        )
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(KeptKeys(made_at=at, keys=keys).model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        connection.execute("UPDATE text_keys SET key = x'' WHERE erased_at IS NULL")
        connection.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, in which nothing is left of them
        connection.execute("VACUUM")
    return len(keys)


def read(path: Path) -> KeptKeys:
    """The keys of that file. Raises KeysUnreadable."""
    try:
        return KeptKeys.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise KeysUnreadable(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, ValidationError):
        raise KeysUnreadable(f"{path} holds no keys of texts, as `escalon backup --keys-to` writes them") from None


def put_back(record: Path, kept: KeptKeys) -> int:
    """Put the keys into a restored record, which nobody uses, where they were taken out; says how many."""
    missing = "erased_at IS NULL AND length(key) = 0"
    with closing(sqlite3.connect(record, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        done = 0
        for each in kept.keys:
            done += connection.execute(
                f"UPDATE text_keys SET key = ?, wrapped_by = ? WHERE issue = ? AND generation = ? AND {missing}",  # noqa: S608
                (b64decode(each.key), each.wrapped_by, each.issue, each.generation),
            ).rowcount
        connection.execute("COMMIT")
    return done
