"""What an answer over HTTP means: the message was taken, it never will be, or not now; and for how long not.

By its status, unless the channel knows its other side's own words (`InItsWords`). Nothing of an answer is read beyond
a bound, and nothing of it is in an error, since it may repeat what is secret.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

import httpx2

from activities.channels.contract import ChannelRefused, ChannelUnavailable

MOST_READ = 65_536
"""Bytes of an answer; the rest is left unread."""
BODY_PATIENCE = timedelta(seconds=3)
"""For the body of an answer whose status has said already what became of the message."""
LONGEST_WAIT = timedelta(days=1)
"""What the other side asks for is cut to it: nobody means more, and a page is tried by other ways long before."""
_LATER = frozenset({408, 425, 429})
_PERHAPS_TAKEN = frozenset({502, 504})
_MEANING = {
    401: "it does not accept our key or token",
    403: "it does not let us in",
    404: "there is nothing at this address",
    410: "this address has been given up",
    413: "the message is too large for it",
}


@dataclass(frozen=True)
class Answer:
    """What the other side said: its status, and what was read of its body."""

    status: int
    body: bytes = field(default=b"", repr=False)
    """At most MOST_READ bytes, or as many as were asked for."""
    is_whole: bool = True
    """Whether the body was read to its end."""
    retry_after: timedelta | None = None
    """How long it asks us to wait, in its headers."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By their names in lower case."""

    def said(self) -> dict[str, Any]:
        """The body as a JSON object; empty where it is none."""
        try:
            found = json.loads(self.body) if self.is_whole else None
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else {}

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises ChannelUnavailable, outcome unknown, where it is none."""
        found = self.said()
        if not found:
            raise not_theirs(self.status)
        return found

    def is_text(self, words: str) -> bool:
        """Whether the body is these words, alone."""
        return self.is_whole and self.body.strip() == words.encode()


InItsWords: TypeAlias = Callable[[Answer], ChannelRefused | ChannelUnavailable | None]
"""What a status of 400 and more means by what the body says; None: what the status says."""


def not_theirs(status: int) -> ChannelUnavailable:
    """The status says that the message was taken, and the body that somebody else answers: a proxy, a login page."""
    return ChannelUnavailable(f"it answered {status} with what is not its answer", is_outcome_unknown=True)


def is_taken(status: int) -> bool:
    """Whether the status says that the message was."""
    return 200 <= status < 300


def refusal(
    answer: Answer, in_its_words: InItsWords | None = None, location: str = ""
) -> ChannelRefused | ChannelUnavailable:
    """What an answer means that does not say that the message was taken; `location` is where it sends us."""
    status = answer.status
    if 300 <= status < 400:
        return ChannelRefused(
            f"{status}: it sends us on{_elsewhere(location)}, which is not followed; name that address"
        )
    meant = in_its_words(answer) if in_its_words is not None and status >= 400 else None
    if meant is not None:
        return meant
    if status in _LATER or status >= 500 or status < 200:
        return ChannelUnavailable(
            f"it answered {status}" + (": too many messages" if status == 429 else ""),
            retry_after=answer.retry_after,
            is_outcome_unknown=status in _PERHAPS_TAKEN,
        )
    return ChannelRefused(f"it answered {status}: {_MEANING.get(status, 'it does not take this message')}")


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the other side asks us to wait: seconds, or a date by its own clock where it says what that shows."""
    given = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", given, re.ASCII):
        return min(timedelta(seconds=int(given)), LONGEST_WAIT)
    until, since = _date(given), _date(headers.get("date", ""))
    return None if until is None else min(max(until - (since or now), timedelta(0)), LONGEST_WAIT)


async def read(answer: httpx2.Response, most: int = MOST_READ, patience: timedelta | None = BODY_PATIENCE) -> Answer:
    """The answer's body as far as it comes in bounded time and size: the status stands, however this ends.

    Without `patience` it may take as long as all of the request may.
    """
    body, is_whole = bytearray(), True
    try:
        async with asyncio.timeout(patience.total_seconds() if patience is not None else None):
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > most:
                    is_whole = False
                    break
    except (TimeoutError, httpx2.TransportError):
        is_whole = False
    return heard(answer, bytes(body[:most]), is_whole=is_whole)


def heard(answer: httpx2.Response, body: bytes = b"", *, is_whole: bool = False) -> Answer:
    """The answer's head, and of its body what was read."""
    wait = retry_after(answer.headers, datetime.now(UTC))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status_code, body, is_whole=is_whole, retry_after=wait, headers=headers)


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _elsewhere(location: str) -> str:
    """The host that a redirect leads to; no more of it, since the rest may be secret."""
    with contextlib.suppress(httpx2.InvalidURL, UnicodeError, ValueError):
        host = httpx2.URL(location).host
        if re.fullmatch(r"[A-Za-z0-9.:-]{1,100}", host, re.ASCII):
            return f" to {host}"
    return ""
