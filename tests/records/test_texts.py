"""Texts: masked before they are kept, kept once, erased for good."""

import hashlib
import traceback
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from escalation.masking import LONGEST_TEXT
from records import inbox, journal, tables, text_keys, texts, verifying
from records.database import Database
from records.inbox import InboxMessage
from records.texts import TextConflict, TextTooLong
from tests.records.samples import NOON, issue_id, record

ISSUE = issue_id()


def test_a_text_is_kept_masked_and_read_by_reference(db: Database) -> None:
    told = texts.keep(db, ISSUE, "r1", "My card 4111 1111 1111 1111 was charged twice.\nPlease help 🙏")
    assert texts.read(db, ISSUE, ["r1", "unknown"]) == {"r1": "My card •••• 1111 was charged twice.\nPlease help 🙏"}
    assert told.length == len(texts.read(db, ISSUE, ["r1"])["r1"])
    with db.reading() as connection:
        (row,) = connection.execute(select(tables.texts)).mappings().all()
        key = text_keys.for_reading(db, connection, [str(ISSUE)])[str(ISSUE), 1]
    plain = key.unseal(row["text"], "text\nr1")
    assert plain is not None
    assert told.digest == hashlib.sha256(plain).hexdigest()
    assert plain[16:].decode() == "My card •••• 1111 was charged twice.\nPlease help 🙏", "the salt, and the text"


def test_the_same_text_in_two_places_cannot_be_told_by_its_digest(db: Database) -> None:
    assert texts.keep(db, ISSUE, "r1", "no").digest != texts.keep(db, ISSUE, "r2", "no").digest


def test_the_same_text_again_gives_the_same_answer(db: Database) -> None:
    answers = {texts.keep(db, ISSUE, "r1", "card 4111111111111111") for _ in range(3)}
    assert len(answers) == 1


def test_whether_a_text_is_the_first_under_its_reference(db: Database) -> None:
    told, is_first = texts.keep_first(db, ISSUE, "r1", "one")
    assert is_first
    assert texts.keep_first(db, ISSUE, "r1", "one") == (told, False)
    texts.erase(db, ISSUE)
    assert texts.keep_first(db, ISSUE, "r1", "one") == (told, False), "somebody may refer to it"


def test_another_text_under_the_same_reference_is_refused(db: Database) -> None:
    texts.keep(db, ISSUE, "r1", "one")
    with pytest.raises(TextConflict, match="r1 of main:main:main:desk:REF-1:1") as refused:
        texts.keep(db, ISSUE, "r1", "two")
    assert "two" not in str(refused.value)
    assert texts.read(db, ISSUE, ["r1"]) == {"r1": "one"}


def test_another_issue_has_its_own_text_under_the_same_reference(db: Database) -> None:
    for number, issue in enumerate((ISSUE, issue_id("OTHER"), ISSUE.at(2))):
        texts.keep(db, issue, "signal-1.reason", f"reason {number}")
    for number, issue in enumerate((ISSUE, issue_id("OTHER"), ISSUE.at(2))):
        assert texts.read(db, issue, ["signal-1.reason"]) == {"signal-1.reason": f"reason {number}"}


def test_text_is_carried_to_another_occurrence_as_it_is(db: Database) -> None:
    later = ISSUE.at(2)
    told = {ref: texts.keep(db, ISSUE, ref, f"said {ref}") for ref in ("moved", "copied", "erased")}
    there = texts.keep(db, later, "copied", "there before")
    texts.keep(db, issue_id("OTHER"), "moved", "of another")
    assert texts.carry(db, ISSUE, later, ["moved", "copied"], leaving=["moved"]) == {"moved"}
    assert texts.read(db, ISSUE, told) == {"copied": "said copied", "erased": "said erased"}
    assert texts.read(db, later, told) == {"moved": "said moved", "copied": "there before"}
    assert texts.keep(db, later, "moved", "said moved") == told["moved"]
    assert texts.keep(db, later, "copied", "there before") == there
    texts.erase(db, ISSUE)
    assert texts.carry(db, ISSUE, ISSUE.at(3), ["erased"], leaving=[]) == set(), "erased is erased"


def test_a_text_that_is_too_long_is_refused(db: Database) -> None:
    texts.keep(db, ISSUE, "r1", "x" * LONGEST_TEXT)
    with pytest.raises(TextTooLong, match=r"has 10,001 characters; allowed: at most 10,000"):
        texts.keep(db, ISSUE, "r2", "x" * (LONGEST_TEXT + 1))


def test_characters_that_no_database_stores_hold_up_nothing(db: Database) -> None:
    first = texts.keep(db, ISSUE, "r1", "a\x00b\ud800c")
    assert texts.keep(db, ISSUE, "r1", "a\x00b\ud800c") == first
    assert texts.read(db, ISSUE, ["r1"]) == {"r1": "a\ufffdb\ufffdc"}


def test_what_is_erased_is_gone_and_stays_gone(db: Database) -> None:
    other = issue_id("OTHER")
    told = texts.keep(db, ISSUE, "r1", "secret of one")
    texts.keep(db, other, "r2", "secret of two")
    for message, issue in (("m1", ISSUE), ("m2", other)):
        inbox.put(db, _message(message, issue, body="secret told"))
    assert texts.erase(db, ISSUE) == 2
    assert texts.erase(db, ISSUE) == 0
    assert texts.read(db, ISSUE, ["r1"]) == {}
    assert texts.read(db, other, ["r1", "r2"]) == {"r2": "secret of two"}
    assert texts.keep(db, ISSUE, "r1", "secret of one") == told, "a late repeat is answered and changes nothing"
    assert texts.read(db, ISSUE, ["r1"]) == {}
    erased, kept = sorted(inbox.read(db, "kim"), key=lambda message: message.message)
    assert (erased.subject, erased.body, kept.body) == ("", "", "secret told")
    assert erased.erased_at is not None
    assert kept.erased_at is None
    with db.reading() as connection:
        row = connection.execute(select(tables.texts).where(tables.texts.c.ref == "r1")).mappings().one()
    assert (row["text"], row["digest"]) == ("", told.digest)


def test_what_comes_after_an_erasure_has_a_key_of_its_own_and_can_be_erased_too(db: Database) -> None:
    texts.keep(db, ISSUE, "r1", "first")
    texts.erase(db, ISSUE, by="sample-agent-1", why="asked for by the customer")
    texts.keep(db, ISSUE, "r2", "second")
    assert texts.read(db, ISSUE, ["r1", "r2"]) == {"r2": "second"}
    assert texts.erase(db, ISSUE) == 1
    assert texts.read(db, ISSUE, ["r1", "r2"]) == {}
    second, first = sorted(text_keys.erasures(db, str(ISSUE)), key=lambda each: -each.generation)
    assert (first.generation, first.erased_by, first.erased_why) == (1, "sample-agent-1", "asked for by the customer")
    assert (second.generation, second.erased_by, second.erased_why) == (2, None, None)
    with db.reading() as connection:
        assert connection.scalars(select(tables.text_keys.c.key)).all() == [b"", b""]


def test_a_copy_without_the_key_says_nothing_and_the_digest_confirms_no_guess(db: Database) -> None:
    """The key is destroyed; all else of a copy made before is put back, as from a backup."""
    told = texts.keep(db, ISSUE, "r1", "no")
    inbox.put(db, _message("m1", ISSUE, body="no"))
    with db.reading() as connection:
        copies = [(t, connection.execute(select(t)).mappings().all()) for t in (tables.texts, tables.inbox)]
    texts.erase(db, ISSUE)
    with db.writing() as connection:
        for table, rows in copies:
            connection.execute(table.delete())
            connection.execute(table.insert(), [dict(row) for row in rows])
    assert texts.read(db, ISSUE, ["r1"]) == {}
    assert [(each.subject, each.body) for each in inbox.read(db, "kim")] == [("", "")]
    assert texts.keep(db, ISSUE, "r1", "no") == told, "a late repeat is answered"
    assert texts.read(db, ISSUE, ["r1"]) == {}
    assert told.digest != hashlib.sha256(b"no").hexdigest()


def test_sealed_text_cannot_be_moved(db: Database) -> None:
    texts.keep(db, ISSUE, "r1", "one")
    texts.keep(db, ISSUE, "r2", "two")
    texts.keep(db, issue_id("OTHER"), "r1", "three")
    with db.reading() as connection:
        sealed = {(row.issue, row.ref): row.text for row in connection.execute(select(tables.texts))}
    with db.writing() as connection:
        for_r1 = tables.texts.c.issue == str(ISSUE), tables.texts.c.ref == "r1"
        for other in ((str(ISSUE), "r2"), (str(issue_id("OTHER")), "r1")):
            connection.execute(update(tables.texts).where(*for_r1).values(text=sealed[other]))
    assert texts.read(db, ISSUE, ["r1", "r2"]) == {"r2": "two"}


def test_nothing_that_was_written_is_in_any_file(sqlite_db: Database, tmp_path: Path) -> None:
    texts.keep(sqlite_db, ISSUE, "r1", "needle-in-the-text " * 400)
    inbox.put(sqlite_db, _message("m1", ISSUE, subject="needle-above", body="needle-in-the-inbox"))
    assert str(ISSUE).encode() in _bytes(tmp_path)
    assert b"needle" not in _bytes(tmp_path)


def test_the_key_is_in_no_file_once_it_is_destroyed(sqlite_db: Database, tmp_path: Path) -> None:
    for number in range(50):
        texts.keep(sqlite_db, issue_id(f"R{number}"), "r1", "text")
    with sqlite_db.reading() as connection:
        keys = connection.execute(select(tables.text_keys.c.issue, tables.text_keys.c.key)).all()
    gone, kept = dict(keys)[str(issue_id("R7"))], dict(keys)[str(issue_id("R8"))]
    assert gone in _bytes(tmp_path)
    texts.erase(sqlite_db, issue_id("R7"))
    assert gone not in _bytes(tmp_path)
    assert kept in _bytes(tmp_path)


def test_no_card_number_reaches_a_file(sqlite_db: Database, tmp_path: Path) -> None:
    texts.keep(sqlite_db, ISSUE, "r1", "4111-1111-1111-1111 and 5500005555555559")
    assert not [number for number in (b"4111-1111", b"5500005555") if number in _bytes(tmp_path)]


def test_an_error_of_the_database_does_not_quote_what_was_written(db: Database) -> None:
    with pytest.raises(DBAPIError) as failed, db.writing() as connection:
        connection.execute(tables.texts.insert().values(issue="i", ref="r", text="a very private line"))
    assert "private" not in "".join(traceback.format_exception(failed.value)).replace('a very private line")', "")


def test_the_journal_stands_when_the_texts_are_gone(db: Database) -> None:
    journal.write(db, record(ISSUE, 1, 2))
    texts.keep(db, ISSUE, "r1", "said")
    texts.erase(db, ISSUE)
    journal.write(db, record(ISSUE, 1, 3))
    assert [checked.findings for checked in verifying.check_rows(db)] == [()]


def _message(message: str, issue: object, **fields: object) -> InboxMessage:
    plain = {"person": "kim", "about": "asked", "subject": "secret subject", "body": "body", "sent_at": NOON}
    return InboxMessage.model_validate({**plain, "message": message, "issue": issue, **fields})


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
