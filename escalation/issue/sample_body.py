"""What a command looks like as a plain body, for whoever sends one by hand: made from its class, hence right."""

import json
from datetime import datetime
from typing import get_args, get_origin

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from escalation.issue.commands import Command
from escalation.issue.facts import TextRef

_ALWAYS = {"id", "by"}
_INSTANT = "2026-11-21T12:00:00Z"


def in_brief(kind: type[Command]) -> str:
    """What the command means, in its first sentence, without its full stop."""
    first, _, _ = (kind.__doc__ or "").strip().partition("\n")
    return first.partition(". ")[0].removesuffix(".")


def sample_body(kind: type[Command]) -> str:
    """The least that the command needs, as JSON in which words are to be replaced."""
    asked = {name: field for name, field in kind.model_fields.items() if field.is_required() and name not in _ALWAYS}
    return json.dumps({"by": "<your id>", **{name: _word(name, field) for name, field in asked.items()}})


def _word(name: str, field: FieldInfo) -> str | list[str]:
    choices = [each for each in get_args(field.annotation) if isinstance(each, str)]
    if choices:
        return choices[0]
    if field.annotation in {datetime, AwareDatetime}:
        return _INSTANT
    if get_origin(field.annotation) is tuple:
        return [f"<{name}>"]
    return "..." if field.annotation is TextRef else f"<{name}>"
