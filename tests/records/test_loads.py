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
        "ann": Load(2, NOON, 1),
        "ben": Load(2, NOON + timedelta(hours=1), 1),
        "cid": Load(0, NOON - timedelta(hours=1)),
    }
    assert found.known == {issues[0], issues[1]}, "on record, with people"
    assert loads.read(db, "other", ["ann"]).loads == {}
    assert loads.read(db, "main", [], []) == loads.Recorded({}, frozenset())


def test_in_hand_is_what_somebody_works_on_here_and_beside_the_ladder_and_what_asks_them_alone(db: Database) -> None:
    cases = (
        ("A", {"asked": ("ann",), "handler": None}),
        ("B", {"asked": ("ann", "ben"), "handler": None}),
        ("C", {"asked": ("cid",), "handler": "ann", "helpers": (("ben", "network-1"), ("ben", "fraud-2"))}),
        ("D", {"asked": ("cid",), "handler": "cid", "status": "resolved", "helpers": (("ben", "network-1"),)}),
    )
    for name, fields in cases:
        journal.write(db, record(issue_id(name), 1, 1, **fields))
    of_c = str(issue_id("C"))
    found = loads.read(db, "main", ["ann", "ben", "cid"], [f"{of_c}#network-1", f"{of_c}#network-9", of_c])
    assert {person: load.working for person, load in found.loads.items()} == {"ann": 2, "ben": 2, "cid": 0}
    assert found.known == {of_c, f"{of_c}#network-1"}
    journal.write(db, record(issue_id("C"), 2, 2, asked=("cid",), handler="ann", helpers=(("ben", "fraud-2"),)))
    assert loads.read(db, "main", ["ben"]).loads["ben"].working == 1
