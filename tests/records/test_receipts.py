"""What the other side says later of a message that it took: found by its name for it, noted once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from escalation.issue.identity import IssueId
from records import deliveries
from records.database import Database
from records.deliveries import Delivery
from tests.migrated import migrated

AT = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)
ISSUE = IssueId(source="desk", reference="REF-1")


@pytest.fixture
def db(tmp_path: Path) -> Any:
    """A record."""
    db = migrated(f"sqlite:///{tmp_path}/record.db")
    yield db
    db.close()


def attempt(number: int = 1, **changed: Any) -> Delivery:
    """A text message to Kim that Twilio has taken."""
    facts: dict[str, Any] = {
        "message": f"{ISSUE}/{number}/kim/sms",
        "attempt": 1,
        "issue": ISSUE,
        "person": "kim",
        "channel": "sms",
        "about": "asked",
        "state": "sent",
        "at": AT + timedelta(seconds=number),
        "reference": f"SM{number}",
        **changed,
    }
    return Delivery(**facts)


def test_an_attempt_is_found_by_what_the_other_side_calls_it(db: Database) -> None:
    mine = attempt()
    deliveries.write(db, [mine, attempt(2), attempt(3, channel="slack", reference="SM1")])
    assert deliveries.of_reference(db, ("sms", "voice"), "SM1", AT) == mine
    assert deliveries.of_reference(db, ("voice",), "SM1", AT) is None
    assert deliveries.of_reference(db, ("sms",), "SM1", AT + timedelta(seconds=2)) is None
    assert deliveries.of_reference(db, ("sms",), "SM9", AT) is None


@pytest.mark.parametrize("state", ["queued", "sent", "unknown", "failed_for_now"])
def test_a_receipt_ends_what_is_open(db: Database, state: str) -> None:
    row = attempt(state=state)
    other = attempt(2)
    deliveries.write(db, [row, other])
    assert deliveries.take_receipt(db, row, "failed_for_good", "Twilio says failed")
    found = deliveries.of_issue(db, ISSUE)
    assert [(each.state, each.error) for each in found] == [("failed_for_good", "Twilio says failed"), ("sent", None)]


@pytest.mark.parametrize("state", ["delivered", "failed_for_good"])
def test_what_has_ended_stands(db: Database, state: str) -> None:
    row = attempt(state=state)
    deliveries.write(db, [row])
    assert not deliveries.take_receipt(db, row, "delivered", None)
    assert [each.state for each in deliveries.of_issue(db, ISSUE)] == [state]


def test_what_the_worker_writes_late_does_not_undo_a_receipt(db: Database) -> None:
    row = attempt()
    deliveries.write(db, [row])
    deliveries.take_receipt(db, row, "delivered", None)
    deliveries.write(db, [row])
    assert [each.state for each in deliveries.of_issue(db, ISSUE)] == ["delivered"]


def test_what_somebody_was_told_lately_is_the_latest_first_and_theirs_alone(db: Database) -> None:
    told = [attempt(1), attempt(2, state="delivered"), attempt(3, state="unknown")]
    others = [
        attempt(4, person="lee"),
        attempt(5, channel="voice"),
        attempt(6, state="failed_for_good"),
        attempt(7, issue=ISSUE.model_copy(update={"org": "other"})),
        attempt(8, at=AT - timedelta(seconds=1)),
    ]
    deliveries.write(db, [*told, *others])
    assert deliveries.told_since(db, "main", "kim", "sms", AT) == told[::-1]


def test_what_lies_there_can_still_be_read_and_no_more(db: Database) -> None:
    row = attempt(state="delivered")
    deliveries.write(db, [row])
    assert not deliveries.take_receipt(db, row, "failed_for_good", "Twilio says failed")
    assert deliveries.take_receipt(db, row, "read", None)
    assert not deliveries.take_receipt(db, row, "delivered", None)
    assert [each.state for each in deliveries.of_issue(db, ISSUE)] == ["read"]
