"""Trouble of the other side, the same for every channel over HTTP: none hangs, follows, believes, or tells secrets."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from activities.channels.contract import Channel, ChannelRefused, ChannelUnavailable
from activities.channels.http_post import HttpPost
from activities.channels.matrix import MatrixChannel, MatrixSettings
from activities.channels.mattermost import MattermostChannel
from activities.channels.ntfy import NtfyChannel, NtfySettings
from activities.channels.opsgenie import OpsgenieChannel, OpsgenieSettings
from activities.channels.pagerduty import PagerDutyChannel, PagerDutySettings
from activities.channels.slack import SlackChannel, SlackSettings
from activities.channels.sms import SmsChannel
from activities.channels.teams import TeamsChannel
from activities.channels.twilio import TwilioSettings
from activities.channels.voice import VoiceChannel
from activities.channels.webhook import WebhookChannel, WebhookSettings
from tests.activities.channels.http_side import Answering, Got, answer, http_post, http_side, says
from tests.activities.channels.http_trials import KEY
from tests.activities.channels.matrix_side import ROOM
from tests.activities.channels.pager_sides import API_KEY, ROUTING_KEY
from tests.activities.channels.trial import envelope
from tests.activities.channels.twilio_side import ACCOUNT, KIM, SENDER

SECRET = "s3cr3t-p4th"


class Made(NamedTuple):
    """A channel whose other side is at a URL, an address of it, and what must not be told."""

    channel: Channel
    address: str
    secret: str = SECRET


def twilio(url: str) -> TwilioSettings:
    """An account."""
    return TwilioSettings(account=ACCOUNT, token=SECRET, sender=SENDER, url=url)


def matrix(url: str) -> MatrixSettings:
    """A user."""
    return MatrixSettings(url=url, token=SECRET)


MADE: dict[str, Callable[[HttpPost, str], Made]] = {
    "webhook": lambda post, url: Made(WebhookChannel(post, WebhookSettings(org="main", keys=(KEY,))), url),
    "slack": lambda post, url: Made(SlackChannel(post, SlackSettings()), url),
    "teams": lambda post, url: Made(TeamsChannel(post), url),
    "mattermost": lambda post, url: Made(MattermostChannel(post), url),
    "ntfy": lambda post, url: Made(NtfyChannel(post, NtfySettings()), url),
    "sms": lambda post, url: Made(SmsChannel(post, twilio(url)), KIM),
    "voice": lambda post, url: Made(VoiceChannel(post, twilio(url)), KIM),
    "matrix": lambda post, url: Made(MatrixChannel(post, matrix(url)), ROOM),
    "matrix of a user": lambda post, url: Made(MatrixChannel(post, matrix(url)), "@kim:matrix.example.org"),
    "pagerduty": lambda post, url: Made(
        PagerDutyChannel(post, PagerDutySettings(url=url)), ROUTING_KEY, secret=ROUTING_KEY
    ),
    "opsgenie": lambda post, url: Made(OpsgenieChannel(post, OpsgenieSettings(url=url)), API_KEY, secret=API_KEY),
}
BELIEVES_ANY_BODY = {"webhook", "teams"}
"""Their other sides say nothing of use in it."""
ASKS_BEFORE_IT_SENDS = {"matrix of a user"}
"""Whatever breaks then, the message has not left."""


@pytest.fixture(params=MADE)
def made(request: pytest.FixtureRequest) -> Callable[[HttpPost, str], Made]:
    """Each in turn."""
    return MADE[request.param]


def may_have_left(made: Callable[[HttpPost, str], Made]) -> bool:
    """Whether a request that breaks may have been the message."""
    return made not in [MADE[name] for name in ASKS_BEFORE_IT_SENDS]


async def fails(made: Callable[[HttpPost, str], Made], answering: Answering, seconds: float = 10) -> Exception:
    """How one message fails; what is said of it holds nothing secret."""
    async with http_side(answering) as side:
        here = made(http_post(timeout=timedelta(seconds=seconds)), side.url(f"/{SECRET}"))
        with pytest.raises((ChannelRefused, ChannelUnavailable)) as caught:
            await here.channel.send(envelope(here.address))
        assert len(side.got) == 1, "a channel tries once; trying again is the errand's business"
    assert SECRET not in str(caught.value)
    assert here.secret not in str(caught.value)
    assert here.address not in str(caught.value)
    return caught.value


async def test_one_that_hangs_is_given_up_and_may_have_it(made: Callable[[HttpPost, str], Made]) -> None:
    async def hang(_: Got, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3)

    error = await fails(made, hang, 0.4)
    assert isinstance(error, ChannelUnavailable)
    assert error.is_outcome_unknown == may_have_left(made)


async def test_one_that_sends_us_elsewhere_is_not_followed(made: Callable[[HttpPost, str], Made]) -> None:
    async with http_side() as elsewhere:
        error = await fails(made, says(answer(307, Location=elsewhere.url(f"/{SECRET}"))))
        assert elsewhere.got == []
    assert isinstance(error, ChannelRefused)
    assert "307" in str(error)


async def test_one_that_breaks_off_may_have_it(made: Callable[[HttpPost, str], Made]) -> None:
    error = await fails(made, says(b"HTTP/1.1 20"))
    assert isinstance(error, ChannelUnavailable)
    assert error.is_outcome_unknown == may_have_left(made)


async def test_one_that_has_too_much_to_do_says_when_to_come_back(made: Callable[[HttpPost, str], Made]) -> None:
    error = await fails(made, says(answer(429, Retry_After="42")))
    assert isinstance(error, ChannelUnavailable)
    assert (error.retry_after, error.is_outcome_unknown) == (timedelta(seconds=42), False)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_one_that_does_not_want_it_is_believed(made: Callable[[HttpPost, str], Made], status: int) -> None:
    error = await fails(made, says(answer(status, SECRET)))
    assert isinstance(error, ChannelRefused)
    assert str(status) in str(error)


@pytest.mark.parametrize("name", sorted(MADE.keys() - BELIEVES_ANY_BODY))
@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"", b"\xff\x00", b"{", b"[" * 50_000, b"ok" * 100_000])
async def test_one_that_lies_is_not_believed(name: str, body: bytes) -> None:
    error = await fails(MADE[name], says(answer(200, body)))
    assert isinstance(error, ChannelUnavailable)
    assert error.is_outcome_unknown == may_have_left(MADE[name])


@pytest.mark.parametrize("name", sorted(MADE.keys() - BELIEVES_ANY_BODY))
@pytest.mark.parametrize("body", [b"ok", b'{"ok": true, "id": "x"}'])
async def test_one_that_breaks_off_in_its_answer_is_not_believed(name: str, body: bytes) -> None:
    error = await fails(MADE[name], says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body))
    assert isinstance(error, ChannelUnavailable)
    assert error.is_outcome_unknown == may_have_left(MADE[name])


@pytest.mark.parametrize("name", sorted(BELIEVES_ANY_BODY))
@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff\x00", b"[" * 50_000, b"ok" * 100_000])
async def test_where_the_body_says_nothing_it_does_no_harm(name: str, body: bytes) -> None:
    async with http_side(says(answer(200, body))) as side:
        here = MADE[name](http_post(), side.url("/x"))
        await here.channel.send(envelope(here.address))
    assert len(side.got) == 1


async def test_one_in_a_network_that_is_not_ours_to_call_is_not_called(made: Callable[[HttpPost, str], Made]) -> None:
    async with http_side() as side:
        here = made(http_post(networks=()), side.url("/x"))
        with pytest.raises(ChannelRefused, match="network"):
            await here.channel.send(envelope(here.address))
        assert side.opened == 0


async def test_one_without_tls_is_not_called(made: Callable[[HttpPost, str], Made]) -> None:
    async with http_side(has_tls=False) as side:
        here = made(http_post(), side.url("/x"))
        with pytest.raises(ChannelRefused, match="allowed: https"):
            await here.channel.send(envelope(here.address))
        assert side.opened == 0
        # Allowed, it is called; what a plain 200 means is another matter.
        here = made(http_post(is_plain_allowed=True), side.url("/x"))
        await asyncio.gather(here.channel.send(envelope(here.address)), return_exceptions=True)
        assert len(side.got) == 1
