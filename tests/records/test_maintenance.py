"""Maintenance windows on record: set once, ended once, and who fell into which."""

from datetime import UTC, datetime, timedelta

import pytest

from escalation.maintenance.window import Window
from records import maintenance
from records.database import Database
from records.maintenance import WindowTaken

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def window(name: str = "mw-1", begins_at: datetime = NOW, **more: object) -> Window:
    given = {"id": name, "mode": "hold", "begins_at": begins_at, "until": begins_at + HOUR, "through": ("S1",)}
    return Window.model_validate({**given, "by": "lee", "why": "the database moves", "set_at": NOW, **more})


def test_what_was_set_is_found_as_it_was_set(db: Database) -> None:
    assert maintenance.add(db, window(), "main")
    assert maintenance.find(db, "mw-1") == window()
    assert maintenance.find(db, "mw-2") is None


def test_the_same_again_is_the_same_and_another_is_refused(db: Database) -> None:
    maintenance.add(db, window(), "main")
    assert not maintenance.add(db, window(until=NOW + 2 * HOUR, set_at=NOW + HOUR), "main")
    assert maintenance.find(db, "mw-1") == window()
    with pytest.raises(WindowTaken):
        maintenance.add(db, window(why="something else"), "main")


def test_those_in_force_at_an_instant(db: Database) -> None:
    for name, begins_at in (("now", NOW), ("later", NOW + HOUR), ("before", NOW - HOUR), ("ended", NOW)):
        maintenance.add(db, window(name, begins_at), "main")
    maintenance.end(db, "ended", "olga", "done", NOW)
    assert [each.id for each in maintenance.on_at(db, NOW)] == ["now"]
    assert [each.id for each in maintenance.every(db, NOW)] == ["later", "now"]
    assert [each.id for each in maintenance.every(db)] == ["later", "ended", "now", "before"]


def test_it_is_ended_once(db: Database) -> None:
    maintenance.add(db, window(), "main")
    maintenance.end(db, "mw-1", "olga", "done", NOW + HOUR / 2)
    maintenance.end(db, "mw-1", "lee", "again", NOW + HOUR)
    kept = maintenance.find(db, "mw-1")
    assert kept is not None
    assert (kept.ended_at, kept.ended_by, kept.ended_why) == (NOW + HOUR / 2, "olga", "done")


def test_who_falls_into_it_once_each_and_nobody_after_its_end(db: Database) -> None:
    maintenance.add(db, window(), "main")
    for issue in ("a", "b", "a"):
        assert maintenance.enter(db, "mw-1", issue, "main", NOW, 1)
    maintenance.end(db, "mw-1", "olga", "done", NOW)
    assert not maintenance.enter(db, "mw-1", "c", "main", NOW, 1)
    assert maintenance.entered(db, "mw-1") == ["a", "b"]
