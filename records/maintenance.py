"""Maintenance windows on record: set once, ended once, never changed and never deleted; and who fell into which."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from escalation.issue.identity import DEFAULT
from escalation.maintenance.window import Window
from records import tables
from records.columns import storable
from records.database import Database

_WINDOWS, _ISSUES = tables.maintenance_windows, tables.maintenance_issues
_ABOUT = "maintenance"


class WindowTaken(Exception):
    """There is another window of this id."""


def add(db: Database, window: Window, org: str) -> bool:
    """Set a window; False where the very same one was set before. Raises WindowTaken where its id is another's."""
    row = {**_whose(org), **window.model_dump()}
    with db.writing(_ABOUT) as connection:
        known = connection.execute(select(_WINDOWS).where(_WINDOWS.c.id == window.id)).mappings().first()
        if known is None:
            connection.execute(insert(_WINDOWS).values(storable(row)))
            return True
    if _as_set(_window(known)) != _as_set(window):
        raise WindowTaken(window.id)
    return False


def on_at(db: Database, at: datetime) -> list[Window]:
    """Those in force at that instant: one look by an index, at every opening of an issue."""
    with db.reading() as connection:
        chosen = select(_WINDOWS).where(
            _WINDOWS.c.until > at, _WINDOWS.c.begins_at <= at, _WINDOWS.c.ended_at.is_(None)
        )
        return [_window(row) for row in connection.execute(chosen).mappings()]


def every(db: Database, until_after: datetime | None = None) -> list[Window]:
    """All windows, the one that begins last first; with an instant, only those that are not over by then."""
    chosen = select(_WINDOWS).order_by(_WINDOWS.c.begins_at.desc(), _WINDOWS.c.id)
    if until_after is not None:
        chosen = chosen.where(_WINDOWS.c.until > until_after, _WINDOWS.c.ended_at.is_(None))
    with db.reading() as connection:
        return [_window(row) for row in connection.execute(chosen).mappings()]


def find(db: Database, window: str) -> Window | None:
    """The window of this id."""
    with db.reading() as connection:
        row = connection.execute(select(_WINDOWS).where(_WINDOWS.c.id == window)).mappings().first()
    return None if row is None else _window(row)


def end(db: Database, window: str, by: str, why: str, at: datetime) -> None:
    """End it before its time; one that was ended stays as it was."""
    ended = {"ended_at": at, "ended_by": by, "ended_why": why}
    with db.writing(_ABOUT) as connection:
        connection.execute(update(_WINDOWS).where(_WINDOWS.c.id == window, _WINDOWS.c.ended_at.is_(None)).values(ended))


def enter(db: Database, window: str, issue: str, org: str, at: datetime, within_s: float) -> bool:
    """Note that an issue falls into the window, so that its early end reaches it; False where it has ended by now.

    Raises RecordBusy where others keep the record for longer than this.
    """
    with db.writing(_ABOUT, within_s) as connection:
        is_on = connection.execute(select(_WINDOWS.c.id).where(_WINDOWS.c.id == window, _WINDOWS.c.ended_at.is_(None)))
        if is_on.first() is None:
            return False
        known = connection.execute(select(_ISSUES.c.at).where(_ISSUES.c.window == window, _ISSUES.c.issue == issue))
        if known.first() is None:
            row = {**_whose(org), "window": window, "issue": issue, "at": at}
            connection.execute(insert(_ISSUES).values(row))
    return True


def entered(db: Database, window: str) -> list[str]:
    """The issues that fell into it, by full id, in the order in which they did."""
    chosen = select(_ISSUES.c.issue).where(_ISSUES.c.window == window).order_by(_ISSUES.c.at, _ISSUES.c.issue)
    with db.reading() as connection:
        return list(connection.scalars(chosen))


def _whose(org: str) -> dict[str, str]:
    return {"org": org, "legal_entity": DEFAULT, "team": DEFAULT}


def _window(row: Any) -> Window:
    return Window.model_validate(dict(row))


def _as_set(window: Window) -> dict[str, Any]:
    """What was asked for: the instant of setting it differs from call to call, and so does `now`."""
    return window.model_dump(exclude={"set_at", "begins_at", "until", "ended_at", "ended_by", "ended_why"})
