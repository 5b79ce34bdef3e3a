"""How a person answers a message: each command as a line for a shell, with our CLI and with Temporal's alone.

The lines can be pasted as they stand; what must be replaced is in capitals. Needs to know how the doors spell a
command, and nothing else of them.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from escalation.duration import words
from escalation.issue.identity import IssueId
from escalation.value import Value

_MEANS = {
    "acknowledge": "I have it",
    "release": "Not me any more",
    "escalate": "Send it up",
    "take_charge": "I take charge",
    "resolve": "It is fixed",
    "confirm": "Yes, it is fixed",
    "close": "Close it",
    "reopen": "Not fixed after all",
}
_SUGGESTED_CHARGE = timedelta(hours=1)
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


class Answer(Value):
    """One way to answer: what it means, and the line that says it."""

    means: str
    line: str


def cli_answers(
    commands: Sequence[str], issue: IssueId, person: str, checklist: Sequence[str] = ()
) -> tuple[Answer, ...]:
    """The `escalon` line of each command; `checklist` names what the next tier must be told."""
    return tuple(
        Answer(
            means=_MEANS.get(command, command.replace("_", " ")),
            line=" ".join(
                [
                    "escalon",
                    command.replace("_", "-"),
                    quoted(issue.short),
                    "--as",
                    quoted(person),
                    *_cli_options(command, checklist),
                ]
            ),
        )
        for command in commands
    )


def show_line(issue: IssueId, person: str) -> str:
    """The line that shows the whole issue."""
    return f"escalon show {quoted(issue.short)} --as {quoted(person)}"


def signal_line(command: str, issue: IssueId, person: str, at: datetime) -> str:
    """The same command with Temporal's own CLI, for when `escalon` is not at hand.

    A time that the command needs is suggested, counted from `at` (UTC).
    """
    body = json.dumps({"by": person, **_signal_fields(command, at)}, separators=(",", ":"))
    return f"temporal workflow signal --workflow-id {quoted(str(issue))} --name {command} --input {quoted(body)}"


def quoted(word: str) -> str:
    """The word as a shell reads it back."""
    return word if _PLAIN.fullmatch(word) else "'" + word.replace("'", "'\"'\"'") + "'"


def _cli_options(command: str, checklist: Sequence[str]) -> tuple[str, ...]:
    match command:
        case "take_charge":
            return ("--until", f'"{words(_SUGGESTED_CHARGE)}"', "--next", '"NEXT ACTION"')
        case "escalate":
            checked = (word for name in checklist for word in ("--checked", quoted(name)))
            return (*checked, "--reason", '"WHY"')
        case "release" | "reopen":
            return ("--reason", '"WHY"')
        case "resolve":
            return ("--outcome", "solved", "--told-customer", '"WHAT THEY WERE TOLD"')
        case "close":
            return ("--reason", "REASON")
        case _:
            return ()


def _signal_fields(command: str, at: datetime) -> dict[str, str]:
    match command:
        case "take_charge":
            until = (at + _SUGGESTED_CHARGE).astimezone(UTC).replace(second=0, microsecond=0)
            return {"next_action": "NEXT ACTION", "until": until.isoformat().replace("+00:00", "Z")}
        case "resolve":
            return {"outcome": "solved"}
        case "close":
            return {"reason": "confirmed"}
        case _:
            return {}
