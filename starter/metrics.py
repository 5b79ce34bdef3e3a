"""Prometheus metrics from the record, counted when they are asked for. Temporal's own are on a port of their own.

Totals count from this process's start of counting, which reads the whole record once and then only what is new.
"""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from records import measures, reading
from records.database import Database, RecordBusy

SETTLED_AFTER = timedelta(seconds=15)
"""What was written this long ago is committed: a writer waits ten seconds at most. Totals run so far behind."""
LAG_OVER = timedelta(minutes=5)
"""The record's lag is the worst of the entries written in this span."""
STATUSES = ("open", "resolved", "closed", "ended")

_log = structlog.get_logger(__name__)


class RecordMetrics:
    """A collector for a Prometheus registry."""

    def __init__(self, db: Database, overdue_after: timedelta) -> None:
        self._db = db
        self._overdue_after = overdue_after
        self._lock = threading.Lock()
        self._counted_until: datetime | None = None
        self._entries = 0
        self._messages: dict[tuple[str, str], int] = {}

    def describe(self) -> list[Metric]:
        """Nothing, so that registering reads no record."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything as it is now; where the record is away, only that it is."""
        up = GaugeMetricFamily("escalon_record_up", "Whether the record could be read.")
        try:
            with self._lock:
                found = list(self._read(datetime.now(UTC)))
        except (SQLAlchemyError, RecordBusy, OSError) as error:
            _log.warning("record_not_measured", error=type(error).__name__)
            found = []
        up.add_metric([], 1 if found else 0)
        yield up
        yield from found

    def _read(self, now: datetime) -> Iterator[Metric]:
        yield from self._standing(measures.standing(self._db, now - self._overdue_after))
        lag = reading.lag(self._db, now - LAG_OVER)
        yield _gauge("escalon_record_lag_seconds", "Worst time from decision to record, of the last five minutes.",
                     lag.worst.total_seconds())  # fmt: skip
        if lag.last_written_at is not None:
            yield _gauge("escalon_record_last_written_timestamp_seconds", "When an entry was last written.",
                         lag.last_written_at.timestamp())  # fmt: skip
        self._count(now - SETTLED_AFTER)
        entries = CounterMetricFamily("escalon_entries_recorded", "Entries written to the journal.")
        entries.add_metric([], self._entries)
        yield entries
        messages = CounterMetricFamily(
            "escalon_messages",
            "Messages to people, by channel and outcome: sent, delayed or failed.",
            labels=["channel", "outcome"],
        )
        for (channel, outcome), count in sorted(self._messages.items()):
            messages.add_metric([channel, outcome], count)
        yield messages

    @staticmethod
    def _standing(standing: measures.Standing) -> Iterator[Metric]:
        issues = GaugeMetricFamily("escalon_issues", "Issues by status.", labels=["status"])
        for status in STATUSES:
            issues.add_metric([status], standing.statuses.get(status, 0))
        yield issues
        severities = GaugeMetricFamily("escalon_issues_open", "Open issues by severity.", labels=["severity"])
        for severity, count in sorted(standing.severities.items()):
            severities.add_metric([severity], count)
        yield severities
        for name, text, value in (
            ("exhausted", "Open issues for which nobody above is left: a person must take charge.", standing.exhausted),
            ("overdue", "Issues for which something was due and was not done.", standing.overdue),
            ("breached", "Open issues that missed a limit.", standing.breached),
            ("unacknowledged", "Open issues that nobody has acknowledged.", standing.without_handler),
        ):
            yield _gauge(f"escalon_issues_{name}", text, value)
        findings = GaugeMetricFamily("escalon_findings", "What the watch finds wrong now, by kind.", labels=["kind"])
        for kind, count in sorted(standing.findings.items()):
            findings.add_metric([kind], count)
        yield findings

    def _count(self, until: datetime) -> None:
        if self._counted_until is not None and until <= self._counted_until:
            return
        new = measures.written(self._db, self._counted_until, until)
        self._counted_until = until
        self._entries += new.entries
        for each in new.messages:
            key = (each.channel, each.outcome)
            self._messages[key] = self._messages.get(key, 0) + each.count


def _gauge(name: str, text: str, value: float) -> Metric:
    made = GaugeMetricFamily(name, text)
    made.add_metric([], value)
    return made
