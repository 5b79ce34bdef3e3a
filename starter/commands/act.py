"""The commands by which people act on an issue: one for each human command of the rules, made from its fields."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args

import typer

from escalation.issue.commands import HUMAN_COMMANDS, Command
from escalation.issue.facts import TextRef
from starter.options import ACT, AsOption, IdOption, IssueArgument, JsonOption

_OPTIONS: dict[str, tuple[str, str, str]] = {
    "next_action": ("--next", "TEXT", "What you do next; - reads it from stdin."),
    "until": ("--until", "TIME", "Until when: 30 min, or an instant with its zone such as 2026-11-21T20:10+01:00."),
    "take_over_from": ("--take-over-from", "PERSON", "Who has it now, to have it in their place."),
    "from_tier": ("--from-tier", "NAME", "The tier that you saw asked: refused where another one is asked by now."),
    "checked": ("--checked", "ITEM", "An item of the next tier's checklist that your reason answers. Repeatable."),
    "is_waived": ("--waive", "", "Go up without the checklist; the reason says why."),
    "outcome": ("--outcome", "NAME", ""),
    "explanation": ("--explanation", "TEXT", "What was done and why; - reads it from stdin."),
    "told_customer": ("--told-customer", "TEXT", "What the customer was told; - reads it from stdin."),
    "payment_reference": ("--payment-reference", "REFERENCE", "The payment, where the outcome is paid."),
    "statement": ("--statement", "TEXT", "What the customer said; - reads it from stdin."),
    "duplicate_of": ("--duplicate-of", "ISSUE", "The issue that this one repeats."),
    "reason": ("--reason", "TEXT", "Why; - reads it from stdin."),
}
"""By field: the option, what stands for its value, and what it is for."""

_AT = Annotated[
    str, typer.Option("--at", metavar="TIME", show_default=False, help="When it happened: 20 min ago. Else: now.")
]


def register(app: typer.Typer) -> None:
    """Add one command for each human command of the rules."""
    for name, kind in HUMAN_COMMANDS.items():
        app.command(name.replace("_", "-"), rich_help_panel=ACT, help=_help(kind))(_command(name, kind))


def own_fields(kind: type[Command]) -> list[str]:
    """The fields that a command has beyond what all commands have."""
    return [field for field in kind.model_fields if field not in {*Command.model_fields, "kind"}]


def _help(kind: type[Command]) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def _command(name: str, kind: type[Command]) -> Callable[..., None]:
    fields = own_fields(kind)

    def carry_out(**given: Any) -> None:
        from starter.acting import act_from

        typed = {field: given[field] for field in fields}
        act_from(
            name,
            given["issue"],
            typed,
            {field: _flag(field) for field in fields},
            person=given["person"],
            at=given["at"],
            command_id=given["command_id"],
            as_json=given["as_json"],
        )

    parameters = [
        _parameter("issue", IssueArgument),
        _parameter("person", AsOption),
        *(_option(kind, field) for field in fields),
        _parameter("at", _AT, ""),
        _parameter("command_id", IdOption, ""),
        _parameter("as_json", JsonOption, False),
    ]
    parameters.sort(key=lambda each: each.default is not inspect.Parameter.empty)
    carry_out.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    carry_out.__annotations__ = {each.name: each.annotation for each in parameters}
    carry_out.__name__ = name
    return carry_out


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _flag(field: str) -> str:
    return _OPTIONS[field][0] if field in _OPTIONS else f"--{field.replace('_', '-')}"


def _option(kind: type[Command], field: str) -> inspect.Parameter:
    """The option for a field: texts and words as words, several as several, yes or no as a flag."""
    info = kind.model_fields[field]
    flag, metavar, says = _OPTIONS.get(field, (_flag(field), "VALUE", ""))
    annotation = info.annotation
    choices = [each for each in get_args(annotation) if isinstance(each, str)]
    says = says if not choices else f"One of: {', '.join(choices)}."
    metavar = metavar if not choices else "NAME"
    if annotation is bool:
        return _parameter(field, Annotated[bool, typer.Option(flag, help=says)], False)
    if tuple in {annotation, getattr(annotation, "__origin__", None)}:
        several = typer.Option(flag, metavar=metavar, show_default=False, help=says)
        return _parameter(field, Annotated[list[str] | None, several], None)
    one = typer.Option(flag, metavar=metavar, show_default=False, help=says)
    is_needed = info.is_required() and TextRef not in get_args(annotation)
    return _parameter(field, Annotated[str, one], *([] if is_needed else [""]))
