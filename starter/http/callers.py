"""Who calls: the API key of a request, the actor whom it stands for, and what it may be used for.

Whose key it is decides who acts; a body never does. What that person or machine may do to an issue is decided by the
rules, as through every door.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import structlog
from fastapi import Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from escalation.issue.facts import Actor
from escalation.policy.directory import Person
from records.api_keys import ApiKey, opens, read_written
from starter.calls import note
from starter.door import actor_for
from starter.http.doors import Doors, TheDoors
from starter.http.guard import address_of
from starter.http.problems import Refused
from starter.http.refused_calls import log_refused_call
from starter.installation import Installed
from starter.scopes import covers

DOOR = "api"
ON_BEHALF = "Escalon-On-Behalf-Of"
_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="An API key: `escalon key create`.")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Caller:
    """Who acts, by which key, and what was installed when they came in."""

    actor: Actor
    key: ApiKey
    here: Installed
    person: Person | None
    """The person of the directory who acts; None: a machine does."""

    @property
    def reader(self) -> str:
        """By whom something is read, as the rules for readers take it."""
        return self.actor.person


def allowed(wanted: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, whose key is for this. Raises Refused with 401, 403, 429 or 503."""

    async def caller(
        request: Request,
        doors: TheDoors,
        given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
        on_behalf_of: Annotated[
            str, Header(alias=ON_BEHALF, description="A person's id: for whom a machine acts, if its key is for that.")
        ] = "",
    ) -> Caller:
        address = address_of(request.scope)
        key = await _key(doors, given.credentials if given else "", address)
        note(key=key.key, actor=key.person)
        doors.limits.check_key(key.key)
        here = await doors.installed()
        doors.keys.note_use(key, doors.clock())
        actor, person = _actor(key, here, on_behalf_of, doors.clock())
        note(actor=actor.person)
        if not covers(key.scopes, wanted):
            await log_refused_call(doors, actor, wanted, "not_in_scope", f"the key {key.key} is not for {wanted}")
            raise Refused(403, "not_in_scope", f"this key is for {', '.join(key.scopes)}, and not for {wanted}")
        return Caller(actor, key, here, person)

    return caller


async def _key(doors: Doors, written: str, address: str) -> ApiKey:
    """The key that was shown; raises Refused."""
    if not written:
        raise _unknown("no_key", "there is no key in the call; allowed: Authorization: Bearer esc_…")
    number = read_written(written)
    found = await doors.keys.find(number) if number else None
    if opens(found, written) and found is not None and found.is_good(doors.clock()):
        return found
    doors.limits.check_wrong_key(address)
    who = Actor(person=f"key {number or 'unreadable'}", door=DOOR, assurance="asserted", is_machine=True)
    code, why = _why_wrong(doors, found, written)
    await log_refused_call(doors, who, "come in", code, f"{why} (from {address})")
    raise _unknown(code, why)


def _why_wrong(doors: Doors, found: ApiKey | None, written: str) -> tuple[str, str]:
    """Who holds the secret may know what became of the key; nobody else."""
    if found is None or not opens(found, written):
        return "unknown_key", "the key is not known"
    if found.revoked_at is not None and found.revoked_at <= doors.clock():
        return "key_revoked", f"the key {found.key} was revoked"
    return "key_expired", f"the key {found.key} has run out"


def _unknown(code: str, why: str) -> Refused:
    return Refused(401, code, why, headers={"WWW-Authenticate": "Bearer"})


def _actor(key: ApiKey, here: Installed, on_behalf_of: str, now: datetime) -> tuple[Actor, Person | None]:
    """Who acts. Raises Refused where the directory does not bear it out, WrongInput for a name that nobody has."""
    is_person = here.directory.has(key.person)
    if key.is_machine and is_person:
        # A machine by a person's name would be taken for that person wherever names are compared.
        raise Refused(403, "name_of_a_person", f"the key's machine {key.person} has the name of a person")
    if not key.is_machine:
        if not is_person:
            raise Refused(403, "not_in_directory", f"{key.person}, whose key this is, is not in the directory")
        if on_behalf_of not in {"", key.person}:
            raise Refused(403, "not_on_behalf", "a person's key acts for that person alone")
        person = _still_there(here.directory.person(key.person), now)
        return actor_for(person, DOOR, "signed_link"), person
    if on_behalf_of:
        if "on_behalf" not in key.scopes:
            raise Refused(403, "not_on_behalf", f"this key acts as {key.person} alone; its scopes lack on_behalf")
        person = _still_there(here.person(on_behalf_of, ON_BEHALF), now)
        return actor_for(person, DOOR, "asserted"), person
    return Actor(person=key.person, door=DOOR, assurance="signed_link", is_machine=True), None


def _still_there(person: Person, now: datetime) -> Person:
    """The person; raises Refused where they have left, so that a key of theirs opens nothing any more."""
    if person.is_gone(now):
        raise Refused(403, "has_left", f"{person.id} has left")
    return person
