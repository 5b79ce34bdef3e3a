"""Several writers at once, threads and processes: nothing is lost, nothing is twice, nobody fails."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from escalation.issue.chain import Head, extended
from escalation.issue.effects import LogRefusal
from records import database, inbox, journal, reading, refusals, tables, texts, verifying
from records.database import Database, RecordBusy, check_schema, open_database
from tests.records.samples import KIM, NOON, issue_id, record
from tests.records.writer import BATCH, SHARED

ROOT = Path(__file__).parents[2]


EACH = 600
"""Entries of each issue that a process writes, half of them of one that all write at once."""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_processes_that_migrate_and_write_at_once(empty_url: str) -> None:
    """Four of them race for thousands of entries; nothing is lost or twice, there is no gap, and the chain holds."""
    names = ["one", "two", "three", "four"]
    with ExitStack() as running:
        writers = [running.enter_context(_writer(empty_url, name, EACH)) for name in names]
        for step in ("ready", "migrated"):
            assert [_line(writer) for writer in writers] == [step] * len(writers)
            for writer in writers:
                _go(writer)
        assert [_line(writer) for writer in writers] == ["written"] * len(writers)
        assert [writer.wait(30) for writer in writers] == [0] * len(writers)
    with closing(open_database(empty_url)) as db:
        _nothing_is_lost(db, names)


def _nothing_is_lost(db: Database, names: list[str]) -> None:
    check_schema(db)
    issues = (*map(issue_id, names), SHARED)
    for issue in issues:
        assert tuple(reading.timeline(db, issue)) == record(issue, 1, EACH).entries
        row = reading.issue(db, issue)
        assert row is not None
        assert row.entries == EACH
        refs = {f"text-{first}": f"said at {first}" for first in range(1, EACH + 1, BATCH)}
        assert texts.read(db, issue, refs) == refs
    checked = list(verifying.check_rows(db))
    assert {each.issue: each.head for each in checked} == {
        str(issue): extended(Head(), str(issue), record(issue, 1, EACH).entries) for issue in issues
    }
    assert [each.findings for each in checked] == [()] * len(issues)
    with db.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.text_keys)) == len(issues)


def _writer(url: str, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.records.writer", url, name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _line(writer: "subprocess.Popen[str]") -> str:
    assert writer.stdout is not None
    return writer.stdout.readline().strip()


def _go(writer: "subprocess.Popen[str]") -> None:
    assert writer.stdin is not None
    writer.stdin.write("go\n")
    writer.stdin.flush()


def test_threads_that_write_the_same_and_other_issues(db: Database) -> None:
    batches = [record(issue_id(f"R{number % 5}"), 1, 8) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda batch: journal.write(db, batch), batches))
    with db.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.entries)) == 5 * 8
        assert connection.scalar(select(func.count()).select_from(tables.issues)) == 5
        assert connection.scalar(select(func.count()).select_from(tables.asked)) == 5 * 2


def test_threads_that_race_for_the_same_key(db: Database) -> None:
    issue = issue_id()
    message = inbox.InboxMessage(
        message="m", issue=issue, person="kim", about="asked", subject="s", body="b", sent_at=NOON
    )
    refusal = LogRefusal(key="k", issue=issue, command="close", code="no", why="no", by=KIM, at=NOON)
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: texts.keep(db, issue, "r", "said"), range(16)))
        put = list(pool.map(lambda _: inbox.put(db, message), range(16)))
        logged = list(pool.map(lambda _: refusals.log(db, refusal), range(16)))
    assert len(set(kept)) == 1
    assert (put.count(True), logged.count(True)) == (1, 1)


def test_a_reader_does_not_wait_for_a_writer(db: Database, another: Callable[[], Database]) -> None:
    journal.write(db, record(issue_id(), 1, 1))
    reader = another()
    with db.writing() as connection:
        connection.execute(text("UPDATE issues SET tier = 'elsewhere'"))
        (row,) = reading.list_issues(reader)
        assert row.tier == "front_line"
    (row,) = reading.list_issues(reader)
    assert row.tier == "elsewhere"


@pytest.mark.parametrize("blank_url", ["sqlite"], indirect=True)
def test_a_writer_that_does_not_get_its_turn_says_so(
    db: Database, another: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    other = another()
    db.engine.dispose()  # a connection waits as long as it was told when it was made
    with other.writing(), pytest.raises(RecordBusy, match=r"record\.db was kept by another process"):
        journal.write(db, record(issue_id(), 1, 1))
    journal.write(db, record(issue_id(), 1, 1))
    with db.writing(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(journal.write, db, record(issue_id(), 2, 2))
        assert isinstance(waiting.exception(5), RecordBusy)
    journal.write(db, record(issue_id(), 2, 2))


@pytest.mark.parametrize("blank_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("lock", ["of the issue", "of the table"])
def test_on_a_server_too(
    db: Database, another: Callable[[], Database], monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    """Else a worker's threads wait without end, one after the other, for who has left a transaction open."""
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    journal.write(db, record(issue_id(), 1, 1))
    name = str(issue_id()) if lock == "of the issue" else ""
    with another().writing(name) as connection, ThreadPoolExecutor(1) as pool:
        if not name:
            connection.execute(text("LOCK TABLE entries"))
        waiting = pool.submit(journal.write, db, record(issue_id(), 2, 2))
        try:
            error = waiting.exception(5)
        finally:
            connection.rollback()
        assert isinstance(error, RecordBusy)
        assert "0.2 s" in str(error)
    journal.write(db, record(issue_id(), 2, 2))


@pytest.mark.parametrize("blank_url", ["postgresql"], indirect=True)
def test_connections_that_the_server_has_cut_are_made_anew(db: Database, another: Callable[[], Database]) -> None:
    journal.write(db, record(issue_id(), 1, 1))
    with another().writing() as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cut = connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))  # noqa: S608
        assert cut.all() == [(True,)]
    journal.write(db, record(issue_id(), 2, 2))
    assert len(reading.timeline(db, issue_id())) == 2
