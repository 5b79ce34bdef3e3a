"""Matrix: a message to a room, or to a user in a room of their own, by the client-server API (version 3).

The transaction's id is the message's: a copy that reaches the server is the event that it has already. Messages of an
issue form a thread. HTML is ours alone: what people wrote is escaped, and nobody is mentioned whom it does not go to.
"""

import asyncio
import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import quote

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent
from activities.channels.fitting import answers_of, fit, page_of
from activities.channels.given_address import check_address
from activities.channels.http_answer import LONGEST_WAIT, Answer, not_theirs
from activities.channels.http_post import HttpPost, Method
from escalation.message import Line, Message
from escalation.policy.addresses import is_matrix_user

LONGEST = 48_000
"""Bytes of text and HTML as JSON. An event may have 65,536 with all that servers add."""
ROOMS_KEPT = 10_000
WITHIN = timedelta(seconds=12)
"""For all calls of one message, of which the first to somebody has up to six."""
_ABSENT = frozenset({404})
_MEANING = {
    "M_FORBIDDEN": "our user may not write there: is it in the room?",
    "M_UNKNOWN_TOKEN": "it does not accept our token",
    "M_MISSING_TOKEN": "it does not accept our token",
    "M_TOO_LARGE": "the message is too large for it",
    "M_NOT_FOUND": "there is no such room or user",
    "M_UNKNOWN": "",
}


@dataclass(frozen=True, kw_only=True)
class MatrixSettings:
    """The user that writes, and its homeserver."""

    url: str
    token: str = field(repr=False)
    link: str = ""


class MatrixChannel:
    """Writes to the `matrix` address of a person: a room's id, or the person's own."""

    name = "matrix"

    def __init__(self, post: HttpPost, settings: MatrixSettings) -> None:
        self._post = post
        self._settings = settings
        self._url = f"{settings.url.rstrip('/')}/_matrix/client/v3"
        self._threads: OrderedDict[tuple[str, str], str] = OrderedDict()
        """By room and issue the first event that this process sent."""
        self._rooms: OrderedDict[str, str] = OrderedDict()
        """By user the room that is theirs and ours."""
        self._making = asyncio.Lock()

    async def send(self, envelope: Envelope) -> Sent:
        """Send one event."""
        check_address(self.name, envelope.address, "Matrix room or user")
        ends_at = time.monotonic() + WITHIN.total_seconds()
        user = envelope.address if is_matrix_user(envelope.address) else None
        room = envelope.address if user is None else await self._room_with(user, ends_at)
        thread = (room, envelope.thread_id)
        content = rendered(envelope, page_of(envelope, self._settings.link), user, self._threads.get(thread))
        path = f"/rooms/{_part(room)}/send/m.room.message/{_part(envelope.public_id)}"
        try:
            said = await self._call("PUT", path, ends_at, content)
        except ChannelRefused:
            # The room may have been left, or the thread's first event be gone: the next message looks anew.
            self._threads.pop(thread, None)
            if user is not None:
                self._rooms.pop(user, None)
            raise
        event = said.get("event_id")
        if not isinstance(event, str) or not event.startswith("$"):
            raise not_theirs(200)
        self._threads.setdefault(thread, event)
        _forget(self._threads)
        return Sent(reference=event[:200], is_delivered=True)

    async def _room_with(self, user: str, ends_at: float) -> str:
        """The room that we have with this user, made where there is none in which they would read it."""
        try:
            room = self._rooms.get(user)
            if room is None or not await self._reads_there(user, room, ends_at):
                async with self._making:
                    room = await self._found_or_made(user, ends_at)
        except ChannelUnavailable as error:
            # What may have been made is a room: the message itself has not left.
            raise ChannelUnavailable(str(error), retry_after=error.retry_after) from None
        self._rooms[user] = room
        _forget(self._rooms)
        return room

    async def _found_or_made(self, user: str, ends_at: float) -> str:
        me = (await self._call("GET", "/account/whoami", ends_at)).get("user_id")
        if not isinstance(me, str):
            raise not_theirs(200)
        data = f"/user/{_part(me)}/account_data/m.direct"
        direct = await self._call("GET", data, ends_at, absent_at=_ABSENT)
        listed = direct.get(user)
        rooms = [room for room in listed if isinstance(room, str)] if isinstance(listed, list) else []
        if rooms and await self._reads_there(user, rooms[-1], ends_at):
            return rooms[-1]
        asked = {"preset": "trusted_private_chat", "is_direct": True, "invite": [user]}
        made = (await self._call("POST", "/createRoom", ends_at, asked)).get("room_id")
        if not isinstance(made, str) or not made.startswith("!"):
            raise not_theirs(200)
        # So that all workers use the one room, also after a restart.
        await self._call("PUT", data, ends_at, {**direct, user: [*rooms, made]})
        return made

    async def _reads_there(self, user: str, room: str, ends_at: float) -> bool:
        """Whether the user is in the room, or asked in: who has left it would be told nothing."""
        path = f"/rooms/{_part(room)}/state/m.room.member/{_part(user)}"
        # Of a room that we are not in ourselves, it says nothing.
        said = await self._call("GET", path, ends_at, absent_at=_ABSENT | {403})
        return said.get("membership") in {"join", "invite"}

    async def _call(
        self,
        method: Method,
        path: str,
        ends_at: float,
        content: dict[str, Any] | None = None,
        *,
        absent_at: frozenset[int] = frozenset(),
    ) -> dict[str, Any]:
        """What the server says; empty where it says, by one of these statuses, that there is nothing."""
        left = timedelta(seconds=max(ends_at - time.monotonic(), 0.1))
        token = {"Authorization": f"Bearer {self._settings.token}"}
        absent = ChannelRefused("absent")

        def words(answer: Answer) -> ChannelRefused | ChannelUnavailable | None:
            return absent if answer.status in absent_at else _refusal(answer)

        try:
            if content is None:
                answer = await self._post.post(
                    f"{self._url}{path}", b"", token, within=left, method=method, in_its_words=words
                )
            else:
                answer = await self._post.post_json(
                    f"{self._url}{path}", content, token, within=left, method=method, in_its_words=words
                )
        except ChannelRefused as error:
            if error is absent:
                return {}
            raise
        said = answer.said()
        if not said and not answer.is_text("{}"):
            raise not_theirs(answer.status)
        return said


def _refusal(answer: Answer) -> ChannelRefused | ChannelUnavailable | None:
    """What the error means by its code, which is all that is repeated of it."""
    said = answer.said()
    code = said.get("errcode")
    if not isinstance(code, str) or not (code.startswith("M_") and code.replace("_", "").isalnum() and len(code) <= 60):
        return None
    if code == "M_LIMIT_EXCEEDED":
        after = said.get("retry_after_ms")
        wait = answer.retry_after
        if wait is None and isinstance(after, int | float) and not isinstance(after, bool) and after >= 0:
            wait = min(timedelta(milliseconds=min(after, 10**9)), LONGEST_WAIT)
        return ChannelUnavailable(f"it answered {answer.status} {code}: too many messages", retry_after=wait)
    if answer.status in {408, 425, 429} or answer.status >= 500:
        return None
    meaning = _MEANING.get(code, "it does not take this message")
    return ChannelRefused(f"it answered {answer.status} {code}" + (f": {meaning}" if meaning else ""))


def rendered(envelope: Envelope, page: str, user: str | None = None, first: str | None = None) -> dict[str, Any]:
    """The event's content: plain text and HTML that say the same, in the thread of the event `first`."""
    message = fit(envelope.message, lambda cut: _size(cut, envelope, page) <= LONGEST)
    threaded = {
        "m.relates_to": {
            "rel_type": "m.thread",
            "event_id": first,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": first},
        }
    }
    return {
        "msgtype": "m.text",
        "body": _text(message, envelope, page),
        "format": "org.matrix.custom.html",
        "formatted_body": _html(message, envelope, page),
        # Without it, clients look for names and @room in the text.
        "m.mentions": {"user_ids": [user]} if user is not None else {},
        "org.escalon.message": envelope.public_id,
        **(threaded if first is not None else {}),
    }


def _size(message: Message, envelope: Envelope, page: str) -> int:
    both = (_text(message, envelope, page), _html(message, envelope, page))
    return len(json.dumps(both, ensure_ascii=False).encode(errors="replace"))


def _text(message: Message, envelope: Envelope, page: str) -> str:
    subject = " ".join(message.subject.split())
    footer = "\n".join(part for part in (answers_of(envelope), envelope.issue.short, page) if part)
    return f"{subject}\n\n{message.body}\n\n{footer}"


def _html(message: Message, envelope: Envelope, page: str) -> str:
    subject = " ".join(message.subject.split())
    link = f' · <a href="{escape(page)}">Open the issue</a>' if page else ""
    rows = "".join(_row(line) for line in message.lines if line != Line())
    answers = " · ".join(f'<a href="{escape(each.url)}">{escape(each.label)}</a>' for each in envelope.answers)
    answers = f"<p>{answers}</p>" if answers else ""
    return f"<p><strong>{escape(subject)}</strong></p>{rows}{answers}<p>{escape(envelope.issue.short)}{link}</p>"


def _row(line: Line) -> str:
    label = f"<strong>{escape(line.label)}:</strong> " if line.label else ""
    said = f"{label}{'<br>'.join(escape(row) for row in line.text.split(chr(10)))}".rstrip()
    said = f"<p>{said}</p>" if said else ""
    if not line.items:
        return said
    if line.is_verbatim:
        inside = "\n".join(escape(item) for item in line.items)
        return f"{said}<pre><code>{inside}\n</code></pre>"
    return f"{said}<ul>{''.join(f'<li>{escape(item)}</li>' for item in line.items)}</ul>"


def _part(text: str) -> str:
    return quote(text, safe="")


def _forget(kept: "OrderedDict[Any, str]") -> None:
    while len(kept) > ROOMS_KEPT:
        kept.popitem(last=False)
