"""A command from the plain JSON of a signal or an update, checked here because nobody else will: it may be anything.

`{"by": "kim"}` is enough to acknowledge. Whoever can send a signal can claim to be anybody, so its door is `signal` and
its assurance `asserted`, whatever it says, and what it says of other people is not heard; an update is our own
clients' door and keeps what they vouch for. Free text is taken out of the command, to be kept beside the record.
"""

import difflib
import re
import types
import typing
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from escalation.issue.commands import (
    HUMAN_COMMANDS,
    AdoptPolicy,
    Command,
    EndMaintenance,
    LookAtShifts,
    Open,
    TakeDuplicate,
)
from escalation.issue.facts import CLOCK, SIGNAL, Actor, TextRef
from escalation.issue.identity import read_issue_id
from escalation.issue.refusal import Rejected
from escalation.issue.sent_policies import unknown_field, unsound
from escalation.masking import LONGEST_TEXT, clean_text, mask_cards
from escalation.value import Value

Door: TypeAlias = Literal["signal", "update"]

LONGEST_WORD = 300
"""Characters of an id, a name or any other word of a command that is not free text."""
_DIGEST = re.compile(r"([0-9a-f]{64})?")
_IMPLIED = {"kind"}
_OF_OTHERS = {"facts", "people", "maintenance"}
"""Fields that say what somebody's role, channels and limits are, or that nobody is to be asked: from a signal anybody
could make himself the boss, or park an issue."""
_OF_ADOPT_POLICY: Any = {"id", "by", "happened_at", "tier", "last_known", "people", "reason"}
"""All but the policies, whose texts have lines and limits of their own."""
MOST_KNOWN = 1000
"""People whom a command may name as last known, and of whom it may bring facts. Ours: all of it is carried along."""
_OF_OPEN: Any = {"id": True, "by": True, "happened_at": True, "issue": {"description"}}
"""What is used of an issue that is reported again; the rest was checked when it was first opened, or is ignored."""
_LOOKED_AT: dict[type[Command], Any] = {Open: _OF_OPEN, AdoptPolicy: _OF_ADOPT_POLICY}
"""What of a command must hold words alone; of others, everything."""


WILL_RECORD = "will_record"
"""Beside an update's command: whether its sender writes the entries that its answer brings. Only a promise: entries
wait for the next step where it is not kept, and are never lost."""


class FromBody(Value):
    """A command that came as plain JSON, and the texts that came in it, by reference."""

    command: Any
    texts: dict[str, str]
    will_record: bool = False


def read_body(
    name: str, bodies: Sequence[object], fallback_id: str, door: Door, *, is_strict: bool = True
) -> FromBody | Rejected:
    """Read what came under a command's name. `fallback_id` is the command's id where the body gives none.

    `is_strict` False: unknown fields are ignored, as for an update that an earlier release has let in.
    """
    allowed: dict[str, type[Command]] = {**HUMAN_COMMANDS, "open": Open}
    kind = allowed.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, allowed, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        said = f"there is no {door} {mask_cards(name)[:60]!r}{hint}"
        return _bad(f"unknown_{door}", f"{said}; allowed: {', '.join(allowed)}")
    fields = _the_body(bodies, '{"by": "kim"}')
    if isinstance(fields, Rejected):
        return fields
    will_record = fields.pop(WILL_RECORD, False) if door == "update" else False
    if not isinstance(will_record, bool):
        return _bad("bad_field", f"{WILL_RECORD} is of type {type(will_record).__name__}; allowed: true or false")
    unknown = _unknown_field(kind, fields) if is_strict else None
    read = unknown or _read_fields(kind, fields, fallback_id, door)
    return read if isinstance(read, Rejected) or not will_record else read.model_copy(update={WILL_RECORD: True})


def read_duplicate(bodies: Sequence[object], fallback_id: str, *, is_strict: bool = True) -> FromBody | Rejected:
    """What another issue's errand says: that it repeats this one. Ids alone, and Escalon itself is who says so here."""
    fields = _the_body(bodies, '{"issue": "desk:REF-2", "said_by": "kim"}')
    if isinstance(fields, Rejected):
        return fields
    for field in fields if is_strict else ():
        if field not in {"id", "issue", "said_by"}:
            return _bad("unknown_field", f"field {mask_cards(field)[:60]!r} is not known; allowed: id, issue, said_by")
    given = {"id": fallback_id, **{field: fields[field] for field in ("id", "issue", "said_by") if field in fields}}
    try:
        command = TakeDuplicate.model_validate(given)
        issue, _ = read_issue_id(command.issue)
    except ValidationError as error:
        return _bad("bad_field", "; ".join(_problem(problem) for problem in error.errors()[:3]))
    except ValueError as error:
        return _bad("bad_field", f"issue is no issue's id: {mask_cards(str(error))[:300]!a}")
    return _unfit(command) or FromBody(command=command.model_copy(update={"issue": str(issue)}), texts={})


def read_own_body(bodies: Sequence[object], example: str, allowed: Sequence[str]) -> dict[str, object] | Rejected:
    """The fields of what our own doors send beside people's commands: words alone, none that may not be carried."""
    fields = _the_body(bodies, example)
    if isinstance(fields, Rejected):
        return fields
    for field, word in fields.items():
        if field not in allowed:
            known = ", ".join(allowed)
            return _bad("unknown_field", f"field {mask_cards(field)[:60]!r} is not known; allowed: {known}")
        if not isinstance(word, str):
            return _bad("bad_field", f"{field} is of type {type(word).__name__}; allowed: text")
        if (problem := _unfit_word(field, word)) is not None:
            return problem
    return fields


def unfit_field(why: str) -> Rejected:
    """The refusal of a field that cannot be."""
    return _bad("bad_field", why)


def read_end_of_maintenance(bodies: Sequence[object], fallback_id: str) -> FromBody | Rejected:
    """What is signalled by whoever ends a maintenance window before its time."""
    fields = _the_body(bodies, '{"window": "mw-20261122-2200", "by": "kim"}')
    if isinstance(fields, Rejected):
        return fields
    return _unknown_field(EndMaintenance, fields) or _read_fields(EndMaintenance, fields, fallback_id, "signal")


def read_look_at_shifts(bodies: Sequence[object], fallback_id: str) -> FromBody | Rejected:
    """What is signalled by a worker that notices that rotas or absences have changed."""
    fields = _the_body(bodies, '{"id": "shifts-1", "by": "kim"}')
    if isinstance(fields, Rejected):
        return fields
    return _unknown_field(LookAtShifts, fields) or _read_fields(LookAtShifts, fields, fallback_id, "signal")


def _the_body(bodies: Sequence[object], example: str) -> dict[str, object] | Rejected:
    if len(bodies) != 1:
        given = "no body" if not bodies else f"{len(bodies)} bodies"
        return _bad("bad_body", f"it came with {given}; allowed: one JSON object such as {example}")
    body = bodies[0]
    if not isinstance(body, Mapping):
        given = type(body).__name__
        return _bad("bad_body", f"its body is of type {given}; allowed: one JSON object such as {example}")
    return {str(key): value for key, value in body.items()}


def claimed_actor(bodies: Sequence[object], door: Door) -> Actor:
    """Who is said to have sent it, as far as that can be made out."""
    body = bodies[0] if len(bodies) == 1 else None
    by = body.get("by") if isinstance(body, Mapping) else None
    person = by.get("person") if isinstance(by, Mapping) else by
    is_name = isinstance(person, str) and person.strip() and _unfit_word("by", person) is None
    return Actor(person=str(person).strip() if is_name else "unknown", door=door, assurance="asserted")


def _unknown_field(kind: type[Command], body: Mapping[str, object]) -> Rejected | None:
    allowed = [field for field in kind.model_fields if field not in _IMPLIED]
    for field in body:
        if field not in allowed and field not in _IMPLIED:
            near = difflib.get_close_matches(field, allowed, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            said = f"field {mask_cards(field)[:60]!r} is not known{hint}"
            return _bad("unknown_field", f"{said}; allowed: {', '.join(allowed)}")
    unknown = unknown_field(body.get("policies")) if kind is AdoptPolicy else None
    return _bad("unknown_field", f"field {mask_cards(unknown)[:200]!r} is not known") if unknown is not None else None


def _read_fields(kind: type[Command], body: dict[str, object], fallback_id: str, door: Door) -> FromBody | Rejected:
    by = _actor(body.get("by"), door)
    if isinstance(by, Rejected):
        return by
    given_id = body.get("id", fallback_id)
    if not isinstance(given_id, str) or not 0 < len(given_id) <= LONGEST_WORD:
        return _bad("bad_field", f"id is not a text of 1 to {LONGEST_WORD} characters")
    fields: dict[str, object] = {**body, "id": given_id, "by": by}
    fields.pop("kind", None)
    for field in _OF_OTHERS if door == "signal" else ():
        fields.pop(field, None)
    texts: dict[str, str] = {}
    for field, value in body.items():
        if field in _text_fields(kind) and isinstance(value, str):
            try:
                masked = mask_cards(clean_text(value, field))
            except ValueError as error:
                return _bad("too_long" if len(value) > LONGEST_TEXT else "bad_field", str(error))
            ref = f"{given_id}.{field}"
            texts[ref] = masked
            fields[field] = TextRef(ref=ref, length=len(masked))
    try:
        command = kind.model_validate(fields)
    except ValidationError as error:
        return _bad("bad_field", "; ".join(_problem(problem) for problem in error.errors()[:3]))
    return (
        _unfit(command) or _foreign_text(command) or _unfit_policies(command) or FromBody(command=command, texts=texts)
    )


def _foreign_text(command: Command) -> Rejected | None:
    """A command refers to text that came with itself and to no other: not to what somebody else wrote."""
    given: list[object] = [getattr(command, field) for field in _text_fields(type(command))]
    if isinstance(command, Open):
        given += [command.issue.description, command.issue.title_ref]
    for text in given:
        if isinstance(text, TextRef) and not _is_own(text, command.id):
            return _bad("bad_field", "a reference to text is not the command's own; allowed: the text itself")
    return None


def _is_own(text: TextRef, command_id: str) -> bool:
    field = text.ref.removeprefix(f"{command_id}.")
    is_its = field != text.ref and field.isidentifier()
    return is_its and _DIGEST.fullmatch(text.digest) is not None and 0 <= text.length <= LONGEST_TEXT


def _actor(by: object, door: Door) -> Actor | Rejected:
    missing = _bad("bad_field", 'by is missing or not a person\'s id; allowed: a text such as "kim"')
    if isinstance(by, str) and by.strip():
        by = {"person": by.strip()}
    if not isinstance(by, Mapping):
        return missing
    claimed = {"door": door, "assurance": "asserted", **by}
    if door == "signal":
        claimed["door"], claimed["assurance"] = SIGNAL, "asserted"
    try:
        actor = Actor.model_validate(claimed)
    except ValidationError:
        return missing
    if actor.person == CLOCK.person or actor.assurance == CLOCK.assurance:
        return _bad("bad_field", f"by is Escalon itself, which sends nothing; allowed: a person's id such as {'kim'!r}")
    return actor if actor.person.strip() else missing


def no_instant(command: Command) -> Rejected | None:
    """Whether a time in it has an offset that leads out of the calendar, and so cannot be said in UTC."""
    for place, value in _leaves(command.model_dump()):
        if isinstance(value, datetime):
            try:
                value.astimezone(UTC)
            except OverflowError:
                return _bad("bad_field", f"{place} {value.isoformat()} is no instant in UTC; allowed: years 1 to 9999")
    return None


def _unfit(command: Command) -> Rejected | None:
    """What no field may hold, whatever it means: it would be carried in history, state and messages from now on."""
    looked_at = _LOOKED_AT.get(type(command))
    for place, value in _leaves(command.model_dump(include=looked_at)):
        if isinstance(value, str) and (problem := _unfit_word(place, value)) is not None:
            return problem
    return no_instant(command)


def _unfit_policies(command: Command) -> Rejected | None:
    if not isinstance(command, AdoptPolicy):
        return None
    known = len(command.people) + sum(len(people) for people in command.last_known.values()) + len(command.last_known)
    if known > MOST_KNOWN:
        return _bad("too_long", f"people and last_known name {known:,}; allowed: at most {MOST_KNOWN:,}")
    why = unsound(command.policies)
    return _bad("unsound_policy", f"the policy cannot be adopted: {why}"[:1000]) if why is not None else None


def _unfit_word(place: str, word: str) -> Rejected | None:
    if len(word) > LONGEST_WORD:
        return _bad("too_long", f"{place} has {len(word):,} characters; allowed: at most {LONGEST_WORD}")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in word):
        return _bad("bad_field", f"{place} {word[:60]!a} has control characters; allowed: one line of text")
    if mask_cards(word) != word:
        return _bad("card_number", f"{place} holds what looks like a card number; allowed: a reference that is none")
    return None


def _leaves(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield place, key
            yield from _leaves(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item, place)
    else:
        yield place, value


def _text_fields(kind: type[Command]) -> frozenset[str]:
    return frozenset(name for name, field in kind.model_fields.items() if _holds_text(field.annotation))


def _holds_text(annotation: object) -> bool:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        return TextRef in typing.get_args(annotation)
    return annotation is TextRef


def _problem(problem: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "body"
    if problem["type"] == "missing":
        return f"{place}: {problem['msg']}"
    return f"{place}: {problem['msg'][:120]} (given: {mask_cards(str(problem.get('input')))[:60]!a})"


def _bad(code: str, why: str) -> Rejected:
    return Rejected(code=code, why=why, nature="input")
