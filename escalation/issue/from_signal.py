"""A command from the plain JSON of a signal, checked here because nobody else will: what comes may be anything.

`{"by": "kim"}` is enough to acknowledge. Whoever can send a signal can claim to be anybody, so its assurance is
`asserted` whatever it says. Free text is taken out of the command, to be kept beside the record.
"""

import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from escalation.issue.commands import HUMAN_COMMANDS, Command, Open
from escalation.issue.facts import Actor, TextRef
from escalation.issue.refusal import Rejected
from escalation.masking import mask_cards
from escalation.value import Value

LONGEST_TEXT = 10_000
LONGEST_WORD = 300
_IMPLIED = {"kind"}
_SIGNALS: dict[str, type[Command]] = {**HUMAN_COMMANDS, "open": Open}


class Signalled(Value):
    """A command that came by signal, and the texts that came in it, by reference."""

    command: Any
    texts: dict[str, str]


def read_signal(name: str, bodies: Sequence[object], fallback_id: str) -> Signalled | Rejected:
    """Read a named signal. `fallback_id` is the command's id where the body gives none."""
    kind = _SIGNALS.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, _SIGNALS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return _bad("unknown_signal", f"there is no signal {name[:60]!r}{hint}; allowed: {', '.join(_SIGNALS)}")
    if len(bodies) != 1:
        given = "no body" if not bodies else f"{len(bodies)} bodies"
        return _bad("bad_body", f'it came with {given}; allowed: one JSON object such as {{"by": "kim"}}')
    body = bodies[0]
    if not isinstance(body, Mapping):
        given = type(body).__name__
        return _bad("bad_body", f'its body is of type {given}; allowed: one JSON object such as {{"by": "kim"}}')
    return _read_body(kind, {str(key): value for key, value in body.items()}, fallback_id)


def signal_actor(bodies: Sequence[object]) -> Actor:
    """Who is said to have sent it, as far as that can be made out."""
    body = bodies[0] if len(bodies) == 1 else None
    by = body.get("by") if isinstance(body, Mapping) else None
    person = by.get("person") if isinstance(by, Mapping) else by
    is_name = isinstance(person, str) and 0 < len(person) <= LONGEST_WORD
    return Actor(person=str(person) if is_name else "unknown", door="signal", assurance="asserted")


def _read_body(kind: type[Command], body: dict[str, object], fallback_id: str) -> Signalled | Rejected:
    allowed = [field for field in kind.model_fields if field not in _IMPLIED]
    for field in body:
        if field not in allowed and field not in _IMPLIED:
            near = difflib.get_close_matches(field, allowed, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            return _bad("unknown_field", f"field {field[:60]!r} is not known{hint}; allowed: {', '.join(allowed)}")
    by = _actor(body.get("by"))
    if isinstance(by, Rejected):
        return by
    given_id = body.get("id", fallback_id)
    if not isinstance(given_id, str) or not 0 < len(given_id) <= LONGEST_WORD:
        return _bad("bad_field", f"id is not a text of 1 to {LONGEST_WORD} characters")
    fields: dict[str, object] = {**body, "id": given_id, "by": by}
    fields.pop("kind", None)
    texts: dict[str, str] = {}
    for field, value in body.items():
        if field in _text_fields(kind) and isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                return _bad("too_long", f"{field} has {len(value)} characters; allowed: {LONGEST_TEXT}")
            masked = mask_cards(value)
            ref = f"{given_id}.{field}"
            texts[ref] = masked
            fields[field] = TextRef(ref=ref, length=len(masked))
    try:
        return Signalled(command=kind.model_validate(fields), texts=texts)
    except ValidationError as error:
        return _bad("bad_field", "; ".join(_problem(problem) for problem in error.errors()[:3]))


def _actor(by: object) -> Actor | Rejected:
    missing = 'by is missing or not a person\'s id; allowed: a text such as "kim"'
    if isinstance(by, str) and 0 < len(by.strip()) <= LONGEST_WORD:
        return Actor(person=by.strip(), door="signal", assurance="asserted")
    if not isinstance(by, Mapping):
        return _bad("bad_field", missing)
    try:
        actor = Actor.model_validate({"door": "signal", **by, "assurance": "asserted"})
    except ValidationError:
        return _bad("bad_field", missing)
    return actor


def _text_fields(kind: type[Command]) -> frozenset[str]:
    return frozenset(name for name, field in kind.model_fields.items() if _holds_text(field.annotation))


def _holds_text(annotation: object) -> bool:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        return TextRef in typing.get_args(annotation)
    return annotation is TextRef


def _problem(problem: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in problem["loc"]) or "body"
    return f"{place}: {problem['msg'][:120]} (given: {str(problem.get('input'))[:60]!r})"


def _bad(code: str, why: str) -> Rejected:
    return Rejected(code=code, why=why, nature="input")
