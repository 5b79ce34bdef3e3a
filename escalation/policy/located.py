"""YAML as nodes that know their lines: scalars, mappings, sequences, and nothing cleverer.

No anchors, aliases, tags or merge keys: a policy reads from top to bottom, and nothing in it can grow in memory.
What the nodes must mean is in `read_value.py`; how text becomes nodes is in `parse.py`.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

_OTHER_THAN_TEXT = re.compile(
    r"(?i:true|false|null)|~|[-+]?(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?|\d+\.|0x[0-9a-fA-F]+|0o[0-7]+|[-+]?\.(?i:inf)|\.(?i:nan)"
)


@dataclass(frozen=True)
class Scalar:
    """A word, number or text as it is written."""

    text: str
    is_plain: bool
    """Without quotes, so that `5`, `true` and `null` are no text."""
    line: int

    @property
    def is_null(self) -> bool:
        """Nothing: left empty, or written as null."""
        return self.is_plain and (self.text in {"", "~"} or self.text.lower() == "null")

    @property
    def is_text(self) -> bool:
        """Text, rather than a number, a truth value or nothing."""
        return not self.is_plain or not (self.is_null or _OTHER_THAN_TEXT.fullmatch(self.text))


@dataclass(frozen=True)
class Mapping:
    """Fields with their values, in order; keys are distinct."""

    entries: dict[str, "Node"]
    key_lines: dict[str, int]
    line: int


@dataclass(frozen=True)
class Sequence:
    """Items in order."""

    items: tuple["Node", ...]
    line: int


Node: TypeAlias = Scalar | Mapping | Sequence


def kind_of(node: Node) -> str:
    """What stands there, for an error message."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(is_null=True):
            return "nothing"
        case Scalar():
            return node.text
