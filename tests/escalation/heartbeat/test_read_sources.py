"""`heartbeats.yaml`: what may stand in it, and how what may not is said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from client.pinned_calendars import calendar_file
from client.settings import SHIPPED
from escalation.heartbeat.read_sources import check_sources
from escalation.heartbeat.source import Watched
from escalation.policy.parse import read_policy
from escalation.policy.read_directory import read_directory

CALENDARS = calendar_file(SHIPPED / "calendars.yaml")
POLICIES = [
    read_policy((SHIPPED / name).read_text(), name, CALENDARS)
    for name in ("four-tier-support.yaml", "technical-sev.yaml")
]
PEOPLE = read_directory((SHIPPED / "people.yaml").read_text(), "people.yaml")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs/heartbeats.md"


def check(text: str) -> tuple[tuple[Watched, ...], list[str]]:
    found, findings = check_sources(text, "heartbeats.yaml", POLICIES, PEOPLE, CALENDARS, NOW)
    return found, [str(each) for each in findings]


def test_what_ships_watches_nobody() -> None:
    assert check((SHIPPED / "heartbeats.yaml").read_text()) == ((), [])


def test_the_example_of_the_documentation_is_right() -> None:
    example = DOCS.read_text().partition("```yaml\n")[2].partition("```")[0]
    found, findings = check(example)
    assert findings == []
    backup, feed = found
    assert (backup.source.every, backup.source.grace, backup.calendar) == (timedelta(days=1), timedelta(hours=2), None)
    assert feed.calendar is not None
    assert feed.calendar.name == feed.source.hours == "sample-support"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{every: 5 s}", "heartbeats.x.every: '5 s' is out of range; allowed: at least 10 s and at most 400 days"),
        ("{every: 500 days}", "heartbeats.x.every: '500 days' is out of range"),
        ("{every: 1 h, grace: 401 days}", "heartbeats.x.grace: '401 days' is out of range; allowed: at most 400 days"),
        ("{every: soon}", "heartbeats.x.every: 'soon' is not a duration; allowed: a number and a unit"),
        ("{grace: 1 h}", "heartbeats.x.every: is missing; allowed: a number and a unit"),
        ("{every: 1 h, evry: 1 h}", "heartbeats.x.evry: 'evry' is not a field; allowed: title, every, grace"),
        ("{every: 1 h, team: platfrom}", "'platfrom' is not a team of the directory; allowed: main, support, platform"),
        ("{every: 1 h, policy: technical}", "heartbeats.x.policy: policy: 'technical' is not known"),
        ("{every: 1 h, severity: SEV9}", "'SEV9' is not a severity of policy technical-sev; allowed: SEV1, SEV2"),
        ("{every: 1 h, hours: offic}", "'offic' is not a calendar that can be used; allowed: sample-support"),
        ("[]", "heartbeats.x: 'a list' is not a mapping"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(written: str, said: str) -> None:
    _, findings = check(f"heartbeats:\n  x: {written}\n")
    assert len(findings) == 1, findings
    assert findings[0].startswith("heartbeats.yaml:2: ")
    assert said in findings[0]


def test_a_source_of_whose_silence_nobody_would_hear_is_refused() -> None:
    technical = POLICIES[1]
    narrow = technical.triggers[0].model_copy(update={"when": "issue.labels['service'] == 'tills'"})
    few = [technical.model_copy(update={"triggers": (narrow,)})]
    text = "heartbeats:\n  x: {every: 1 h, labels: {service: %s}}\n"
    said = check_sources(text % "web", "h.yaml", few, PEOPLE, CALENDARS, NOW)[1]
    assert "no trigger of policy technical-sev holds for it" in str(said[0])
    assert check_sources(text % "tills", "h.yaml", few, PEOPLE, CALENDARS, NOW)[1] == ()


def test_a_name_is_one_word() -> None:
    assert "is not a name" in check("heartbeats:\n  two words: {every: 1 h}\n")[1][0]


def test_a_source_written_twice_is_refused() -> None:
    assert "is written twice; first on line 2" in check("heartbeats:\n  x: {every: 1 h}\n  x: {every: 2 h}\n")[1][0]
