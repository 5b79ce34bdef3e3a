"""What files said, version by version: kept once, in order, read as of an instant, erased, and checked."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from records import tables, versions
from records.database import Database
from tests.records.samples import NOON

HOUR = timedelta(hours=1)


def test_what_has_not_changed_is_no_version(db: Database) -> None:
    assert versions.note(db, "people", {"people.yaml": "one"}, NOON) == 1
    assert versions.note(db, "people", {"people.yaml": "one"}, NOON + HOUR) is None
    assert versions.note(db, "rotas", {}, NOON) == 1, "that there is none is known, too"
    assert versions.note(db, "people", {"people.yaml": "two"}, NOON + HOUR) == 2
    assert versions.note(db, "people", {"people.yaml": "one"}, NOON + 2 * HOUR) == 3, "taken back is a change, too"
    assert [(each.number, each.noted_at) for each in versions.read(db, "people")] == [
        (3, NOON + 2 * HOUR), (2, NOON + HOUR), (1, NOON),
    ]  # fmt: skip
    assert versions.files_of(db, "people", 2) == {"people.yaml": "two"}
    assert versions.faults(db) == []


def test_it_is_read_as_of_any_instant(db: Database) -> None:
    for number in range(3):
        versions.note(db, "rotas", {"rotas.yaml": f"{number}"}, NOON + number * HOUR)
    second = timedelta(seconds=1)
    expected = {NOON - second: None, NOON: 1, NOON + HOUR - second: 1, NOON + HOUR: 2, NOON + 9 * HOUR: 3}
    for at, wanted in expected.items():
        found = versions.as_of(db, "rotas", at)
        assert (found.number if found is not None else None) == wanted
    assert versions.as_of(db, "people", NOON) is None


def test_a_worker_whose_clock_is_behind_comes_after_all_the_same(db: Database) -> None:
    versions.note(db, "people", {"people.yaml": "one"}, NOON)
    versions.note(db, "people", {"people.yaml": "two"}, NOON - HOUR)
    assert [each.noted_at for each in versions.read(db, "people")] == [NOON, NOON]
    found = versions.as_of(db, "people", NOON)
    assert found is not None
    assert found.number == 2


def test_workers_that_see_it_at_once_keep_it_once(db: Database) -> None:
    kept: list[int | None] = []

    def note() -> None:
        kept.extend(versions.note(db, "people", {"people.yaml": f"{number}"}, NOON) for number in (1, 2))

    threads = [threading.Thread(target=note) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(number for number in kept if number is not None)
    assert numbers == list(range(1, len(numbers) + 1))
    assert [each.number for each in versions.read(db, "people")] == numbers[::-1]
    assert versions.faults(db) == []


def test_what_is_erased_is_gone_and_that_it_was_stays(db: Database) -> None:
    for number in range(3):
        versions.note(db, "people", {"people.yaml": f"sample {number}"}, NOON + number * HOUR)
    assert versions.erase(db, "people", NOON + HOUR, NOON + 3 * HOUR, "lee", "two years are over") == 1
    assert versions.files_of(db, "people", 1) is None
    assert versions.files_of(db, "people", 2) == {"people.yaml": "sample 1"}
    first = versions.read(db, "people")[-1]
    assert (first.erased_at, first.erased_by, first.erased_why) == (NOON + 3 * HOUR, "lee", "two years are over")
    assert versions.erase(db, "people", NOON + 9 * HOUR, NOON, "lee", "all of it") == 1, "the one in use stays"
    assert versions.files_of(db, "people", 3) == {"people.yaml": "sample 2"}
    assert versions.faults(db) == []


TABLE = tables.versions
BREAKS: dict[str, tuple[Callable[[], sa.Update | sa.Delete], str]] = {
    "another text": (
        lambda: sa.update(TABLE).where(TABLE.c.number == 2).values(content=b"else"),
        "version 2 of people was changed: it does not say what its digest says",
    ),
    "another digest": (
        lambda: sa.update(TABLE).where(TABLE.c.number == 2).values(digest="0" * 64),
        "version 2 of people was changed: its chain does not fit",
    ),
    "another instant": (
        lambda: sa.update(TABLE).where(TABLE.c.number == 1).values(noted_at=NOON - HOUR),
        "version 1 of people was changed: its chain does not fit",
    ),
    "one is missing": (
        lambda: sa.delete(TABLE).where(TABLE.c.number == 2),
        "people: version 2 is missing before version 3 of people",
    ),
    "emptied": (
        lambda: sa.update(TABLE).where(TABLE.c.number == 3).values(content=b""),
        "version 3 of people says nothing, and was not erased",
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_change_behind_our_back_shows(db: Database, broken: str) -> None:
    for number in range(3):
        versions.note(db, "people", {"people.yaml": f"sample {number}"}, NOON + number * HOUR)
    statement, words = BREAKS[broken]
    with db.writing() as connection:
        connection.execute(statement())
    assert words in versions.faults(db)
