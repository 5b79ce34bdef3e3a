"""Reading: filters, pages, timelines, what is overdue, how far the record lags."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from escalation.issue.effects import Record
from escalation.issue.facts import Link, Party
from escalation.issue.identity import IssueId
from records import journal, reading, tables
from records.database import Database
from records.filters import ListFilters, read_filters
from tests.records.samples import NOON, entry, issue_id, record, snapshot


def put(db: Database, reference: str, **fields: Any) -> IssueId:
    """An issue on record."""
    places = {
        name: fields.pop(name) for name in ("org", "legal_entity", "team", "source", "occurrence") if name in fields
    }
    issue = issue_id(reference, **places)
    journal.write(db, Record(snapshot=snapshot(issue, 1, **fields), entries=(entry(1),)))
    return issue


def found(db: Database, **given_filters: Any) -> set[str]:
    """References of what the filters let through."""
    return {row.issue.reference for row in reading.list_issues(db, read_filters(given_filters))}


@pytest.mark.parametrize(
    ("fields", "filters"),
    [
        ({"status": "resolved"}, {"status": "resolved"}),
        ({"status": "resolved"}, {"status": ["resolved", "closed"]}),
        ({"tier": "team_lead"}, {"tier": "team_lead"}),
        ({"severity": "S1"}, {"severity": ("S1", "S3")}),
        ({"kind": "complaint"}, {"kind": "complaint"}),
        ({"issue_class": "sealed"}, {"issue_class": "sealed"}),
        ({"policy": "technical-sev"}, {"policy": "technical-sev"}),
        ({"org": "bank"}, {"org": "bank"}),
        ({"legal_entity": "bank-ie"}, {"legal_entity": "bank-ie"}),
        ({"team": "dublin"}, {"team": "dublin"}),
        ({"source": "alertmanager"}, {"source": "alertmanager"}),
        ({"asked": ("zoe", "abe")}, {"asked": "abe"}),
        ({"handler": "abe"}, {"handler": "abe"}),
        ({"owner": "abe"}, {"owner": "abe"}),
        ({"raiser": "abe"}, {"raiser": "abe"}),
        ({"asked": ("abe",)}, {"person": "abe"}),
        ({"handler": "abe"}, {"person": "abe"}),
        ({"owner": "abe"}, {"person": "abe"}),
        ({"is_breached": True}, {"is_breached": True}),
        ({"is_exhausted": True}, {"is_exhausted": True}),
        ({"next_due_at": NOON}, {"overdue_at": NOON + timedelta(seconds=1)}),
        ({"tier": "team_lead", "severity": "S1"}, {"tier": "team_lead", "severity": "S1", "status": "open"}),
    ],
    ids=lambda value: " ".join(f"{name}={one}" for name, one in value.items())[:60],
)
def test_a_filter_lets_through_what_it_names(db: Database, fields: dict[str, Any], filters: dict[str, Any]) -> None:
    put(db, "PLAIN")
    put(db, "WANTED", **fields)
    assert found(db) == {"PLAIN", "WANTED"}
    assert found(db, **filters) == {"WANTED"}


def test_a_filter_can_ask_for_no(db: Database) -> None:
    put(db, "PLAIN")
    put(db, "LATE", is_breached=True, is_exhausted=True)
    assert found(db, is_breached=False) == found(db, is_exhausted=False) == {"PLAIN"}


def test_every_filter_is_in_a_test_above() -> None:
    mark = next(mark for mark in test_a_filter_lets_through_what_it_names.pytestmark if mark.name == "parametrize")
    tested = {name for _, filters in mark.args[1] for name in filters}
    assert tested == set(ListFilters.model_fields)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"status": "opne"}, "filter status has the value 'opne'; allowed: 'open', 'resolved', 'closed' or 'ended'"),
        ({"status": ["open", "shut"]}, "filter status has the value 'shut'; allowed: 'open', 'resolved'"),
        ({"kind": "ticket"}, "filter kind has the value 'ticket'; allowed: 'support', 'technical'"),
        ({"teir": "x"}, "there is no filter 'teir', did you mean 'tier'?; allowed: status, tier"),
        ({"team": "Not A Name"}, "filter team has the value 'Not A Name'; allowed: "),
        ({"tier": ""}, "filter tier has the value ''; allowed: "),
        ({"is_breached": "perhaps"}, "filter is_breached has the value 'perhaps'; allowed: "),
        ({"overdue_at": datetime(2026, 1, 1)}, "filter overdue_at has the value '2026-01-01 00:00:00'; allowed: "),  # noqa: DTZ001
        ({"status": "no", "kind": "no"}, "; filter kind has the value 'no'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_filter_that_is_none_is_named_with_what_is_allowed(filters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        read_filters(filters)
    assert said in str(refused.value)


def test_pages_hold_every_issue_once_newest_first(db: Database) -> None:
    at_once = [put(db, f"B{number}", opened_at=NOON) for number in range(4)]
    later = [put(db, f"A{number}", opened_at=NOON + timedelta(minutes=number + 1)) for number in range(5)]
    seen: list[IssueId] = []
    while page := reading.list_issues(db, limit=2, after=seen[-1] if seen else None):
        seen += [row.issue for row in page]
        put(db, f"NEW{len(seen)}", opened_at=NOON + timedelta(days=1))  # what comes meanwhile shifts no page
    assert seen[:5] == later[::-1]
    assert sorted(map(str, seen[5:])) == sorted(map(str, at_once))


def test_a_page_after_an_unknown_issue_and_a_bad_limit_are_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="cannot go on after desk:REF-1: the record knows no such issue"):
        reading.list_issues(db, after=issue_id())
    for limit in (0, 1001):
        with pytest.raises(ValueError, match=f"limit is {limit}; allowed: 1 to 1000"):
            reading.list_issues(db, limit=limit)


def test_what_is_not_on_record_is_nothing(db: Database) -> None:
    assert reading.list_issues(db) == []
    assert reading.issue(db, issue_id()) is None
    assert reading.timeline(db, issue_id()) == []
    assert reading.latest_occurrence(db, issue_id().series) == 0
    assert reading.lag(db, NOON).last_written_at is None


def test_the_latest_occurrence_of_a_series(db: Database) -> None:
    for occurrence in (1, 2, 11):
        put(db, "REF-1", occurrence=occurrence, status="ended")
    put(db, "REF-1", occurrence=50, team="another")
    assert reading.latest_occurrence(db, issue_id().series) == 11


def test_overdue_is_what_has_not_ended_and_was_due(db: Database) -> None:
    for status in ("open", "resolved", "closed", "ended"):
        put(db, status, status=status, next_due_at=NOON - timedelta(minutes=1))
    put(db, "within grace", next_due_at=NOON - timedelta(seconds=29))
    put(db, "due now", next_due_at=NOON)
    put(db, "nothing due", next_due_at=None)
    put(db, "longest", next_due_at=NOON - timedelta(days=1))
    late = reading.overdue(db, NOON, timedelta(seconds=30))
    assert late[0].issue.reference == "longest"
    assert {row.issue.reference for row in late} == {"longest", "open", "resolved", "closed"}


def test_the_lag_is_the_longest_between_decision_and_writing(db: Database) -> None:
    now = datetime.now(UTC)
    for reference, ago in (("quick", 0), ("slow", 90), ("ahead", -60)):
        line = entry(1, recorded_at=now - timedelta(seconds=ago))
        journal.write(db, Record(snapshot=snapshot(issue_id(reference), 1), entries=(line,)))
    lag = reading.lag(db, now - timedelta(minutes=1))
    assert lag.entries == 3
    assert lag.worst_issue == str(issue_id("slow"))
    assert timedelta(seconds=90) <= lag.worst < timedelta(seconds=110)
    assert lag.last_written_at is not None
    assert reading.lag(db, now + timedelta(hours=1)).entries == 0
    assert reading.lag(db, now + timedelta(hours=1)).worst == timedelta(0)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.text(min_size=1, max_size=40).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_any_reference_and_person_can_be_found(sqlite_db: Database, word: str) -> None:
    """Quotes, percent signs and whatever else means something to SQL mean nothing here."""
    put(sqlite_db, word, handler=word)
    assert reading.issue(sqlite_db, issue_id(word)) is not None
    assert word in found(sqlite_db, handler=word)


CONCERNS: dict[str, Any] = {
    "harm_flags": ("vulnerable", "fraud"),
    "audience": ("kim", "ola"),
    "about": ("abe",),
    "parties": (
        Party(key="C-2", role="representative", language="de", zone="Europe/Vienna", channel="letter"),
        Party(key="C-1", role="customer", needs=("large print", "sign language")),
    ),
    "links": (Link(kind="follows", issue=str(issue_id("REF-0"))), Link(kind="related", issue=str(issue_id("A-1")))),
}


def test_whom_it_concerns_is_read_as_it_was_written(db: Database) -> None:
    issue = put(db, "REF-1", legal_entity="bank-ie", **CONCERNS)
    put(db, "OTHER", parties=(Party(key="C-9", role="payer"),))
    (row,) = reading.list_issues(db, ListFilters(legal_entity="bank-ie"))
    assert row == reading.issue(db, issue)
    assert {name: getattr(row, name) for name in CONCERNS} == CONCERNS
    with db.reading() as connection:
        for table, rows in ((tables.parties, 2), (tables.links, 2)):
            of_issue = select(table.c.legal_entity).where(table.c.issue == str(issue))
            assert connection.scalars(of_issue).all() == ["bank-ie"] * rows


def test_whom_it_concerns_is_replaced_by_a_newer_entry_alone(db: Database) -> None:
    issue = issue_id()
    nobody: dict[str, Any] = dict.fromkeys(CONCERNS, ())
    newest = ((1, 1, CONCERNS), (1, 1, nobody), (2, 3, nobody), (1, 1, CONCERNS), (4, 4, CONCERNS), (2, 3, nobody))
    for (first, last, fields), expected in zip(
        newest, (CONCERNS, CONCERNS, nobody, nobody, CONCERNS, CONCERNS), strict=True
    ):
        journal.write(db, record(issue, first, last, **fields))
        row = reading.issue(db, issue)
        assert row is not None
        assert {name: getattr(row, name) for name in CONCERNS} == expected


def test_a_row_is_json_for_programs(db: Database) -> None:
    put(db, "REF-1")
    (row,) = reading.list_issues(db)
    assert reading.IssueRow.model_validate_json(row.model_dump_json()) == row
