"""Keys of texts: one for an issue, under a key of the setting where there is one, which can be changed."""

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from records import inbox, sealing, tables, text_keys, texts
from records.database import Database, open_database
from records.inbox import InboxMessage
from records.sealing import BadTextKey, Ring
from tests.records.samples import NOON, issue_id

OLD, NEW, OTHER = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))
ISSUE = issue_id()


@pytest.fixture
def under(blank_url: str) -> Iterator[Callable[[str], Database]]:
    """Opens the record under a setting of ESCALON_TEXT_KEY."""
    opened: list[Database] = []

    def open_under(setting: str) -> Database:
        opened.append(open_database(blank_url, setting))
        return opened[-1]

    yield open_under
    for db in opened:
        db.close()


def said(db: Database) -> dict[str, str]:
    return texts.read(db, ISSUE, ["r1", "r2"])


def stored(db: Database) -> list[tuple[bytes, str]]:
    table = tables.text_keys
    with db.reading() as connection:
        return [(row.key, row.wrapped_by) for row in connection.execute(select(table).order_by(table.c.generation))]


def test_an_issue_has_one_key_for_all_of_its_text(db: Database) -> None:
    for ref in ("r1", "r2"):
        texts.keep(db, ISSUE, ref, ref)
    inbox.put(db, InboxMessage(
        message="m", issue=ISSUE, person="kim", about="asked", subject="s", body="b", sent_at=NOON
    ))  # fmt: skip
    texts.keep(db, issue_id("OTHER"), "r1", "other")
    assert len(stored(db)) == 2
    assert len({key for key, _ in stored(db)}) == 2
    assert [(each.subject, each.body) for each in inbox.read(db, "kim")] == [("s", "b")]


def test_a_key_around_the_keys_is_needed_to_read(under: Callable[[str], Database]) -> None:
    texts.keep(under(OLD), ISSUE, "r1", "said")
    ((key, name),) = stored(under(OLD))
    assert (len(key), len(name)) == (12 + 32 + 16, 16)
    assert said(under(OLD)) == {"r1": "said"}
    for setting in ("", OTHER):
        assert said(under(setting)) == {}
        assert text_keys.locked_away(under(setting)) == {name: 1}
    assert text_keys.locked_away(under(OLD)) == {}


def test_text_can_be_kept_while_the_key_around_is_away(under: Callable[[str], Database]) -> None:
    """Nobody is held up; what was written before is read again when the key is back."""
    texts.keep(under(OLD), ISSUE, "r1", "said")
    texts.keep(under(NEW), ISSUE, "r2", "more")
    assert said(under(NEW)) == {"r2": "more"}
    assert said(under(f"{OLD},{NEW}")) == {"r1": "said", "r2": "more"}
    texts.erase(under(OTHER), ISSUE)
    assert said(under(f"{OLD},{NEW}")) == {}


def test_the_key_around_the_keys_is_changed(under: Callable[[str], Database]) -> None:
    texts.keep(under(""), ISSUE, "r1", "said")
    texts.keep(under(""), issue_id("ERASED"), "r1", "gone")
    texts.erase(under(""), issue_id("ERASED"))
    assert text_keys.rewrap(under("")) == 0
    assert text_keys.rewrap(under(OLD)) == 1
    assert said(under("")) == {}
    assert text_keys.rewrap(under(f"{NEW}, {OLD}")) == 1
    assert text_keys.rewrap(under(f"{NEW}, {OLD}")) == 0
    assert said(under(NEW)) == {"r1": "said"}
    assert said(under(OLD)) == {}
    assert text_keys.rewrap(under(OTHER)) == 0, "what cannot be opened is left as it is"
    assert said(under(NEW)) == {"r1": "said"}
    assert text_keys.rewrap(under("")) == 0, "without a key, nothing is laid open"
    assert said(under(NEW)) == {"r1": "said"}


@pytest.mark.parametrize("setting", ["short", "äöü", f"{OLD},{OLD[:-4]}", "=" * 44])
def test_a_wrong_key_is_refused_and_not_quoted(empty_url: str, setting: str) -> None:
    with pytest.raises(BadTextKey, match=r"ESCALON_TEXT_KEY .* 32 bytes in base64") as refused:
        open_database(empty_url, setting)
    assert setting not in str(refused.value)


def test_the_keys_are_in_no_representation(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/record.db", OLD)) as db:
        assert OLD not in repr(db)
        assert repr(bytes([1]) * 32) not in repr(db.ring)


def test_who_writes_while_somebody_erases_loses_nothing_and_saves_nothing(db: Database) -> None:
    """What was there before the erasure is gone; what comes after has another key; nothing is under a destroyed one."""
    issues = [issue_id(f"R{number}") for number in range(4)]

    def write(number: int) -> None:
        texts.keep(db, issues[number % 4], f"r{number}", f"text {number}")

    with ThreadPoolExecutor(8) as pool:
        writing = [pool.submit(write, number) for number in range(80)]
        erasing = [pool.submit(texts.erase, db, issues[number % 4]) for number in range(12)]
    assert [done.exception() for done in writing] == [None] * 80
    assert [done.exception() for done in erasing] == [None] * 12
    with db.reading() as connection:
        rows = connection.execute(select(tables.texts)).mappings().all()
        keys = text_keys.for_reading(db, connection, map(str, issues))
    assert len(rows) == 80
    for row in rows:
        standing = row["erased_at"] is None
        assert standing == ((row["issue"], sealing.generation_of(row["text"])) in keys)


def test_a_form_that_stands_in_databases_is_read_for_ever() -> None:
    key, ring = bytes(range(32)), Ring.of(OLD)
    assert (
        sealing.unseal(key, "3.DCf5akQ6AQVmcW/dyNiWptH4XfhqyKMdq5JHcdEfGVvnc3qkaxjwqR4=", "desk\ntext\nr1")
        == b"salt-and-text"
    )
    assert (
        ring.unwrap(
            base64.b64decode("c4u4rJUHoXEe+vojsFIsy/Hy5izc3tAwAhN52fNcyAHL6NhmKWfX/GSIgyxXpZ6MkiW8l7dKXv+VhIlx"),
            ring.names[0],
            "desk\n1",
        )
        == key
    )
    assert sealing.unseal(key, "3.not base64", "desk\ntext\nr1") is None
    assert sealing.unseal(key, "", "desk\ntext\nr1") is None
