"""The directory: read strictly, and asked whom a tier tells."""

from decimal import Decimal

import pytest

from escalation.policy.directory import Directory
from escalation.policy.finding import PolicyErrors
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import PEOPLE, line_of, with_change

DIRECTORY = read_directory(PEOPLE, "people.yaml")


def told(tell: Tell, team: str = "main") -> list[str]:
    return [person.id for person in DIRECTORY.in_tell(tell, team)]


def test_what_is_written_is_read() -> None:
    kim = DIRECTORY.person("kim")
    assert (kim.name, kim.role, kim.teams, kim.zone, kim.language) == (
        "Sample Kim",
        "lead",
        ("main",),
        "Europe/Dublin",
        "en",
    )
    assert kim.addresses == {"inbox": "kim", "email": "kim@example.org", "pagerduty": "PKIM"}
    assert kim.limit == {"EUR": Decimal("100.50")}
    eve = DIRECTORY.person("eve")
    assert (eve.teams, eve.limit, eve.zone, eve.language) == ((), {}, "UTC", "en")
    assert DIRECTORY.duty_lead("other").id == "lee"
    assert DIRECTORY.person(DIRECTORY.operator) is kim
    assert DIRECTORY.roles() == ("lead", "agent", "expert")
    assert DIRECTORY.has("kim")
    assert not DIRECTORY.has("joe")
    assert Directory.model_validate_json(DIRECTORY.model_dump_json()) == DIRECTORY


@pytest.mark.parametrize(
    ("name", "ask"), [("joe", DIRECTORY.person), ("third", DIRECTORY.team), ("third", DIRECTORY.duty_lead)]
)
def test_who_is_not_there_is_a_key_error(name: str, ask: object) -> None:
    assert callable(ask)
    with pytest.raises(KeyError, match=name):
        ask(name)


@pytest.mark.parametrize(
    ("tell", "team", "ids"),
    [
        (Tell(roles=("agent",)), "main", ["max"]),
        (Tell(roles=("agent",)), "other", ["lee"]),
        (Tell(roles=("lead",)), "other", ["kim"]),
        (Tell(roles=("agent",)), "unheard_of", ["lee", "max"]),
        (Tell(roles=("agent",), team="other"), "main", ["lee"]),
        (Tell(roles=("lead",), team="other"), "main", []),
        (Tell(roles=("agent", "expert"), people=("kim",)), "main", ["kim", "max", "eve"]),
        (Tell(roles=("agent",), people=("max",)), "main", ["max"]),
        (Tell(people=("gone", "kim")), "main", ["kim"]),
        (Tell(roles=("nobody_has_it",)), "main", []),
        (Tell(), "main", []),
    ],
)
def test_a_tell_finds_its_people(tell: Tell, team: str, ids: list[str]) -> None:
    assert told(tell, team) == ids


def test_a_person_is_known_by_their_address_in_any_case() -> None:
    kim = DIRECTORY.by_address("email", "KIM@Example.org")
    assert kim is not None
    assert kim.id == "kim"
    assert DIRECTORY.by_address("pagerduty", "PNONE") is None
    assert DIRECTORY.by_address("fax", "kim") is None
    assert DIRECTORY.by_address("pagerduty", "") is None


def test_the_facts_of_a_person_travel_without_name_and_address() -> None:
    facts = DIRECTORY.person("kim").facts()
    assert (facts.id, facts.role, facts.team, facts.limit) == ("kim", "lead", "main", {"EUR": "100.50"})
    assert facts.channels == ("inbox", "email")
    assert DIRECTORY.person("kim").facts(["email", "sms"]).channels == ("email",)
    assert "Sample" not in facts.model_dump_json()
    assert "example.org" not in facts.model_dump_json()


@pytest.mark.parametrize(
    ("old", "new", "field", "problem", "suggestion"),
    [
        ("  other: {", "  Other: {", "teams.Other", "is not a name of issues", None),
        ("operator: kim", "operator: kin", "operator", "is not in people", "kim"),
        ("main: { duty_lead: kim }", "main: { duty_lead: kimm }", "teams.main.duty_lead", "is not in people", "kim"),
        ("    teams: [other]", "    teams: [othre]", "people.lee.teams[0]", "is not in teams", "other"),
        ("    role: expert", "    role: offered", "people.eve.role", "is a word for somebody in an issue", None),
        ("zone: Europe/Dublin", "zone: Europe/Dublni", "people.kim.zone", "is not a time zone", "Europe/Dublin"),
        ("zone: Europe/Dublin", "zone: ../etc/passwd", "people.kim.zone", "is not a time zone", None),
        ("language: en", "language: english please", "people.kim.language", "is not a language", None),
        ("EUR: 100.50", "euro: 100.50", "people.kim.limit.euro", "is not a currency", None),
        ("EUR: 100.50", "EUR: 100.505", "people.kim.limit.EUR", "is not an amount", None),
        ("EUR: 100.50", "EUR: -1", "people.kim.limit.EUR", "is not an amount", None),
        ("EUR: 100.50", "EUR: 1e9", "people.kim.limit.EUR", "is not an amount", None),
        ("kim@example.org", "kim at example.org", "people.kim.addresses.email", "is not an e-mail address", None),
        (
            "kim@example.org",
            '"kim@example.org\\nBcc: x@example.org"',
            "people.kim.addresses.email",
            "is not an e-mail address",
            None,
        ),
        ("pagerduty: PKIM", "Pager Duty: PKIM", "people.kim.addresses.Pager Duty", "is not a name", None),
        ("inbox: lee", "inbox: kim", "people.lee.addresses.inbox", "is kim's already", None),
        ("addresses: { inbox: lee }", "addresses: {}", "people.lee.addresses", "cannot be told", None),
        ("    role: expert\n", "", "people.eve.role", "is missing", None),
        ("    role: expert\n", "    rolle: expert\n    role: expert\n", "people.eve.rolle", "is not a field", "role"),
        ("  eve:\n", "  max:\n", "people.max", "is written twice", None),
        ("operator: kim\n", "", "operator", "is missing", None),
        ("name: Sample Eve", "name: Sample Eve\n    id: eva", "people.eve.id", "written before the colon", None),
    ],
)
def test_a_mistake_is_named(old: str, new: str, field: str, problem: str, suggestion: str | None) -> None:
    text = with_change(old, new, PEOPLE)
    with pytest.raises(PolicyErrors) as refused:
        read_directory(text, "people.yaml")
    matching = [error for error in refused.value.errors if error.field == field and problem in error.problem]
    assert len(matching) == 1, str(refused.value)
    assert (matching[0].file, matching[0].suggestion) == ("people.yaml", suggestion)
    assert matching[0].line is not None
    if new and "missing" not in problem:
        first = line_of(old, PEOPLE)
        assert matching[0].line in range(first, first + new.count("\n") + 1)


@pytest.mark.parametrize("text", ["", "[]", "people: 3", "\x00", "operator: x\nteams: {}\npeople: {}", "a: &a [*a]"])
def test_ugly_input_is_refused(text: str) -> None:
    with pytest.raises(PolicyErrors) as refused:
        read_directory(text, "people.yaml")
    assert refused.value.errors


def test_a_folder_of_zones_is_no_zone() -> None:
    with pytest.raises(PolicyErrors, match=r"people\.kim\.zone: 'Europe' is not a time zone"):
        read_directory(with_change("zone: Europe/Dublin", "zone: Europe", PEOPLE), "people.yaml")
