"""How answers reach a terminal, a pipe or a program: tables and colour, plain text, or JSON alone.

stdout carries the answer and nothing else; notes go to stderr.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any, cast

from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from starter.reader import is_paper

ON_PAPER = 50_000
"""Columns where nobody looks: in a pipe nothing is cut or wrapped."""
_TRAILING = re.compile(r"[ ]+$", re.MULTILINE)
SEVERITY_STYLES = {1: "bold white on red", 2: "bold bright_red", 3: "yellow", 4: "cyan", 5: "dim"}
"""By the severity's priority, 1 first."""

BAR_STYLES = {1: "bright_red", 2: "red", 3: "yellow", 4: "cyan", 5: "blue"}


def console() -> Console:
    """The console of the answer."""
    return _console(is_stderr=False)


def _console(*, is_stderr: bool) -> Console:
    stream = sys.stderr if is_stderr else sys.stdout
    if not is_paper(stream):
        return Console(stderr=is_stderr, highlight=False, emoji=False, markup=False)
    width = ON_PAPER if "COLUMNS" not in os.environ else None
    file = cast(IO[str], _Trimmed(stream))
    return Console(file=file, highlight=False, emoji=False, markup=False, width=width)


class _Trimmed:
    """A stream without the blanks with which a table fills its cells. A line comes in one piece."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(_TRAILING.sub("", text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def note(text: str) -> None:
    """Something besides the answer, on stderr."""
    _console(is_stderr=True).print(Text.assemble(("note: ", "bold yellow"), text))


def say_json(value: object) -> None:
    """One JSON value, the whole answer."""
    print(json.dumps(plain(value), ensure_ascii=False, indent=None if is_paper() else 2))


def plain(value: object) -> Any:
    """The value as JSON knows it."""
    match value:
        case BaseModel():
            return value.model_dump(mode="json")
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case str() | int() | float() | bool() | None:
            return value
        case Iterable():
            return [plain(each) for each in value]
        case _:
            return str(value)


def table(*columns: str | tuple[str, dict[str, Any]], title: str | None = None) -> Table:
    """A table with a line under its head and no frame."""
    made = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        title_style="bold",
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        name, options = (column, {}) if isinstance(column, str) else column
        made.add_column(name, header_style="dim", **options)
    return made


def pairs(rows: Iterable[tuple[str, Text | str]]) -> Table:
    """Names and values in two columns without a frame."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(name, value)
    return made


def severity(name: str, priority: int) -> Text:
    """The severity in its colour."""
    return Text(f" {name} ", SEVERITY_STYLES.get(priority, ""))


def marked(mark: str, style: str, text: Text | str) -> Table:
    """A sentence behind a mark, with its own margin."""
    made = Table.grid(padding=(0, 1, 0, 0))
    made.add_column(style=style, no_wrap=True)
    made.add_column(overflow="fold")
    made.add_row(mark, text)
    return made


def grid(*rows: tuple[Text | str, ...], right: int | None = None) -> Table:
    """Cells in columns, without head or frame, under a margin; column `right`, from 0, stands at its right edge."""
    made = Table.grid(padding=(0, 2, 0, 0))
    for place in range(len(rows[0]) if rows else 0):
        made.add_column(justify="right" if place == right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def sentences(lines: Iterable[str], mark: str = "•") -> Table:
    """Sentences below each other, each with its own indent."""
    made = Table.grid(padding=(0, 1))
    made.add_column(style="dim")
    made.add_column(overflow="fold")
    for line in lines:
        made.add_row(f"  {mark}", Text(line))
    return made
