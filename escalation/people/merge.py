"""A directory as it would be with a list of people from elsewhere: they win in what they say, all else stays.

Whoever is not in the list any more is not in the directory any more, unless that is asked for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from escalation.people.imported import ImportedPerson
from escalation.policy.directory import INBOX, Directory, Person
from escalation.policy.finding import Findings
from escalation.policy.lint_directory import lint_directory


def merge(
    directory: Directory,
    people: Sequence[ImportedPerson],
    at: datetime,
    findings: Findings,
    *,
    role: str | None = None,
    keeps_others: bool = False,
) -> Directory | None:
    """The directory with these people; None, and findings at their lines, where that is not fit for use.

    `role` is that of new people of whom the list says none. Who is not active is gone as of `at`, and is not added.
    """
    for person in people:
        if person.line is not None:
            findings.lines[f"people.{person.id}"] = person.line
    listed = {person.id: person for person in people}
    merged: list[Person] = []
    for known in directory.people:
        if known.id in listed:
            merged.append(_changed(known, listed[known.id], at))
        elif keeps_others:
            merged.append(known)
    merged += _new(directory, people, role, findings)
    if not keeps_others:
        _lint_removed(directory, listed, findings)
    made = Directory(**{**{name: getattr(directory, name) for name in Directory.model_fields}, "people": tuple(merged)})
    if not _has_errors(findings):
        lint_directory(made, findings)
    return None if _has_errors(findings) else made


def _new(directory: Directory, people: Sequence[ImportedPerson], role: str | None, findings: Findings) -> list[Person]:
    made: list[Person] = []
    for person in people:
        if directory.has(person.id) or person.is_active is False:
            continue
        fields = {"role": role, **person.fields}
        missing = [name for name in ("name", "role") if fields.get(name) is None]
        for name in missing:
            findings.add(
                f"{person.where}.{name}",
                "is missing for somebody new",
                value=None,
                allowed=_ALLOWED[name],
                line=person.line,
            )
        if not missing:
            addresses = {INBOX: person.id, **{way: to for way, to in person.addresses.items() if to is not None}}
            made.append(Person(id=person.id, addresses=addresses, **fields))
    return made


_ALLOWED = {
    "name": "a column or attribute with it",
    "role": "a column or attribute with it, or one role for all who are new",
}


def _changed(known: Person, said: ImportedPerson, at: datetime) -> Person:
    addresses = {way: to for way, to in known.addresses.items() if said.addresses.get(way, to) is not None}
    addresses |= {way: to for way, to in said.addresses.items() if to is not None}
    change: dict[str, Any] = {**said.fields, "addresses": addresses}
    if said.is_active is False:
        change["left_at"] = known.left_at if known.is_gone(at) else at
    elif said.is_active and known.is_gone(at):
        change["left_at"] = None  # they are back
    return Person(**{name: change.get(name, getattr(known, name)) for name in Person.model_fields})


def _lint_removed(directory: Directory, listed: dict[str, ImportedPerson], findings: Findings) -> None:
    needed = {directory.operator: "operates Escalon"}
    for team in directory.teams:
        needed[team.duty_lead] = f"is duty lead of team {team.name}"
    for person, what in needed.items():
        if person not in listed:
            allowed = "a line for them, or that others are kept"
            findings.add(
                f"people.{person}", f"is not in the list, and {what}", value=person, allowed=allowed, line=None
            )


def _has_errors(findings: Findings) -> bool:
    return any(finding.level == "error" for finding in findings.found)
