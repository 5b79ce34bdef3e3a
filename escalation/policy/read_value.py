"""From YAML nodes to the frozen models: strict, field by field, every mistake at its line.

The models' annotations are the schema; there is no second one. Rules across fields are in `lint.py`.
"""

import operator
import re
from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from escalation import duration
from escalation.calendar.limit import NO_LIMIT, SPANS, Limit, read_span
from escalation.policy.finding import Findings, listed, shown
from escalation.policy.located import Mapping, Node, Scalar, Sequence, kind_of
from escalation.value import Value

AnyValue = TypeVar("AnyValue", bound=Value)

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}"
ALLOWED_NAME = "1 to 40 letters a-z, digits, _ . -, beginning with a letter or digit"
OUT_OF_RANGE = "is out of range"
ALLOWED_SHARE = "a percentage such as 50 %"
LONGEST_TEXT = 4000
LONGEST_LINE = 200
NAMED_FIELDS = frozenset({"name", "id"})
"""Fields that hold a name by which others refer to it; as the key of a mapping, they are written before the colon."""
ONE_LINE_FIELDS = frozenset({"title", "means", "owner"})
SET_ON_READING = frozenset({"digest", "pinned_calendars"})
"""Fields that are not written but computed when the text is read."""

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*%", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d{1,9}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK = re.compile(r"\d\d:\d\d(?::\d\d)?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_PATTERNS: Final[dict[Any, tuple[type[date] | type[time], re.Pattern[str]]]] = {
    date: (date, _DATE),
    time: (time, _CLOCK),
    datetime: (datetime, _INSTANT),
    AwareDatetime: (datetime, _INSTANT),
}

_BOUNDS: Final = (
    (Ge, "ge", "at least", operator.le),
    (Gt, "gt", "more than", operator.lt),
    (Le, "le", "at most", operator.ge),
    (Lt, "lt", "less than", operator.gt),
)
"""Kinds of bounds, with the comparison of the limit to the value."""


class Failed:
    """Stands for a value that could not be read; what is wrong has been said."""


FAILED: Final = Failed()


class ValueReader:
    """Reads nodes into models and keeps what is wrong, and the line of every field, in `findings`.

    `keyed` names the models that are written as a mapping, and which of their fields is the key; `wordy` those whose
    `name` is a phrase for people, where others are referred to by a name without spaces.
    """

    def __init__(self, findings: Findings, keyed: dict[type[Value], str], wordy: frozenset[type[Value]]) -> None:
        self._findings = findings
        self._keyed = keyed
        self._wordy = wordy

    def model(self, model: type[AnyValue], node: Node, path: str, **given: object) -> AnyValue | Failed:
        """One model from a mapping; `given` are fields whose value is known already, such as a key."""
        self._findings.lines[path] = node.line
        fields = {
            info.alias or name: info
            for name, info in model.model_fields.items()
            if name not in SET_ON_READING and name not in given
        }
        if not isinstance(node, Mapping):
            return self._wrong(path, node, "is not a mapping", f"a mapping with {listed(fields)}")
        for name in [name for name in node.entries if name not in fields]:
            self._unknown_field(path, name, node, fields, set(given))
        is_wordy = model in self._wordy
        read = {name: self._field(info, name, node, path, is_wordy) for name, info in fields.items()}
        if any(value is FAILED for value in read.values()):
            return FAILED
        present = {name: value for name, value in read.items() if name in node.entries}
        return model(**given, **present)

    def _unknown_field(
        self, path: str, name: str, node: Mapping, fields: dict[str, FieldInfo], given: set[str]
    ) -> None:
        self._findings.lines[_below(path, name)] = node.key_lines[name]
        problem = "is written before the colon already" if name in given else "is not a field"
        self._findings.unknown(_below(path, name), name, problem, fields)

    def _field(self, info: FieldInfo, name: str, node: Mapping, path: str, is_wordy: bool) -> object:
        here = _below(path, name)
        if name not in node.entries:
            if info.is_required():
                self._findings.add(here, "is missing", allowed=allowed_words(info.annotation), line=node.line)
                return FAILED
            return None
        self._findings.lines[here] = node.key_lines[name]
        value = self._value(info.annotation, node.entries[name], here, name)
        if isinstance(value, str):
            if name in NAMED_FIELDS and not is_wordy:
                return value if self._is_name(value, here, node.entries[name].line) else FAILED
            return self._text_of_field(value, info, name, here, node.entries[name])
        if isinstance(value, int | float):
            return self._within(value, info, here, node.entries[name])
        return value

    def _value(self, annotation: Any, node: Node, path: str, name: str) -> object:
        origin, arguments = _parts(annotation)
        if Limit in arguments:
            return self._span(node, path)
        if origin in {Union, UnionType}:
            if isinstance(node, Scalar) and node.is_null:
                return None
            if date in arguments and datetime in arguments:
                return self._day_or_instant(node, path)
            (annotation,) = (argument for argument in arguments if argument is not NoneType)
            return self._value(annotation, node, path, name)
        if origin is tuple:
            key = self._keyed.get(arguments[0])
            return (
                self._items(arguments[0], node, path, name) if key is None else self._by_key(arguments[0], node, path)
            )
        if origin in {dict, AnyMapping}:
            return self._mapping(arguments[1], node, path, name)
        if isinstance(annotation, type) and issubclass(annotation, Value):
            return self.model(annotation, node, path)
        if not isinstance(node, Scalar):
            return self._wrong(path, node, "is not a single value", allowed_words(annotation))
        if origin is Literal:
            return self._choice(node, path, arguments)
        return self._scalar(annotation, node, path)

    def _items(self, annotation: Any, node: Node, path: str, name: str) -> object:
        if not isinstance(node, Sequence):
            return self._wrong(path, node, "is not a list", f"a list of {allowed_words(annotation)}")
        read = []
        for place, item in enumerate(node.items):
            here = f"{path}[{place}]"
            self._findings.lines[here] = item.line
            read.append(self._not_empty(self._value(annotation, item, here, name), item, here))
        return FAILED if any(value is FAILED for value in read) else tuple(read)

    def _by_key(self, model: type[Value], node: Node, path: str) -> object:
        if not isinstance(node, Mapping):
            return self._wrong(path, node, "is not a mapping", "a mapping from name to what it is")
        read = []
        for key, item in node.entries.items():
            here = _below(path, key)
            is_name = self._is_name(key, here, node.key_lines[key])
            value = self.model(model, item, here, **{self._keyed[model]: key})
            self._findings.lines[here] = node.key_lines[key]
            read.append(value if is_name else FAILED)
        return FAILED if any(value is FAILED for value in read) else tuple(read)

    def _mapping(self, annotation: Any, node: Node, path: str, name: str) -> object:
        if not isinstance(node, Mapping):
            return self._wrong(path, node, "is not a mapping", f"a mapping from name to {allowed_words(annotation)}")
        read: dict[str, object] = {}
        for key, item in node.entries.items():
            here = _below(path, key)
            self._findings.lines[here] = node.key_lines[key]
            value = self._not_empty(self._value(annotation, item, here, name), item, here)
            read[key] = value if self._is_name(key, here, node.key_lines[key]) else FAILED
        return FAILED if any(value is FAILED for value in read.values()) else read

    def _scalar(self, annotation: Any, node: Scalar, path: str) -> object:
        text = node.text.strip()
        if annotation is str and node.is_text:
            return text
        allowed = allowed_words(annotation)
        if annotation is str:
            problem = "is empty" if node.is_null else "is no text; put it in quotes if it is meant as text"
            return self._wrong(path, node, problem, allowed)
        if annotation is timedelta:
            try:
                return duration.parse_duration(text)
            except ValueError as error:
                problem, _, allowed = str(error).removeprefix(f"{text!r} ").partition("; allowed: ")
                return self._wrong(path, node, problem, allowed)
        if annotation is float and (share := _SHARE.fullmatch(text)):
            return float(share[1]) / 100
        if annotation is Decimal and (_AMOUNT.fullmatch(text)):
            return Decimal(text)
        if annotation is bool and node.is_plain and text in {"true", "false"}:
            return text == "true"
        if annotation is int and node.is_plain and _WHOLE.fullmatch(text):
            return int(text)
        if annotation in _PATTERNS:
            return self._of_calendar(annotation, node, path)
        return self._wrong(path, node, f"is not {allowed.partition(' such')[0]}", allowed)

    def _span(self, node: Node, path: str) -> object:
        """A plain duration, or a limit with a unit or a shape of its own."""
        if not isinstance(node, Scalar):
            return self._wrong(path, node, "is not a single value", SPANS)
        text = node.text.strip()
        try:
            return read_span(text)
        except ValueError as error:
            problem, _, allowed = str(error).removeprefix(f"{text!r} ").partition("; allowed: ")
        try:
            duration.parse_duration(text)
        except ValueError as error:
            plain, _, allowed_plain = str(error).removeprefix(f"{text!r} ").partition("; allowed: ")
            if plain == OUT_OF_RANGE:
                return self._wrong(path, node, plain, allowed_plain)
            problem = plain if problem == NO_LIMIT else problem
        hint = allowed.partition("; did you mean ")[2]
        return self._wrong(path, node, problem, f"{SPANS}; did you mean {hint}" if hint else SPANS)

    def _of_calendar(self, annotation: Any, node: Scalar, path: str) -> object:
        """A day, a time of the clock face, or an instant (in UTC then), which must say its offset."""
        text, allowed = node.text.strip(), allowed_words(annotation)
        kind, pattern = _PATTERNS[annotation]
        try:
            found = kind.fromisoformat(text) if pattern.fullmatch(text) else None
            if isinstance(found, datetime):
                if found.utcoffset() is None:
                    return self._wrong(path, node, "has no offset, so it could mean many instants", allowed)
                found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            found = None
        if found is None:
            return self._wrong(path, node, f"is not {allowed.partition(' such')[0]}", allowed)
        return found

    def _day_or_instant(self, node: Node, path: str) -> object:
        """A day, or an instant (in UTC then)."""
        allowed = allowed_words(date | datetime)
        if not isinstance(node, Scalar):
            return self._wrong(path, node, "is not a single value", allowed)
        if _DATE.fullmatch(node.text.strip()):
            return self._of_calendar(date, node, path)
        if _INSTANT.fullmatch(node.text.strip()):
            return self._of_calendar(datetime, node, path)
        return self._wrong(path, node, "is neither a day nor an instant", allowed)

    def _choice(self, node: Scalar, path: str, choices: tuple[Any, ...]) -> object:
        if node.text in choices:
            return node.text
        self._findings.unknown(path, node.text, "is not one of the choices", choices)
        return FAILED

    def _text_of_field(self, text: str, info: FieldInfo, name: str, path: str, node: Node) -> str | Failed:
        if not text and info.default != "":
            return self._wrong(path, node, "is empty", "text")
        if len(text) > LONGEST_TEXT:
            return self._wrong(path, node, f"has {len(text)} characters", f"at most {LONGEST_TEXT}")
        if name in ONE_LINE_FIELDS | NAMED_FIELDS and (len(text) > LONGEST_LINE or not text.isprintable()):
            return self._wrong(path, node, "is not one line", f"one line of at most {LONGEST_LINE} characters")
        return text

    def _within(self, value: float, info: FieldInfo, path: str, node: Node) -> object:
        bounds = bounds_of(info)
        if all(holds(value) for _, holds in bounds):
            return value
        return self._wrong(path, node, "is out of range", " and ".join(says for says, _ in bounds))

    def _not_empty(self, value: object, node: Node, path: str) -> object:
        if value == "":
            return self._wrong(path, node, "is empty", "text")
        if isinstance(value, str) and len(value) > LONGEST_LINE:
            return self._wrong(path, node, f"has {len(value)} characters", f"at most {LONGEST_LINE}")
        return value

    def _is_name(self, text: str, path: str, line: int) -> bool:
        if re.fullmatch(NAME, text, re.ASCII):
            return True
        self._findings.add(path, "is not a name", value=text, allowed=ALLOWED_NAME, line=line)
        return False

    def _wrong(self, path: str, node: Node, problem: str, allowed: str) -> Failed:
        self._findings.add(path, problem, value=shown(kind_of(node)), allowed=allowed, line=node.line)
        return FAILED


def bounds_of(info: FieldInfo) -> list[tuple[str, Callable[[float], bool]]]:
    """The field's bounds, in words and as conditions."""
    bounds: list[tuple[str, Callable[[float], bool]]] = []
    for kind, name, says, holds in _BOUNDS:
        for bound in info.metadata:
            if isinstance(bound, kind):
                limit = float(getattr(bound, name))
                written = f"{limit:.0%}" if float in (info.annotation, *get_args(info.annotation)) else f"{limit:g}"
                bounds.append((f"{says} {written}", partial(holds, limit)))
    return bounds


@cache
def _parts(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(annotation), get_args(annotation)


def _below(path: str, name: str) -> str:
    name = shown(name)
    return f"{path}.{name}" if path else name


def written_fields(model: type[Value]) -> tuple[str, ...]:
    """The names of its fields as they are written, without those that are computed."""
    return tuple(info.alias or name for name, info in model.model_fields.items() if name not in SET_ON_READING)


def allowed_words(annotation: Any) -> str:
    """What may stand in a field of this type, in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if Limit in arguments:
        return SPANS
    if origin in {Union, UnionType}:
        return " or ".join("null" if argument is NoneType else allowed_words(argument) for argument in arguments)
    if origin is Literal:
        return listed(arguments)
    if origin is tuple:
        return f"a list of {allowed_words(arguments[0])}"
    if origin in {dict, AnyMapping}:
        return f"a mapping from name to {allowed_words(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return f"a mapping with {listed(written_fields(annotation))}"
    return {
        str: "text",
        int: "a whole number",
        float: ALLOWED_SHARE,
        bool: "true or false",
        timedelta: duration.ALLOWED,
        Decimal: "an amount such as 100 or 99.50",
        date: "a day such as 2026-11-23",
        time: "a time of the day such as 09:00",
        datetime: "an instant with its offset such as 2026-11-23T09:00+01:00 or 2026-11-23T08:00Z",
    }[datetime if annotation is AwareDatetime else annotation]
