"""What is handed over to somebody, by the record."""

from datetime import timedelta
from typing import Any

from escalation.issue.effects import Record
from escalation.issue.events import Accepted, Declined, OfferWithdrawn, Reassigned, ShiftsSeen
from records import journal
from records.database import Database
from records.hand_overs import followed, handed_over_to
from tests.given import person
from tests.records.samples import NOON, entry, issue_id, snapshot

LONG_AGO = NOON - timedelta(days=3000)
ENDS = NOON + timedelta(hours=2)


def offered(to: str, **more: Any) -> Reassigned:
    """Handed over since the shift of ann ends."""
    return Reassigned(to=person(to), **{"leaving": {"ann": ENDS}, "accept_due_at": NOON, **more})


def test_what_stands_is_what_is_put_to_them_and_was_neither_answered_nor_withdrawn(db: Database) -> None:
    gone = Declined(person="cat", tier="first", was_offered=False, left=1)
    cases = {
        "stands": (offered("cat"), offered("ben")),
        "declined-by-another": (offered("ben"), gone),
        "sooner": (offered("ben", leaving={"kim": NOON}),),
        "another-s": (offered("ben"), offered("cat")),
        "by-hand": (offered("ben", leaving={}),),
        "accepted": (offered("ben"), Accepted(person="ben", owner_before="ray", is_handler=True)),
        "declined": (offered("ben"), gone.changed({"person": "ben", "was_offered": True})),
        "withdrawn": (offered("ben"), OfferWithdrawn(to="ben")),
    }
    for name, events in cases.items():
        entries = tuple(entry(number, event) for number, event in enumerate(events, 1))
        journal.write(db, Record(snapshot=snapshot(issue_id(name), len(entries)), entries=entries))
    closed = issue_id("closed")
    journal.write(db, Record(snapshot=snapshot(closed, 1, status="closed"), entries=(entry(1, offered("ben")),)))
    found = handed_over_to(db, "main", "ben", LONG_AGO)
    assert [each.issue for each in found] == [
        str(issue_id(name)) for name in ("sooner", "declined-by-another", "stands")
    ]
    assert (found[2].leaving, found[2].accept_due_at, found[2].severity) == ({"ann": ENDS}, NOON, "S2")
    assert handed_over_to(db, "other", "ben", LONG_AGO) == []
    assert handed_over_to(db, "main", "ben", found[0].leaving["kim"] + timedelta(days=3000)) == []


def test_followed_are_open_issues_of_which_it_is_known_until_when_whose_duty_lasts(db: Database) -> None:
    seen = ShiftsSeen(look_at=NOON)
    cases: dict[str, tuple[object, dict[str, object]]] = {
        "a": (seen, {"handler": "ann", "owner": "ray"}),
        "b": (seen, {"handler": None, "owner": "ray"}),
        "c": (seen, {"handler": "ann", "owner": "ray", "status": "closed"}),
        "d": (None, {"handler": "ann", "owner": "ray"}),
    }
    for name, (event, fields) in cases.items():
        entries = (entry(1, event),)
        journal.write(db, Record(snapshot=snapshot(issue_id(name), 1, **fields), entries=entries))
    found = followed(db, "main")
    assert [(each.issue, each.people) for each in found] == [
        (str(issue_id("a")), ("ann", "ray")),
        (str(issue_id("b")), ("ray",)),
    ]
    assert followed(db, "other") == []
