"""A small directory, and lists of people to take into it: everybody is a sample."""

import json
from datetime import UTC, datetime
from typing import Any

from escalation.people.from_scim import ENTERPRISE, LIST_RESPONSE, USER
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, PolicyError
from escalation.policy.read_directory import read_directory

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BASE = read_directory(
    """\
operator: kim
teams: { main: { duty_lead: kim }, first-line: { duty_lead: lee } }
people:
  kim:
    name: Sample Kim
    role: lead
    teams: [main]
    addresses: { inbox: kim, email: kim@example.org, slack: U0123456789 }
    limit: { EUR: 100 }
    deputy: lee
    manager: lee
    department: Support
  lee:
    name: Sample Lee
    role: lead
    addresses: { inbox: lee, sms: "+35315550101" }
    absences: [{ from: 2026-12-21, until: 2026-12-24 }]
  max:
    name: Sample Max
    role: agent
    left_at: 2026-01-31
    addresses: { inbox: max }
""",
    "people.yaml",
)


def user(name: str, /, **more: Any) -> dict[str, Any]:
    """A user of an export, with these attributes."""
    return {"schemas": [USER], "id": f"id-{name}", "userName": name, "displayName": f"Sample {name}", **more}


def employed(name: str, /, **more: Any) -> dict[str, Any]:
    """A user with the enterprise extension."""
    return {**user(name), ENTERPRISE: more}


def export(*users: Any, **more: Any) -> str:
    """An export of these users."""
    whole = {"schemas": [LIST_RESPONSE], "totalResults": len(users), "Resources": list(users), **more}
    return json.dumps(whole)


def errors(findings: Findings) -> list[str]:
    """What is refused, in words."""
    return [str(each) for each in findings.in_order() if each.level == "error"]


def warnings(findings: Findings) -> list[PolicyError]:
    """What is told and no more."""
    return [each for each in findings.in_order() if each.level == "warning"]


def persons(directory: Directory) -> list[str]:
    """Everybody's id, in order."""
    return [person.id for person in directory.people]
