"""Refusals: why a command cannot be accepted, in a code for programs and a sentence for people."""

from typing import Literal, TypeAlias

from escalation.value import Value

Nature: TypeAlias = Literal["state", "authority", "input"]


class Rejected(Value):
    """The answer of `decide` to a command that cannot be."""

    code: str
    """Stable, in snake case: `already_closed`, `not_allowed`."""
    why: str
    nature: Nature = "state"
    """authority: also goes to the security log, whichever door it came through."""
