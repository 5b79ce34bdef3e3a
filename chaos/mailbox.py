"""A mail server of loopback with moods: well, busy, slow, silent, or hanging up as soon as it has the mail."""

import asyncio
import warnings
from email import message_from_bytes
from email.policy import default
from typing import NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

MARK = "(may be a repeat)"
"""What the subject of a marked copy says (`escalation/message.py`)."""
SLOW_S = 0.8


class Mail(NamedTuple):
    """One copy that arrived."""

    message_id: str
    is_marked: bool


class Mailbox:
    """What has arrived, in order, whether its sender heard so or not."""

    def __init__(self) -> None:
        self.port = 0
        self.mood = "well"
        self.mails: list[Mail] = []
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, hostname="mail.example.org"), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802, ARG002
        """Take the recipient, unless it is busy."""
        if self.mood == "busy":
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail, and answer as the mood is."""
        mood = self.mood
        if mood == "slow":
            await asyncio.sleep(SLOW_S)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        self.mails.append(Mail(str(mail["Message-ID"]), MARK in str(mail["Subject"])))
        if mood == "silent":
            await asyncio.sleep(30)
        if mood == "drops" and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 2.0.0 taken"


warnings.filterwarnings("ignore", category=UserWarning, module="aiosmtpd")
