"""What the tests of the errands start from: three sample people, a record, and what the rules ask for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.live_directory import LiveDirectory
from escalation.issue.effects import Notify
from escalation.issue.facts import PersonFacts
from escalation.issue.identity import IssueId
from records.database import Database
from tests.migrated import migrated

AT = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)
PEOPLE = """
operator: lee
teams: {main: {duty_lead: lee}, cards: {duty_lead: lee}}
people:
  ann: {name: Sample One, role: first, teams: [main], addresses: {email: ann@example.org, inbox: ann}}
  ben: {name: Sample Two, role: first, teams: [cards], addresses: {memory: ben, pagerduty: P1, email: ben@example.org}}
  lee: {name: Sample Lead, role: lead, teams: [main], zone: Europe/Bucharest, addresses: {memory: "lee's", inbox: lee}}
"""


@pytest.fixture
def people_file(tmp_path: Path) -> Path:
    """The directory's file."""
    path = tmp_path / "people.yaml"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


@pytest.fixture
def directory(people_file: Path) -> LiveDirectory:
    """The live directory over it."""
    return LiveDirectory(people_file)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An open record with its tables."""
    database = migrated(f"sqlite:///{tmp_path}/record.db")
    yield database
    database.close()


def notify(person: str = "lee", channel: str = "memory", **changed: Any) -> Notify:
    """Tell this person by this channel that they are asked."""
    issue = IssueId(source="desk", reference="REF-1")
    facts: dict[str, Any] = {
        "key": f"{issue}/7/{person}/{channel}",
        "issue": issue,
        "issue_kind": "support",
        "issue_class": "normal",
        "title": "Card payments fail",
        "title_ref": None,
        "description": None,
        "person": PersonFacts(id=person, role="lead", channels=(channel,)),
        "channel": channel,
        "about": "asked",
        "severity": "S2",
        "severity_means": "money blocked or at risk",
        "priority": 2,
        "opened_at": AT - timedelta(minutes=15),
        "received_at": AT - timedelta(minutes=25),
        "at": AT,
        "tier": "lead",
        "tier_title": "Team lead",
        "until": AT + timedelta(minutes=30),
        "asked_of_you": "Acknowledge, or move it up.",
        "commands": ("acknowledge",),
        "owner": "ann",
        "otherwise": "If nobody does anything: the next tier is asked.",
        **changed,
    }
    return Notify(**facts)
