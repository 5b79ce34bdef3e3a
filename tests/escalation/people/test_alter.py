"""Fields of one person, given as plain values: read as those of a directory's file are, and refused alike."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from escalation.issue.personal_rules import QuietHours
from escalation.people.alter import altered, plain_fields
from escalation.policy.directory import Person
from escalation.policy.finding import Findings
from escalation.policy.own_rules import OwnRules
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import PEOPLE

ANN = Person(
    id="ann", name="Sample Ann", role="first", teams=("main",), zone="Europe/Dublin", deputy="bea",
    addresses={"inbox": "ann", "email": "ann@example.org"}, limit={"EUR": Decimal(100)},
)  # fmt: skip


def changed(known: Person | None, given: dict[str, object], id: str = "ann") -> Person:  # noqa: A002
    """What became of it."""
    findings = Findings("the directory")
    made = altered(known, id, given, findings)
    assert findings.found == []
    assert made is not None
    return made


def refusal(given: dict[str, object]) -> str:
    """What is said against it."""
    findings = Findings("the directory")
    assert altered(ANN, "ann", given, findings) is None
    return "; ".join(str(each) for each in findings.found)


def test_what_is_not_given_stays() -> None:
    assert changed(ANN, {}) == ANN
    assert changed(ANN, {"zone": "Europe/Paris"}) == ANN.changed({"zone": "Europe/Paris"})


def test_null_takes_away() -> None:
    assert changed(ANN, {"deputy": None, "zone": None}) == ANN.changed({"deputy": None, "zone": "UTC"})


def test_addresses_and_limits_are_changed_one_by_one_and_lists_whole() -> None:
    given = {
        "addresses": {"sms": "+35315550100", "email": None},
        "limit": {"USD": "70.5", "EUR": 200},
        "teams": ["far", "main"],
    }
    assert changed(ANN, given) == ANN.changed({
        "addresses": {"inbox": "ann", "sms": "+35315550100"},
        "limit": {"USD": Decimal("70.5"), "EUR": Decimal(200)},
        "teams": ("far", "main"),
    })  # fmt: skip


def test_somebody_new_is_reached_by_the_inbox() -> None:
    made = changed(None, {"name": "Sample 2026-12-21 'New': \U0001f600", "role": "first"}, "new")
    assert made.addresses == {"inbox": "new"}
    assert made.name == "Sample 2026-12-21 'New': \U0001f600"


def test_days_instants_rules_and_quiet_hours_are_read() -> None:
    made = changed(ANN, {
        "left_at": "2027-01-31",
        "absences": [{"from": "2026-12-21T09:00Z", "until": "2026-12-24", "why": "home: 'x'"}],
        "rules": {"urgent": [{"channel": "email", "after": "5 min"}]},
        "quiet_hours": [{"from": "22:00", "until": "07:00"}],
    })  # fmt: skip
    assert made.left_at == date(2027, 1, 31)
    (absence,) = made.absences
    assert (absence.begins, absence.until) == (datetime(2026, 12, 21, 9, tzinfo=UTC), date(2026, 12, 24))
    assert made.rules.urgent[0].after == timedelta(minutes=5)
    assert isinstance(made.rules, OwnRules)
    assert isinstance(made.quiet_hours[0], QuietHours)


def test_what_was_shown_can_be_given_back() -> None:
    for person in read_directory(PEOPLE, "people.yaml").people:
        assert changed(None, json.loads(json.dumps(plain_fields(person))), person.id) == person
    both: tuple[dict[str, object], ...] = (
        {"left_at": "2027-01-31"},
        {"absences": [{"from": "2026-12-21T09:00Z", "deputy": "bea"}]},
        {"rules": {"urgent": [{"channel": "email"}, {"channel": "email", "after": "90 s"}]}},
        {"quiet_hours": [{"from": "22:00", "until": "07:00"}]},
    )
    for given in both:
        person = changed(ANN, given)
        assert changed(None, json.loads(json.dumps(plain_fields(person)))) == person


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"zones": "UTC"}, "people.ann.zones: 'zones' is not a field; allowed: name, role"),
        ({"zone": 5}, "people.ann.zone: '5' is no text"),
        ({"absences": [{"until": "2026-12-24"}]}, "people.ann.absences[0].from: is missing"),
        ({"absences": "tomorrow"}, "people.ann.absences: 'tomorrow' is not a list"),
        ({"left_at": "soon"}, "people.ann.left_at: 'soon' is neither"),
        ({"limit": {"EUR": "much"}}, "people.ann.limit.EUR: 'much' is not"),
        ({"name": "two\nlines"}, "people.ann.name: 'two\\nlines' is"),
        ({"role": None}, "people.ann.role: is missing"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(given: dict[str, object], says: str) -> None:
    assert says in refusal(given)
