"""What is particular to the long tail: named services alone, what is known of a failure, a library that may lack."""

import asyncio
import logging
import sys
from datetime import timedelta

import pytest

from activities.channels.apprise import AppriseChannel
from activities.channels.contract import ChannelRefused, ChannelUnavailable
from tests.activities.channels.http_side import Got, HttpSide, answer, http_side, says
from tests.activities.channels.trial import envelope

SECRET = "s3cr3t-p4th"


def channel(seconds: float = 10, **changed: str) -> AppriseChannel:
    """The channel that may use the service for JSON."""
    return AppriseChannel(("json",), timedelta(seconds=seconds), **changed)


def address(side: HttpSide, more: str = "") -> str:
    """An address of this service, with something secret in it."""
    return f"json://localhost:{side.port}/{SECRET}{more}"


async def test_without_the_library_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ValueError, match=r"escalon\[apprise\]"):
        channel()


def test_a_service_that_there_is_not_is_said_at_the_start() -> None:
    with pytest.raises(ValueError, match="ESCALON_APPRISE_SERVICES: apprise has no service telegramm"):
        AppriseChannel(("tgram", "telegramm"), timedelta(seconds=1))


@pytest.mark.parametrize("given", ["tgram://123456789:abc/1", "syslog://", "file:///etc/passwd", "jsons://localhost/x"])
async def test_only_services_that_are_named_are_used(given: str) -> None:
    with pytest.raises(ChannelRefused):
        await channel().send(envelope(given))


@pytest.mark.parametrize("more", ["?verify=no", "?a=b&VERIFY=no", "?redirect=yes", "?redirect"])
async def test_an_address_does_not_say_how_safe_a_call_is(more: str) -> None:
    async with http_side(has_tls=False) as side:
        with pytest.raises(ChannelRefused, match="not for an address to say"):
            await channel().send(envelope(address(side, more)))
        assert side.got == []


async def test_redirects_are_not_followed() -> None:
    async with http_side(has_tls=False) as elsewhere:
        async with http_side(says(answer(307, Location=elsewhere.url("/x"))), has_tls=False) as side:
            with pytest.raises(ChannelUnavailable):
                await channel().send(envelope(address(side)))
        assert elsewhere.got == []


@pytest.mark.parametrize("status", [400, 404, 429, 500])
async def test_a_failure_is_for_now_and_says_nothing_secret(status: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with http_side(says(answer(status)), has_tls=False) as side:
            with pytest.raises(ChannelUnavailable, match="did not take it") as caught:
                await channel().send(envelope(address(side)))
            assert len(side.got) == 1
    assert not caught.value.is_outcome_unknown
    assert SECRET not in str(caught.value)
    assert all(SECRET not in record.getMessage() for record in caplog.records if record.name.startswith("apprise"))


async def test_one_that_hangs_is_given_up_and_may_have_it() -> None:
    async def hang(_: Got, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2)

    async with http_side(hang, has_tls=False) as side:
        with pytest.raises(ChannelUnavailable, match="in time") as caught:
            await channel(0.5).send(envelope(address(side)))
    assert caught.value.is_outcome_unknown


async def test_the_issue_the_message_and_the_page_stand_at_its_foot() -> None:
    async with http_side(has_tls=False) as side:
        sent = envelope(address(side))
        await channel(link="https://pages.example.org/{issue}").send(sent)
    assert side.got[0].json["message"].splitlines()[-2:] == [
        f"desk:REF-1 {sent.public_id}",
        "https://pages.example.org/main%3Amain%3Amain%3Adesk%3AREF-1%3A1",
    ]
