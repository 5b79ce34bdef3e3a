"""Where a watch is tried out: a home folder of its own, the shipped people, short patience, and the watch itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from client.settings import SHIPPED, Settings
from escalation.issue.commands import Open
from escalation.issue.identity import IssueId
from records import findings
from records.database import Database
from records.findings import Finding
from selfwatch.rounds import Look
from selfwatch.watch import Report, Watch
from tests.given import minutes, opened, policy, tier

PEOPLE = """
operator: olga
teams: {main: {duty_lead: lee}}
people:
  ann: {name: Sample One, role: first, teams: [main], addresses: {inbox: ann}}
  lee: {name: Sample Lead, role: second, teams: [main], addresses: {inbox: lee}}
  olga:
    name: Sample Operator
    role: operator
    teams: [main]
    addresses: {inbox: olga, email: olga@example.org}
    zone: Europe/Dublin
"""
_ROLES = {
    "front_line_agent": "first",
    "team_lead": "second",
    "department_manager": "operator",
    "senior_manager": "operator",
}
SOON = minutes(1 / 60)
"""One second: the first deadline of the issues here."""


@dataclass
class Stand:
    """One installation to watch."""

    settings: Settings
    db: Database

    def watch(self, checks: Mapping[str, Look] | None = None, **settings: Any) -> Watch:
        """A watch over it, as one that has just been started."""
        return Watch(self.settings.model_copy(update=settings), self.db, checks)

    def findings(self, *, open_only: bool = True) -> list[Finding]:
        """What is on record, newest first."""
        return findings.read(self.db, open_only=open_only)

    def kinds(self) -> set[str]:
        """The kinds of the findings that are open on record."""
        return {each.what for each in self.findings()}


def people(home: Path) -> Path:
    """The directory's file."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "people.yaml"
    file.write_text(PEOPLE)
    return file


def policies(home: Path) -> Path:
    """A folder with one policy, which these people fit."""
    folder = home / "policies"
    folder.mkdir(exist_ok=True)
    text = (SHIPPED / "samples" / "quick-climb.yaml").read_text()
    for shipped, here in _ROLES.items():
        text = re.sub(rf"\b{shipped}\b", here, text)
    (folder / "small.yaml").write_text(text)
    return folder


def open_keys(report: Report) -> set[str]:
    """The keys of everything that a round left open."""
    return {each.found.key for each in report.open}


def quick_issue(reference: str, **more: Any) -> Open:
    """An issue whose first tier has one second to acknowledge, and whose second has an hour."""
    now = datetime.now(UTC)
    ladder = policy(tier("first", acknowledge=1 / 60, work=None), tier("second", acknowledge=60, work=None))
    issue = {"id": IssueId(source="desk", reference=reference), "opened_at": now, "received_at": now}
    return opened(ladder, id=f"open-{reference}", issue=issue, **more)


def later(days: float = 0, seconds: float = 0) -> datetime:
    """So long after now."""
    return datetime.now(UTC) + timedelta(days=days, seconds=seconds)
