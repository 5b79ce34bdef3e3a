"""What people have to do, by the record."""

from datetime import timedelta

from escalation.issue.routing import Load
from records import journal, loads
from records.database import Database
from tests.records.samples import NOON, issue_id, record


def test_an_open_issue_counts_for_who_works_on_it_else_for_everybody_it_asks(db: Database) -> None:
    cases = (
        ("A", {"asked": ("ann", "ben"), "handler": None}),
        ("B", {"asked": ("ann", "ben"), "handler": "ann"}),
        ("C", {"asked": ("cid",), "handler": "ben", "opened_at": NOON + timedelta(hours=1)}),
        ("D", {"asked": ("cid",), "handler": None, "status": "closed", "opened_at": NOON - timedelta(hours=1)}),
        ("E", {"asked": (), "handler": None}),
    )
    for name, fields in cases:
        journal.write(db, record(issue_id(name), 1, 1, **fields))
    issues = [str(issue_id(name)) for name in "ADEX"]
    found = loads.read(db, "main", ["ann", "ben", "cid", "dot"], issues)
    assert found.loads == {
        "ann": Load(2, NOON),
        "ben": Load(2, NOON + timedelta(hours=1)),
        "cid": Load(0, NOON - timedelta(hours=1)),
    }
    assert found.known == {issues[0], issues[1]}, "on record, with people"
    assert loads.read(db, "other", ["ann"]).loads == {}
    assert loads.read(db, "main", [], []) == loads.Recorded({}, frozenset())
