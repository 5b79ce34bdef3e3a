"""E-mail over SMTP: one connection and one recipient a message, so that a refusal is always somebody's.

Text and HTML say the same. Mails of one issue thread by a References header; a copy sent again keeps its Message-ID.
What is refused after the login is refused for good (5xx) or for now (4xx); not being let in is for now, since an
operator can mend it.
"""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.policy import SMTPUTF8 as WIRE_UTF8
from typing import Literal, TypeAlias

import aiosmtplib

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent, opaque
from activities.channels.fitting import answers_of, page_of
from activities.channels.html import html
from escalation.mail.above_quotation import MARK
from escalation.mail.reply_address import address_with, token_of
from escalation.reply import WAYS

Security: TypeAlias = Literal["starttls", "tls", "plain"]
URGENT = 2
"""The least urgent priority that is marked as important."""


@dataclass(frozen=True, kw_only=True)
class EmailSettings:
    """Where mail is handed over, and in whose name."""

    host: str
    port: int
    security: Security = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str
    """The address that mail comes from; its domain is that of the message ids."""
    sender_name: str = "Escalon"
    timeout: timedelta = timedelta(seconds=20)
    """For a free connection, and as long again for the hand-over. RFC 5321 waits minutes; a page is better retried."""
    connections: int = 10
    """At most so many at once; servers refuse clients that open more."""
    ca_file: str | None = None
    """Certificates to trust beside the system's."""
    link: str = ""
    """URL of an issue's page, {issue} in it; empty: none."""
    reply_to: str = ""
    """The address that answers and bounces come back to, with a token of the message; empty: nothing is taken in."""
    reply_key: str = field(default="", repr=False)
    """What signs the token."""


class EmailChannel:
    """Sends to the `email` address of a person."""

    name = "email"

    def __init__(self, settings: EmailSettings) -> None:
        """Raises ValueError where the sender's address is none."""
        self._settings = settings
        self._from = _address(settings.sender, settings.sender_name)
        self._slots = asyncio.Semaphore(settings.connections)
        self._tls = None if settings.security == "plain" else _trust(settings.ca_file)

    async def send(self, envelope: Envelope) -> Sent:
        """Hand one mail to the server."""
        try:
            recipient = _address(envelope.address)
        except ValueError as error:
            raise ChannelRefused(f"{envelope.address!r} is no e-mail address: {error}") from error
        mail = self._mail(envelope, recipient)
        try:
            await asyncio.wait_for(self._slots.acquire(), self._settings.timeout.total_seconds())
        except TimeoutError as error:
            raise ChannelUnavailable("while waiting for a free connection: all are busy") from error
        try:
            token = self._token(envelope)
            sender = address_with(token, self._settings.reply_to) if token else self._from.addr_spec
            return await self._hand_over(mail, recipient, sender)
        finally:
            self._slots.release()

    def _mail(self, envelope: Envelope, recipient: Address) -> EmailMessage:
        domain = self._from.domain
        mail = EmailMessage()
        mail["From"] = self._from
        mail["To"] = recipient
        # EmailMessage refuses a header with a line break; a subject is cut to one line here, whoever composed it.
        mail["Subject"] = " ".join(envelope.subject.split())
        mail["Date"] = envelope.at
        token = self._token(envelope)
        mail["Message-ID"] = f"<{token or opaque(envelope.message_id)}@{domain}>"
        can_reply = bool(token) and envelope.issue_class == "normal"
        if can_reply:
            mail["Reply-To"] = _address(address_with(token, self._settings.reply_to), self._settings.sender_name)
        # The thread's head is a message that never was: readers thread by it all the same, and no mail has to be first.
        thread = f"<issue-{opaque(envelope.thread_id)}@{domain}>"
        mail["In-Reply-To"] = thread
        mail["References"] = thread
        # RFC 3834: no out-of-office notes in answer to a page.
        mail["Auto-Submitted"] = "auto-generated"
        if envelope.priority <= URGENT:
            mail["Importance"] = "high"
        page = page_of(envelope, self._settings.link)
        # 7 bits and short lines on the wire, whatever was written and whatever the server can do.
        ways = f"-- {MARK}: {WAYS} --" if can_reply else ""
        text = "\n\n".join(part for part in (ways, envelope.body, answers_of(envelope), page) if part)
        mail.set_content(f"{text}\n", charset="utf-8", cte="quoted-printable")
        mail.add_alternative(html(envelope, page, ways), subtype="html", charset="utf-8", cte="quoted-printable")
        return mail

    def _token(self, envelope: Envelope) -> str:
        """What its answers and bounces are known by; empty: none are taken in."""
        settings = self._settings
        return token_of(envelope.message_id, settings.reply_key) if settings.reply_to and settings.reply_key else ""

    async def _hand_over(self, mail: EmailMessage, recipient: Address, sender: str) -> Sent:
        settings, stage = self._settings, "connecting"
        server = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=self._tls,
            username=settings.username,
            password=settings.password,
            local_hostname=self._from.domain,  # else the resolver is asked for ours, which can take its time
            timeout=settings.timeout.total_seconds(),
        )
        try:
            async with asyncio.timeout(settings.timeout.total_seconds()):
                await server.connect()
                stage = "naming the recipient"
                content, options, encoding = await _for_wire(server, mail, recipient)
                await server.mail(sender, options=options, encoding=encoding)
                await server.rcpt(recipient.addr_spec, encoding=encoding)
                stage = "handing over"
                answer = await server.data(content)
            await _take_leave(server)
            return Sent(reference=answer.message)
        except aiosmtplib.SMTPResponseException as error:
            why = f"while {stage}: {error.code} {' '.join(error.message.split())}"
            if error.code >= 500 and stage != "connecting":
                raise ChannelRefused(why) from error
            raise ChannelUnavailable(why) from error
        except aiosmtplib.SMTPNotSupported as error:
            if stage == "connecting":
                raise ChannelUnavailable(f"while {stage}: {error}") from error
            raise ChannelRefused(f"while {stage}: {error}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            why = f"while {stage}: {str(error) or type(error).__name__}"
            raise ChannelUnavailable(why, is_outcome_unknown=stage == "handing over") from error
        finally:
            server.close()


async def _for_wire(server: aiosmtplib.SMTP, mail: EmailMessage, recipient: Address) -> tuple[bytes, list[str], str]:
    """The mail's bytes and how to announce them; an address beyond ASCII needs a server that takes it."""
    if recipient.addr_spec.isascii():
        return mail.as_bytes(policy=WIRE), [], "ascii"
    await server.ehlo()
    if not server.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported(f"the mail server does not take the address {recipient.addr_spec}")
    return mail.as_bytes(policy=WIRE_UTF8), ["SMTPUTF8", "BODY=8BITMIME"], "utf-8"


async def _take_leave(server: aiosmtplib.SMTP) -> None:
    """Say goodbye. The mail is the server's already: how this ends changes nothing."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await server.quit(timeout=1)


def _address(text: str, name: str = "") -> Address:
    # Split here: the parser of the standard library falls over what is no address, and over letters beyond ASCII.
    username, _, domain = text.rpartition("@")
    if not username or not domain:
        raise ValueError("allowed: somebody@somewhere")
    if not text.isprintable() or not set(text).isdisjoint(' <>",;'):
        raise ValueError("it has characters that no address has")
    return Address(display_name=name, username=username, domain=domain)


def _trust(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
