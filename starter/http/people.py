"""`/v1/people`: the directory in the record, read and changed one by one, as `escalon people` has it.

Who changes somebody says which state of them they have seen (`If-Match`), so that nobody writes over what another one
has just changed. What a change may not do is refused as at the command line.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.responses import JSONResponse, Response

from escalation.people.alter import altered, plain_fields
from escalation.policy.addresses import shown
from escalation.policy.directory import Person
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.looked_up import LookedUp
from records.people_changes import Alteration
from starter.failure import Failed, NotDone
from starter.http.bodies import body_of, described
from starter.http.callers import Caller, allowed
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors
from starter.http.people_forms import OWN, PatchForm, PersonForm, given_by, is_active
from starter.http.problems import Fault, Refused, refused
from starter.people_changing import Author, Changed, change_people
from starter.people_import import changes_json
from starter.people_source import IN_STORE, people_now, stored
from starter.record_at import lasting_record
from starter.scopes import PEOPLE

DOOR = "api"
MOST = 500
router = APIRouter(prefix="/v1/people", tags=["people"])
_Keeper = Annotated[Caller, Depends(allowed(PEOPLE))]
_Id = Annotated[str, Path(alias="person", min_length=1, max_length=40, description="A person's id.")]
_Match = Annotated[
    str, Header(alias="If-Match", description="The ETag under which they were read; * whatever it is by now.")
]
_NoneMatch = Annotated[str, Header(alias="If-None-Match", description="*: they are not there yet.")]
Make: TypeAlias = Callable[[LookedUp, Person | None], Person | None]
_CHANGED: dict[int | str, dict[str, Any]] = {200: {"description": "It is changed, or was so already."}}


@router.get("", summary="List people", responses=problems(401, 403, 409, 422))
async def list_them(
    doors: TheDoors,
    caller: _Keeper,  # noqa: ARG001 - who has come in may see them
    after: Annotated[str, Query(max_length=40, description="Those after this one: `next_after`.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST, description="So many.")] = 100,
) -> Response:
    """Everybody, in the order of the directory, part by part."""
    now = doors.clock()

    def read() -> dict[str, Any]:
        directory = _directory(doors)
        if after and not directory.has(after):
            raise _unknown(after)
        part = directory.pages.part(after, limit)
        people = [_json(directory, each, version, now) for each, version in part]
        return {"people": people, "next_after": part[-1][0].id if len(part) == limit else None}

    return JSONResponse(await _in_thread(read))


@router.get("/{person}", summary="Read a person", responses=problems(401, 403, 404, 409, 422))
async def read_one(doors: TheDoors, caller: _Keeper, person: _Id) -> Response:  # noqa: ARG001
    """Who they are, and where they are now. The `ETag` is what `If-Match` takes; `person` is what `PUT` takes."""

    def read() -> tuple[dict[str, Any], int]:
        directory = _directory(doors)
        if not directory.has(person):
            raise _unknown(person)
        version = directory.pages.versions([person])[person]
        return _json(directory, directory.person(person), version, doors.clock()), version

    body, version = await _in_thread(read)
    return JSONResponse(body, headers={"ETag": f'"{version}"'})


@router.put(
    "/{person}",
    summary="Put a person there, whole",
    responses={
        **_CHANGED,
        201: {"description": "Somebody new."},
        **problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
    },
    openapi_extra=described(PersonForm),
)
async def put_one(
    doors: TheDoors,
    caller: _Keeper,
    person: _Id,
    form: Annotated[PersonForm, Depends(body_of(PersonForm))],
    match: _Match = "",
    none_match: _NoneMatch = "",
) -> Response:
    """Everything that is not given has its default. With `If-None-Match: *` somebody new."""
    if none_match not in {"", "*"} or bool(none_match) == bool(match):
        raise _without_state("one of If-Match with their ETag, and If-None-Match: * for somebody new")
    fields = given_by(form)

    def make(_: LookedUp, known: Person | None) -> Person | None:
        if none_match and known is not None:
            raise Refused(412, "already_there", f"person: there is a '{person}' already")
        return _made(known, None, person, fields)

    return await _change(doors, caller, person, make, fields, form.why, match, is_new=bool(none_match))


@router.patch(
    "/{person}",
    summary="Change some fields of a person",
    responses={**_CHANGED, **problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428)},
    openapi_extra=described(PatchForm),
)
async def patch_one(
    doors: TheDoors,
    caller: _Keeper,
    person: _Id,
    form: Annotated[PatchForm, Depends(body_of(PatchForm))],
    match: _Match = "",
) -> Response:
    """What is not given stays, `null` takes away; addresses and limits are changed one by one, lists as a whole.

    `active` (also as an operation of SCIM): false, they have left as of now; true, they are back. It alone needs no
    `If-Match`.
    """
    active, fields = is_active(form), given_by(form)
    if fields and not match:
        raise _without_state("If-Match with their ETag, or *; active alone needs none")
    if not fields and active is None:
        why = "body: it says nothing; allowed: fields of a person, or active"
        raise Refused(422, "wrong_input", why, [Fault(field="body", why=why)])
    now = doors.clock()

    def make(_: LookedUp, known: Person | None) -> Person | None:
        assert known is not None
        wanted = dict(fields)
        if active is False and not known.is_gone(now):
            wanted["left_at"] = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        elif active and known.is_gone(now):
            wanted["left_at"] = None
        return _made(known, known, person, wanted)

    named = {**fields, **({} if active is None else {"active": active})}
    return await _change(doors, caller, person, make, named, form.why, match or "*")


@router.delete(
    "/{person}",
    summary="Take a person out of the directory",
    responses={**_CHANGED, **problems(401, 403, 404, 409, 412, 422, 428)},
)
async def delete_one(doors: TheDoors, caller: _Keeper, person: _Id, match: _Match = "") -> Response:
    """What earlier changes said of them is erased by `escalon versions erase people`."""
    if not match:
        raise _without_state("If-Match with their ETag, or *")
    return await _change(doors, caller, person, lambda _, __: None, {"id": person}, None, match)


async def _change(
    doors: Doors, caller: Caller, person: str, make: Make, fields: Mapping[str, object], why: str | None, match: str,
    *, is_new: bool = False,
) -> Response:  # fmt: skip
    now = doors.clock()
    _may(caller, person, fields)

    def alter(directory: LookedUp) -> Alteration:
        known = directory.person(person) if directory.has(person) else None
        if known is None and not is_new:
            raise _unknown(person)
        if match not in {"", "*"} and match != f'"{directory.pages.versions([person])[person]}"':
            raise Refused(412, "changed_meanwhile", f"If-Match: {match[:40]!a} is not {person} as they are; read again")
        made = make(directory, known)
        return Alteration.trusted(people={} if made == known else {person: made})

    def act() -> tuple[Changed, dict[str, Any], int]:
        settings = doors.settings
        _directory(doors)
        db, people = lasting_record(settings), people_now(settings)
        done = change_people(settings, people, db, alter, Author(caller.actor.person, DOOR, why or ""), now)
        directory = people.current()
        if not directory.has(person):
            return done, {}, 0
        version = directory.pages.versions([person])[person]
        return done, _json(directory, directory.person(person), version, now), version

    try:
        done, body, version = await asyncio.to_thread(act)
    except PolicyErrors as errors:
        raise _unfit(errors) from None
    except Failed as failure:
        raise refused(failure, dict(fields)) from None
    except OSError as error:
        raise _away(error) from None
    answer = {**changes_json(done.found), "notes": list(done.warnings), "change": done.number, "is_made": done.is_made}
    headers = {"ETag": f'"{version}"'} if body else {}
    return JSONResponse({**answer, **body}, 201 if is_new and done.is_made else 200, headers)


def _may(caller: Caller, person: str, fields: Mapping[str, object]) -> None:
    """A machine may what its key is for; of people, the operator and duty leads, and everybody for themselves."""
    directory, who = caller.here.directory, caller.actor.person
    if caller.person is None or who == directory.operator or who in {team.duty_lead for team in directory.teams}:
        return
    if who != person or not fields.keys() <= OWN:
        own = ", ".join(sorted(OWN))
        raise Refused(403, "not_allowed", f"{who} is neither operator nor duty lead; allowed: of themselves {own}")


def _directory(doors: Doors) -> LookedUp:
    if doors.settings.people_in != "store":
        raise Refused(409, "people_in_file", "the directory is kept in a file here: ESCALON_PEOPLE_IN")
    return stored(doors.settings)


async def _in_thread(read: Callable[[], Any]) -> Any:
    try:
        return await asyncio.to_thread(read)
    except Failed as failure:
        raise refused(failure, {}) from None
    except OSError as error:
        raise _away(error) from None


def _made(known: Person | None, base: Person | None, id: str, fields: Mapping[str, object]) -> Person:  # noqa: A002
    """The person; an address that is given as it is shown, without its secret, is the one that they have."""
    wanted = dict(fields)
    addresses = wanted.get("addresses")
    if isinstance(addresses, Mapping) and known is not None:
        wanted["addresses"] = {
            way: known.addresses[way] if way in known.addresses and to == shown(known.addresses[way]) else to
            for way, to in addresses.items()
        }
    findings = Findings(IN_STORE)
    made = altered(base, id, wanted, findings)
    if made is None:
        raise PolicyErrors(findings.in_order())
    return made


def _json(directory: LookedUp, person: Person, version: int, now: datetime) -> dict[str, Any]:
    instead = () if person.is_present(now) else directory.present([person], now).people
    return {
        "id": person.id,
        "version": version,
        "where": "gone" if person.is_gone(now) else "away" if person.is_absent(now) else "here",
        "in_their_place": instead[0].id if instead else None,
        "person": {**plain_fields(person), "addresses": {way: shown(to) for way, to in person.addresses.items()}},
    }


def _unfit(errors: PolicyErrors) -> Refused:
    faults = [
        Fault(field=each.field or "body", value=each.value, allowed=each.allowed or None, why=str(each))
        for each in errors.errors
    ]
    return Refused(422, "policy_errors", "; ".join(fault.why for fault in faults[:3]), faults)


def _unknown(person: str) -> Refused:
    return Refused(404, "unknown_person", f"person: '{shown(person)}' is not in the directory")


def _without_state(wanted: str) -> Refused:
    return Refused(428, "precondition_required", f"If-Match: is missing; allowed: {wanted}")


def _away(error: OSError) -> Refused:
    return refused(NotDone(str(error), "record_away"), {})
