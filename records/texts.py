"""Text that people wrote, beside the record: masked before it is kept, found by issue and reference, erased per issue.

The journal and Temporal's history hold only a `TextRef`. What is masked: `escalation/masking.py`. It is sealed with a
key of its issue (`text_keys.py`), and so is the inbox; who has no such key, in a backup or elsewhere, has no text.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update

from escalation.issue.facts import TextRef
from escalation.issue.identity import IssueId
from escalation.masking import LONGEST_TEXT, mask_cards
from records import tables, text_keys
from records.columns import storable
from records.database import Database, empty_log
from records.journal import whose
from records.text_keys import IssueKey, Keys

_SALT_BYTES = 16


class TextConflict(RuntimeError):
    """Another text of this issue is kept under this reference."""


class TextTooLong(ValueError):
    """More text than is kept in one piece."""


def keep(db: Database, issue: IssueId, ref: str, written: str) -> TextRef:
    """Keep the text, masked, as `ref` of the issue, and say how to refer to it; the same text again: the same answer.

    A text that was erased stays erased; one that comes after it is kept under another key. What no database stores
    (NUL, halves of characters) becomes `�`; refusing it is for the doors. Raises TextConflict, TextTooLong.
    """
    return keep_first(db, issue, ref, written)[0]


def keep_first(db: Database, issue: IssueId, ref: str, written: str) -> tuple[TextRef, bool]:
    """The same, and whether it is the first text under this reference."""
    if len(written) > LONGEST_TEXT:
        raise TextTooLong(f"text {ref} of {issue} has {len(written):,} characters; allowed: at most {LONGEST_TEXT:,}")
    masked = mask_cards(storable(written))
    table = tables.texts
    with db.writing(issue.series) as connection:
        of_issue = select(table).where(table.c.issue == str(issue), table.c.ref == ref)
        kept = connection.execute(of_issue).mappings().first()
        if kept is not None:
            keys = text_keys.for_reading(db, connection, [str(issue)])
            if _opened(keys, str(issue), ref, kept["text"]) not in {None, masked}:
                raise TextConflict(f"another text is kept as {ref} of {issue}")
            return TextRef(ref=ref, digest=kept["digest"], length=kept["length"]), False
        salt = secrets.token_bytes(_SALT_BYTES)
        key = text_keys.for_writing(db, connection, issue)
        answer = TextRef(ref=ref, digest=digest_of(salt, masked), length=len(masked))
        connection.execute(
            insert(table).values(
                **whose(issue),
                issue=str(issue),
                text=_sealed(key, ref, salt, masked),
                written_at=datetime.now(UTC),
                **answer.model_dump(),
            )
        )
    return answer, True


def digest_of(salt: bytes, masked: str) -> str:
    """What a `TextRef` holds of the text: SHA-256 over the salt and the masked text in UTF-8, in hexadecimal."""
    return hashlib.sha256(salt + masked.encode()).hexdigest()


def _place(ref: str) -> str:
    return f"text\n{ref}"


def _sealed(key: IssueKey, ref: str, salt: bytes, masked: str) -> str:
    """The salt within, so that without the key the digest confirms no guess."""
    return key.seal(salt + masked.encode(), _place(ref))


def _opened(keys: Keys, issue: str, ref: str, sealed: str) -> str | None:
    plain = text_keys.unsealed(keys, issue, sealed, _place(ref))
    return None if plain is None else plain[_SALT_BYTES:].decode()


def carry(db: Database, before: IssueId, after: IssueId, refs: Iterable[str], leaving: Iterable[str]) -> set[str]:
    """Keep what is kept as `refs` of one issue for another one too, under the same references and digests.

    Those named in `leaving` are taken away from the first. Where the other has a text under a reference, that one
    stays. Says which references are new there.
    """
    table, left = tables.texts, list(leaving)
    with db.writing(after.series) as connection:
        there = set(connection.scalars(select(table.c.ref).where(table.c.issue == str(after))))
        of_before = table.c.issue == str(before), table.c.ref.in_(list(refs)), table.c.erased_at.is_(None)
        found = [
            row for row in connection.execute(select(table).where(*of_before)).mappings() if row["ref"] not in there
        ]
        keys = text_keys.for_reading(db, connection, [str(before)])
        key = text_keys.for_writing(db, connection, after) if found else None
        rows = []
        for row in found:
            plain = text_keys.unsealed(keys, str(before), row["text"], _place(row["ref"]))
            if plain is not None and key is not None:
                sealed = key.seal(plain, _place(row["ref"]))
                rows.append({**row, **whose(after), "issue": str(after), "text": sealed})
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
        found = connection.execute(wanted).all()
        keys = text_keys.for_reading(db, connection, [str(issue)] if found else [])
    opened = {ref: _opened(keys, str(issue), ref, sealed) for ref, sealed in found}
    return {ref: text for ref, text in opened.items() if text is not None}


def erase(db: Database, issue: IssueId, by: str = "", why: str = "") -> int:
    """Erase all text of the issue, here and in the inbox, for good; says how many texts and messages that were.

    Its key is destroyed, so that no copy of what it sealed can be read again, wherever that lies without the key. What
    stays: that there was text, how long, its digest, which without its salt confirms no guess, and who erased it, when
    and why. On SQLite the bytes are overwritten; the log beside the file is emptied as soon as nobody reads from it.
    """
    now, erased = datetime.now(UTC), 0
    texts, inbox = tables.texts, tables.inbox
    with db.writing(str(issue)) as connection:
        text_keys.destroy(connection, str(issue), now, by, why)  # first: who seals meanwhile waits, and makes a new one
        of_issue = texts.c.issue == str(issue), texts.c.erased_at.is_(None)
        erased += connection.execute(update(texts).where(*of_issue).values(text="", erased_at=now)).rowcount
        told = inbox.c.issue == str(issue), inbox.c.erased_at.is_(None)
        erased += connection.execute(update(inbox).where(*told).values(subject="", body="", erased_at=now)).rowcount
    if db.is_sqlite:
        empty_log(db)
    return erased
