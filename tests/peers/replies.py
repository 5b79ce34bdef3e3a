"""What people send back in a case: the command that the message to which it is a reply can be answered by.

Read as the product reads text messages: a digit or a word, and the issue, or all of them.
"""

from datetime import datetime

from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.effects import Notify
from escalation.reply import ALL, read_text
from escalation.short_message import answer_of
from tests.peers.acts import Act, Acting
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue

_MESSAGE_OF = "<message of "
"""How cases name an issue by the message about it."""


def replied(acting: Acting, event: Fields, at: datetime) -> None:
    """The reply's command, from who sent it. Raises Unsupported for what no message can be answered by."""
    by, text = event.words("by"), event.words("text").strip()
    event.text("via")
    reply = read_text(text)
    if reply is None:
        raise Unsupported(f"a reply that says {text!r}")
    given = reply.named.removeprefix(_MESSAGE_OF).removesuffix(">") or None
    name = event.text("to_issue") or event.text("issue") or given
    if name is not None and name.lower() == ALL:
        _all_acknowledged(acting, by, at)
        return
    issue, message = _answered(acting, by, name, at)
    found = answer_of(message.about, reply)
    if found is None:
        raise Unsupported(f"a reply that means {reply.said}, to a message about {message.about}")
    fields: dict[str, object] = {"outcome": "solved"} if found.command == "resolve" else {}
    state = issue.state_at(at)
    handler = state.handler if state is not None and reply.takes_over else None
    if handler not in {None, by}:
        fields["take_over_from"] = handler
    _send(acting, by, issue, found.command, at, fields)


def _all_acknowledged(acting: Acting, by: str, at: datetime) -> None:
    """All that they were told and nobody has."""
    for issue in acting.stage.issues:
        is_told = any(isinstance(each.effect, Notify) and each.effect.person.id == by for each in issue.clock.asked)
        acting.stage.catch_up(issue, at)
        state = issue.state_at(at)
        if is_told and state is not None and state.status == "open" and state.handler is None:
            _send(acting, by, issue, "acknowledge", at, {})


def _send(acting: Acting, by: str, issue: Issue, command: str, at: datetime, fields: dict[str, object]) -> None:
    # Whoever has the telephone can answer: that is as sure as a known address.
    sender = acting.stage.actor(by).model_copy(update={"door": "sms", "assurance": "known_address"})
    sent = HUMAN_COMMANDS[command].model_validate({"id": acting.stage.next_id(), "by": sender, **fields})
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
