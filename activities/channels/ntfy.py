"""ntfy: a notification to a topic, by its URL or by its name at the server that is set up.

Plain text, so nothing in it means anything. A copy has the id of the first one, in whose place newer servers put it.
"""

from dataclasses import dataclass, field
from typing import Any

from activities.channels.contract import ChannelRefused, Envelope, Sent
from activities.channels.fitting import fit, page_of
from activities.channels.http_answer import not_theirs
from activities.channels.http_post import HttpPost
from escalation.message import Message
from escalation.policy.addresses import address_fault, ntfy_topic

LONGEST = 4_096
"""Bytes; a longer text becomes a file to download."""
MOST_BUTTONS = 3
"""So many ntfy takes. The issue's page, which a tap on the notification opens too, gives way to an answer."""


@dataclass(frozen=True, kw_only=True)
class NtfySettings:
    """The server for topics that are given by name."""

    url: str = ""
    token: str | None = field(default=None, repr=False)
    """Shown to this server alone, never to that of a topic's URL."""
    link: str = ""


_OPEN = {"action": "view", "label": "Open the issue"}
"""A button; a tap on the notification itself does the same, where a phone's own gestures do not take it."""


class NtfyChannel:
    """Publishes to the `ntfy` address of a person: a topic."""

    name = "ntfy"

    def __init__(self, post: HttpPost, settings: NtfySettings) -> None:
        self._post = post
        self._settings = settings
        self._url = settings.url.rstrip("/")

    async def send(self, envelope: Envelope) -> Sent:
        """Publish one notification."""
        found = ntfy_topic(envelope.address)
        if found is None:
            raise ChannelRefused(f"this is no ntfy topic; allowed: {address_fault(self.name, envelope.address)}")
        server, topic = found
        if not server and not self._url:
            raise ChannelRefused("without ESCALON_NTFY_URL, only URLs of topics are addresses")
        headers: dict[str, str] = {}
        if self._settings.token is not None and server in {"", self._url}:
            headers["Authorization"] = f"Bearer {self._settings.token}"
        page = page_of(envelope, self._settings.link)
        content = {
            "topic": topic,
            "title": " ".join(envelope.subject.split()),
            "message": fit(envelope.message, _fits).body,
            "priority": 6 - min(max(envelope.priority, 1), 5),
            "sequence_id": envelope.public_id,
            "tags": [envelope.issue.short.replace(",", " ")],
            **({"click": page} if page else {}),
            **({"actions": actions} if (actions := _actions(envelope, page)) else {}),
        }
        answer = await self._post.post_json(f"{server or self._url}/", content, headers)
        said = answer.json()
        reference = said.get("id")
        if not isinstance(reference, str) or not reference:
            raise not_theirs(answer.status)
        return Sent(reference=reference[:64])


def _actions(envelope: Envelope, page: str) -> list[dict[str, Any]]:
    """The buttons: an answer is sent by the telephone itself, at once; what needs words opens its page."""
    made: list[dict[str, Any]] = []
    for link in envelope.answers:
        if link.needs_words:
            made.append({"action": "view", "label": link.label, "url": link.url})
        else:
            made.append({"action": "http", "label": link.label, "url": link.post_url, "method": "POST", "clear": True})
    return [*made, *([{**_OPEN, "url": page}] if page else [])][:MOST_BUTTONS]


def _fits(message: Message) -> bool:
    return len(message.body.encode()) <= LONGEST
