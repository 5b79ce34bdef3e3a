"""Reading the record: lists, one issue, its timeline, what is overdue, how far the record lags.

Reading never waits for a writer. Writing: `journal.py`. Inbox, security log and findings are read where they are
written.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, Select, Table, and_, bindparam, func, or_, select

from escalation.issue.effects import Snapshot
from escalation.issue.events import Entry
from escalation.issue.facts import Party
from escalation.issue.identity import IssueId
from escalation.storm.digest import Standing
from escalation.value import Value
from records import tables
from records.database import Database
from records.filters import ListFilters
from records.journal import read_entry

MOST_AT_ONCE = 1000
_LATEST = select(func.max(tables.issues.c.occurrence)).where(tables.issues.c.series == bindparam("series"))
"""Made once: it is asked for by every opening."""


class IssueRow(Snapshot):
    """Where an issue stands, as the record has it."""

    written_at: AwareDatetime
    """When this row was last written."""


class Lag(Value):
    """How far the record runs behind what is decided."""

    entries: int
    """How many entries were looked at."""
    worst: timedelta
    """The longest time between an entry's decision and its being written; zero without entries."""
    worst_issue: str | None
    last_written_at: AwareDatetime | None
    """When anything was last written, whenever that was."""


def list_issues(
    db: Database, filters: ListFilters | None = None, limit: int = 100, after: IssueId | None = None
) -> list[IssueRow]:
    """Issues, the one opened last first. For the next page, `after` is the last issue of the page before.

    Raises ValueError where `limit` is not within 1 and 1000, or the record does not know `after`.
    """
    if not 1 <= limit <= MOST_AT_ONCE:
        raise ValueError(f"limit is {limit}; allowed: 1 to {MOST_AT_ONCE}")
    table = tables.issues
    wanted = select(table).where(*(filters or ListFilters()).conditions())
    with db.reading() as connection:
        if after is not None:
            opened_at = connection.scalar(select(table.c.opened_at).where(table.c.issue == str(after)))
            if opened_at is None:
                raise ValueError(f"the list cannot go on after {after.short}: the record knows no such issue")
            same_time = and_(table.c.opened_at == opened_at, table.c.issue < str(after))
            wanted = wanted.where(or_(table.c.opened_at < opened_at, same_time))
        return _rows(connection, wanted.order_by(table.c.opened_at.desc(), table.c.issue.desc()).limit(limit))


def issue(db: Database, wanted: IssueId) -> IssueRow | None:
    """The issue, or None where the record does not know it."""
    with db.reading() as connection:
        found = _rows(connection, select(tables.issues).where(tables.issues.c.issue == str(wanted)))
    return found[0] if found else None


def latest_occurrence(db: Database, series: str) -> int:
    """The highest occurrence on record of `IssueId.series`; 0 where there is none."""
    with db.reading() as connection:
        return connection.scalar(_LATEST, {"series": series}) or 0


def timeline(db: Database, wanted: IssueId) -> list[Entry]:
    """All entries of the issue, in order."""
    table = tables.entries
    in_order = select(table).where(table.c.issue == str(wanted)).order_by(table.c.number)
    with db.reading() as connection:
        return [read_entry(row) for row in connection.execute(in_order).mappings()]


def ask_of(db: Database, message: str) -> str | None:
    """What was put to somebody, of which the message of this id tells; None: it tells of nothing such."""
    issue, _, rest = message.partition("/")
    number = rest.partition("/")[0]
    if not number.isascii() or not number.isdigit():
        return None
    table = tables.entries
    wanted = select(table.c.event).where(table.c.issue == issue, table.c.number == int(number))
    with db.reading() as connection:
        event = connection.scalar(wanted)
    found = event.get("ask") if isinstance(event, dict) else None
    return found if isinstance(found, str) else None


def overdue(db: Database, now: datetime, grace: timedelta) -> list[IssueRow]:
    """Issues that have not ended, for which something was due more than `grace` before `now`; the longest first."""
    table = tables.issues
    late = select(table).where(table.c.status != "ended", table.c.next_due_at < now - grace)
    with db.reading() as connection:
        return _rows(connection, late.order_by(table.c.next_due_at, table.c.issue).limit(MOST_AT_ONCE))


def standing_of(db: Database, issues: Sequence[str]) -> dict[str, Standing]:
    """Where these issues stand, by id; without those that are not on record."""
    table = tables.issues
    found: dict[str, Standing] = {}
    with db.reading() as connection:
        for place in range(0, len(issues), MOST_AT_ONCE):
            some = list(issues[place : place + MOST_AT_ONCE])
            wanted = select(table.c.issue, table.c.status, table.c.handler).where(table.c.issue.in_(some))
            asked = _hanging(connection, tables.asked, some)
            for issue, status, handler in connection.execute(wanted).all():
                people = {row["person"] for row in asked.get(issue, ())}
                found[issue] = Standing(is_open=status == "open", is_taken=handler in people)
    return found


def lag(db: Database, since: datetime) -> Lag:
    """How late the entries written since then were; not those of messages that left, which may wait."""
    table = tables.entries
    written = select(table.c.issue, table.c.recorded_at, table.c.written_at)
    written = written.where(table.c.written_at >= since, table.c.kind != "told")
    with db.reading() as connection:
        rows = connection.execute(written).all()
        last = connection.scalar(select(func.max(table.c.written_at)))
    worst, worst_issue = timedelta(0), None
    for name, recorded_at, written_at in rows:
        if written_at - recorded_at > worst:
            worst, worst_issue = written_at - recorded_at, name
    return Lag(entries=len(rows), worst=worst, worst_issue=worst_issue, last_written_at=last)


def _rows(connection: Connection, wanted: Select[tuple[object, ...]]) -> list[IssueRow]:
    found = connection.execute(wanted).mappings().all()
    names = [row["issue"] for row in found]
    hanging = (tables.asked, tables.helpers, tables.parties, tables.links)
    asked, helpers, parties, links = (_hanging(connection, each, names) for each in hanging)
    return [
        _row(
            row,
            asked=[each["person"] for each in asked.get(row["issue"], ())],
            helpers=[(each["person"], each["ask"]) for each in helpers.get(row["issue"], ())],
            parties=[{name: each[name] for name in Party.model_fields} for each in parties.get(row["issue"], ())],
            links=[{"kind": each["kind"], "issue": each["other"]} for each in links.get(row["issue"], ())],
        )
        for row in found
    ]


def _hanging(connection: Connection, table: Table, names: Iterable[str]) -> dict[str, list[RowMapping]]:
    """The rows of a table that has several for each issue, by issue, in their order."""
    wanted = select(table).where(table.c.issue.in_(list(names))).order_by(table.c.issue, table.c.place)
    rows: dict[str, list[RowMapping]] = {}
    for row in connection.execute(wanted).mappings():
        rows.setdefault(row["issue"], []).append(row)
    return rows


def _row(row: RowMapping, **hanging: object) -> IssueRow:
    parts = ("org", "legal_entity", "team", "source", "reference", "occurrence")
    return IssueRow.model_validate({**row, "issue": {part: row[part] for part in parts}, **hanging})
