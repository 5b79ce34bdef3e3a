"""What came from another system, as JSON, read place by place: whatever is wrong is named by its JSON path.

From text to documents, and a cursor over them. What the fields mean is in the adapters.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from escalation.masking import mask_cards
from escalation.policy.finding import shown

MOST_BYTES = 1_048_576
"""One input, whatever it holds."""
DEEPEST = 50
"""Lists and objects within one another."""
AN_INSTANT = "an instant with its zone, such as 2026-11-21T12:00:00Z"

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LAST_YEAR = 9000
"""Later ones leave no room to add to."""
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ID = re.compile(r"[\x21-\x7e]{1,200}")


class BadPayload(ValueError):
    """What came cannot be understood. `str()` is one line: the JSON path, what stands there, what is allowed."""

    def __init__(self, path: str, problem: str, allowed: str = "") -> None:
        super().__init__(f"{path}: {problem}" + (f"; allowed: {allowed}" if allowed else ""))
        self.path = path


class Node:
    """A place in a document: its JSON path, and what stands there."""

    def __init__(self, value: Any, path: str = "$") -> None:
        self.value = value
        self.path = path

    def bad(self, allowed: str) -> BadPayload:
        """The error that says what stands here, and what may."""
        return BadPayload(self.path, in_words(self.value), allowed)

    def has(self, name: str) -> bool:
        """Whether this object has a field of this name that is not null."""
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def get(self, name: str) -> "Node | None":
        """The field, or None where it is missing or null. Raises BadPayload where this is no object."""
        if not isinstance(self.value, dict):
            raise self.bad("an object")
        found = self.value.get(name)
        return None if found is None else Node(found, self.path + step(name))

    def need(self, name: str, allowed: str) -> "Node":
        """The field; raises BadPayload where it is missing or null."""
        found = self.get(name)
        if found is None:
            problem = "is null" if name in self.value else "is missing"
            raise BadPayload(self.path + step(name), problem, allowed)
        return found

    def fields(self) -> Iterator[tuple[str, "Node"]]:
        """The fields of this object; raises BadPayload where it is none."""
        if not isinstance(self.value, dict):
            raise self.bad("an object")
        for name, value in self.value.items():
            yield str(name), Node(value, self.path + step(str(name)))

    def items(self) -> Iterator["Node"]:
        """The items of this list; raises BadPayload where it is none."""
        if not isinstance(self.value, list):
            raise self.bad("a list")
        for place, value in enumerate(self.value):
            yield Node(value, f"{self.path}[{place}]")

    def text(self, allowed: str = "text") -> str:
        """The text here, as it came; raises BadPayload where it is none."""
        if not isinstance(self.value, str):
            raise self.bad(allowed)
        return self.value

    def identifier(self) -> str:
        """An identifier of another system; raises BadPayload where it cannot be one."""
        if not isinstance(self.value, str) or not _ID.fullmatch(self.value):
            raise self.bad("1 to 200 characters of ASCII without blanks")
        return self.value

    def one_of(self, *names: str) -> str:
        """The text here, which must be one of the names."""
        if self.value not in names or not isinstance(self.value, str):
            raise self.bad(" or ".join(names))
        return self.value

    def instant(self) -> datetime:
        """The instant here, in UTC; what is finer than a microsecond is cut. Raises BadPayload."""
        found = _INSTANT.fullmatch(self.value) if isinstance(self.value, str) else None
        if found is None:
            raise self.bad(AN_INSTANT)
        day, clock, fraction, zone = found.groups()
        spelt = f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{'+00:00' if zone in 'Zz' else zone}"
        try:
            instant = datetime.fromisoformat(spelt).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.bad(AN_INSTANT) from None
        if instant.year > _LAST_YEAR:
            raise self.bad(AN_INSTANT)
        return instant


def step(name: str) -> str:
    """A field's name as the next step of a JSON path."""
    return f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{mask_cards(shown(name))!r}]"


def in_words(value: object) -> str:
    """What stands there, short, with nothing in it that acts on a terminal."""
    match value:
        case None:
            return "is null"
        case bool():
            return f"is {'true' if value else 'false'}"
        case int() | float():
            return f"is the number {shown(value)}"
        case str():
            return f"is {mask_cards(shown(value))!r}"
        case list():
            return f"is a list of {len(value)}"
        case _:
            return "is an object"


def read_documents(raw: bytes) -> list[Node]:
    """The JSON documents of one input: one, or several one after another. Raises BadPayload.

    Paths begin with `$`, or with the document's number before it where there are several.
    """
    if len(raw) > MOST_BYTES:
        raise BadPayload("$", f"has more than {MOST_BYTES:,} bytes", f"at most {MOST_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPayload("$", f"is not UTF-8 at byte {error.start + 1}", "JSON in UTF-8") from None
    documents = list(_documents(text))
    if not documents:
        raise BadPayload("$", "is empty", "a JSON object")
    single = len(documents) == 1
    nodes = [Node(value, "$" if single else f"document {number} $") for number, value in enumerate(documents, start=1)]
    for node in nodes:
        check_depth(node)
    return nodes


def check_depth(node: Node) -> None:
    """Raise BadPayload where lists and objects lie deeper within one another than `DEEPEST`."""
    level, depth = _nested([node.value]), 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise BadPayload(node.path, f"is nested deeper than {DEEPEST}", f"at most {DEEPEST} levels")
        level = _nested(inner for each in level for inner in (each.values() if isinstance(each, dict) else each))


def _nested(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, list | dict)]


def _documents(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    place = _after_blanks(text, 0)
    while place < len(text):
        try:
            value, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise BadPayload("$", f"is not JSON: {error.msg} at {where}", "JSON objects") from None
        except RecursionError:
            raise BadPayload("$", f"is nested deeper than {DEEPEST}", f"at most {DEEPEST} levels") from None
        except ValueError as error:  # a number of thousands of digits, or no number at all
            raise BadPayload("$", f"is not JSON: {shown(error)}", "JSON objects") from None
        yield value
        place = _after_blanks(text, place)


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n\x1e":  # 1E parts the texts of a JSON sequence (RFC 7464)
        place += 1
    return place


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is no number")
