"""The commands by which people act on an issue: one for each human command of the rules, made from its fields."""

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, get_args

import typer

from escalation.issue.commands import HUMAN_COMMANDS, Command
from escalation.issue.facts import TextRef
from escalation.issue.sample_body import in_brief
from starter.command_fields import choices, own_fields
from starter.options import ADAPT, AsOption, IdOption, IssueArgument, JsonOption

_OPTIONS: dict[str, tuple[str, str, str]] = {
    "to": ("--to", "PERSON", "Who is to take it over: an id of the directory."),
    "to_tier": ("--to-tier", "NAME", "The tier to ask."),
    "how": ("--how", "NAME", ""),
    "guidance": ("--guidance", "TEXT", "What that tier is to do, or may decide; - reads it from stdin."),
    "has_conflict": ("--conflict", "", "You have a conflict of interest: you are never asked about this issue again."),
    "text": ("--text", "TEXT", "What is to be written down; - reads it from stdin."),
    "is_to_customer": ("--to-customer", "", "You said it to the customer, or to the raiser where there is none."),
    "said_by": ("--said-by", "WHOM", "Whose words they are: a party's key, customer, or who is waited for."),
    "next_update_at": (
        "--next-update",
        "TIME",
        "When you promised them to hear again: 2 h, or an instant with its zone.",
    ),
    "meets": ("--meets", "NAME", "The one target that your answer meets; without it, all that wait for one."),
    "what": ("--what", "TEXT", "What was tried; - reads it from stdin."),
    "result": ("--result", "NAME", ""),
    "read_back": ("--read-back", "TEXT", "What you take over, in your own words; - reads it from stdin."),
    "relieves": ("--relieves", "PERSON", "Only what is handed over since the shift of this person ends."),
    "severity": ("--severity", "NAME", "How bad it is, as the policy names it."),
    "customer": ("--customer", "KEY", "The customer whose it is, by their key."),
    "instead_of": ("--instead-of", "KEY", "The customer whose it is not; needed where the issue has several."),
    "language": ("--language", "CODE", "The customer's language, such as de."),
    "zone": ("--zone", "ZONE", "The customer's time zone, such as Europe/Berlin."),
    "waiting_for": ("--waiting-for", "WHOM", "Who is waited for: a party's key, customer, or any name of your own."),
    "question": ("--question", "ID", "The question that was sent to them, by its id."),
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
    "of": ("--of", "DESK", "The desk of the policy to which it is put."),
    "skill": ("--skill", "SKILL", "Of the desk's people only who has this skill."),
    "is_awaited": ("--awaited", "", "The issue waits for it: it is not resolved before."),
    "ask": ("--ask", "WHICH", "Which one, as `escalon show` names it: network-1. Else: the only one put to you."),
}
"""By field: the option, what stands for its value, and what it is for."""

_OPTIONS_OF: dict[tuple[str, str], tuple[str, str, str]] = {
    ("hold", "reason"): ("--reason", "NAME", "One of the policy's reasons for a hold."),
    ("hold", "until"): ("--until", "TIME", "Until when at the latest: 2 h, or an instant with its zone."),
    ("snooze", "until"): ("--until", "TIME", "When you are told again: 30 min, or an instant with its zone."),
    ("accept", "until"): ("--until", "TIME", "When your next action is due: 30 min, or an instant with its zone."),
    ("escalate", "to_tier"): ("--to-tier", "NAME", "The tier to ask. Else: the next one."),
    ("ask", "to"): ("--to", "PERSON", "Who is asked for advice by name; either this or --of."),
    ("ask", "what"): ("--what", "NAME", ""),
    ("ask", "text"): ("--text", "TEXT", "What is to be done, or the question; - reads it from stdin."),
    ("complete", "result"): ("--result", "TEXT", "What came of it, or the advice; - reads it from stdin."),
    ("withdraw", "ask"): ("--ask", "WHICH", "Which one, as `escalon show` names it: network-1."),
    ("de_escalate", "to_tier"): ("--to-tier", "NAME", "The tier to ask. Else: the one below."),
}
"""The same where a field means something else in one command."""

_PANELS: dict[str, tuple[str, ...]] = {
    "Act: who has it": ("acknowledge", "release", "accept", "reassign", "decline", "snooze", "take_charge"),
    "Act: where it goes": ("escalate", "de_escalate", "hold", "resume"),
    "Act: what is known": ("note", "attempt"),
    "Act: put it to others": ("ask", "take_on", "pass_on", "complete", "leave", "withdraw"),
    "Act: how it ends": ("resolve", "confirm", "close", "reopen", "cancel", "suppress"),
    ADAPT: ("change_severity", "change_customer"),
}
"""The panels of `escalon --help` for these commands, in the order in which they are shown."""
_ELSEWHERE = {"adopt_policy"}
"""Commands that are not made of their fields alone."""

_SHORT = 78

_AT = Annotated[
    str, typer.Option("--at", metavar="TIME", show_default=False, help="When it happened: 20 min ago. Else: now.")
]


def register(app: typer.Typer) -> None:
    """Add one command for each human command of the rules."""
    placed = {name: panel for panel, names in _PANELS.items() for name in names}
    for name in (*placed, *(name for name in HUMAN_COMMANDS if name not in {*placed, *_ELSEWHERE})):
        kind, panel = HUMAN_COMMANDS[name], placed.get(name, next(iter(_PANELS)))
        register_as = app.command(
            name.replace("_", "-"), rich_help_panel=panel, help=_help(kind), short_help=_short(kind)
        )
        register_as(_command(name, kind))


def _short(kind: type[Command]) -> str:
    """What it means, on one line of a terminal of 100 columns."""
    brief = in_brief(kind).replace("`", "")
    return f"{brief if len(brief) < _SHORT else re.split('[:;] ', brief)[0]}."


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
            {field: _flag(name, field) for field in fields},
            person=given["person"],
            at=given["at"],
            command_id=given["command_id"],
            as_json=given["as_json"],
        )

    parameters = [
        _parameter("issue", IssueArgument),
        _parameter("person", AsOption),
        *(_option(name, kind, field) for field in fields),
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


def _spelt(name: str, field: str) -> tuple[str, str, str]:
    plain = (f"--{field.replace('_', '-')}", "VALUE", "")
    return _OPTIONS_OF.get((name, field)) or _OPTIONS.get(field, plain)


def _flag(name: str, field: str) -> str:
    return _spelt(name, field)[0]


def _option(name: str, kind: type[Command], field: str) -> inspect.Parameter:
    """The option for a field: texts and words as words, several as several, yes or no as a flag."""
    info = kind.model_fields[field]
    flag, metavar, says = _spelt(name, field)
    annotation = info.annotation
    words = choices(annotation)
    says = says if not words else f"One of: {', '.join(words)}."
    metavar = metavar if not words else "NAME"
    if annotation is bool:
        return _parameter(field, Annotated[bool, typer.Option(flag, help=says)], False)
    if tuple in {annotation, getattr(annotation, "__origin__", None)}:
        several = typer.Option(flag, metavar=metavar, show_default=False, help=says)
        return _parameter(field, Annotated[list[str] | None, several], None)
    one = typer.Option(flag, metavar=metavar, show_default=False, help=says)
    is_needed = info.is_required() and TextRef not in get_args(annotation)
    return _parameter(field, Annotated[str, one], *([] if is_needed else [""]))
