"""What the bodies of `/v1/people` may hold: a person's fields as a file has them, and `active` as SCIM has it.

Whether a value is right is for the reader of directories to say: here is only what kind of value it is.
"""

from typing import Annotated, Any, TypeAlias

from pydantic import Field

from escalation.people.alter import FIELDS
from starter.http.forms import Form, Word
from starter.http.problems import Fault, Refused

_Line: TypeAlias = Annotated[str, Field(max_length=400)]
_Words: TypeAlias = Annotated[list[_Line], Field(max_length=200)]
_Objects: TypeAlias = Annotated[list[dict[str, Any]], Field(max_length=200)]

OWN = frozenset({"addresses", "absences", "rules", "quiet_hours", "zone", "language", "languages"})
"""What everybody may change of themselves."""


class PersonForm(Form):
    """A person: docs/policy.md says what each field means."""

    name: _Line | None = None
    role: _Line | None = None
    teams: _Words | None = None
    addresses: dict[str, _Line | None] | None = Field(default=None, description="By channel, the preferred one first.")
    limit: dict[str, _Line | int | float | None] | None = Field(default=None, description="By currency.")
    deputy: _Line | None = None
    language: _Line | None = None
    zone: _Line | None = None
    manager: _Line | None = None
    department: _Line | None = None
    skills: _Words | None = None
    languages: _Words | None = None
    at_once: _Line | int | None = Field(default=None, description="How much they have in hand at most.")
    left_at: _Line | None = Field(default=None, description="Their last day, or an instant with its offset.")
    absences: _Objects | None = None
    rules: dict[str, Any] | None = None
    quiet_hours: _Objects | None = None
    why: Word | None = Field(default=None, description="Why it is changed: kept with the change.")


class PatchForm(PersonForm):
    """Fields of a person that change."""

    active: bool | None = Field(default=None, description="false: they have left as of now; true: they are back.")
    schemas: list[_Line] | None = Field(default=None, description="Of SCIM's PatchOp; not looked at.")
    operations: _Objects | None = Field(
        default=None, alias="Operations", description="Of SCIM's PatchOp: replace active, and nothing else."
    )


def given_by(form: PersonForm) -> dict[str, object]:
    """The fields of a person that are given, null or not."""
    said = form.model_dump(exclude_unset=True)
    return {name: said[name] for name in FIELDS if name in said}


def is_active(form: PatchForm) -> bool | None:
    """What is said of `active`, by itself or as SCIM has it; None: nothing. Raises Refused."""
    found = form.active
    for place, each in enumerate(form.operations or ()):
        if str(each.get("op", "")).lower() != "replace":
            raise _unknown_operation(place, "op", each.get("op"), "replace")
        value = each.get("value")
        if "path" not in each and isinstance(value, dict) and value.keys() == {"active"}:
            value = value["active"]
        elif each.get("path") != "active":
            raise _unknown_operation(place, "path", each.get("path"), "active; other fields by their names")
        if str(value).lower() not in {"true", "false"}:
            raise _unknown_operation(place, "value", value, "true or false")
        found = str(value).lower() == "true"
    return found


def _unknown_operation(place: int, field: str, value: object, allowed: str) -> Refused:
    where = f"Operations[{place}].{field}"
    why = f"{where}: {str(value)[:80]!a} is not taken; allowed: {allowed}"
    return Refused(422, "wrong_input", why, [Fault(field=where, value=str(value)[:80], allowed=allowed, why=why)])
