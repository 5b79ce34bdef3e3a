"""A case as it is read: its form is known, its content is still what the file says."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple, TypeAlias

Word: TypeAlias = Literal["passed", "failed", "unsupported", "other convention", "not portable"]


class Choice(NamedTuple):
    """Where peers differ: the topic, and what this case takes as the answer."""

    topic: str
    choice: str


@dataclass(frozen=True)
class Scenario:
    """One case of one file."""

    id: str
    title: str
    area: str
    file: str
    is_portable: bool
    needs: tuple[str, ...]
    conventions: tuple[Choice, ...]
    given: dict[str, object]
    when: tuple[dict[str, object], ...]
    then: dict[str, object]
    exhaustive_until: str | None
    tolerance: timedelta
    unknown: tuple[str, ...]
    """Fields that are no part of the form."""


@dataclass(frozen=True)
class Verdict:
    """What came of a case."""

    scenario: Scenario
    word: Word
    why: tuple[str, ...] = ()
    """Differences, where it failed; the feature that is not there; topic and choice of another convention."""
    refused: tuple[str, ...] = ()
    """What the rules refused on the way."""
