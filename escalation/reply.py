"""What a reply in words means: its first word is a command, the rest of it goes with that; all else is a note.

For media in which people write freely. A word that ends or begins a sentence in earnest (resolve, confirm, reopen,
accept, release) must stand alone or before a sign, so that "Resolve it please" changes nothing.
"""

import re
from typing import Literal, TypeAlias, get_args

from escalation.answers_of import Act, act_on_ask, is_of_ask
from escalation.issue.commands import Outcome
from escalation.issue.effects import About
from escalation.value import Value

Replied: TypeAlias = Literal[
    "acknowledge", "accept", "decline", "escalate", "resolve", "confirm", "reopen", "release", "note"
]
_WORDS: dict[str, Replied] = {
    **dict.fromkeys(("1", "ack", "acknowledge", "acknowledged", "claim"), "acknowledge"),
    **dict.fromkeys(("2", "decline", "declined"), "decline"),
    **dict.fromkeys(("3", "escalate"), "escalate"),
    **dict.fromkeys(("4", "confirm", "confirmed"), "confirm"),
    **dict.fromkeys(("resolve", "resolved", "close"), "resolve"),
    **dict.fromkeys(("accept", "accepted"), "accept"),
    "reopen": "reopen",
    "release": "release",
    "note": "note",
}
_LETTERS: dict[str, Replied] = {"a": "acknowledge", "d": "decline", "e": "escalate", "c": "resolve", "r": "resolve"}
"""In a text message."""
_TAKES_OVER = frozenset({"claim"})
ALL = "all"
"""In a text message, in the place of an issue: all that its sender is asked about."""
_TEXT = re.compile(
    r"\s*(?:(?P<digit>[0-9])(?:[\s.:,)]+(?P<of>\S.*?))?|(?P<word>[A-Za-z]+)(?:(?=[0-9])|[\s.:,)]+|$)(?P<whose>\S.*?)?)\s*",
    re.ASCII | re.DOTALL,
)
_TAKE_WORDS: frozenset[Replied] = frozenset({"acknowledge", "decline", "escalate", "note"})
"""Words may follow them without a sign between."""
_FIRST = re.compile(r"(?P<word>[A-Za-z]+|[0-9])(?P<sign>\s*[:;,.!–—-]+\s*|\s+|$)", re.ASCII)  # noqa: RUF001
_ANYWAY = re.compile(r"anyway\b[\s:;,.!–—-]*", re.IGNORECASE)  # noqa: RUF001
_NAMES = "|".join(name.replace("_", "[_ ]") for name in get_args(Outcome))
_OUTCOME = re.compile(rf"(?P<outcome>{_NAMES})\b[\s:;,.–—-]*", re.IGNORECASE)  # noqa: RUF001
_TOLD = re.compile(r"^told (?:the )?customer\s*:\s*", re.IGNORECASE | re.MULTILINE)
WAYS = "ack, decline, escalate, resolve, or words that are noted"
"""What can be answered, as our messages say it."""


class Reply(Value):
    """A reply as it is meant."""

    command: Replied
    text: str = ""
    """What was said with it; of a note all of it."""
    is_anyway: bool = False
    """Of sending it up: without the checklist."""
    outcome: Outcome = "solved"
    """Of what is fixed."""
    told_customer: str = ""
    """Of what is fixed: what the customer was told."""
    takes_over: bool = False
    """Whether it is taken over from whoever has it."""


class TextReply(Value):
    """A reply in a word or a digit, as it is meant; what a digit stands for hangs on what it answers."""

    digit: str = ""
    command: Replied | None = None
    """None: it is a digit."""
    named: str = ""
    """The issue that it names; empty: none."""
    takes_over: bool = False

    @property
    def said(self) -> str:
        """What was said, to be said again."""
        return self.digit or (self.command or "")


def read_reply(text: str) -> Reply | None:
    """What the words mean; None where there are none."""
    words = text.strip()
    if not words:
        return None
    found = _FIRST.match(words)
    command = _WORDS.get(found["word"].lower()) if found is not None else None
    if found is None or command is None:
        return Reply(command="note", text=words)
    is_apart = bool(found["sign"].strip()) or "\n" in found["sign"] or not found["sign"]
    if not is_apart and (command not in _TAKE_WORDS or found["word"].isdigit()):
        return Reply(command="note", text=words)
    rest, takes_over = words[found.end() :].strip(), found["word"].lower() in _TAKES_OVER
    if command == "note" and not rest:
        return None
    if command == "escalate" and (anyway := _ANYWAY.match(rest)):
        return Reply(command=command, text=rest[anyway.end() :].strip(), is_anyway=True)
    return _resolved(rest) if command == "resolve" else Reply(command=command, text=rest, takes_over=takes_over)


def read_text(text: str) -> TextReply | None:
    """What a text message means: a digit or a word, and the issue that it names or nothing; None where it is none."""
    found = _TEXT.fullmatch(text[:200])
    if found is None:
        return None
    if found["digit"]:
        return TextReply(digit=found["digit"], named=(found["of"] or "").strip())
    word = found["word"].lower()
    command = _LETTERS.get(word) or _WORDS.get(word)
    if command is None or command in {"note", "reopen", "release"}:
        return None
    return TextReply(command=command, named=(found["whose"] or "").strip(), takes_over=word in _TAKES_OVER)


def fields_of(reply: Reply, how: str) -> dict[str, object]:
    """The fields of the command that the reply is; `how` it was answered is the reason where none was given."""
    text = reply.text
    match reply.command:
        case "acknowledge":
            return {"next_action": text or None}
        case "decline" | "reopen" | "release":
            return {"reason": text or how}
        case "escalate":
            return {"reason": text or how, "is_waived": reply.is_anyway}
        case "resolve":
            told = reply.told_customer or None
            return {"outcome": reply.outcome, "explanation": text or None, "told_customer": told}
        case "confirm":
            return {"statement": text or None}
        case "note":
            return {"text": text}
        case "accept":
            return {"read_back": text or None}


def on_ask(about: About, reply: Reply, how: str) -> tuple[Act, dict[str, object]] | None:
    """The command, with its fields, that the reply to a message is by which something is put to its reader.

    None: it is about the issue, as any reply. `how` it was answered is the reason where none was given.
    """
    act = act_on_ask(about, reply.command) if is_of_ask(about) else None
    match act:
        case None:
            return None
        case "complete":
            return act, {"result": reply.text or None}
        case "pass_on" | "leave":
            return act, {"reason": reply.text or how}
        case _:
            return act, {}


def _resolved(rest: str) -> Reply:
    outcome: Outcome = "solved"
    if found := _OUTCOME.match(rest):
        named = found["outcome"].lower().replace(" ", "_")
        outcome = next(each for each in get_args(Outcome) if each == named)
        rest = rest[found.end() :].strip()
    text, *told = _TOLD.split(rest, maxsplit=1)
    return Reply(command="resolve", text=text.strip(), outcome=outcome, told_customer="".join(told).strip())
