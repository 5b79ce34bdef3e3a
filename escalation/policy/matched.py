"""The decision why an issue enters a ladder, as values: what matched, what was tried before it, and why.

Pinned into the issue, hence without CEL: the decision itself is made at the door, in `match.py`.
"""

from typing import Literal, TypeAlias

from escalation.value import Value

Held: TypeAlias = Literal["yes", "no", "failed"]


class Tried(Value):
    """One trigger that was tried, and what came of it."""

    trigger: str
    held: Held
    """failed: its expression broke on this issue, which counts as held, to be safe."""
    words: str
    """What came of it, in one sentence without any text of the issue."""


class Match(Value):
    """The trigger that an issue matched: it enters the policy's ladder at `enter_at`."""

    policy: str
    trigger: str
    why: str
    """The trigger's reason, as the policy states it."""
    severity: str
    """The worse of the severity given and the one that the trigger demands."""
    enter_at: str
    """The name of the tier where it enters."""
    tried: tuple[Tried, ...] = ()
    """Every trigger up to the one that matched, in the order of the policy."""
    words: str = ""
    """The whole decision, one sentence to a line."""


class NoMatch(Value):
    """No trigger held: the issue does not enter this ladder."""

    policy: str
    tried: tuple[Tried, ...] = ()
    words: str = ""
    """The whole decision, one sentence to a line."""
