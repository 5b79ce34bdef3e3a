"""What a person types for a command of an issue: its fields, and what words may stand in one. Read off its model."""

from typing import get_args

from escalation.issue.commands import Command

_NOT_TYPED = {"kind", "facts"}
"""Fields that no person types: what the directory says of somebody is looked up."""


def own_fields(kind: type[Command]) -> list[str]:
    """The fields that a command has beyond what all commands have."""
    return [field for field in kind.model_fields if field not in {*Command.model_fields, *_NOT_TYPED}]


def choices(annotation: object) -> list[str]:
    """The words that may stand in a field of this type; none where any may."""
    found = [annotation] if isinstance(annotation, str) else []
    for part in get_args(annotation):
        found += choices(part)
    return found
