"""What differs between two directories, person by person and field by field, in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from escalation.policy.addresses import shown
from escalation.policy.directory import Directory, Person
from escalation.value import Value


class FieldChange(NamedTuple):
    """One field, as it was and as it is; nothing is an empty text."""

    field: str
    before: str
    after: str


class PersonChange(NamedTuple):
    """One person who is new, other than before, or not there any more."""

    id: str
    what: Literal["added", "changed", "removed"]
    fields: tuple[FieldChange, ...]


def changes(before: Directory, after: Directory) -> tuple[PersonChange, ...]:
    """Everybody who differs, in the order of the directories. Addresses that let anybody send are not shown whole."""
    found: list[PersonChange] = []
    for person in before.people:
        if not after.has(person.id):
            found.append(PersonChange(person.id, "removed", _differ(person, None)))
        elif fields := _differ(person, after.person(person.id)):
            found.append(PersonChange(person.id, "changed", fields))
    new = (person for person in after.people if not before.has(person.id))
    return (*found, *(PersonChange(person.id, "added", _differ(None, person)) for person in new))


def changes_of(before: Directory | None, people: Mapping[str, Person | None]) -> tuple[PersonChange, ...]:
    """The same of these people alone, who are to be as they are given; None: not there any more."""
    found: list[PersonChange] = []
    for name, person in people.items():
        was = before.person(name) if before is not None and before.has(name) else None
        if was is None and person is None:
            continue
        what: Literal["added", "changed", "removed"] = "changed"
        if was is None or person is None:
            what = "added" if was is None else "removed"
        if fields := _differ(was, person):
            found.append(PersonChange(name, what, fields))
    return tuple(found)


def _differ(before: Person | None, after: Person | None) -> tuple[FieldChange, ...]:
    was, is_now = _parts(before), _parts(after)
    return tuple(
        FieldChange(field, _shown(field, was.get(field, "")), _shown(field, is_now.get(field, "")))
        for field in dict.fromkeys((*was, *is_now))
        if was.get(field, "") != is_now.get(field, "")
    )


def _shown(field: str, value: str) -> str:
    return shown(value) if field.startswith("address.") else value


def _parts(person: Person | None) -> dict[str, str]:
    if person is None:
        return {}
    parts: dict[str, str] = {}
    for name, info in Person.model_fields.items():
        value = getattr(person, name)
        if name == "addresses":
            parts |= {f"address.{channel}": address for channel, address in value.items()}
        elif name != "id" and (info.is_required() or value != info.get_default(call_default_factory=True)):
            parts[name] = in_words(value)
    return parts


def in_words(value: object) -> str:
    """The value of a field as people read it."""
    match value:
        case None:
            return ""
        case Mapping():
            return ", ".join(f"{key} {in_words(each)}" for key, each in value.items())
        case tuple():
            return ", ".join(in_words(each) for each in value)
        case Value():
            given = {name: getattr(value, name) for name in type(value).model_fields}
            return " ".join(f"{name} {in_words(each)}" for name, each in given.items() if each not in (None, "", ()))
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return str(value)
