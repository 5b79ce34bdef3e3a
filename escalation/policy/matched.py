"""The pinned result of matching an issue against a policy's triggers. No CEL here: workflows carry it."""

from typing import Literal

from escalation.value import Value


class Tried(Value):
    """One trigger that was tried, and why it held or did not, in words."""

    trigger: str
    held: Literal["yes", "no", "failed"]
    words: str


class Match(Value):
    """The trigger that let the issue in, and where."""

    trigger: str
    why: str
    severity: str
    tier: str
    tried: tuple[Tried, ...] = ()
