"""What a rota answers: who is on duty, gaps, hand-overs, with the steps of the reasoning as data.

The steps become sentences in `in_words.py`.
"""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from escalation.oncall.turns import Span

FEED = "feed"
"""What the feed is called where a layer is named."""

Because: TypeAlias = Literal[
    "turn",
    "swapped",
    "replaced",
    "removed",
    "added",
    "only",
    "absent",
    "unknown",
    "unfit",
    "next_in_line",
    "nobody_in_line",
    "no_layer",
    "closed",
]


class Step(NamedTuple):
    """One step of the reasoning."""

    because: Because
    person: str = ""
    """Whom it is about."""
    other: str = ""
    """The other one: who is replaced, or in whose place."""
    layer: str = ""
    """The layer, or the feed."""
    span: Span | None = None
    """From when to when what it rests on holds."""


class Duty(NamedTuple):
    """Who is on duty in a span (UTC, half-open) in which nothing changes, and why."""

    begins_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    """Each once; none: nobody is on duty."""
    is_closed: bool
    """Nobody is missed: the rota covers other hours."""
    layer: str | None
    """The layer that counts; None: none is in force."""
    turn: Span | None
    """The whole turn that it is a piece of."""
    steps: tuple[Step, ...]


class Gap(NamedTuple):
    """A span (UTC, half-open) in which somebody must be on duty and nobody is."""

    begins_at: datetime
    ends_at: datetime
    duty: Duty
    """As it is when it begins."""


class Handoff(NamedTuple):
    """A change of who is on duty."""

    at: datetime
    before: tuple[str, ...]
    after: Duty
