"""Microsoft Teams: an Adaptive Card to a workflow's webhook ("When a Teams webhook request is received").

Text goes as runs of rich text, which Teams shows as they stand: nothing in them becomes a mention, a link or markup.
The workflow answers 202 before it posts: that it posted is not known. It keeps no threads.
"""

import json
import re
from typing import Any

from activities.channels.contract import ChannelUnavailable, Envelope, Sent
from activities.channels.fitting import fit, page_of
from activities.channels.given_address import check_address
from activities.channels.http_answer import Answer
from activities.channels.http_post import HttpPost
from escalation.message import Line, Message

LONGEST = 27_000
"""Bytes of the whole payload. Teams takes 28 KB; a larger card is dropped after it was taken."""
_LIE = re.compile(rb"delivery failed.*?(?:HTTP error (\d{3}))?", re.IGNORECASE | re.DOTALL)


class TeamsChannel:
    """Posts to the `teams` address of a person: the URL of a workflow's webhook."""

    name = "teams"

    def __init__(self, post: HttpPost, link: str = "") -> None:
        self._post = post
        self._link = link

    async def send(self, envelope: Envelope) -> Sent:
        """Post one card."""
        check_address(self.name, envelope.address, "Teams webhook's address")
        content = rendered(envelope, page_of(envelope, self._link))
        answer = await self._post.post(envelope.address, content, {"Content-Type": "application/json; charset=utf-8"})
        _check(answer)
        return Sent()


def _check(answer: Answer) -> None:
    """Webhooks of Teams have answered 200 with a sentence that it failed: mostly too many messages."""
    if _LIE.search(answer.body):
        raise ChannelUnavailable(
            f"it answered {answer.status}, and in words that delivery failed", retry_after=answer.retry_after
        )


def rendered(envelope: Envelope, page: str) -> bytes:
    """The payload of a card that fits."""
    message = fit(envelope.message, lambda cut: len(_payload(envelope, cut, page)) <= LONGEST)
    return _payload(envelope, message, page)


def _payload(envelope: Envelope, message: Message, page: str) -> bytes:
    subject = " ".join(message.subject.split())
    rows: list[dict[str, Any]] = [
        _rich([_run(subject, weight="Bolder", size="Medium")], id=envelope.public_id),
    ]
    is_apart = True
    for line in message.lines:
        if line == Line():
            is_apart = True
            continue
        for runs in _rows(line):
            rows.append(_rich(runs, spacing="Medium" if is_apart else "None"))
            is_apart = False
    rows.append(_rich([_run(envelope.issue.short, isSubtle=True, size="Small")], spacing="Medium"))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": subject,
        "msteams": {"width": "Full"},
        "body": rows,
        **({"actions": buttons} if (buttons := _buttons(envelope, page)) else {}),
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()


def _buttons(envelope: Envelope, page: str) -> list[dict[str, str]]:
    """Those that answer, then the one that opens the issue: as many as Teams shows at once."""
    links = [(link.label, link.url) for link in envelope.answers]
    links += [("Open the issue", page)] if page else []
    return [{"type": "Action.OpenUrl", "title": title, "url": url} for title, url in links]


def _rows(line: Line) -> list[list[dict[str, Any]]]:
    """A row for each line of text, since a run is not broken into lines everywhere."""
    first, *rest = line.text.split("\n")
    label = [_run(f"{line.label}: " if line.text else f"{line.label}:", weight="Bolder")] if line.label else []
    rows = [[*label, *([_run(first)] if first or not label else [])]] if line.label or line.text else []
    rows += [[_run(row)] for row in rest]
    if line.is_verbatim:
        return [*rows, *([_run(item, fontType="Monospace")] for item in line.items)]
    return [*rows, *([_run(f"• {item}")] for item in line.items)]


def _rich(runs: list[dict[str, Any]], **more: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", **more, "inlines": runs}


def _run(text: str, **style: str | bool) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **style}
