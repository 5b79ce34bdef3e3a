"""What is particular to mail: headers, security, and which failures are for good, for now, or leave it open."""

import asyncio
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.email import EmailChannel, EmailSettings, Security
from tests.activities.channels.mail_server import CERTIFICATE, PASSWORD, SLOW_S, USER, mail_server
from tests.activities.channels.trial import AT, envelope, message


def channel(port: int, security: Security = "plain", **changed: Any) -> EmailChannel:
    """The channel to a server on loopback."""
    settings: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": security,
        "sender": "escalon@example.org",
        "ca_file": str(CERTIFICATE),
        "timeout": timedelta(seconds=10),
        **changed,
    }
    return EmailChannel(EmailSettings(**settings))


async def test_a_mail_says_what_programs_need_to_know() -> None:
    async with mail_server() as server:
        sent = await channel(server.port).send(envelope("kim@example.org"))
        mail = server.mails[0]
    assert mail["From"] == "Escalon <escalon@example.org>"
    assert mail["To"] == "kim@example.org"
    assert parsedate_to_datetime(mail["Date"]) == AT
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail["References"] == mail["In-Reply-To"] != mail["Message-ID"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Importance"] == "high"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in mail.iter_parts()} == {"utf-8"}
    assert "SAMPLE-QUEUE-1" in (sent.reference or "")


async def test_no_header_gives_away_which_issue_a_restricted_mail_is_about() -> None:
    async with mail_server() as server:
        hidden = envelope("kim@example.org", "SECRET", message=message("Restricted case", "Read it."))
        await channel(server.port).send(hidden)
        assert b"SECRET" not in server.raw[0]


async def test_a_mail_on_the_wire_has_only_ascii_in_short_lines() -> None:
    async with mail_server() as server:
        await channel(server.port).send(envelope("kim@example.org", message=message("ș" * 150, "ș 💳 " * 500)))
        assert server.raw[0].isascii()
        assert max(map(len, server.raw[0].splitlines())) <= 78


async def test_what_is_not_urgent_is_not_marked_as_such() -> None:
    async with mail_server() as server:
        await channel(server.port).send(envelope("kim@example.org", priority=3))
        assert server.mails[0]["Importance"] is None


@pytest.mark.parametrize("security", ["plain", "starttls", "tls"])
@pytest.mark.parametrize("login", [False, True])
async def test_mail_is_handed_over_as_the_settings_say(security: Security, login: bool) -> None:
    who = {"username": USER.decode(), "password": PASSWORD.decode()} if login else {}
    async with mail_server(security=security, login=login) as server:
        await channel(server.port, security, **who).send(envelope("kim@example.org"))
        assert len(server.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_that_cannot_prove_who_it_is_gets_no_mail(security: Security) -> None:
    async with mail_server(security=security) as server:
        with pytest.raises(ChannelUnavailable, match=r"(?i)certificate") as caught:
            await channel(server.port, security, ca_file=None).send(envelope("kim@example.org"))
        assert not caught.value.is_outcome_unknown
        assert server.mails == []


async def test_a_server_without_starttls_gets_no_mail_where_it_is_wanted() -> None:
    async with mail_server() as server:
        with pytest.raises(ChannelUnavailable, match="STARTTLS"):
            await channel(server.port, "starttls").send(envelope("kim@example.org"))
        assert server.mails == []


async def test_a_wrong_password_can_be_mended_so_it_is_not_for_good() -> None:
    async with mail_server(security="starttls", login=True) as server:
        mistaken = channel(server.port, "starttls", username=USER.decode(), password="wrong")
        with pytest.raises(ChannelUnavailable, match="535") as caught:
            await mistaken.send(envelope("kim@example.org"))
    assert "wrong" not in str(caught.value)


def test_the_password_is_not_shown() -> None:
    settings = EmailSettings(host="h", port=1, sender="a@example.org", username="u", password="sample-password")
    assert "sample-password" not in repr(settings)


@pytest.mark.parametrize(("who", "code"), [("nobody", "550"), ("full", "552"), ("spam", "554")])
async def test_a_five_hundred_is_for_good(who: str, code: str) -> None:
    async with mail_server() as server:
        with pytest.raises(ChannelRefused, match=code):
            await channel(server.port).send(envelope(f"{who}@example.org"))
        assert server.mails == []


@pytest.mark.parametrize(("who", "code"), [("busy", "451"), ("short-of-space", "452")])
async def test_a_four_hundred_is_for_now(who: str, code: str) -> None:
    async with mail_server() as server:
        with pytest.raises(ChannelUnavailable, match=code) as caught:
            await channel(server.port).send(envelope(f"{who}@example.org"))
        assert not caught.value.is_outcome_unknown


@pytest.mark.parametrize("who", ["hangs-up", "slow-after"])
async def test_silence_after_the_mail_was_handed_over_leaves_it_open(who: str) -> None:
    async with mail_server() as server:
        with pytest.raises(ChannelUnavailable) as caught:
            await channel(server.port, timeout=timedelta(seconds=0.5)).send(envelope(f"{who}@example.org"))
        assert caught.value.is_outcome_unknown
        assert len(server.mails) == 1


async def test_silence_before_it_was_handed_over_does_not() -> None:
    async with mail_server() as server:
        with pytest.raises(ChannelUnavailable) as caught:
            await channel(server.port, timeout=timedelta(seconds=0.5)).send(envelope("slow-before@example.org"))
        assert not caught.value.is_outcome_unknown


async def test_a_server_that_never_speaks_is_given_up() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    dumb = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port, began = dumb.sockets[0].getsockname()[1], time.monotonic()
    with pytest.raises(ChannelUnavailable, match="connecting"):
        await channel(port, timeout=timedelta(seconds=0.5)).send(envelope("kim@example.org"))
    assert time.monotonic() - began < 3
    dumb.close()


async def test_only_so_many_connections_are_open_at_once() -> None:
    async with mail_server() as server:
        narrow = channel(server.port, connections=3)
        await asyncio.gather(*(narrow.send(envelope("kim@example.org", number=number)) for number in range(12)))
        assert len(server.mails) == 12
        assert server.most_open_at_once <= 3


async def test_waiting_for_a_free_connection_ends_too() -> None:
    async with mail_server() as server:
        narrow = channel(server.port, connections=1, timeout=timedelta(seconds=0.5))
        busy = asyncio.create_task(narrow.send(envelope("slow-before@example.org")))
        await asyncio.sleep(0.05)
        narrow_too = narrow.send(envelope("kim@example.org", number=2))
        results = await asyncio.gather(busy, narrow_too, return_exceptions=True)
    assert SLOW_S > 1
    assert any(isinstance(result, ChannelUnavailable) for result in results)
    assert isinstance(results[0], ChannelUnavailable)


@pytest.mark.parametrize("address", ["kim@münchen.example.org", "ștefan@example.org"])
async def test_an_address_beyond_ascii_needs_a_server_that_takes_it(address: str) -> None:
    async with mail_server(utf8=True) as server:
        await channel(server.port).send(envelope(address))
        assert server.recipients == [[address]]
    async with mail_server(utf8=False) as server:
        with pytest.raises(ChannelRefused, match="does not take"):
            await channel(server.port).send(envelope(address))


@pytest.mark.parametrize("sender", ["escalon", "escalon@", "a b@example.org", "a@example.org\r\nBcc: eve@example.org"])
def test_a_sender_that_is_no_address_is_refused_at_once(sender: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        channel(1, sender=sender)
