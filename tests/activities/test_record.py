"""The activities that write to the record: their names, and what each failure is called in Temporal's history."""

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.record import RecordKeeping
from escalation.issue.effects import EFFECTS, KeepText, LogRefusal, Record
from escalation.issue.events import WindowEnded
from records import reading, refusals, texts
from records.database import Database, open_database
from tests.records.samples import KIM, NOON, entry, issue_id, record, snapshot

ISSUE = issue_id()
TEXT = KeepText(key="k", issue=ISSUE, ref="r1", text="card 4111 1111 1111 1111")
REFUSAL = LogRefusal(key="k", issue=ISSUE, command="close", code="not_allowed", why="may not", by=KIM, at=NOON)


@pytest.fixture
def keeping(db: Database) -> RecordKeeping:
    """The activities over an open record."""
    return RecordKeeping(db)


def run(act: Callable[[Any], None], effect: object) -> None:
    """As a worker runs it."""
    ActivityEnvironment().run(act, effect)


@pytest.mark.parametrize("kind", ["record", "keep_text", "log_refusal"])
def test_an_activity_is_named_for_its_effect_takes_nothing_else_and_waits_in_a_thread(kind: str) -> None:
    act = getattr(RecordKeeping, kind)
    definition = activity._Definition.must_from_callable(act)
    assert definition.name == kind
    assert not definition.is_async
    hints = inspect.get_annotations(act, eval_str=True)
    assert hints == {"effect": EFFECTS[kind], "return": None}


def test_what_they_are_given_is_on_record(keeping: RecordKeeping, db: Database) -> None:
    for _ in range(2):
        run(keeping.record, record(ISSUE, 1, 3))
        run(keeping.keep_text, TEXT)
        run(keeping.log_refusal, REFUSAL)
    assert tuple(reading.timeline(db, ISSUE)) == record(ISSUE, 1, 3).entries
    assert texts.read(db, ISSUE, ["r1"]) == {"r1": "card •••• 1111"}
    assert [refusal.code for refusal in refusals.read(db)] == ["not_allowed"]


def test_threads_of_a_worker_write_side_by_side(keeping: RecordKeeping, db: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: run(keeping.record, record(issue_id(f"R{number % 10}"), 1, 4)), range(40)))
    assert [row.entries for row in reading.list_issues(db)] == [4] * 10


def failure(act: Callable[[Any], None], effect: object) -> ApplicationError:
    """How it fails."""
    with pytest.raises(ApplicationError) as failed:
        run(act, effect)
    assert failed.value.__cause__ is None, "a cause would go into the history with all that it quotes"
    return failed.value


def test_a_conflict_and_a_gap_are_named_and_tried_again(keeping: RecordKeeping) -> None:
    run(keeping.record, record(ISSUE, 1, 2))
    conflict = failure(keeping.record, Record(snapshot=snapshot(ISSUE, 2), entries=(entry(2, WindowEnded()),)))
    gap = failure(keeping.record, record(ISSUE, 5, 5))
    assert [(one.type, one.non_retryable) for one in (conflict, gap)] == [
        ("JournalConflict", False), ("JournalGap", False),
    ]  # fmt: skip
    assert "entry 2 of main:main:main:desk:REF-1:1 is on record with other content" in str(conflict)


def test_a_text_that_can_never_be_kept_is_not_tried_again(keeping: RecordKeeping) -> None:
    run(keeping.keep_text, TEXT)
    other = failure(keeping.keep_text, TEXT.model_copy(update={"text": "something private"}))
    long = failure(keeping.keep_text, TEXT.model_copy(update={"ref": "r2", "text": "private" * 2000}))
    assert [(one.type, one.non_retryable) for one in (other, long)] == [("TextConflict", True), ("TextTooLong", True)]
    assert "private" not in f"{other}{long}"


def test_a_record_without_tables_is_tried_again(tmp_path: Path) -> None:
    empty = open_database(f"sqlite:///{tmp_path}/empty.db")
    failed = failure(RecordKeeping(empty).keep_text, TEXT)
    assert (failed.type, failed.non_retryable) == ("RecordUnavailable", False)
    assert "no such table: texts" in str(failed)
    assert "INSERT" not in str(failed)
    assert "card" not in str(failed)
    empty.close()


def test_a_server_that_is_away_is_tried_again_and_its_password_stays_here() -> None:
    pytest.importorskip("psycopg", reason="comes with escalon[postgres]")
    away = open_database("postgresql://sam:hunter2@127.0.0.1:1/escalon")
    failed = failure(RecordKeeping(away).record, record(ISSUE, 1, 1))
    assert (failed.type, failed.non_retryable) == ("RecordUnavailable", False)
    assert "the record postgresql://sam:***@127.0.0.1:1/escalon cannot be written to: " in str(failed)
    assert "hunter2" not in str(failed)


def test_an_attempt_that_fails_half_way_leaves_nothing(keeping: RecordKeeping, db: Database) -> None:
    """The entries were inserted, then the disk was full: the next attempt writes them all."""
    with db.writing() as connection:
        connection.execute(text("ALTER TABLE asked RENAME TO away"))
    failed = failure(keeping.record, record(ISSUE, 1, 2))
    assert failed.type == "RecordUnavailable"
    assert reading.timeline(db, ISSUE) == []
    with db.writing() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO asked"))
    run(keeping.record, record(ISSUE, 1, 2))
    assert len(reading.timeline(db, ISSUE)) == 2
