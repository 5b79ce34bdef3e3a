"""What goes into an issue's workflow and what comes out: its input, what one run hands to the next, and answers.

Tolerant: fields of other releases are ignored, new ones have defaults.
"""

from typing import Any, Literal

from escalation.issue.chain import Head
from escalation.issue.commands import Open
from escalation.issue.effects import Effect, Snapshot
from escalation.issue.events import Entry
from escalation.issue.state import IssueState
from escalation.value import Value


class Carried(Value):
    """What a run hands to the next."""

    kind: Literal["carried"] = "carried"
    state: IssueState
    unwritten: tuple[Entry, ...] = ()
    errands: tuple[Effect, ...] = ()
    signals: int = 0
    lines: tuple[str, ...] = ()
    """The latest lines of the timeline, for whoever looks at it from the server."""
    head: Head | None = None
    """Of the chain; None from a release that kept none."""


class Ended(Snapshot):
    """What the workflow leaves behind: where the issue stood at its end."""

    chain: str = ""
    """The hash for all of its entries (`chain.Head`)."""


class Done(Value):
    """The answer to a command that was carried out."""

    status: Snapshot
    entries: tuple[int, ...]
    """Numbers of the journal entries that it made; of a repeat, the first one's."""
    sentences: tuple[str, ...]
    is_repeat: bool = False
    """The same command id came before; nothing was done again."""
    unwritten: tuple[Entry, ...] = ()
    """Entries not known to be on record, in order: for a sender that writes them (docs/decisions/0013)."""


def read_input(given: Any) -> Open | Carried:
    """The workflow's input; raises pydantic.ValidationError."""
    is_carried = isinstance(given, dict) and given.get("kind") == "carried"
    return Carried.model_validate(given) if is_carried else Open.model_validate(given)
