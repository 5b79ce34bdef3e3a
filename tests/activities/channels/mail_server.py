"""A real mail server on loopback that also refuses, dawdles and hangs up, by the words in an address."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).with_name("sample_localhost.pem")
"""Of localhost and 127.0.0.1, signed by itself; for tests, hence with its key beside it."""
USER, PASSWORD = b"escalon", b"sample-password"
ANSWERS = {
    "nobody": "550 5.1.1 no such user here",
    "busy": "451 4.7.1 greylisted, try again later",
    "full": "552 5.2.2 mailbox full",
}
SLOW_S = 1.5


class MailServer:
    """What the server has taken in, and the hooks by which aiosmtpd asks it."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.senders: list[str] = []
        self.raw: list[bytes] = []
        self.commands: list[str] = []
        self.open_at_once = 0
        self.most_open_at_once = 0

    async def handle_RCPT(self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        """Answer for this recipient."""
        self.commands.append("RCPT")
        who = address.partition("@")[0]
        if who == "slow-before":
            await asyncio.sleep(SLOW_S)
        if who in ANSWERS:
            return ANSWERS[who]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail in, unless its recipient's name says otherwise."""
        self.open_at_once += 1
        self.most_open_at_once = max(self.most_open_at_once, self.open_at_once)
        try:
            who = envelope.rcpt_tos[0].partition("@")[0]
            if who == "spam":
                return "554 5.7.1 looks like spam"
            if who == "short-of-space":
                return "452 4.3.1 insufficient system storage"
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
            mail = message_from_bytes(envelope.content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
            self.senders.append(str(envelope.mail_from))
            if who == "slow-after":
                await asyncio.sleep(SLOW_S)
            if who == "hangs-up":
                assert server.transport is not None
                server.transport.close()
            await asyncio.sleep(0.01)
            return "250 2.0.0 taken as SAMPLE-QUEUE-1"
        finally:
            self.open_at_once -= 1


def body_of(mail: EmailMessage, kind: str = "plain") -> str:
    """What a reader of plain text sees, or one of HTML."""
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def _let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=is_known, handled=False)


@asynccontextmanager
async def mail_server(
    *, port: int = 0, security: str = "plain", login: bool = False, utf8: bool = True
) -> AsyncIterator[MailServer]:
    """A server on a free port of loopback, or on `port`, until the end of the block."""
    handler = MailServer()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)

    def speak() -> SMTP:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # that a login needs TLS: on loopback?
            return SMTP(
                handler,
                hostname="mail.example.org",
                enable_SMTPUTF8=utf8,
                tls_context=context if security == "starttls" else None,
                require_starttls=security == "starttls",
                authenticator=_let_in if login else None,
                auth_required=login,
                auth_require_tls=login and security == "starttls",
            )

    tls = context if security == "tls" else None
    listening = await asyncio.get_running_loop().create_server(speak, "127.0.0.1", port, ssl=tls)
    handler.port = listening.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        listening.close()
