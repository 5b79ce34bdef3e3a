"""What is wrong in a policy or directory file: where it is, what stands there, what is allowed.

One class for all that is found, from a missing colon to a fallback cycle, so that every door prints it alike.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from escalation.value import Value

MOST = 100
"""So many findings are kept of one file; a file with more is not a policy with mistakes, it is something else."""
_LONGEST_SHOWN = 80
_MOST_NAMED = 100
_MANY = 2000


class PolicyError(Value):
    """One finding. `str()` is one clear line."""

    file: str
    line: int | None = None
    """Counted from 1; None where the finding has no place, such as between two files."""
    field: str = ""
    """The path of the field, such as `tiers[2].acknowledge_within.S1`; empty for the file as a whole."""
    value: str | None = None
    """What stands there, shortened; None where nothing does."""
    problem: str
    allowed: str = ""
    suggestion: str | None = None
    """The nearest allowed name, where a name is misspelt."""
    level: Literal["error", "warning"] = "error"
    """A policy with errors is refused; a warning is told and nothing more."""

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        says = self.problem if self.value is None else f"'{self.value}' {self.problem}"
        field = f"{self.field}: " if self.field else ""
        mark = "warning: " if self.level == "warning" else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        suggestion = f"; did you mean '{self.suggestion}'?" if self.suggestion else ""
        return f"{where}: {mark}{field}{says}{allowed}{suggestion}"


class PolicyErrors(Exception):
    """A file that cannot be used, with everything that is wrong in it, in the order of its lines."""

    def __init__(self, errors: Iterable[PolicyError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class Findings:
    """Collects what is found in one file, and knows the line of every field that was read from it."""

    def __init__(self, file: str, lines: dict[str, int] | None = None) -> None:
        self.file = file
        self.lines = {} if lines is None else lines
        self.found: list[PolicyError] = []
        self.is_full = False

    def add(
        self,
        field: str,
        problem: str,
        *,
        value: object = None,
        allowed: str = "",
        suggestion: str | None = None,
        line: int | None = None,
        is_warning: bool = False,
    ) -> None:
        """Keep one finding; without `line` it stands at the field's line or its nearest known parent's."""
        if self.is_full:
            return
        self.is_full = len(self.found) == MOST
        if self.is_full:
            field, problem, value, allowed, suggestion = "", f"has more than {MOST} findings", None, "", None
        self.found.append(
            PolicyError(
                file=self.file,
                line=line or self.line_of(field),
                field=shown(field),
                value=None if value is None else shown(value),
                problem=printable(problem),
                allowed=printable(allowed),
                suggestion=None if suggestion is None else printable(suggestion),
                level="warning" if is_warning and not self.is_full else "error",
            )
        )

    def unknown(self, field: str, value: str, problem: str, known: Iterable[str], line: int | None = None) -> None:
        """A name that is none of the known ones; of very many only some are told."""
        names = list(dict.fromkeys(known))
        allowed = listed(names[:_MOST_NAMED]) if names else "nothing: there is none"
        if len(names) > _MOST_NAMED:
            allowed += f" and {len(names) - _MOST_NAMED} more"
        # In a large house only those that begin alike: comparing with 100,000 names takes seconds.
        near = names if len(names) < _MANY else [name for name in names if name[:1].lower() == value[:1].lower()]
        self.add(field, problem, value=value, allowed=allowed, suggestion=nearest(value, near), line=line)

    def line_of(self, field: str) -> int | None:
        """The line of the field, else of the nearest parent that was read; None where nothing was."""
        while field:
            if field in self.lines:
                return self.lines[field]
            field = field[: max(field.rfind("."), field.rfind("["), 0)]
        return self.lines.get("")

    def in_order(self) -> tuple[PolicyError, ...]:
        """All findings by line, each thing said once."""
        return tuple(dict.fromkeys(sorted(self.found, key=lambda finding: finding.line or 0)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant, or None."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word[:_LONGEST_SHOWN].lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def listed(names: Iterable[str]) -> str:
    """Names in a sentence: `a, b, c`."""
    return ", ".join(names)


def shown(value: object) -> str:
    """The value on one line without control characters, shortened."""
    text = str(value)
    return printable(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")


def printable(text: str) -> str:
    """The text on one line without control characters: what a library says of a file may quote the file's."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
