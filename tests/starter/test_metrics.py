"""The metrics say what the record holds, count each thing once, and say when the record is away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from escalation.issue.effects import Record
from escalation.issue.events import Told
from records import findings, journal
from records.database import Database, migrate, open_database
from starter import metrics
from starter.metrics import RecordMetrics
from tests.records.samples import NOON, entry, issue_id, snapshot
from tests.structure.tree import ROOT


@pytest.fixture
def collector(record: Database, monkeypatch: pytest.MonkeyPatch) -> RecordMetrics:
    monkeypatch.setattr(metrics, "SETTLED_AFTER", timedelta(0))  # what is written counts at once
    return RecordMetrics(record, timedelta(seconds=60))


def scraped(collector: RecordMetrics) -> dict[tuple[str, ...], float]:
    """Every sample by name and labels, as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(collector)
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def told(number: int, channel: str, outcome: str) -> Told:
    return Told(message=f"m-{number}", person="kim", channel=channel, about="asked", outcome=outcome, attempts=1)  # type: ignore[arg-type]


def test_issues_by_how_they_stand(record: Database, collector: RecordMetrics) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    standing: dict[str, dict[str, Any]] = {
        "OPEN": {"next_due_at": soon, "handler": "kim"},
        "LATE": {"is_exhausted": True, "is_breached": True},
        "RESOLVED": {"status": "resolved", "next_due_at": soon},
        "ENDED": {"status": "ended", "next_due_at": None, "is_breached": True},
    }
    for reference, fields in standing.items():
        journal.write(record, Record(snapshot=snapshot(issue_id(reference), 1, **fields), entries=(entry(1),)))
    findings.found(record, "inbox_fails", "inbox_fails", "full", NOON)
    seen = scraped(collector)
    assert {status: seen["escalon_issues", status] for status in ("open", "resolved", "closed", "ended")} == {
        "open": 2, "resolved": 1, "closed": 0, "ended": 1,
    }  # fmt: skip
    assert sum(value for (name, *_), value in seen.items() if name == "escalon_issues_open") == 2
    assert seen["escalon_issues_exhausted",] == seen["escalon_issues_breached",] == 1
    assert seen["escalon_issues_overdue",] == seen["escalon_issues_unacknowledged",] == 1
    assert seen["escalon_findings", "inbox_fails"] == 1


def test_entries_and_messages_are_counted_once(record: Database, collector: RecordMetrics) -> None:
    issue = issue_id()
    sent = [told(1, "inbox", "sent"), told(2, "email", "sent"), told(3, "email", "failed"), told(4, "email", "sent")]
    entries = tuple(entry(number, event) for number, event in enumerate(sent, start=1))
    journal.write(record, Record(snapshot=snapshot(issue, 3), entries=entries[:3]))
    first = scraped(collector)
    assert first["escalon_entries_recorded_total",] == 3
    assert first["escalon_messages_total", "email", "failed"] == first["escalon_messages_total", "inbox", "sent"] == 1
    journal.write(record, Record(snapshot=snapshot(issue, 4), entries=entries))
    for _ in range(2):
        again = scraped(collector)
        assert again["escalon_entries_recorded_total",] == 4
        assert again["escalon_messages_total", "email", "sent"] == 2


def test_what_may_not_be_committed_yet_is_not_counted_yet(record: Database) -> None:
    journal.write(record, Record(snapshot=snapshot(issue_id(), 1), entries=(entry(1),)))
    assert scraped(RecordMetrics(record, timedelta(0)))["escalon_entries_recorded_total",] == 0


def test_the_lag_is_the_worst_of_the_latest(record: Database, collector: RecordMetrics) -> None:
    assert scraped(collector)["escalon_record_lag_seconds",] == 0
    late = entry(1).model_copy(update={"recorded_at": datetime.now(UTC) - timedelta(seconds=90)})
    journal.write(record, Record(snapshot=snapshot(issue_id(), 1), entries=(late,)))
    seen = scraped(collector)
    assert 90 <= seen["escalon_record_lag_seconds",] < 120
    assert seen["escalon_record_last_written_timestamp_seconds",] == pytest.approx(
        datetime.now(UTC).timestamp(), abs=30
    )


def test_a_record_that_is_away_is_said_and_nothing_else(collector: RecordMetrics, tmp_path: object) -> None:
    away = open_database(f"sqlite:///{tmp_path}/nothing.db")
    assert scraped(RecordMetrics(away, timedelta(0))) == {("escalon_record_up",): 0}
    migrate(away)
    assert scraped(RecordMetrics(away, timedelta(0)))["escalon_record_up",] == 1
    away.close()


def test_every_metric_is_documented(record: Database, collector: RecordMetrics) -> None:
    journal.write(record, Record(snapshot=snapshot(issue_id(), 1), entries=(entry(1, told(1, "inbox", "sent")),)))
    findings.found(record, "inbox_fails", "inbox_fails", "full", NOON)
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    names = {name for name, *_ in scraped(collector)}
    assert {name for name in names if f"`{name}" not in text} == set()
