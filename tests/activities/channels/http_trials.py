"""The other side of each channel over HTTP, as far as it is documented, and the trials of the contract with them."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from activities.channels.apprise import AppriseChannel
from activities.channels.contract import Channel
from activities.channels.mattermost import MattermostChannel
from activities.channels.ntfy import NtfyChannel, NtfySettings
from activities.channels.slack import SlackChannel, SlackSettings
from activities.channels.teams import TeamsChannel
from activities.channels.webhook import WebhookChannel, WebhookSettings
from tests.activities.channels.http_side import Answering, Got, HttpSide, answer, http_post, http_side
from tests.activities.channels.trial import Arrived, Trial

KEY = "whsec_c2FtcGxlLXNhbXBsZS1zYW1wbGUtc2FtcGxlLTEyMzQ="
TOKEN = "xoxb-sample-token"
TO, NOBODY = "/hooks/kim-5AMPLE", "/hooks/nobody"


def takes(status: int, body: str = "", unknown: str = NOBODY) -> Answering:
    """Takes all but what goes to a path that nobody has."""

    async def take(got: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(404, "no such hook") if got.path == unknown else answer(status, body))
        await writer.drain()

    return take


class SlackSide:
    """A workspace with one channel, in which a bot with the token posts."""

    def __init__(self) -> None:
        self.posted: list[tuple[dict[str, Any], str]] = []
        """Payload and time stamp."""
        self.errors: list[str] = []
        """What the next calls are answered."""
        self.headers: dict[str, str] = {}

    async def __call__(self, got: Got, writer: asyncio.StreamWriter) -> None:
        """Answer one call."""
        said = self._said(got)
        writer.write(answer(200, json.dumps(said), Content_Type="application/json", **self.headers))
        await writer.drain()

    def _said(self, got: Got) -> dict[str, Any]:
        payload = got.json
        if got.path != "/api/chat.postMessage":
            return {"ok": False, "error": "unknown_method"}
        if got.headers.get("authorization") != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if self.errors:
            return {"ok": False, "error": self.errors.pop(0)}
        if payload["channel"] not in {"#desk", "C0SAMPLE01"}:
            return {"ok": False, "error": "channel_not_found"}
        stamp = f"1790000000.{len(self.posted):06}"
        self.posted.append((payload, stamp))
        return {"ok": True, "channel": "C0SAMPLE01", "ts": stamp}


def slack_text(elements: list[dict[str, Any]]) -> str:
    """Rich text as it is read."""
    return "\n".join("".join(run["text"] for run in element["elements"]) for element in elements)


def teams_text(rows: list[dict[str, Any]]) -> str:
    """Rows of a card as they are read, blank ones where they stand apart."""
    read: list[str] = []
    for row in rows:
        if read and row.get("spacing") == "Medium":
            read.append("")
        read.append("".join(run["text"] for run in row["inlines"]))
    return "\n".join(read)


def mattermost_text(markdown: str) -> str:
    """Markdown of escaped signs as it is read."""
    return re.sub(r"\\([\\`*_{}\[\]()#+\-!|<>~&$^=.])", r"\1", markdown).replace("\u200b", "")


def _of_webhook(got: Got, to: str) -> Arrived:
    data = got.json["data"]
    return Arrived(to, got.headers["webhook-id"], data["issue"], data["subject"], data["text"])


def _of_teams(got: Got, to: str) -> Arrived:
    subject, *rows, footer = got.json["attachments"][0]["content"]["body"]
    return Arrived(to, subject["id"], teams_text([footer]), teams_text([subject]), teams_text(rows))


def _of_mattermost(got: Got, to: str) -> Arrived:
    read = mattermost_text(got.json["text"])
    subject, _, rest = read.partition("\n\n")
    body, _, footer = rest.rpartition("\n\n")
    return Arrived(
        to, got.json["props"]["escalon_message"], footer, subject.removeprefix("**").removesuffix("**"), body
    )


@asynccontextmanager
async def _trial(
    channel: Callable[[HttpSide], Channel], read: Callable[[Got, str], Arrived], answering: Answering
) -> AsyncIterator[Trial]:
    async with http_side(answering) as side:

        def arrived() -> list[Arrived]:
            return [read(got, side.url(got.path)) for got in side.got if got.path == TO]

        yield Trial(channel(side), side.url(TO), arrived, side.stop, side.start, side.url(NOBODY))


def webhook_trial(_: Path) -> Any:
    """A receiver that takes every event."""
    settings = WebhookSettings(org="main", keys=(KEY,))
    return _trial(lambda _: WebhookChannel(http_post(), settings), _of_webhook, takes(204))


@asynccontextmanager
async def apprise_trial(_: Path) -> AsyncIterator[Trial]:
    """Its service for JSON, by plain HTTP: it trusts certificates of the system alone."""
    async with http_side(takes(200), has_tls=False) as side:
        base = f"json://localhost:{side.port}"

        def arrived() -> list[Arrived]:
            return [_of_apprise(got, f"{base}{got.path}") for got in side.got]

        channel = AppriseChannel(("json",), timedelta(seconds=10))
        yield Trial(channel, f"{base}/{TO.strip('/')}", arrived, side.stop, side.start, "tgram://123456789:sample/1")


def _of_apprise(got: Got, to: str) -> Arrived:
    body, _, footer = got.json["message"].rpartition("\n\n")
    issue, _, message_id = footer.partition(" ")
    return Arrived(to.rstrip("/"), message_id, issue, got.json["title"], body)


def teams_trial(_: Path) -> Any:
    """A workflow that takes every card."""
    return _trial(lambda _: TeamsChannel(http_post()), _of_teams, takes(202))


def mattermost_trial(_: Path) -> Any:
    """A server with one incoming webhook."""
    return _trial(lambda _: MattermostChannel(http_post()), _of_mattermost, takes(200, "ok"))


@asynccontextmanager
async def slack_trial(_: Path) -> AsyncIterator[Trial]:
    """A workspace."""
    slack = SlackSide()
    async with http_side(slack) as side:
        settings = SlackSettings(token=TOKEN, api=side.url("/api"))

        def arrived() -> list[Arrived]:
            return [
                Arrived(
                    "#desk",
                    payload["metadata"]["event_payload"]["message_id"],
                    payload.get("thread_ts", stamp),
                    slack_text(payload["blocks"][0]["elements"]),
                    slack_text(payload["blocks"][1]["elements"]),
                )
                for payload, stamp in slack.posted
            ]

        yield Trial(SlackChannel(http_post(), settings), "#desk", arrived, side.stop, side.start, "#nobody")


@asynccontextmanager
async def ntfy_trial(_: Path) -> AsyncIterator[Trial]:
    """A server on which one topic is reserved by somebody else."""

    async def publish(got: Got, writer: asyncio.StreamWriter) -> None:
        is_taken = got.json["topic"] != "nobody"
        writer.write(answer(200, json.dumps({"id": "sAmPl3", "event": "message"})) if is_taken else answer(403))
        await writer.drain()

    async with http_side(publish) as side:

        def arrived() -> list[Arrived]:
            bodies = [got.json for got in side.got if got.json["topic"] != "nobody"]
            return [Arrived(b["topic"], b["sequence_id"], b["tags"][0], b["title"], b["message"]) for b in bodies]

        channel = NtfyChannel(http_post(), NtfySettings(url=side.url("")))
        yield Trial(channel, "payments", arrived, side.stop, side.start, "nobody")
