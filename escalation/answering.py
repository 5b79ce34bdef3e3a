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
    "accept": "I take it over",
    "reassign": "Offer it to somebody",
    "decline": "I cannot take it",
    "de_escalate": "Hand it back down",
    "note": "Write something down",
    "attempt": "I tried something",
    "change_severity": "It is better or worse than that",
    "change_customer": "It is another customer's",
    "hold": "Somebody is waited for",
    "resume": "Go on with it",
    "snooze": "Tell me again later",
    "cancel": "It was opened in error",
    "suppress": "It repeats another one",
    "adopt_policy": "Go on under another policy",
    "ask": "Put it to others",
    "take_on": "I do it, or join",
    "pass_on": "Ask the next one",
    "complete": "This is the result, or the advice",
    "leave": "I am not on it any more",
    "withdraw": "It is not needed any more",
}
_SUGGESTED = {"take_charge": timedelta(hours=1), "hold": timedelta(hours=2), "snooze": timedelta(minutes=30)}
"""How far ahead the time of a command is suggested."""
_READ_BACK = "WHAT YOU TAKE OVER"
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


class Answer(Value):
    """One way to answer: what it means, and the line that says it."""

    means: str
    line: str


def cli_answers(
    commands: Sequence[str],
    issue: IssueId,
    person: str,
    checklist: Sequence[str] = (),
    *,
    is_read_back_needed: bool = False,
) -> tuple[Answer, ...]:
    """The `escalon` line of each command; `checklist` names what the next tier must be told.

    `is_read_back_needed`: whether to accept it takes words.
    """
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
                    *(("--read-back", f'"{_READ_BACK}"') if command == "accept" and is_read_back_needed else ()),
                ]
            ),
        )
        for command in commands
    )


def show_line(issue: IssueId, person: str) -> str:
    """The line that shows the whole issue."""
    return f"escalon show {quoted(issue.short)} --as {quoted(person)}"


def hand_over_line(person: str, leaving: str) -> str:
    """The line that accepts all that is handed over of somebody's shift."""
    return f"escalon hand-over --accept-all --of {quoted(leaving)} --as {quoted(person)}"


def signal_line(command: str, issue: IssueId, person: str, at: datetime, *, is_read_back_needed: bool = False) -> str:
    """The same command with Temporal's own CLI, for when `escalon` is not at hand.

    A time that the command needs is suggested, counted from `at` (UTC).
    """
    words_of = {"read_back": _READ_BACK} if command == "accept" and is_read_back_needed else {}
    body = json.dumps({"by": person, **_signal_fields(command, at), **words_of}, separators=(",", ":"))
    return f"temporal workflow signal --workflow-id {quoted(str(issue))} --name {command} --input {quoted(body)}"


def quoted(word: str) -> str:
    """The word as a shell reads it back."""
    return word if _PLAIN.fullmatch(word) else "'" + word.replace("'", "'\"'\"'") + "'"


def _cli_options(command: str, checklist: Sequence[str]) -> tuple[str, ...]:  # noqa: PLR0911, PLR0912 - one arm per command
    match command:
        case "take_charge":
            return ("--until", _ahead(command), "--next", '"NEXT ACTION"')
        case "hold":
            return ("--reason", "REASON", "--waiting-for", "WHOM", "--until", _ahead(command))
        case "snooze":
            return ("--until", _ahead(command))
        case "reassign":
            return ("--to", "PERSON", "--reason", '"WHY"')
        case "de_escalate":
            return ("--reason", '"WHY"', "--guidance", '"WHAT THEY ARE TO DO"')
        case "note":
            return ("--text", '"WORDS"')
        case "attempt":
            return ("--what", '"WHAT WAS TRIED"', "--result", "no_change")
        case "change_severity":
            return ("--severity", "NAME", "--reason", '"WHY"')
        case "change_customer":
            return ("--customer", "KEY", "--reason", '"WHY"')
        case "suppress":
            return ("--duplicate-of", "ISSUE")
        case "adopt_policy":
            return ("--policy", "NAME", "--reason", '"WHY"')
        case "escalate":
            checked = (word for name in checklist for word in ("--checked", quoted(name)))
            return (*checked, "--reason", '"WHY"')
        case "ask":
            return ("--of", "DESK", "--text", '"WHAT IS TO BE DONE"')
        case "complete":
            return ("--result", '"WHAT CAME OF IT"')
        case "withdraw":
            return ("--ask", "WHICH")
        case "release" | "reopen" | "decline" | "pass_on":
            return ("--reason", '"WHY"')
        case "resolve":
            return ("--outcome", "solved", "--told-customer", '"WHAT THEY WERE TOLD"')
        case "close":
            return ("--reason", "REASON")
        case _:
            return ()


def _ahead(command: str) -> str:
    return f'"{words(_SUGGESTED[command])}"'


def _signal_fields(command: str, at: datetime) -> dict[str, str]:  # noqa: PLR0911, PLR0912 - one arm per command
    until: dict[str, str] = {}
    if command in _SUGGESTED:
        instant = (at + _SUGGESTED[command]).astimezone(UTC).replace(second=0, microsecond=0)
        until = {"until": instant.isoformat().replace("+00:00", "Z")}
    match command:
        case "take_charge":
            return {"next_action": "NEXT ACTION", **until}
        case "hold":
            return {"reason": "REASON", "waiting_for": "WHOM", **until}
        case "snooze":
            return until
        case "reassign":
            return {"to": "PERSON", "reason": "WHY"}
        case "decline" | "pass_on":
            return {"reason": "WHY"}
        case "ask":
            return {"of": "DESK", "text": "WHAT IS TO BE DONE"}
        case "complete":
            return {"result": "WHAT CAME OF IT"}
        case "withdraw":
            return {"ask": "WHICH"}
        case "de_escalate":
            return {"reason": "WHY", "guidance": "WHAT THEY ARE TO DO"}
        case "note":
            return {"text": "WORDS"}
        case "attempt":
            return {"what": "WHAT WAS TRIED", "result": "no_change"}
        case "change_severity":
            return {"severity": "NAME", "reason": "WHY"}
        case "change_customer":
            return {"customer": "KEY", "reason": "WHY"}
        case "suppress":
            return {"duplicate_of": "ISSUE"}
        case "resolve":
            return {"outcome": "solved"}
        case "close":
            return {"reason": "confirmed"}
        case _:
            return {}
