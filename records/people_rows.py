"""How people and teams of the directory lie in the record: the row of each, and the words by which it is looked up.

A row holds from one change of the directory (`since`) to another (`until`), so that the directory of any change is
there. What is kept of it is salted: once it is erased, its digest tells nothing of what it said.
"""

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from escalation.issue.identity import DEFAULT
from escalation.policy.directory import Person, Team
from escalation.value import Value

Kind: TypeAlias = Literal["person", "team", "operator"]
NEVER = 2**31 - 1
"""`until` of what is in use."""
OPERATOR = "operator"
WHOSE = dict.fromkeys(("org", "legal_entity", "team"), DEFAULT)
ROLE, ROLE_IN_TEAM, ADDRESS, DEPUTY, MANAGER, WORD = (
    "role", "role in team", "address", "deputy", "manager", "word",
)  # fmt: skip


class KeptPerson(Value):
    """A person, and the salt."""

    salt: str
    person: Person


class KeptTeam(Value):
    """A team, and the salt."""

    salt: str
    team: Team


class KeptOperator(Value):
    """Who operates Escalon, and the salt."""

    salt: str
    operator: str


def content_of(thing: Person | Team | str) -> bytes:
    """What is kept of it."""
    salt = secrets.token_hex(16)
    kept: Value
    match thing:
        case Person():
            kept = KeptPerson(salt=salt, person=thing)
        case Team():
            kept = KeptTeam(salt=salt, team=thing)
        case _:
            kept = KeptOperator(salt=salt, operator=thing)
    return kept.model_dump_json(by_alias=True, exclude_defaults=True).encode()


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def row(kind: Kind, id: str, content: bytes, since: int, place: int) -> dict[str, Any]:  # noqa: A002
    """The row of it."""
    return {
        **WHOSE, "kind": kind, "id": id, "since": since, "until": NEVER, "place": place,
        "digest": digest_of(content), "content": content,
    }  # fmt: skip


def marks_of(person: Person, since: int, place: int) -> Iterator[dict[str, Any]]:
    """The rows by which they are found."""
    for mark, value in dict.fromkeys(_words(person)):
        yield {
            **WHOSE, "mark": mark, "value": value, "id": person.id, "since": since, "until": NEVER, "place": place,
        }  # fmt: skip


def role_in_team(role: str, team: str) -> str:
    """The word of a role in a team."""
    return f"{team}\n{role}"


def address_word(channel: str, address: str) -> str:
    """The word of an address; case does not count."""
    return f"{channel}\n{address.lower()}"


def _words(person: Person) -> Iterator[tuple[str, str]]:
    yield ROLE, person.role
    for team in person.teams:
        yield ROLE_IN_TEAM, role_in_team(person.role, team)
    for channel, address in person.addresses.items():
        if address:
            yield ADDRESS, address_word(channel, address)
    for deputy in person.deputies():
        yield DEPUTY, deputy
    if person.manager is not None:
        yield MANAGER, person.manager
    for word in person.words():
        yield WORD, word
