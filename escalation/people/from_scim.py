"""An export of people in the shape of SCIM 2.0 in, what it says of each of them or errors with places out.

A ListResponse of users (RFC 7644, 3.4.2) with the attributes of RFC 7643, 4.1 and 4.3: names of attributes in any case.
What the export has no word for (deputies, limits, absences) it cannot say.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from escalation.people.imported import LARGEST_IMPORT, ImportedPerson, at_once, is_line, is_name, phone
from escalation.policy.finding import Findings

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OURS = "urn:ietf:params:scim:schemas:extension:escalon:2.0:User"
"""Attributes of ours, where an export has them: `atOnce`."""

_MOST_WARNINGS = 50
_Node: TypeAlias = Mapping[str, Any]


class _Doubled(ValueError):
    """An attribute that is written twice."""


def read_scim(text: str, findings: Findings, teams: Iterable[str]) -> tuple[ImportedPerson, ...]:
    """Everybody in the export. What is wrong is added to `findings`; then what comes back is not whole.

    `teams` are those that there are: a group of another name is no team, and is told as a warning. Its name counts
    in any case and with `-` for blanks. An attribute that a user has is taken, also where it is empty; of what it has
    not nothing is said, but in the enterprise extension, where what is not there is not.
    """
    if len(text) > LARGEST_IMPORT:
        findings.add("", f"has {len(text)} characters", allowed=f"at most {LARGEST_IMPORT}")
        return ()
    try:
        whole = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_lowered)
    except json.JSONDecodeError as error:
        findings.add("", f"is not JSON: {error.msg}", line=error.lineno)
        return ()
    except _Doubled as error:
        findings.add("", "is written twice", value=str(error), allowed="once")
        return ()
    except RecursionError:
        findings.add("", "lies too deep", allowed="a ListResponse of users")
        return ()
    resources = _resources(whole, findings)
    reading = _Reading(findings, teams)
    people = [reading.person(resource, f"Resources[{place}]") for place, resource in enumerate(resources)]
    return reading.with_managers([person for person in people if person is not None])


def _lowered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {name.lower(): value for name, value in pairs}
    if len(found) < len(pairs):
        names = [name.lower() for name, _ in pairs]
        raise _Doubled(next(name for name in names if names.count(name) > 1))
    return found


def _resources(whole: object, findings: Findings) -> list[Any]:
    allowed = f"an object with schemas [{LIST_RESPONSE}]"
    if not isinstance(whole, Mapping) or LIST_RESPONSE not in _texts(whole.get("schemas")):
        findings.add("schemas", "is no ListResponse", value=_kind(whole), allowed=allowed)
        return []
    resources = whole.get("resources", [])
    if not isinstance(resources, list):
        findings.add("Resources", "is not a list", value=_kind(resources), allowed="a list of users")
        return []
    total = whole.get("totalresults")
    if not isinstance(total, int) or isinstance(total, bool):
        findings.add("totalResults", "is not a whole number", value=total, allowed="how many users there are")
        return []
    if total != len(resources):
        # Whoever is on another page would look as if they had left.
        problem = f"is not what is there: {len(resources)} users"
        findings.add("totalResults", problem, value=total, allowed="all pages")
        return []
    return resources


class _Reading:
    """Reads users one by one, and remembers who is who for those who report to them."""

    def __init__(self, findings: Findings, teams: Iterable[str]) -> None:
        self._findings = findings
        self._teams = {team.lower(): team for team in teams}
        self._left_out: dict[tuple[str, str, str], int] = {}
        self._ids: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._managers: dict[str, str] = {}

    def person(self, node: object, here: str) -> ImportedPerson | None:
        """What the export says of one user; None, and a finding, where it cannot be taken."""
        findings, before = self._findings, len(self._findings.found)
        if not isinstance(node, Mapping) or USER not in _texts(node.get("schemas")):
            findings.add(here, "is no user", value=_kind(node), allowed=f"an object with schemas [{USER}]")
            return None
        own = self._id(node, here)
        fields: dict[str, Any] = {}
        addresses: dict[str, str | None] = {}
        name = self._name(node, here)
        if name is not None:
            fields["name"] = name
        for attribute, field in (("preferredlanguage", "language"), ("timezone", "zone")):
            if node.get(attribute) is not None:
                fields[field] = self._text(node[attribute], f"{here}.{attribute}")
        self._take_role(node, here, fields)
        if "groups" in node:
            fields["teams"] = self._team_names(node, here)
        if "emails" in node:
            mail = _chosen(self._values(node, "emails", here), "work")
            addresses["email"] = None if mail is None else self._text(mail, f"{here}.emails")
        if "phonenumbers" in node:
            number = _chosen(self._values(node, "phonenumbers", here), "mobile")
            said = None if number is None else self._text(number, f"{here}.phoneNumbers")
            called = phone(said, f"{here}.phoneNumbers", findings) if said else None
            addresses |= {"sms": called, "voice": called}
        self._take_enterprise(node, here, fields, own)
        self._take_ours(node, here, fields)
        is_active = node.get("active")
        if not isinstance(is_active, bool | None):
            findings.add(f"{here}.active", "is not true or false", value=is_active, allowed="true or false")
        if len(findings.found) > before or own is None:
            return None
        if isinstance(node.get("id"), str):
            self._ids[node["id"]] = own
        return ImportedPerson(own, here, None, fields, addresses, is_active=is_active)

    def with_managers(self, people: list[ImportedPerson]) -> tuple[ImportedPerson, ...]:
        """Everybody, with managers by our ids; warns of what was left out, each thing once."""
        active = {person.id for person in people if person.is_active is not False}
        found = tuple(self._with_manager(person, active) for person in people)
        for (attribute, value, problem), count in list(self._left_out.items())[:_MOST_WARNINGS]:
            users = f"of {count} users" if count > 1 else "of one user"
            self._findings.add(f"Resources.{attribute}", f"{users} {problem}", value=value, is_warning=True)
        if len(self._left_out) > _MOST_WARNINGS:
            problem = f"hold {len(self._left_out) - _MOST_WARNINGS} more things that are left out"
            self._findings.add("Resources", problem, is_warning=True)
        return found

    def _leave_out(self, attribute: str, value: str, problem: str) -> None:
        key = attribute, value, problem
        self._left_out[key] = self._left_out.get(key, 0) + 1

    def _with_manager(self, person: ImportedPerson, active: set[str]) -> ImportedPerson:
        given = self._managers.get(person.id)
        if given is None:
            return person
        field, manager = f"{person.where}.manager", self._ids.get(given)
        if manager is None:
            self._findings.add(field, "is no user of the export", value=given, allowed="the id of one of its users")
        elif manager not in active:
            self._leave_out("manager", manager, "is not active, so nobody is")
            manager = None
        return replace(person, fields={**person.fields, "manager": manager})

    def _id(self, node: _Node, here: str) -> str | None:
        field = f"{here}.userName"
        said = self._text(node.get("username"), field)
        if said is None:
            return None
        own = said.partition("@")[0]
        if not is_name(own, field, self._findings):
            return None
        if own in self._places:
            self._findings.add(field, f"is {own} like {self._places[own]}", value=said, allowed="an id of its own")
            return None
        self._places[own] = here
        return own

    def _name(self, node: _Node, here: str) -> str | None:
        name = node.get("name")
        parts = name if isinstance(name, Mapping) else {}
        whole = " ".join(part for part in _texts([parts.get("givenname"), parts.get("familyname")]) if part)
        said = node.get("displayname") or parts.get("formatted") or whole
        if said:
            return self._text(said, f"{here}.displayName")
        allowed = "displayName, name.formatted, or name.givenName and name.familyName"
        self._findings.add(f"{here}.displayName", "is missing", allowed=allowed)
        return None

    def _take_role(self, node: _Node, here: str, fields: dict[str, Any]) -> None:
        roles = self._values(node, "roles", here)
        primary = [role for role in roles if role.get("primary") is True]
        if len(primary or roles) == 1:
            fields["role"] = self._text((primary or roles)[0].get("value"), f"{here}.roles")
        elif roles:
            names = ", ".join(_texts([role.get("value") for role in roles]))
            self._leave_out("roles", names, "has no primary one, so their role stays as it is")

    def _team_names(self, node: _Node, here: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for group in self._values(node, "groups", here):
            said = self._text(group.get("display") or group.get("value"), f"{here}.groups")
            if said is None:
                continue
            team = self._teams.get(said.lower()) or self._teams.get(said.lower().replace(" ", "-"))
            if team is None:
                self._leave_out("groups", said, "is no team of the directory")
            else:
                found[team] = None
        return tuple(found)

    def _take_enterprise(self, node: _Node, here: str, fields: dict[str, Any], own: str | None) -> None:
        more = node.get(ENTERPRISE.lower())
        if more is None:
            return
        if not isinstance(more, Mapping):
            self._findings.add(f"{here}.{ENTERPRISE}", "is not an object", value=_kind(more), allowed="an object")
            return
        department, manager = more.get("department"), more.get("manager")
        fields["department"] = self._text(department, f"{here}.department") if department else None
        fields["manager"] = None
        said = manager.get("value") if isinstance(manager, Mapping) else manager
        if said:
            value = self._text(said, f"{here}.manager")
            if value is not None and own is not None:
                self._managers[own] = value

    def _take_ours(self, node: _Node, here: str, fields: dict[str, Any]) -> None:
        more = node.get(OURS.lower())
        if more is None:
            return
        if not isinstance(more, Mapping):
            self._findings.add(f"{here}.{OURS}", "is not an object", value=_kind(more), allowed="an object")
            return
        for name in more.keys() - {"atonce"}:
            self._findings.unknown(f"{here}.{OURS}", name, "is not an attribute of it", ["atOnce"])
        if "atonce" in more:
            most, field = more["atonce"], f"{here}.atOnce"
            is_number = isinstance(most, int) and not isinstance(most, bool)
            said = str(most) if is_number else _kind(most)
            fields["at_once"] = (
                None if most is None else at_once(said if is_number else f"'{said}'", field, self._findings)
            )

    def _values(self, node: _Node, attribute: str, here: str) -> list[_Node]:
        given = node.get(attribute)
        if given is None:
            return []
        if isinstance(given, list) and all(isinstance(each, Mapping) for each in given):
            return given
        self._findings.add(f"{here}.{attribute}", "is not a list of objects", value=_kind(given), allowed="such a list")
        return []

    def _text(self, value: object, field: str) -> str | None:
        if isinstance(value, str):
            return value.strip() if is_line(value.strip(), field, self._findings) else None
        problem = "is missing" if value is None else "is not text"
        self._findings.add(field, problem, value=None if value is None else _kind(value), allowed="text")
        return None


def _chosen(values: list[_Node], kind: str) -> object:
    """The value of the primary one, else of the first of this type, else of the first; None where there is none."""
    primary = [each for each in values if each.get("primary") is True]
    of_kind = [each for each in values if str(each.get("type")).lower() == kind]
    # A number to call is the mobile one, whichever counts as primary for the switchboard.
    order = [*of_kind, *primary, *values] if kind == "mobile" else [*primary, *of_kind, *values]
    return order[0].get("value") if order else None


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case Mapping():
            return "an object"
        case list():
            return "a list"
        case _:
            return str(value)
