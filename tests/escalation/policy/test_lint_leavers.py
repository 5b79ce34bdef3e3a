"""Who has left and is needed: found when it is checked, with its line, and never in the way of a start."""

from datetime import UTC, datetime, timedelta

import pytest

from escalation.policy.check_set import check_set, read_set
from tests.escalation.policy.sample import FILE, PEOPLE, SMALL, line_of, with_change

GONE_AT = datetime(2026, 12, 1, tzinfo=UTC)
SOON = timedelta(days=28)


def leaving(*names: str) -> str:
    """The sample people, of whom these have their last day on 30 November."""
    text = PEOPLE
    for name in names:
        after = f"name: Sample {name.capitalize()}\n"
        text = with_change(after, f"{after}    left_at: 2026-11-30\n", text).replace("zone: Europe/Dublin", "zone: UTC")
    return text


def found(people: str, at: datetime = GONE_AT, policy: str = SMALL) -> list[tuple[str, str]]:
    """Fields and levels of what is found."""
    findings = check_set({FILE: policy}, ("people.yaml", people), at).findings
    return [(each.field, each.level) for each in findings if each.field != "tiers"]


def test_nobody_left_is_nothing_found() -> None:
    assert found(PEOPLE) == []


def test_a_duty_lead_who_left_is_an_error_at_its_line() -> None:
    people = leaving("lee")
    (error,) = check_set({FILE: SMALL}, ("people.yaml", people), GONE_AT).errors
    assert str(error) == (
        f"people.yaml:{line_of('other: {', people)}: teams.other.duty_lead: 'lee' has left; allowed: somebody who stays"
    )


def test_the_operator_and_whoever_is_named_and_who_alone_has_a_role() -> None:
    assert found(leaving("kim")) == [
        ("operator", "error"),
        ("teams.main.duty_lead", "error"),
        ("tiers[1].tell.people[0]", "error"),
        ("tiers[1].tell.roles[0]", "error"),
        ("exhaustion.last_resort.people[0]", "error"),
    ]


def test_a_role_that_somebody_else_has_is_no_finding() -> None:
    assert found(leaving("max")) == []


def test_a_role_that_all_have_left_with_is_an_error() -> None:
    people = leaving("max").replace("    role: agent\n    teams: [other]", "    role: other\n    teams: [other]")
    assert found(people) == [("tiers[0].tell.roles[0]", "error")]


def test_in_a_team_that_is_named_the_others_do_not_count() -> None:
    policy = with_change("roles: [agent]", "roles: [agent], team: main")
    assert found(leaving("max"), policy=policy) == [("tiers[0].tell.roles[0]", "error")]


@pytest.mark.parametrize(
    ("at", "level"),
    [
        (GONE_AT - SOON - timedelta(seconds=1), None),
        (GONE_AT - SOON, "warning"),
        (GONE_AT - timedelta(seconds=1), "warning"),
        (GONE_AT, "error"),
    ],
)
def test_it_is_warned_of_four_weeks_before(at: datetime, level: str | None) -> None:
    expected = [] if level is None else [("tiers[2].tell.roles[0]", level)]
    assert found(leaving("eve"), at) == expected


def test_deputies_and_managers_who_left_are_warned_of() -> None:
    people = leaving("max").replace("name: Sample Eve\n", "name: Sample Eve\n    deputy: max\n    manager: max\n")
    assert found(people) == [("people.eve.deputy", "warning"), ("people.eve.manager", "warning")]


def test_those_who_left_themselves_need_no_deputy() -> None:
    people = (
        leaving("max")
        .replace("    left_at", "    deputy: lee\n    left_at")
        .replace("name: Sample Lee\n", "name: Sample Lee\n    manager: eve\n")
    )
    assert found(people) == []


def test_the_service_starts_all_the_same() -> None:
    policies, directory = read_set({FILE: SMALL}, ("people.yaml", leaving("kim", "lee")))
    assert (len(policies), directory.person("kim").is_gone(GONE_AT)) == (1, True)
