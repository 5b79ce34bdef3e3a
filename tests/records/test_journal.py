"""The journal: once, in order, never changed; the issue's row follows its newest entry."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from escalation.issue.chain import row_digest
from escalation.issue.effects import Record
from escalation.issue.events import Acknowledged, Entry, Told, WindowEnded
from escalation.issue.facts import TextRef
from records import reading, tables
from records.database import Database
from records.journal import JournalConflict, JournalGap, write
from tests.records.samples import EVENTS, KIM, NOON, entries_of, entry, issue_id, record, snapshot

ISSUE = issue_id()
_NUMBERS = count(1)


def rows_of(db: Database) -> int:
    with db.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tables.entries)) or 0


def test_what_was_written_is_read_back(db: Database) -> None:
    written = record(ISSUE, 1, 3)
    write(db, written)
    assert tuple(reading.timeline(db, ISSUE)) == written.entries
    row = reading.issue(db, ISSUE)
    assert row is not None
    assert row.model_dump(exclude={"written_at"}) == written.snapshot.model_dump()


def test_every_field_of_the_row_is_read_back(db: Database) -> None:
    at = [NOON + timedelta(microseconds=number) for number in range(6)]
    full = snapshot(
        issue_id("a b/ü:#?%", org="bank", legal_entity="bank-ie", team="dublin", occurrence=12),
        1,
        title_ref=TextRef(ref="r", digest="d", length=3),
        handler="kim",
        is_exhausted=True,
        is_breached=True,
        first_noticed_at=at[0],
        resolved_at=at[1],
        closed_at=at[2],
        close_reason="confirmed",
        next_due_at=at[3],
        status="closed",
        asked=("z", "a", "z"),
        issue_class="restricted",
    )
    empty = [name for name, value in full if value is None or value == ""]
    assert not empty
    write(db, Record(snapshot=full, entries=(entry(1),)))
    row = reading.issue(db, full.issue)
    assert row is not None
    assert row.model_dump(exclude={"written_at"}) == full.model_dump()


def test_the_same_batch_twice_is_once(db: Database) -> None:
    for _ in range(3):
        write(db, record(ISSUE, 1, 3))
    assert rows_of(db) == 3


def test_a_batch_that_overlaps_adds_what_is_new(db: Database) -> None:
    write(db, record(ISSUE, 1, 3))
    write(db, record(ISSUE, 2, 5))
    assert [line.number for line in reading.timeline(db, ISSUE)] == [1, 2, 3, 4, 5]


def test_a_batch_without_entries_moves_nothing_back(db: Database) -> None:
    write(db, record(ISSUE, 1, 3, tier="team_lead"))
    write(db, Record(snapshot=snapshot(ISSUE, 2, tier="front_line"), entries=()))
    row = reading.issue(db, ISSUE)
    assert row is not None
    assert row.tier == "team_lead"


@pytest.mark.parametrize(
    "change",
    [
        {"event": WindowEnded()},
        {"event": Acknowledged(person="kim", role="handler")},
        {"command": "another"},
        {"by": KIM.model_copy(update={"assurance": "signed_in"})},
        {"happened_at": NOON},
        {"recorded_at": NOON},
    ],
    ids=["another event", "another acknowledgement", "command", "by", "happened_at", "recorded_at"],
)
def test_other_content_under_the_same_number_is_a_conflict(db: Database, change: dict[str, object]) -> None:
    write(db, record(ISSUE, 1, 2))
    offered = Record(snapshot=snapshot(ISSUE, 3), entries=(entry(1), entry(2, **change), entry(3)))
    with pytest.raises(JournalConflict, match=r"entry 2 of main:main:main:desk:REF-1:1 .*[0-9a-f]{64}.*[0-9a-f]{64}"):
        write(db, offered)
    assert tuple(reading.timeline(db, ISSUE)) == record(ISSUE, 1, 2).entries
    row = reading.issue(db, ISSUE)
    assert row is not None
    assert row.entries == 2, "nothing of the batch may stay"


def test_the_same_instant_in_another_zone_is_the_same_content(db: Database) -> None:
    write(db, record(ISSUE, 1, 1))
    there = entry(1).recorded_at.astimezone(timezone(timedelta(hours=2)))
    write(db, Record(snapshot=snapshot(ISSUE, 1), entries=(entry(1, recorded_at=there),)))
    assert rows_of(db) == 1


def test_an_entry_of_an_earlier_release_is_the_same_content(db: Database) -> None:
    """A batch that was decided before an upgrade and is written again after it has gained a field with its default."""
    event = Told(message="m", person="kim", channel="inbox", about="asked", outcome="sent", attempts=1)
    now = entry(1, event)
    write(db, Record(snapshot=snapshot(ISSUE, 1), entries=(now,)))
    with db.writing() as connection:
        row = dict(connection.execute(select(tables.entries)).mappings().one())
        del row["event"]["is_possible_repeat"]
        other = issue_id("OLD")
        row |= {"issue": str(other)}
        connection.execute(insert(tables.entries).values({**row, "digest": row_digest(row), "chain": "unchained"}))
    write(db, Record(snapshot=snapshot(other, 1), entries=(now,)))
    assert reading.timeline(db, other) == [now]


@pytest.mark.parametrize(("first", "last", "expected"), [(2, 2, 1), (5, 6, 4)])
def test_a_gap_is_refused(db: Database, first: int, last: int, expected: int) -> None:
    if expected > 1:
        write(db, record(ISSUE, 1, expected - 1))
    with pytest.raises(JournalGap, match=f"entry {first} of .* the next one is {expected}"):
        write(db, record(ISSUE, first, last))
    assert rows_of(db) == expected - 1


def test_a_gap_within_a_batch_is_refused(db: Database) -> None:
    with pytest.raises(JournalGap, match=r"entry 3 of .* the next one is 2"):
        write(db, Record(snapshot=snapshot(ISSUE, 3), entries=(entry(1), entry(3))))
    assert rows_of(db) == 0


def test_the_row_follows_only_newer_entries(db: Database) -> None:
    write(db, record(ISSUE, 1, 3, tier="team_lead", asked=("lea",)))
    write(db, record(ISSUE, 1, 2, tier="front_line", asked=("kim",)))
    row = reading.issue(db, ISSUE)
    assert row is not None
    assert (row.tier, row.asked, row.entries) == ("team_lead", ("lea",), 3)
    write(db, record(ISSUE, 4, 4, tier="department_manager", asked=()))
    row = reading.issue(db, ISSUE)
    assert row is not None
    assert (row.tier, row.asked, row.entries) == ("department_manager", (), 4)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET kind = 'x'",
        "UPDATE entries SET written_at = written_at",
        "DELETE FROM entries",
        "DELETE FROM entries WHERE number = 2",
        "UPDATE security_log SET why = 'x'",
        "DELETE FROM security_log",
    ],
)
def test_what_only_grows_refuses_to_change(db: Database, statement: str) -> None:
    write(db, record(ISSUE, 1, 2))
    _refuse_something(db)
    with pytest.raises(DBAPIError, match="only grows"), db.writing() as connection:
        connection.execute(text(statement))
    assert rows_of(db) == 2


def _refuse_something(db: Database) -> None:
    from escalation.issue.effects import LogRefusal
    from records import refusals

    refusals.log(db, LogRefusal(key="k", issue=ISSUE, command="close", code="no", why="no", by=KIM, at=NOON))


def test_the_table_itself_refuses_disorder(db: Database) -> None:
    write(db, record(ISSUE, 1, 2))
    with db.reading() as connection:
        row = dict(connection.execute(select(tables.entries).where(tables.entries.c.number == 2)).mappings().one())
    for number in (0, 2, 4):
        with pytest.raises(DBAPIError), db.writing() as connection:
            connection.execute(insert(tables.entries).values({**row, "number": number}))
    assert rows_of(db) == 2


def test_replacing_a_row_is_refused_on_sqlite(sqlite_db: Database) -> None:
    write(sqlite_db, record(ISSUE, 1, 1))
    _refuse_something(sqlite_db)
    for table in ("entries", "security_log"):
        with pytest.raises(DBAPIError), sqlite_db.writing() as connection:
            connection.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))  # noqa: S608


@pytest.mark.parametrize("blank_url", ["postgresql"], indirect=True)
def test_a_truncation_is_refused_on_postgresql(db: Database) -> None:
    with pytest.raises(DBAPIError, match="only grows"), db.writing() as connection:
        connection.execute(text("TRUNCATE entries"))


def test_a_naive_instant_is_refused(db: Database) -> None:
    write(db, record(ISSUE, 1, 1))
    naive = datetime(2026, 11, 20, 12, 0)  # noqa: DTZ001
    with pytest.raises(StatementError, match="has no time zone"), db.writing() as connection:
        connection.execute(update(tables.issues).values(next_due_at=naive))


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 20, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2026, 10, 25, 0, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_in_utc_to_the_microsecond(db: Database, at: datetime) -> None:
    write(db, Record(snapshot=snapshot(ISSUE, 1, next_due_at=at), entries=(entry(1, happened_at=at),)))
    row = reading.issue(db, ISSUE)
    assert row is not None
    assert row.next_due_at == at == reading.timeline(db, ISSUE)[0].happened_at
    assert row.next_due_at.tzinfo is UTC


def test_an_instant_beyond_the_calendar_of_utc_holds_up_nothing(db: Database) -> None:
    at = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    batch = Record(snapshot=snapshot(ISSUE, 1), entries=(entry(1, happened_at=at),))
    write(db, batch)
    write(db, batch)
    assert reading.timeline(db, ISSUE)[0].happened_at == datetime(1, 1, 1, tzinfo=UTC)


def test_characters_that_cannot_be_stored_hold_up_nothing(db: Database) -> None:
    """Whoever can send a signal can put a NUL into it, and PostgreSQL refuses that: it must not stop the scribe."""
    bad = KIM.model_copy(update={"person": "k\x00m"})
    event = Acknowledged(person="k\x00m", role="handler")
    batch = Record(snapshot=snapshot(ISSUE, 1, title="a\x00b", asked=("k\x00m",)), entries=(entry(1, event, by=bad),))
    write(db, batch)
    write(db, batch)
    (line,) = reading.timeline(db, ISSUE)
    assert line.by.person == "k\ufffdm"
    assert isinstance(line.event, Acknowledged)
    assert line.event.person == "k\ufffdm"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_kind_of_event_comes_back_as_it_went(shared_db: Database, kind: type) -> None:
    @settings(max_examples=10 if shared_db.is_sqlite else 2, suppress_health_check=list(HealthCheck))
    @given(entries_of(kind))
    def there_and_back(line: Entry) -> None:
        db, issue = shared_db, issue_id(f"R{next(_NUMBERS)}")
        batch = Record(snapshot=snapshot(issue, 1), entries=(line,))
        write(db, batch)
        write(db, batch)
        (found,) = reading.timeline(db, issue)
        expected = line.model_dump_json().replace("\\u0000", "\ufffd")
        assert found == Entry.model_validate_json(expected)
        with db.reading() as connection:
            row = (
                connection.execute(select(tables.entries).where(tables.entries.c.issue == str(issue))).mappings().one()
            )
        assert row["kind"] == line.event.kind
        assert row_digest(dict(row)) == row["digest"], "the digest must follow from the row alone"

    there_and_back()


def test_two_records_do_not_mix(db: Database, another: Callable[[], Database]) -> None:
    """Ids with the same words in other places, and the next occurrence of the same reference."""
    ids = [ISSUE, ISSUE.at(2), issue_id("REF-1", team="two"), issue_id("REF-1", legal_entity="two")]
    for one in ids:
        write(another(), record(one, 1, 2))
    assert [len(reading.timeline(db, one)) for one in ids] == [2, 2, 2, 2]


@given(st.data())
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_batches_in_any_overlap_end_in_the_same_journal(sqlite_db: Database, data: st.DataObject) -> None:
    """However a scribe cuts its entries and repeats them after failures, the journal is the same."""
    issue = issue_id(f"R{data.draw(st.uuids())}")
    last = 0
    for back, ahead in data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=8)):
        first = max(1, last + 1 - back)
        write(sqlite_db, record(issue, first, min(12, first + ahead)))
        last = max(last, min(12, first + ahead))
    write(sqlite_db, record(issue, max(1, last), 12))
    assert tuple(reading.timeline(sqlite_db, issue)) == record(issue, 1, 12).entries
    row = reading.issue(sqlite_db, issue)
    assert row is not None
    assert row.entries == 12
