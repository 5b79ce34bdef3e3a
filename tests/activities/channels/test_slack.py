"""What is particular to Slack: refusals with a status of 200, threads, incoming webhooks, text that pings nobody."""

import json
from datetime import timedelta
from typing import Any

import pytest

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.slack import LONGEST, SlackChannel, SlackSettings, rendered
from tests.activities.channels.http_side import HttpSide, answer, http_post, http_side, says
from tests.activities.channels.http_trials import TOKEN, SlackSide
from tests.activities.channels.trial import envelope, message


def channel(side: HttpSide, token: str | None = TOKEN) -> SlackChannel:
    """The channel to a workspace of ours."""
    return SlackChannel(http_post(), SlackSettings(token=token, api=side.url("/api")))


async def said_no(error: str, **headers: str) -> ChannelRefused | ChannelUnavailable:
    """What a refusal in Slack's words becomes."""
    slack = SlackSide()
    slack.errors, slack.headers = [error], headers
    async with http_side(slack) as side:
        with pytest.raises((ChannelRefused, ChannelUnavailable)) as caught:
            await channel(side).send(envelope("#desk"))
    assert slack.posted == []
    assert isinstance(caught.value, ChannelRefused | ChannelUnavailable)
    return caught.value


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(SlackSettings(token=TOKEN))


async def test_a_post_is_delivered_and_known_by_its_time_stamp() -> None:
    slack = SlackSide()
    async with http_side(slack) as side:
        sent = await channel(side).send(envelope("#desk"))
    assert (sent.reference, sent.is_delivered) == (slack.posted[0][1], True)


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "msg_blocks_too_long", "a_word_of_tomorrow"])
async def test_most_refusals_are_for_good_and_in_slacks_words(error: str) -> None:
    refused = await said_no(error)
    assert isinstance(refused, ChannelRefused)
    assert error in str(refused)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "missing_scope"])
async def test_a_token_that_is_not_accepted_is_said_plainly(error: str) -> None:
    refused = await said_no(error)
    assert isinstance(refused, ChannelRefused)
    assert "does not accept our token" in str(refused)


async def test_a_wrong_token_is_not_shown() -> None:
    async with http_side(SlackSide()) as side:
        with pytest.raises(ChannelRefused, match="invalid_auth") as caught:
            await channel(side, "xoxb-wrong").send(envelope("#desk"))
    assert "xoxb" not in str(caught.value)


@pytest.mark.parametrize("error", ["ratelimited", "rate_limited"])
async def test_too_many_messages_are_for_now_and_slack_says_how_long(error: str) -> None:
    unavailable = await said_no(error, Retry_After="30")
    assert isinstance(unavailable, ChannelUnavailable)
    assert (unavailable.retry_after, unavailable.is_outcome_unknown) == (timedelta(seconds=30), False)


@pytest.mark.parametrize("error", ["internal_error", "fatal_error"])
async def test_what_slack_may_have_done_all_the_same_is_left_open(error: str) -> None:
    unavailable = await said_no(error)
    assert isinstance(unavailable, ChannelUnavailable)
    assert unavailable.is_outcome_unknown


async def test_what_is_no_word_is_not_repeated() -> None:
    refused = await said_no("<script>" + "x" * 500)
    assert "script" not in str(refused)
    assert len(str(refused)) < 100


async def test_a_real_429_is_for_now() -> None:
    async with http_side(says(answer(429, Retry_After="7"))) as side:
        with pytest.raises(ChannelUnavailable) as caught:
            await channel(side).send(envelope("#desk"))
    assert caught.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    "body", ["", "ok", "[]", "{}", '{"ok": "true"}', '{"ok": true}', "<html>Log in</html>", "[" * 60_000, "x" * 100_000]
)
async def test_what_is_not_slacks_answer_leaves_it_open(body: str) -> None:
    async with http_side(says(answer(200, body))) as side:
        with pytest.raises(ChannelUnavailable) as caught:
            await channel(side).send(envelope("#desk"))
    assert caught.value.is_outcome_unknown
    assert "Log in" not in str(caught.value)


async def test_later_messages_go_into_the_thread_and_urgent_ones_show_in_the_channel_too() -> None:
    slack = SlackSide()
    async with http_side(slack) as side:
        here = channel(side)
        for number, priority in enumerate((2, 2, 3)):
            await here.send(envelope("#desk", number=number, priority=priority))
        await here.send(envelope("#desk", "REF-2"))
    first = slack.posted[0][1]
    assert [payload.get("thread_ts") for payload, _ in slack.posted] == [None, first, first, None]
    assert [payload.get("reply_broadcast") for payload, _ in slack.posted] == [None, True, False, None]
    assert [payload["channel"] for payload, _ in slack.posted] == ["#desk", "C0SAMPLE01", "C0SAMPLE01", "#desk"]


@pytest.mark.parametrize("error", ["thread_not_found", "cannot_reply_to_message"])
async def test_a_thread_that_is_gone_is_begun_anew(error: str) -> None:
    slack = SlackSide()
    async with http_side(slack) as side:
        here = channel(side)
        await here.send(envelope("#desk"))
        slack.errors = [error]
        await here.send(envelope("#desk", number=2))
        await here.send(envelope("#desk", number=3))
    second = slack.posted[1][1]
    assert [payload.get("thread_ts") for payload, _ in slack.posted] == [None, None, second]


async def test_an_incoming_webhook_is_an_address_too_without_a_token_in_sight() -> None:
    async with http_side(says(answer(200, "ok"))) as side:
        for token in (None, TOKEN):
            await channel(side, token).send(envelope(side.url("/services/T00/B00/sample")))
    assert [got.path for got in side.got] == ["/services/T00/B00/sample"] * 2
    assert all(TOKEN not in str(got.headers) for got in side.got)
    assert all("channel" not in got.json for got in side.got)


@pytest.mark.parametrize("body", ["", "no_text", "<html>ok</html>"])
async def test_an_incoming_webhook_that_does_not_say_ok_leaves_it_open(body: str) -> None:
    async with http_side(says(answer(200, body))) as side:
        with pytest.raises(ChannelUnavailable) as caught:
            await channel(side).send(envelope(side.url("/services/x")))
    assert caught.value.is_outcome_unknown


async def test_without_a_token_a_channels_name_is_no_address() -> None:
    async with http_side(SlackSide()) as side:
        with pytest.raises(ChannelRefused, match="ESCALON_SLACK_TOKEN"):
            await channel(side, None).send(envelope("#desk"))
        assert side.got == []


def kinds(found: Any) -> set[str]:
    """The type of every element."""
    match found:
        case dict():
            return {str(found.get("type"))} | {kind for value in found.values() for kind in kinds(value)}
        case list():
            return {kind for value in found for kind in kinds(value)}
        case _:
            return set()


NASTY = "<!channel> <!here> <@U0SAMPLE> @channel &lt; <https://evil.example.org|Log in> *b* `c`"


def test_nothing_that_people_write_is_read_as_slacks_markup() -> None:
    shown = rendered(envelope("#desk", message=message(NASTY, NASTY)), "https://pages.example.org/x")
    assert not set(shown["text"]) & set("<>")
    assert shown["text"].count("&") == NASTY.count("<") + NASTY.count(">") + NASTY.count("&")
    allowed = {"rich_text", "rich_text_section", "rich_text_preformatted", "text", "link", "None"}
    assert kinds(shown["blocks"]) <= allowed
    links = [each for each in json.loads(json.dumps(shown["blocks"]))[2]["elements"][0]["elements"] if "url" in each]
    assert [each["url"] for each in links] == ["https://pages.example.org/x"]


def test_a_long_message_fits_and_keeps_its_end() -> None:
    shown = rendered(envelope("#desk", message=message("s", "x " * LONGEST)), "")
    assert len(json.dumps(shown["blocks"])) < 1.2 * LONGEST
