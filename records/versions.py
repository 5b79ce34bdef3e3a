"""What the files that people edit said, version by version: directory, rotas, calendars, policies.

A version is kept from the moment a worker first saw it in use, whole, with every file that it consists of. Each is
chained to the one before it (`escalation/issue/chain.py`). What old versions said can be erased; that there was one,
when, and its digest stay. Who notices them: `starter/noticing.py`.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, insert, select, update

from escalation.issue.chain import in_words, link
from escalation.issue.identity import DEFAULT
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database

Kind: TypeAlias = Literal["people", "rotas", "calendars", "policies"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_TABLE = tables.versions
_BARE = [column for column in _TABLE.columns if column.name != "content"]


class Version(Value):
    """One version of one kind of files."""

    kind: Kind
    number: int
    """Counted from 1."""
    digest: str
    """SHA-256 over the names and texts of its files, in hexadecimal."""
    size: int
    """Characters of all its files."""
    noted_at: AwareDatetime
    """When a worker first saw it in use."""
    erased_at: AwareDatetime | None
    erased_by: str | None
    erased_why: str | None


def note(db: Database, kind: Kind, files: Mapping[str, str], at: datetime) -> int | None:
    """Keep what these files say unless the latest version says the same; its number where it is new.

    `files`: text by name; none at all is a version, too. Raises whatever the database raises; then nothing is kept.
    """
    with db.writing(f"versions {kind}") as connection:
        latest = _latest(connection, kind)
        digest = _digest(files)
        if latest is not None and latest["digest"] == digest:
            return None
        number = 1 if latest is None else int(latest["number"]) + 1
        # The clocks of two workers may differ; the order of versions is that of their numbers.
        noted_at = at if latest is None else max(at, latest["noted_at"])
        row = {
            **dict.fromkeys(("org", "legal_entity", "team"), DEFAULT),
            "kind": kind,
            "number": number,
            "digest": digest,
            "size": sum(map(len, files.values())),
            "noted_at": noted_at,
            "chain": link("" if latest is None else latest["chain"], _row_digest(kind, number, digest, noted_at)),
        }
        content = zlib.compress(json.dumps(dict(files), ensure_ascii=False).encode(errors="surrogatepass"))
        connection.execute(insert(_TABLE).values({**storable(row), "content": content}))
    return number


def read(db: Database, kind: Kind) -> list[Version]:
    """Every version, the latest first, without what it says."""
    wanted = select(*_BARE).where(_TABLE.c.kind == kind).order_by(_TABLE.c.number.desc())
    with db.reading() as connection:
        return [Version.model_validate(dict(row)) for row in connection.execute(wanted).mappings()]


def as_of(db: Database, kind: Kind, at: datetime) -> Version | None:
    """The version that was in use at that instant; None where none is known of then."""
    known = _TABLE.c.kind == kind, _TABLE.c.noted_at <= at
    wanted = select(*_BARE).where(*known).order_by(_TABLE.c.number.desc()).limit(1)
    with db.reading() as connection:
        row = connection.execute(wanted).mappings().first()
    return Version.model_validate(dict(row)) if row is not None else None


def files_of(db: Database, kind: Kind, number: int) -> dict[str, str] | None:
    """What a version says, file by file; None where that was erased. Raises KeyError where there is none."""
    with db.reading() as connection:
        row = connection.execute(
            select(_TABLE.c.content).where(_TABLE.c.kind == kind, _TABLE.c.number == number)
        ).first()
    if row is None:
        raise KeyError(f"{kind} {number}")
    return _files(row.content) if row.content else None


def erase(db: Database, kind: Kind, before: datetime, at: datetime, by: str, why: str) -> int:
    """Erase what versions say that were out of use before that instant; how many. The one in use stays."""
    with db.writing(f"versions {kind}") as connection:
        rows = connection.execute(
            select(*_BARE).where(_TABLE.c.kind == kind).order_by(_TABLE.c.number)
        ).mappings().all()  # fmt: skip
        over = [
            row["number"]
            for row, following in pairwise(rows)
            if following["noted_at"] <= before and row["erased_at"] is None
        ]
        gone = {"content": b"", "erased_at": at, "erased_by": by, "erased_why": why}
        for number in over:
            this = _TABLE.c.kind == kind, _TABLE.c.number == number
            connection.execute(update(_TABLE).where(*this).values(**storable(gone)))
    return len(over)


def faults(db: Database) -> list[str]:
    """What does not fit together: a version changed, missing, or put in. In words, for whoever checks the record."""
    found: list[str] = []
    with db.reading() as connection:
        for kind in KINDS:
            wanted = select(_TABLE).where(_TABLE.c.kind == kind).order_by(_TABLE.c.number)
            chain, expected = "", 1
            for row in connection.execute(wanted).mappings():
                found += _faults(row, chain, expected)
                chain, expected = row["chain"], row["number"] + 1
    return found


def _faults(row: RowMapping, chain: str, expected: int) -> list[str]:
    what = f"version {row['number']} of {row['kind']}"
    if row["number"] != expected:
        return [f"{row['kind']}: version {expected} is missing before {what}"]
    if row["chain"] != link(chain, _row_digest(row["kind"], row["number"], row["digest"], row["noted_at"])):
        return [f"{what} was changed: its chain does not fit"]
    if row["content"] and _digest(_files(row["content"])) != row["digest"]:
        return [f"{what} was changed: it does not say what its digest says"]
    if not row["content"] and row["erased_at"] is None:
        return [f"{what} says nothing, and was not erased"]
    return []


def _latest(connection: Connection, kind: Kind) -> RowMapping | None:
    wanted = select(*_BARE).where(_TABLE.c.kind == kind).order_by(_TABLE.c.number.desc()).limit(1)
    return connection.execute(wanted).mappings().first()


def _files(content: bytes) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(zlib.decompress(content))
    except (zlib.error, ValueError):
        return {}
    return found


def _digest(files: Mapping[str, str]) -> str:
    parts = [[name, files[name]] for name in sorted(files)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode(errors="surrogatepass")).hexdigest()


def _row_digest(kind: str, number: int, digest: str, noted_at: datetime) -> str:
    return hashlib.sha256(json.dumps([kind, number, digest, in_words(noted_at)]).encode()).hexdigest()
