"""Text that people wrote, beside the record: masked before it is kept, found by issue and reference, erased per issue.

The journal and Temporal's history hold only a `TextRef`. What is masked: `escalation/masking.py`. Erasing reaches this
store and the inbox; backups made before keep their copy until they are removed.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update

from escalation.issue.facts import TextRef
from escalation.issue.identity import IssueId
from escalation.masking import LONGEST_TEXT, mask_cards
from records import tables
from records.columns import storable
from records.database import Database
from records.journal import whose


class TextConflict(RuntimeError):
    """Another text of this issue is kept under this reference."""


class TextTooLong(ValueError):
    """More text than is kept in one piece."""


def keep(db: Database, issue: IssueId, ref: str, written: str) -> TextRef:
    """Keep the text, masked, as `ref` of the issue, and say how to refer to it; the same text again: the same answer.

    A text that was erased stays erased. What no database stores (NUL, halves of characters) becomes `�`; refusing
    it is for the doors. Raises TextConflict, TextTooLong.
    """
    if len(written) > LONGEST_TEXT:
        raise TextTooLong(f"text {ref} of {issue} has {len(written):,} characters; allowed: at most {LONGEST_TEXT:,}")
    masked = mask_cards(storable(written))
    table = tables.texts
    with db.writing(issue.series) as connection:
        of_issue = select(table).where(table.c.issue == str(issue), table.c.ref == ref)
        kept = connection.execute(of_issue).mappings().first()
        if kept is not None:
            if kept["erased_at"] is None and kept["text"] != masked:
                raise TextConflict(f"another text is kept as {ref} of {issue}")
            return TextRef(ref=ref, digest=kept["digest"], length=kept["length"])
        salt = secrets.token_bytes(16)
        answer = TextRef(ref=ref, digest=digest_of(salt, masked), length=len(masked))
        connection.execute(
            insert(table).values(
                **whose(issue),
                issue=str(issue),
                text=masked,
                salt=salt,
                written_at=datetime.now(UTC),
                **answer.model_dump(),
            )
        )
    return answer


def digest_of(salt: bytes, masked: str) -> str:
    """What a `TextRef` holds of the text: SHA-256 over the salt and the masked text in UTF-8, in hexadecimal."""
    return hashlib.sha256(salt + masked.encode()).hexdigest()


def carry(db: Database, before: IssueId, after: IssueId, refs: Iterable[str], leaving: Iterable[str]) -> set[str]:
    """Keep what is kept as `refs` of one issue for another one too, under the same references and digests.

    Those named in `leaving` are taken away from the first. Where the other has a text under a reference, that one
    stays. Says which references are new there.
    """
    table, left = tables.texts, list(leaving)
    with db.writing(after.series) as connection:
        there = set(connection.scalars(select(table.c.ref).where(table.c.issue == str(after))))
        of_before = table.c.issue == str(before), table.c.ref.in_(list(refs)), table.c.erased_at.is_(None)
        found = connection.execute(select(table).where(*of_before)).mappings()
        rows = [{**row, **whose(after), "issue": str(after)} for row in found if row["ref"] not in there]
        if rows:
            connection.execute(insert(table), rows)
        if left:
            connection.execute(delete(table).where(table.c.issue == str(before), table.c.ref.in_(left)))
    return {str(row["ref"]) for row in rows}


def read(db: Database, issue: IssueId, refs: Iterable[str]) -> dict[str, str]:
    """The issue's texts by reference, as masked. Missing in the answer: what was never kept or was erased."""
    table = tables.texts
    of_issue = table.c.issue == str(issue), table.c.ref.in_(list(refs))
    wanted = select(table.c.ref, table.c.text).where(*of_issue, table.c.erased_at.is_(None))
    with db.reading() as connection:
        return dict(connection.execute(wanted).all())


def erase(db: Database, issue: IssueId) -> int:
    """Erase all text of the issue, here and in the inbox, for good; says how many texts and messages that were.

    What stays: that there was text, how long, and its digest, which without its salt confirms no guess. On SQLite
    the bytes are overwritten; the log beside the file is emptied as soon as nobody reads from it.
    """
    now, erased = datetime.now(UTC), 0
    texts, inbox = tables.texts, tables.inbox
    with db.writing(str(issue)) as connection:
        of_issue = texts.c.issue == str(issue), texts.c.erased_at.is_(None)
        erased += connection.execute(update(texts).where(*of_issue).values(text="", salt=b"", erased_at=now)).rowcount
        told = inbox.c.issue == str(issue), inbox.c.erased_at.is_(None)
        erased += connection.execute(update(inbox).where(*told).values(subject="", body="", erased_at=now)).rowcount
    if db.is_sqlite:
        _empty_log(db)
    return erased


def _empty_log(db: Database) -> None:
    """Move the write-ahead log into the file, so that it no longer holds what was there before."""
    connection = db.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:
        return  # somebody reads: the next checkpoint does it
    finally:
        connection.close()
