"""Mails that can be answered: where answers and bounces come back to, and which mails ask for none."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from activities.channels.email import EmailChannel, EmailSettings
from escalation.mail.above_quotation import MARK, above_quotation
from escalation.mail.reply_address import address_with, is_of, read_token, token_in
from tests.activities.channels.mail_server import MailServer, body_of, mail_server
from tests.activities.channels.trial import envelope

KEY, REPLY_TO = "k" * 32, "escalon@example.org"


def channel(server: MailServer, **changed: Any) -> EmailChannel:
    """A channel whose mails come back."""
    facts: dict[str, Any] = {
        "host": "127.0.0.1", "port": server.port, "security": "plain", "sender": "pager@example.org",
        "timeout": timedelta(seconds=10), "reply_to": REPLY_TO, "reply_key": KEY, **changed,
    }  # fmt: skip
    return EmailChannel(EmailSettings(**facts))


def named(address: str) -> str | None:
    """What names the message in an address of a mail."""
    token = token_in(address, REPLY_TO)
    return read_token(token, [KEY]) if token else None


async def test_answers_and_bounces_come_back_to_the_message() -> None:
    async with mail_server() as server:
        sent = envelope("kim@example.org")
        for copy in (sent, sent.changed({"is_possible_repeat": True})):
            await channel(server).send(copy)
        first, second = server.mails
        there = str(first["Reply-To"].addresses[0].addr_spec)
        assert is_of(named(there) or "", sent.message_id)
        assert server.senders == [there, there]
        assert str(first["Message-ID"]) == str(second["Message-ID"])
        token, _, domain = str(first["Message-ID"]).strip("<>").partition("@")
        assert (address_with(token, REPLY_TO), domain) == (there, "example.org")
        assert str(first["From"].addresses[0].addr_spec) == "pager@example.org"
        text = body_of(first)
        assert text.startswith(f"-- {MARK}: ack, ")
        assert above_quotation(f"ack\n\n{text}") == "ack"
        assert above_quotation(text) == ""


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
async def test_a_mail_about_an_issue_that_is_not_normal_asks_for_no_answer(issue_class: str) -> None:
    async with mail_server() as server:
        sent = envelope("kim@example.org", issue_class=issue_class)
        await channel(server).send(sent)
        assert server.mails[0]["Reply-To"] is None
        assert MARK not in body_of(server.mails[0])
        assert is_of(named(server.senders[0]) or "", sent.message_id)  # it can bounce all the same


@pytest.mark.parametrize("without", ["reply_to", "reply_key"])
async def test_where_nothing_is_taken_in_mails_are_as_they_were(without: str) -> None:
    async with mail_server() as server:
        await channel(server, **{without: ""}).send(envelope("kim@example.org"))
        mail: EmailMessage = server.mails[0]
        assert mail["Reply-To"] is None
        assert server.senders == ["pager@example.org"]
        assert MARK not in body_of(mail)
