"""What people send back in a case: the command that the message to which it is a reply can be answered by.

Ours are answered by a digit, peers' by a word, which stands for the digit of that command where the message has one.
"""

import re
from datetime import datetime

from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.effects import Notify
from escalation.short_message import keys_of
from tests.peers.acts import Act, Acting
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue

_REPLY = re.compile(r"(?P<word>[a-z]+?) ?(?P<issue>\d+|[A-Z]\w*)?", re.ASCII)
_WORDS = {
    **dict.fromkeys(("a", "ack", "acknowledge", "claim"), "acknowledge"),
    **dict.fromkeys(("e", "escalate"), "escalate"),
    **dict.fromkeys(("d", "decline"), "decline"),
    **dict.fromkeys(("c", "close", "r", "resolve"), "resolve"),
}


def replied(acting: Acting, event: Fields, at: datetime) -> None:
    """The reply's command, from who sent it. Raises Unsupported for what no message can be answered by."""
    by, text = event.words("by"), event.words("text").strip()
    event.text("via")
    found = _REPLY.fullmatch(text)
    command = _WORDS.get(found["word"]) if found is not None else None
    if found is None or command is None:
        raise Unsupported(f"a reply that says {text!r}")
    name = event.text("to_issue") or event.text("issue") or found["issue"]
    issue, message = _answered(acting, by, name, at)
    keys = [key.command for key in keys_of(message.about, message.commands)]
    if command not in keys:
        raise Unsupported(f"a reply that means {command}: the message is answered by {', '.join(keys) or 'nothing'}")
    # Whoever has the telephone can answer: that is as sure as a known address.
    sender = acting.stage.actor(by).model_copy(update={"door": "sms", "assurance": "known_address"})
    sent = HUMAN_COMMANDS[command].model_validate({"id": acting.stage.next_id(), "by": sender})
    acting.stage.send(issue, sent, at, command)


def _answered(acting: Acting, by: str, name: str | None, at: datetime) -> tuple[Issue, Notify]:
    """The latest message to that person, of that issue where one is named."""
    issues = [issue for issue in acting.stage.issues if name is None or name in issue.names]
    told = [
        (asked.at, place, issue, asked.effect)
        for place, issue in enumerate(issues)
        for asked in issue.clock.asked
        if isinstance(asked.effect, Notify) and asked.effect.person.id == by
    ]
    if not told:
        raise Unsupported(f"a reply of {by}, who was told nothing")
    _, _, issue, message = max(told, key=lambda each: each[:2])
    acting.stage.catch_up(issue, at)
    return issue, message


REPLIES: dict[str, Act] = {"reply": replied}
