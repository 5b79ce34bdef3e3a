"""A directory as the text of a `people.yaml`, which reads back as the same directory."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal

from escalation.duration import words
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.located import Scalar
from escalation.value import Value

_KEYED: dict[type[Value], str] = {Person: "id", Team: "name"}
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_@./+' -]*[A-Za-z0-9_@./+'-])?", re.ASCII)
_SECOND = timedelta(seconds=1)
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def write_directory(directory: Directory, says: str = "") -> str:
    """The text, with `says` as its first lines. Fields that have their default are left out."""
    lines = [f"# {line}" for line in says.splitlines()]
    for name, value in _given(directory):
        if isinstance(value, tuple) and value and type(value[0]) in _KEYED:
            lines += ["", f"{name}:"]
            for each in value:
                lines += _keyed(each)
        elif isinstance(value, tuple) and not value:
            lines += ["", f"{name}: {{}}"]
        else:
            lines.append(f"{name}: {_flow(value)}")
    return "\n".join(lines).lstrip("\n") + "\n"


def written_fields(value: Value) -> list[tuple[str, str]]:
    """Its fields, each as it is written on one line; without those that have their default."""
    return [(name, _flow(each)) for name, each in _given(value)]


def written_value(value: object) -> str:
    """A plain value, as JSON has them, or one of ours, on one line. Raises TypeError for any other."""
    return _flow(value)


def _keyed(value: Value) -> list[str]:
    key = _KEYED[type(value)]
    fields = [(name, each) for name, each in _given(value) if name != key]
    lines = [f"  {_scalar(getattr(value, key))}:"]
    return lines + [f"    {name}: {_flow(each)}" for name, each in fields]


def _given(value: Value) -> list[tuple[str, object]]:
    """The fields as they are written, without those that have their default."""
    found: list[tuple[str, object]] = []
    for name, info in type(value).model_fields.items():
        each = getattr(value, name)
        if info.is_required() or each != info.get_default(call_default_factory=True):
            found.append((info.alias or name, each))
    return found


def _flow(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Mapping():
            return _braced((str(key), each) for key, each in value.items())
        case tuple() | list():
            return f"[{', '.join(_flow(each) for each in value)}]"
        case Value():
            return _braced(_given(value))
        case int() | float() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case date():
            return f"'{value.isoformat()}'"
        case time():
            return f"'{value.isoformat()}'" if value.second else f"'{value.isoformat(timespec='minutes')}'"
        case timedelta():
            return words(value) if value % _SECOND == timedelta() else f"PT{value.total_seconds():f}S"
        case str():
            return _scalar(value)
        case _:
            raise TypeError(f"no way to write {type(value).__name__}")


def _braced(pairs: Iterable[tuple[str, object]]) -> str:
    inner = ", ".join(f"{_scalar(key)}: {_flow(each)}" for key, each in pairs)
    return f"{{ {inner} }}" if inner else "{}"


def _scalar(text: str) -> str:
    """The text as YAML reads it back: as it is where that is text, else in quotes."""
    if _PLAIN.fullmatch(text) and Scalar(text, is_plain=True, line=1).is_text:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
