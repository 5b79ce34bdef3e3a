"""Slack: by a bot's token to a channel or a member, in one thread per issue; or to an incoming webhook, without.

Text goes as rich text, which Slack shows as it stands: nothing in it becomes a mention, a link or markup. Slack says
most refusals with a status of 200; what its words mean is told apart here.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent
from activities.channels.fitting import fit, page_of
from activities.channels.given_address import check_address
from activities.channels.http_answer import Answer, not_theirs
from activities.channels.http_post import HttpPost
from escalation.message import Line, Message
from escalation.policy.addresses import is_url

LONGEST = 9_000
"""Characters of all blocks' text. Slack names no limit; messages of 9,600 were taken and of 11,300 refused
(github.com/slackapi/bolt-js/issues/2867)."""
THREADS_KEPT = 10_000
URGENT = 2
"""The least urgent priority whose message is shown in the channel too, not in its thread alone."""
WITHIN = timedelta(seconds=12)
"""For both posts, where the first finds the thread gone."""
_LATER = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org", "request_timeout"})
_PERHAPS_TAKEN = frozenset({"internal_error", "fatal_error"})
"""Of these Slack says that some of what was asked may have been done."""
_THREAD_GONE = frozenset(
    {"thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked", "invalid_thread_ts"}
)
_NOT_LET_IN = frozenset(
    {
        "not_authed",
        "invalid_auth",
        "account_inactive",
        "token_expired",
        "token_revoked",
        "missing_scope",
        "no_permission",
    }
)
_WORDS = frozenset("abcdefghijklmnopqrstuvwxyz_")


@dataclass(frozen=True, kw_only=True)
class SlackSettings:
    """The app that posts."""

    token: str | None = field(default=None, repr=False)
    """Of a bot, with chat:write; None: incoming webhooks alone."""
    api: str = "https://slack.com/api"
    link: str = ""
    is_interactive: bool = False
    """Whether Slack tells the HTTP door who presses a button; else a button opens a page."""


class SlackChannel:
    """Posts to the `slack` address of a person: an id, a channel's name, or an incoming webhook's URL."""

    name = "slack"

    def __init__(self, post: HttpPost, settings: SlackSettings) -> None:
        self._post = post
        self._settings = settings
        self._threads: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()
        """By address and issue: the channel and time stamp of the first message that this process posted."""

    async def send(self, envelope: Envelope) -> Sent:
        """Post one message."""
        check_address(self.name, envelope.address, "Slack address")
        is_interactive = self._settings.is_interactive and not is_url(envelope.address)
        shown = rendered(envelope, page_of(envelope, self._settings.link), is_interactive=is_interactive)
        if is_url(envelope.address):
            return await self._to_webhook(envelope.address, shown)
        if self._settings.token is None:
            raise ChannelRefused("without ESCALON_SLACK_TOKEN, only URLs of incoming webhooks are addresses")
        return await self._by_bot(envelope, shown)

    async def _to_webhook(self, address: str, shown: dict[str, Any]) -> Sent:
        answer = await self._post.post_json(address, shown)
        if not answer.is_text("ok"):
            raise not_theirs(answer.status)
        return Sent(is_delivered=True)

    async def _by_bot(self, envelope: Envelope, shown: dict[str, Any]) -> Sent:
        ends_at = time.monotonic() + WITHIN.total_seconds()
        place = (envelope.address, envelope.thread_id)
        first = self._threads.get(place)
        payload = {
            **shown,
            "channel": first[0] if first else envelope.address,
            "metadata": {"event_type": "escalon_message", "event_payload": {"message_id": envelope.public_id}},
        }
        threaded = {"thread_ts": first[1], "reply_broadcast": envelope.priority <= URGENT} if first else {}
        said = await self._call({**payload, **threaded}, ends_at)
        if first and said.get("error") in _THREAD_GONE:
            self._threads.pop(place, None)
            first = None
            said = await self._call({**payload, "channel": envelope.address}, ends_at)
        _check(said)
        stamp, channel = said.get("ts"), said.get("channel")
        if not isinstance(stamp, str) or not isinstance(channel, str):
            raise not_theirs(200)
        if first is None:
            self._threads[place] = (channel, stamp)
            while len(self._threads) > THREADS_KEPT:
                self._threads.popitem(last=False)
        return Sent(reference=stamp[:64], is_delivered=True)

    async def _call(self, payload: dict[str, Any], ends_at: float) -> dict[str, Any]:
        left = timedelta(seconds=max(ends_at - time.monotonic(), 0.1))
        answer = await self._post.post_json(
            f"{self._settings.api.rstrip('/')}/chat.postMessage",
            payload,
            {"Authorization": f"Bearer {self._settings.token}"},
            within=left,
        )
        return _said(answer)


def _said(answer: Answer) -> dict[str, Any]:
    said = answer.json()
    if said.get("ok") is not True and not isinstance(said.get("error"), str):
        raise not_theirs(answer.status)
    return {**said, "retry_after": answer.retry_after}


def _check(said: dict[str, Any]) -> None:
    """Raise what a refusal of Slack means."""
    if said.get("ok") is True:
        return
    error = str(said["error"])
    words = error if error and len(error) <= 60 and set(error) <= _WORDS else "something that is no word of it"
    if error in _LATER:
        raise ChannelUnavailable(f"Slack says {words}", retry_after=said["retry_after"])
    if error in _PERHAPS_TAKEN:
        raise ChannelUnavailable(f"Slack says {words}", retry_after=said["retry_after"], is_outcome_unknown=True)
    hint = ": it does not accept our token" if error in _NOT_LET_IN else ""
    raise ChannelRefused(f"Slack says {words}{hint}")


def rendered(envelope: Envelope, page: str, *, is_interactive: bool = False) -> dict[str, Any]:
    """What is posted, without where to: rich text, and a line for notifications that show no blocks."""
    room = LONGEST - sum(len(link.url) for link in envelope.answers)
    message = fit(envelope.message, lambda cut: len(cut.body) + len(cut.subject) <= room)
    subject = " ".join(message.subject.split())
    footer: list[dict[str, Any]] = [{"type": "text", "text": envelope.issue.short}]
    if page:
        footer += [{"type": "text", "text": "  "}, {"type": "link", "url": page, "text": "Open the issue"}]
    return {
        # The only text that Slack reads for its own markup: its three signs are written as it wants them.
        "text": subject.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            {"type": "rich_text", "elements": [_section([_text(subject, bold=True)])]},
            {"type": "rich_text", "elements": _elements(message)},
            *([{"type": "actions", "elements": buttons}] if (buttons := _buttons(envelope, is_interactive)) else []),
            {"type": "rich_text", "elements": [_section(footer)]},
        ],
    }


def _buttons(envelope: Envelope, is_interactive: bool) -> list[dict[str, Any]]:
    """Those that one press does are pressed in Slack, where it says who presses them; the others open their page."""
    return [
        {
            "type": "button",
            "action_id": f"escalon_{link.act}",
            "text": {"type": "plain_text", "text": link.label},
            **({"value": link.token} if is_interactive and link.is_plain else {"url": link.url}),
            **({"style": "primary"} if place == 0 else {}),
        }
        for place, link in enumerate(envelope.answers)
    ]


def _elements(message: Message) -> list[dict[str, Any]]:
    """Lines that are read as sections, what is to be copied as preformatted text."""
    elements: list[dict[str, Any]] = []
    rows: list[list[dict[str, Any]]] = []

    def flush() -> None:
        if any(rows):
            apart = [run for row in rows for run in (_text("\n"), *row)][1:]
            elements.append(_section(apart))
        rows.clear()

    for line in message.lines:
        rows.append(_row(line))
        if line.is_verbatim and line.items:
            flush()
            elements.append({"type": "rich_text_preformatted", "elements": [_text("\n".join(line.items))]})
        else:
            rows.extend([_text(f"• {item}")] for item in line.items)
    flush()
    return elements


def _row(line: Line) -> list[dict[str, Any]]:
    runs = [_text(f"{line.label}: " if line.text else f"{line.label}:", bold=True)] if line.label else []
    return [*runs, _text(line.text)] if line.text else runs


def _section(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": runs}


def _text(text: str, *, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}
