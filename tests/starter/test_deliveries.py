"""`escalon deliveries`: what became of every attempt, for people and for programs."""

from datetime import timedelta

import pytest

from escalation.issue.standing import record as written
from records import deliveries, journal
from records.database import Database
from records.deliveries import Delivery
from tests.given import T0, Played
from tests.starter.command_line import CommandLine

PLAYED = Played()
ISSUE = PLAYED.state.facts.id


@pytest.fixture(autouse=True)
def _deliveries(record: Database) -> None:
    """A record with one issue, of which two messages were tried."""
    journal.write(record, written(PLAYED.state, tuple(PLAYED.entries)))
    mail = Delivery(
        message=f"{ISSUE}/3/ann/email", attempt=1, issue=ISSUE, person="ann", channel="email", about="asked",
        state="failed_for_now", at=T0, error="while connecting: refused", next_try_at=T0 + timedelta(seconds=1),
    )  # fmt: skip
    again = {"attempt": 2, "state": "sent", "error": None, "next_try_at": None, "at": T0 + timedelta(seconds=1)}
    laid_in = {"message": f"{ISSUE}/3/ann/inbox", "channel": "inbox", "state": "delivered", "error": None}
    deliveries.write(record, [mail, mail.model_copy(update=again), mail.model_copy(update=laid_in)])


def test_each_attempt_is_a_row(escalon: CommandLine) -> None:
    said = escalon("deliveries", "desk:REF-1")
    assert said.code == 0
    rows = [line.split() for line in said.out.splitlines()]
    assert [row[-3:] for row in rows if "sent" in row] == [["asked", "2", "sent"]]
    assert any(
        "failed for now" in line and "while connecting: refused; again" in line for line in said.out.splitlines()
    )
    assert sum("ann" in row for row in rows) == 3


def test_for_programs_it_is_one_json_value(escalon: CommandLine) -> None:
    rows = escalon("deliveries", "desk:REF-1", "--json").json
    assert [(row["channel"], row["attempt"], row["state"]) for row in rows] == [
        ("email", 1, "failed_for_now"),
        ("email", 2, "sent"),
        ("inbox", 1, "delivered"),
    ]


def test_an_issue_that_is_not_there_is_named(escalon: CommandLine) -> None:
    said = escalon("deliveries", "desk:REF-9")
    assert said.code == 1
    assert "REF-9" in said.err
