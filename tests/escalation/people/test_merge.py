"""What becomes of a directory that takes people in: who is new, other, gone; and what is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from escalation.people.changes import FieldChange, PersonChange, changes
from escalation.people.from_csv import read_csv
from escalation.people.from_scim import read_scim
from escalation.people.merge import merge
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings
from tests.escalation.people.lists import AT, BASE, employed, errors, export, persons, user

EVERYBODY = "id\nkim\nlee\nmax\n"


def taken(text: str, **how: Any) -> Directory:
    """The directory with a table's people, in which nothing is wrong."""
    findings = Findings("people.csv")
    made = merge(BASE, read_csv(text, findings), AT, findings, **how)
    assert errors(findings) == []
    assert made is not None
    return made


def refused(text: str, **how: Any) -> list[str]:
    """Why it is not taken in."""
    findings = Findings("people.csv")
    assert merge(BASE, read_csv(text, findings), AT, findings, **how) is None
    return errors(findings)


def scim(*users: Any, **how: Any) -> Directory:
    """The directory with an export's people."""
    findings = Findings("export.json")
    made = merge(BASE, read_scim(export(*users), findings, ["main", "first-line"]), AT, findings, **how)
    assert made is not None, errors(findings)
    return made


def test_a_list_that_says_nothing_new_changes_nothing() -> None:
    assert changes(BASE, taken(EVERYBODY)) == ()


def test_the_list_wins_in_what_it_says_and_all_else_stays() -> None:
    made = taken("id,department,email,phone\nkim,Sales,,\nlee,,lee@example.org,+35315550102\nmax,,,\n")
    kim, lee = made.person("kim"), made.person("lee")
    assert (kim.department, kim.deputy, kim.limit) == ("Sales", "lee", {"EUR": Decimal(100)})
    assert kim.addresses == {"inbox": "kim", "slack": "U0123456789"}
    assert list(lee.addresses) == ["inbox", "sms", "email", "voice"]
    assert lee.absences == BASE.person("lee").absences
    assert (made.operator, made.teams) == (BASE.operator, BASE.teams)


def test_who_is_new_is_added_last_with_an_inbox() -> None:
    made = taken("id,name,role\nkim,Sample Kim,lead\nann,Sample Ann,agent\nlee,Sample Lee,lead\nmax,Sample Max,agent\n")
    assert persons(made) == ["kim", "lee", "max", "ann"]
    assert (made.person("ann").role, made.person("ann").addresses) == ("agent", {"inbox": "ann"})


def test_who_is_not_in_the_list_is_removed_unless_others_are_kept() -> None:
    assert persons(taken("id\nkim\nlee\n")) == ["kim", "lee"]
    assert persons(taken("id\nkim\n", keeps_others=True)) == ["kim", "lee", "max"]


def test_whoever_is_needed_cannot_be_missing() -> None:
    assert [each.partition(";")[0] for each in refused("id\nmax\n")] == [
        "people.csv: people.kim: 'kim' is not in the list, and is duty lead of team main",
        "people.csv: people.lee: 'lee' is not in the list, and is duty lead of team first-line",
    ]


def test_somebody_new_needs_a_name_and_a_role() -> None:
    text = "id\nkim\nlee\nmax\nann\n"
    assert [each.partition(";")[0] for each in refused(text)] == [
        "people.csv:5: people.ann.name: is missing for somebody new",
        "people.csv:5: people.ann.role: is missing for somebody new",
    ]
    made = taken("id,name\nann,Sample Ann\n", role="agent", keeps_others=True)
    assert made.person("ann").role == "agent"
    assert made.person("kim").role == "lead"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,zone\nkim,Mars/Base\n", "people.csv:2: people.kim.zone: 'Mars/Base' is not a time zone"),
        (
            "id,email\nkim,kim at home\n",
            "people.csv:2: people.kim.addresses.email: 'kim at home' is not an e-mail address",
        ),
        ("id,teams\nkim,mian\n", "people.csv:2: people.kim.teams[0]: 'mian' is not in teams"),
        ("id,manager\nkim,kim\n", "people.csv:2: people.kim.manager: 'kim' is this person"),
        ("id,deputy\nlee,nobody\n", "people.csv:2: people.lee.deputy: 'nobody' is not in people"),
        ("id,address.sms\nkim,+35315550101\n", "is kim's already"),
        ("id,left_at\nkim,9999-12-31\n", "people.csv:2: people.kim.left_at: '9999-12-31' is out of range"),
    ],
)
def test_what_no_directory_may_hold_is_refused_at_its_line(text: str, says: str) -> None:
    found = refused(text, keeps_others=True)
    assert any(says in each for each in found), found


def test_who_is_not_active_is_gone_as_of_now_and_not_added() -> None:
    made = scim(user("kim", active=False), user("lee"), user("max", active=False), user("ann", active=False))
    assert persons(made) == ["kim", "lee", "max"]
    assert made.person("kim").left_at == AT
    assert made.person("kim").is_gone(AT)
    assert made.person("max").left_at == date(2026, 1, 31)


def test_who_is_active_again_is_back_and_who_leaves_later_still_does() -> None:
    assert scim(user("max", active=True), keeps_others=True).person("max").left_at is None
    assert scim(user("max"), keeps_others=True).person("max").left_at == date(2026, 1, 31)
    leaving = taken("id,left_at\nlee,2026-12-31\n", keeps_others=True)
    findings = Findings("export.json")
    made = merge(leaving, read_scim(export(user("lee", active=True)), findings, []), AT, findings, keeps_others=True)
    assert made is not None
    assert made.person("lee").left_at == date(2026, 12, 31)


def test_an_export_gives_managers_and_departments() -> None:
    made = scim(employed("kim"), employed("lee", department="Support", manager={"value": "id-kim"}), keeps_others=True)
    assert (made.person("kim").manager, made.person("kim").department) == (None, None)
    assert (made.person("lee").manager, made.person("lee").department) == ("kim", "Support")


def test_a_circle_of_managers_is_refused() -> None:
    findings = Findings("export.json")
    users = [employed("kim", manager={"value": "id-lee"}), employed("lee", manager={"value": "id-kim"}), user("max")]
    assert merge(BASE, read_scim(export(*users), findings, []), AT, findings) is None
    (error,) = errors(findings)
    assert error.startswith("export.json: people.kim.manager: 'lee' goes round: kim to lee to kim; allowed: managers")


def test_changes_are_told_field_by_field() -> None:
    made = taken(
        "id,name,role,email\nkim,Sample Kim,head,\nlee,Sample Lee,lead,\nann,Sample Ann,agent,ann@example.org\n"
    )
    assert changes(BASE, made) == (
        PersonChange(
            "kim",
            "changed",
            (FieldChange("role", "lead", "head"), FieldChange("address.email", "kim@example.org", "")),
        ),
        PersonChange(
            "max",
            "removed",
            (
                FieldChange("name", "Sample Max", ""),
                FieldChange("role", "agent", ""),
                FieldChange("address.inbox", "max", ""),
                FieldChange("left_at", "2026-01-31", ""),
            ),
        ),
        PersonChange(
            "ann",
            "added",
            (
                FieldChange("name", "", "Sample Ann"),
                FieldChange("role", "", "agent"),
                FieldChange("address.inbox", "", "ann"),
                FieldChange("address.email", "", "ann@example.org"),
            ),
        ),
    )


def test_addresses_that_let_anybody_send_are_not_shown_whole() -> None:
    hook = "https://hooks.example.org/services/secret"
    (change,) = changes(BASE, taken(f"id,address.teams\nkim,{hook}\n", keeps_others=True))
    assert change.fields == (FieldChange("address.teams", "", "https://hooks.example.org/..."),)


def test_an_instant_of_leaving_is_shown() -> None:
    (change,) = changes(BASE, taken("id,left_at\nkim,2026-12-31T17:00Z\n", keeps_others=True))
    assert change.fields == (FieldChange("left_at", "", datetime(2026, 12, 31, 17, tzinfo=UTC).isoformat()),)


def test_how_much_they_may_have_at_once_is_changed_ended_or_left_alone() -> None:
    def at_once(base: Directory, table: str) -> int | None:
        findings = Findings("people.csv")
        made = merge(base, read_csv(table, findings), AT, findings, keeps_others=True)
        assert made is not None, errors(findings)
        return made.person("kim").at_once

    limited = BASE.model_copy(
        update={"people": tuple(p.model_copy(update={"at_once": 2}) if p.id == "kim" else p for p in BASE.people)}
    )
    assert at_once(BASE, "id,at_once\nkim,3\n") == 3
    assert at_once(limited, "id,at_once\nkim,\n") is None
    assert at_once(limited, "id,zone\nkim,UTC\n") == 2
