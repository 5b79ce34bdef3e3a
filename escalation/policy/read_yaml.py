"""YAML text in, nodes with lines or findings out. The one module that knows the YAML libraries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml as libyaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from escalation.policy.finding import Findings
from escalation.policy.located import Mapping, Node, Scalar, Sequence

LARGEST = 256 * 1024
"""Bytes of one file."""
LARGEST_OF_PEOPLE = 128 * 1024 * 1024
"""Bytes of a directory: 100,000 people are some 20 million."""
_LONG = 32 * 1024
"""Bytes from which on libyaml reads, where there is one: 40 times as fast, in the YAML of 2005 in place of 2009's. What
the two read otherwise (`yes`, `010`) is not told apart here: every word is text until a field says what it is."""
DEEPEST = 20


def parse_yaml(text: str, findings: Findings, largest: int = LARGEST) -> Node | None:
    """The one document in the text as nodes with lines; None, and findings, where it is not plain YAML.

    `largest` is how many bytes it may have.
    """
    size = len(text.encode(errors="surrogatepass"))
    if size > largest:
        findings.add("", f"has {size} bytes", allowed=f"at most {largest}")
        return None
    tree = _Tree(findings)
    try:
        for event in _events(text, is_long=size > _LONG):
            if not tree.take(event):
                return None
    except (YAMLError, libyaml.YAMLError) as error:
        findings.add("", _problem(error), line=_line(error, text))
        return None
    except Exception as error:  # noqa: BLE001 - the library meets junk with errors of its own inside, too
        findings.add("", f"is not YAML: the reader gave up with {type(error).__name__}")
        return None
    if tree.root is None and not findings.found:
        findings.add("", "is empty", line=1)
    return tree.root


def _events(text: str, *, is_long: bool) -> Iterator[Any]:
    """What is in the text, piece by piece. Both libraries call their events, and their fields, alike."""
    fast = getattr(libyaml, "CSafeLoader", None)
    if is_long and fast is not None:
        return iter(libyaml.parse(text, Loader=fast))
    return iter(YAML(typ="safe", pure=True).parse(text))


@dataclass
class _Open:
    """A mapping or list that is being read; in a mapping, `key` waits for its value."""

    is_mapping: bool
    line: int
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    key: Scalar | None = None


class _Tree:
    """Builds nodes from the library's events, without recursion, and refuses what plain YAML does not need."""

    def __init__(self, findings: Findings) -> None:
        self.root: Node | None = None
        self._findings = findings
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> bool:
        """One event; False ends the reading."""
        match type(event).__name__:
            case "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    return self._refuse(event, "holds a second document", "one document to a file")
            case "AliasEvent":
                return self._refuse(event, "is an alias", "everything written out where it counts")
            case "ScalarEvent" | "MappingStartEvent" | "SequenceStartEvent" if (
                event.anchor is not None or event.tag is not None
            ):
                return self._refuse(event, "has an anchor or a tag", "plain values, lists and mappings")
            case "ScalarEvent":
                # The one library says nothing of a plain scalar's style, the other an empty text.
                return self._place(Scalar(event.value, not event.style, _start(event)))
            case "MappingStartEvent" | "SequenceStartEvent" as kind:
                if self._awaits_key():
                    return self._refuse(
                        event, "is a mapping or list where a name must stand", "a name before the colon"
                    )
                if len(self._open) == DEEPEST:
                    return self._refuse(event, "lies too deep", f"at most {DEEPEST} mappings and lists in each other")
                self._open.append(_Open(kind == "MappingStartEvent", _start(event)))
            case "MappingEndEvent" | "SequenceEndEvent":
                done = self._open.pop()
                whole = Mapping(done.entries, done.key_lines, done.line) if done.is_mapping else None
                return self._place(whole or Sequence(tuple(done.items), done.line))
            case _:  # beginning and end of stream and document
                pass
        return True

    def _awaits_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_mapping and self._open[-1].key is None

    def _place(self, node: Node) -> bool:
        if not self._open:
            self.root = node
            return True
        around = self._open[-1]
        if not around.is_mapping:
            around.items.append(node)
        elif around.key is None:
            assert isinstance(node, Scalar)
            around.key = node
        else:
            self._enter(around, around.key, node)
            around.key = None
        return True

    def _enter(self, around: _Open, key: Scalar, node: Node) -> None:
        if key.text in around.entries:
            first = around.key_lines[key.text]
            problem = f"is written twice; first on line {first}"
            self._findings.add(self._path(), problem, allowed="once", line=key.line)
            return
        around.entries[key.text] = node
        around.key_lines[key.text] = key.line

    def _path(self) -> str:
        """Where the reading is: every open mapping's key and every open list's place."""
        path = ""
        for around in self._open:
            if not around.is_mapping:
                path += f"[{len(around.items)}]"
            elif around.key is not None:
                path = f"{path}.{around.key.text}" if path else around.key.text
        return path

    def _refuse(self, event: object, problem: str, allowed: str) -> bool:
        self._findings.add(self._path(), problem, allowed=allowed, line=_start(event))
        return False


def _start(event: Any) -> int:
    """The event's line, counted from 1."""
    return int(event.start_mark.line) + 1


def _problem(error: Exception) -> str:
    parts = [part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part]
    if parts:
        return "is not YAML: " + ", ".join(str(part) for part in parts)
    return "is not YAML: " + str(error).partition("\n")[0]


def _line(error: Exception, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position) + 1
