"""The record in figures, for dashboards and alerts: how issues stand, what was written, which messages left.

Whoever shows them says what they are called (`starter/metrics.py`).
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, case, func, select

from escalation.value import Value
from records import tables
from records.database import Database


class Standing(Value):
    """How many issues stand how."""

    statuses: dict[str, int]
    """Issues by status, as far as there are any."""
    severities: dict[str, int]
    """Open issues by severity, as far as there are any."""
    exhausted: int
    """Open, and nobody above is left to be asked: they wait for a person to take charge."""
    breached: int
    """Open, with a limit that was missed."""
    without_handler: int
    """Open, and nobody has acknowledged."""
    overdue: int
    """Not ended, and something that was due has not been done."""
    findings: dict[str, int]
    """What the watch finds wrong at this time, by kind."""


class Messages(Value):
    """Messages by one channel that ended one way: `sent` or `failed`."""

    channel: str
    outcome: str
    count: int


class Written(Value):
    """What was written in a span of time."""

    entries: int
    messages: tuple[Messages, ...]


def standing(db: Database, overdue_at: datetime) -> Standing:
    """How issues stand now; overdue is what was due before `overdue_at`."""
    table, finding = tables.issues, tables.findings
    is_open = table.c.status == "open"
    late = and_(table.c.status != "ended", table.c.next_due_at < overdue_at)
    counted = select(
        func.sum(case((and_(is_open, table.c.is_exhausted), 1), else_=0)),
        func.sum(case((and_(is_open, table.c.is_breached), 1), else_=0)),
        func.sum(case((and_(is_open, table.c.handler.is_(None)), 1), else_=0)),
        func.sum(case((late, 1), else_=0)),
    ).where(table.c.status != "ended")
    with db.reading() as connection:
        by_status = connection.execute(select(table.c.status, func.count()).group_by(table.c.status)).all()
        by_severity = connection.execute(
            select(table.c.severity, func.count()).where(is_open).group_by(table.c.severity)
        ).all()
        exhausted, breached, without_handler, overdue = connection.execute(counted).one()
        there = select(finding.c.what, func.count()).where(finding.c.ended_at.is_(None)).group_by(finding.c.what)
        found = connection.execute(there).all()
    return Standing(
        statuses=dict(by_status),
        severities=dict(by_severity),
        exhausted=exhausted or 0,
        breached=breached or 0,
        without_handler=without_handler or 0,
        overdue=overdue or 0,
        findings=dict(found),
    )


def written(db: Database, after: datetime | None, until: datetime) -> Written:
    """What was written after one instant (None: ever) and until another, that one included."""
    table = tables.entries
    span = table.c.written_at <= until
    if after is not None:
        span = and_(span, table.c.written_at > after)
    channel, outcome = table.c.event["channel"].as_string(), table.c.event["outcome"].as_string()
    told = select(channel, outcome, func.count()).where(span, table.c.kind == "told").group_by(channel, outcome)
    with db.reading() as connection:
        entries = connection.scalar(select(func.count()).where(span).select_from(table)) or 0
        messages = connection.execute(told).all()
    return Written(
        entries=entries,
        messages=tuple(Messages(channel=way, outcome=how, count=count) for way, how, count in messages),
    )


def on_record(db: Database, issues: Iterable[str]) -> set[str]:
    """Those of these issues, by their full ids, that the record knows."""
    table = tables.issues
    with db.reading() as connection:
        return set(connection.scalars(select(table.c.issue).where(table.c.issue.in_(list(issues)))))
