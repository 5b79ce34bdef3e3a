"""Exports in the shape of SCIM: what is taken from users, and what is refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.people.from_scim import ENTERPRISE, LIST_RESPONSE, OURS, read_scim
from escalation.people.imported import ImportedPerson
from escalation.policy.finding import Findings
from tests.escalation.people.lists import employed, errors, export, user, warnings

TEAMS = ("main", "first-line")


def read(text: str) -> tuple[ImportedPerson, ...]:
    """The export, in which nothing is wrong."""
    findings = Findings("export.json")
    people = read_scim(text, findings, TEAMS)
    assert findings.found == []
    return people


def refused(text: str) -> list[str]:
    """What is wrong with it."""
    findings = Findings("export.json")
    read_scim(text, findings, TEAMS)
    return errors(findings)


def warned(text: str) -> list[str]:
    """What is told about it, and is no mistake."""
    findings = Findings("export.json")
    read_scim(text, findings, TEAMS)
    assert errors(findings) == []
    return [str(each) for each in warnings(findings)]


def test_the_example_of_the_standard_with_the_enterprise_extension() -> None:
    """RFC 7643, 8.3, with our names."""
    jensen = user(
        "bjensen@example.org",
        name={"formatted": "Ms. Sample Jensen", "familyName": "Jensen", "givenName": "Sample"},
        displayName="Sample Jensen",
        emails=[
            {"value": "bjensen@example.org", "type": "work", "primary": True},
            {"value": "babs@example.org", "type": "home"},
        ],
        phoneNumbers=[
            {"value": "tel:+1-555-555-0100", "type": "work", "primary": True},
            {"value": "+1 555 555 0101", "type": "mobile"},
        ],
        preferredLanguage="en-US",
        timezone="America/Los_Angeles",
        active=True,
        groups=[{"value": "e9", "display": "First Line"}, {"value": "fc", "display": "main"}],
        roles=[{"value": "agent", "primary": True}, {"value": "viewer"}],
        **{ENTERPRISE: {"department": "Tour Operations", "manager": {"value": "id-smith", "displayName": "Sample"}}},
    )
    person, smith = read(export(jensen, user("smith")))
    assert (person.id, person.where, smith.id) == ("bjensen", "Resources[0]", "smith")
    assert person.fields == {
        "name": "Sample Jensen",
        "language": "en-US",
        "zone": "America/Los_Angeles",
        "role": "agent",
        "teams": ("first-line", "main"),
        "department": "Tour Operations",
        "manager": "smith",
    }
    assert person.addresses == {"email": "bjensen@example.org", "sms": "+15555550101", "voice": "+15555550101"}


def test_names_of_attributes_count_in_any_case() -> None:
    text = json.dumps(
        {
            "SCHEMAS": [LIST_RESPONSE],
            "TotalResults": 1,
            "resources": [{**user("ann"), "EMAILS": [{"VALUE": "a@example.org"}]}],
        }
    )
    assert read(text)[0].addresses == {"email": "a@example.org"}


def test_what_a_user_does_not_have_nothing_is_said_of_and_what_is_empty_is_none() -> None:
    assert read(export(user("ann")))[0].fields == {"name": "Sample ann"}
    (ann,) = read(export(user("ann", emails=[], phoneNumbers=None, groups=[])))
    assert (ann.addresses, ann.fields["teams"]) == ({"email": None, "sms": None, "voice": None}, ())
    (ben,) = read(export(employed("ben")))
    assert (ben.fields["department"], ben.fields["manager"]) == (None, None)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"displayName": None, "name": {"formatted": "Sample A"}}, "Sample A"),
        ({"displayName": None, "name": {"givenName": "Sample", "familyName": "B"}}, "Sample B"),
    ],
)
def test_the_name_is_what_there_is(more: dict[str, Any], name: str) -> None:
    assert read(export(user("ann", **more)))[0].fields["name"] == name


def test_who_is_not_active_is_so_marked() -> None:
    people = read(export(user("ann", active=False), user("ben", active=True), user("cid")))
    assert [each.is_active for each in people] == [False, True, None]


def test_groups_that_are_no_team_roles_without_a_primary_and_managers_who_left_are_told_once() -> None:
    everyone = {"groups": [{"display": "Everyone"}], "roles": [{"value": "a"}, {"value": "b"}]}
    said = warned(
        export(
            user("ann", **everyone),
            user("ben", **everyone),
            user("kim", active=False),
            employed("lee", manager={"value": "id-kim"}),
        )
    )
    assert said == [
        "export.json: warning: Resources.roles: 'a, b' of 2 users has no primary one, so their role stays as it is",
        "export.json: warning: Resources.groups: 'Everyone' of 2 users is no team of the directory",
        "export.json: warning: Resources.manager: 'kim' of one user is not active, so nobody is",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "export.json:1: is not JSON"),
        ('{\n"a": }', "export.json:2: is not JSON"),
        ("[" * 100_000, "export.json: lies too deep"),
        ("[]", "schemas: 'a list' is no ListResponse"),
        ("{}", "schemas: 'an object' is no ListResponse"),
        ('{"a": 1, "A": 2}', "export.json: 'a' is written twice"),
        (export(user("ann"), totalResults=2), "totalResults: '2' is not what is there: 1 users; allowed: all pages"),
        (export(user("ann"), totalResults="1"), "totalResults: '1' is not a whole number"),
        (export(Resources={}), "Resources: 'an object' is not a list"),
        (export(1), "Resources[0]: '1' is no user"),
        (export({"schemas": []}), "Resources[0]: 'an object' is no user"),
        (export(user("ann"), {**user("x"), "userName": None}), "Resources[1].userName: is missing"),
        (export(user("a b")), "Resources[0].userName: 'a b' is not a name"),
        (export(user("ann"), user("ann@x.org")), "Resources[1].userName: 'ann@x.org' is ann like Resources[0]"),
        (export(user("ann", displayName=None)), "Resources[0].displayName: is missing"),
        (export(user("ann", displayName="a\nb")), "Resources[0].displayName: 'a\\nb' is not one line"),
        (export(user("ann", active="True")), "Resources[0].active: 'True' is not true or false"),
        (export(user("ann", emails="a@b.c")), "Resources[0].emails: 'a@b.c' is not a list of objects"),
        (export(user("ann", emails=[{"value": 5}])), "Resources[0].emails: '5' is not text"),
        (export(user("ann", phoneNumbers=[{"value": "555"}])), "[0].phoneNumbers: '555' is not a phone number"),
        (export(user("ann", **{ENTERPRISE: 1})), f"Resources[0].{ENTERPRISE}: '1' is not an object"),
        (export(employed("ann", manager={"value": "x"})), "Resources[0].manager: 'x' is no user of the export"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(text: str, says: str) -> None:
    found = refused(text)
    assert any(says in each for each in found), found


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "primary", "type"]), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["userName", "displayName", "name", "emails", "phoneNumbers", "groups", "roles", "active", ENTERPRISE]
        ),
        _JSON,
    )
)
def test_whatever_a_user_has_it_is_read_or_refused(attributes: dict[str, Any]) -> None:
    findings = Findings("export.json")
    people = read_scim(export({**user("ann"), **attributes}), findings, TEAMS)
    assert bool(people) is not bool(errors(findings))


def test_how_much_they_may_have_at_once_is_taken_from_our_extension() -> None:
    people = read(
        export(user("ann", **{OURS: {"atOnce": 3}}), user("ben", **{OURS: {"atOnce": None}}), user("cat", **{OURS: {}}))
    )
    assert [each.fields.get("at_once", "nothing said") for each in people] == [3, None, "nothing said"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"atOnce": 0}, "Resources[0].atOnce: '0' is not a number of issues; allowed: a whole number from 1 to 1000"),
        ({"atOnce": 1001}, "'1001' is not a number of issues"),
        ({"atOnce": -3}, "'-3' is not a number of issues"),
        ({"atOnce": "3"}, "is not a number of issues"),
        ({"atOnce": True}, "is not a number of issues"),
        ({"atOnce": 2.0}, "is not a number of issues"),
        ({"atMost": 3}, "'atmost' is not an attribute of it; allowed: atOnce"),
        (7, "is not an object"),
    ],
)
def test_what_is_wrong_in_our_extension_is_refused(given: Any, says: str) -> None:
    assert any(says in each for each in refused(export(user("ann", **{OURS: given})))), refused(
        export(user("ann", **{OURS: given}))
    )
