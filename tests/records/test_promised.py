"""Promises of senders: made, settled, and found when they are old."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from records import promised
from records.database import Database, RecordBusy
from records.promised import Promise
from tests.records.samples import NOON, issue_id

MINUTE = timedelta(minutes=1)


def test_a_promise_that_is_settled_is_not_found(db: Database) -> None:
    promised.promise(db, issue_id(), "ack-1", NOON)
    promised.promise(db, issue_id("REF-2"), "ack-1", NOON)
    promised.settle(db, str(issue_id()), "ack-1")
    assert promised.unkept(db, NOON + MINUTE, 10) == [Promise(issue=str(issue_id("REF-2")), command="ack-1")]


def test_the_oldest_are_found_first_and_new_ones_not_at_all(db: Database) -> None:
    for minute in (3, 1, 2, 9):
        promised.promise(db, issue_id(), f"at-{minute}", NOON + minute * MINUTE)
    found = promised.unkept(db, NOON + 9 * MINUTE, 2)
    assert [each.command for each in found] == ["at-1", "at-2"]


def test_the_same_promise_again_keeps_its_first_instant(db: Database) -> None:
    promised.promise(db, issue_id(), "ack-1", NOON)
    promised.promise(db, issue_id(), "ack-1", NOON + 9 * MINUTE)
    assert len(promised.unkept(db, NOON + MINUTE, 10)) == 1


def test_to_settle_what_was_never_promised_does_nothing(db: Database) -> None:
    promised.settle(db, str(issue_id()), "ack-1")
    assert promised.unkept(db, NOON + MINUTE, 10) == []


@pytest.mark.parametrize("blank_url", ["sqlite"], indirect=True)
def test_who_is_in_a_hurry_waits_no_longer_than_he_says(db: Database, another: Callable[[], Database]) -> None:
    other = another()
    with other.writing(), pytest.raises(RecordBusy, match=r"kept by another process for 0\.1 s"):
        promised.promise(db, issue_id(), "ack-1", NOON, within_s=0.1)
    promised.promise(db, issue_id(), "ack-1", NOON)
