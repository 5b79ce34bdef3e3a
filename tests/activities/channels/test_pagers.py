"""What is particular to pagers that others keep: one alert for an issue and person, opened and closed; their words."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.opsgenie import OpsgenieChannel, OpsgenieSettings
from activities.channels.pagerduty import PagerDutyChannel, PagerDutySettings
from escalation.issue.effects import About
from tests.activities.channels.http_side import HttpSide, http_post, http_side
from tests.activities.channels.pager_sides import (
    API_KEY,
    OTHER_API_KEY,
    OTHER_ROUTING_KEY,
    ROUTING_KEY,
    OpsgenieSide,
    PagerDutySide,
    PagerSide,
)
from tests.activities.channels.trial import envelope, message

ENDS = {"left_tier", "resolved", "closed"}
PAGE = "https://pages.example.org/{issue}"


def duty(side: HttpSide, key: str | None = None, link: str = "") -> PagerDutyChannel:
    """The channel to an integration of ours."""
    return PagerDutyChannel(http_post(), PagerDutySettings(url=side.url("/"), key=key, link=link))


def genie(side: HttpSide, key: str | None = None, link: str = "") -> OpsgenieChannel:
    """The same of the other."""
    return OpsgenieChannel(http_post(), OpsgenieSettings(url=side.url("/"), key=key, link=link))


BOTH: list[tuple[type[PagerSide], Any, str]] = [(PagerDutySide, duty, ROUTING_KEY), (OpsgenieSide, genie, API_KEY)]


@pytest.mark.parametrize(("kind", "channel", "address"), BOTH)
async def test_an_issue_rings_once_for_each_person_until_it_ends(
    kind: type[PagerSide], channel: Any, address: str
) -> None:
    pager = kind()
    async with http_side(pager) as side:
        here = channel(side)
        await here.send(envelope(address))
        await here.send(envelope(address, is_possible_repeat=True))
        await here.send(envelope(address, number=2, about="reminded"))
        assert pager.rung == 1
        await here.send(envelope(address, person="lee"))
        await here.send(envelope(address, "REF-2"))
        assert (pager.rung, len(pager.open)) == (3, 3)
        await here.send(envelope(address, number=3, about="left_tier"))
        assert len(pager.open) == 2
        # Asked again later, it rings again.
        await here.send(envelope(address, number=4))
        assert (pager.rung, len(pager.open)) == (4, 3)


@pytest.mark.parametrize(("kind", "channel", "address"), BOTH)
@pytest.mark.parametrize("about", get_args(About))
async def test_what_asks_rings_and_what_ends_closes(
    kind: type[PagerSide], channel: Any, address: str, about: About
) -> None:
    pager = kind()
    async with http_side(pager) as side:
        await channel(side).send(envelope(address, about=about))
    assert bool(pager.open) == (about not in ENDS)


@pytest.mark.parametrize(("kind", "channel", "address"), BOTH)
async def test_an_alert_says_nothing_of_issue_or_person_by_its_id(
    kind: type[PagerSide], channel: Any, address: str
) -> None:
    pager = kind()
    async with http_side(pager) as side:
        await channel(side).send(envelope(address))
    (alert,) = pager.open
    assert "REF" not in alert
    assert "kim" not in alert


async def test_an_event_holds_what_the_message_says() -> None:
    pager = PagerDutySide()
    async with http_side(pager) as side:
        sent = await duty(side, link=PAGE).send(envelope(ROUTING_KEY, priority=1))
    (event,) = pager.taken
    page = "https://pages.example.org/main%3Amain%3Amain%3Adesk%3AREF-1%3A1"
    assert event["payload"]["summary"] == "[S2] Act by 19:40 Dublin: Card payments fail, desk:REF-1"
    assert event["payload"]["custom_details"]["message"] == "Asked of you.\nIf nobody does."
    assert event["links"] == [{"href": page, "text": "Open the issue"}]
    assert event["client_url"] == page
    assert event["payload"]["timestamp"] == "2026-11-21T19:40:00.000Z"
    assert (sent.reference, sent.is_delivered) == (event["dedup_key"], False)


@pytest.mark.parametrize(
    ("priority", "severity", "genies"),
    [(1, "critical", "P1"), (2, "error", "P2"), (3, "warning", "P3"), (4, "info", "P4"), (5, "info", "P5")],
)
async def test_priorities_are_theirs(priority: int, severity: str, genies: str) -> None:
    pagers = PagerDutySide(), OpsgenieSide()
    async with http_side(pagers[0]) as first, http_side(pagers[1]) as second:
        await duty(first).send(envelope(ROUTING_KEY, priority=priority))
        await genie(second).send(envelope(API_KEY, priority=priority))
    assert pagers[0].taken[0]["payload"]["severity"] == severity
    assert pagers[1].taken[0]["priority"] == genies


async def test_a_person_named_by_their_id_is_told_through_the_key_that_is_set_up() -> None:
    pagers = PagerDutySide(), OpsgenieSide()
    async with http_side(pagers[0]) as first, http_side(pagers[1]) as second:
        await duty(first, ROUTING_KEY).send(envelope("P0KIM"))
        await genie(second, API_KEY).send(envelope("kim@example.org"))
    assert pagers[0].taken[0]["payload"]["custom_details"]["user"] == "P0KIM"
    assert pagers[1].taken[0]["responders"] == [{"type": "user", "username": "kim@example.org"}]


async def test_without_a_key_ids_are_no_addresses() -> None:
    async with http_side(PagerDutySide()) as side:
        with pytest.raises(ChannelRefused, match="ESCALON_PAGERDUTY_KEY"):
            await duty(side).send(envelope("P0KIM"))
        with pytest.raises(ChannelRefused, match="ESCALON_OPSGENIE_KEY"):
            await genie(side).send(envelope("kim@example.org"))
        assert side.got == []


async def test_a_key_of_nobody_is_said_and_not_shown() -> None:
    async with http_side(PagerDutySide()) as first, http_side(OpsgenieSide()) as second:
        with pytest.raises(ChannelRefused, match="400: it does not accept our key") as caught:
            await duty(first).send(envelope(OTHER_ROUTING_KEY))
        assert OTHER_ROUTING_KEY not in str(caught.value)
        with pytest.raises(ChannelRefused, match="401: it does not accept our key") as caught:
            await genie(second).send(envelope(OTHER_API_KEY))
        assert OTHER_API_KEY not in str(caught.value)


async def refused(pager: PagerSide, channel: Any, address: str) -> ChannelRefused | ChannelUnavailable:
    """How a message is refused."""
    async with http_side(pager) as side:
        with pytest.raises((ChannelRefused, ChannelUnavailable)) as caught:
            await channel(side).send(envelope(address))
    assert isinstance(caught.value, ChannelRefused | ChannelUnavailable)
    return caught.value


async def test_an_event_that_is_invalid_is_for_good() -> None:
    said = {"status": "invalid event", "message": "Event object is invalid", "errors": ["'payload.summary' is missing"]}
    error = await refused(PagerDutySide(errors=[(400, said)]), duty, ROUTING_KEY)
    assert (type(error), str(error)) == (ChannelRefused, "it answered 400: it calls the event invalid")


async def test_an_alert_that_is_not_processable_is_for_good_and_its_fields_are_named() -> None:
    said = {"message": "Not processable", "errors": {"responders": f"No user {API_KEY}", "<b>": "x"}, "took": 0.0}
    error = await refused(OpsgenieSide(errors=[(422, said)]), genie, API_KEY)
    assert (type(error), str(error)) == (ChannelRefused, "it answered 422: it does not take responders")


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "5"}, timedelta(seconds=5)),
        ({"X_RateLimit_State": "THROTTLED", "X_RateLimit_Period_In_Sec": "60"}, timedelta(seconds=60)),
        ({"X_RateLimit_Period_In_Sec": "soon"}, None),
        ({}, None),
    ],
)
async def test_too_many_are_for_now(headers: dict[str, str], wait: timedelta | None) -> None:
    error = await refused(OpsgenieSide(errors=[(429, {"message": "Too many"})], headers=headers), genie, API_KEY)
    assert isinstance(error, ChannelUnavailable)
    assert (error.retry_after, error.is_outcome_unknown) == (wait, False)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_troubles_of_theirs_are_for_now(status: int) -> None:
    for pager, channel, address in (
        (PagerDutySide(errors=[(status, {})]), duty, ROUTING_KEY),
        (OpsgenieSide(errors=[(status, {})]), genie, API_KEY),
    ):
        error = await refused(pager, channel, address)
        assert isinstance(error, ChannelUnavailable)
        assert not error.is_outcome_unknown


async def test_what_is_long_fits_and_keeps_its_end() -> None:
    pagers = PagerDutySide(), OpsgenieSide()
    big = message("ș" * 2000, "x" * 200_000)
    async with http_side(pagers[0]) as first, http_side(pagers[1]) as second:
        await duty(first).send(envelope(ROUTING_KEY, message=big))
        await genie(second, link=PAGE).send(envelope(API_KEY, message=big))
        await genie(second).send(envelope(API_KEY, message=big, about="closed"))
    assert len(pagers[0].taken[0]["payload"]["summary"]) == 1024
    (opened, closed) = pagers[1].taken
    assert opened["message"].endswith("ș…")
    assert opened["description"].startswith("ș" * 2000)
    assert opened["description"].endswith("main%3Amain%3Amain%3Adesk%3AREF-1%3A1")
    assert "/close" in closed["path"]


@pytest.mark.parametrize("sign", ["\x01", "ș", "💳", "\\"])
async def test_an_event_is_no_larger_than_pagerduty_takes(sign: str) -> None:
    pager = PagerDutySide()
    async with http_side(pager) as side:
        await duty(side).send(envelope(ROUTING_KEY, message=message(sign * 3000, sign * 600_000)))
        assert len(side.got[0].body) < 512_000
    assert pager.rung == 1


async def test_nothing_that_people_write_is_markup_in_opsgenie() -> None:
    pager = OpsgenieSide()
    text = "<img src=x onerror=y> <a href='https://evil.example.org'>Log in</a>"
    async with http_side(pager) as side:
        await genie(side).send(envelope(API_KEY, message=message(text, text)))
    assert not set("<>") & set(pager.taken[0]["message"] + pager.taken[0]["description"])


def test_keys_are_not_shown() -> None:
    assert ROUTING_KEY not in repr(PagerDutySettings(key=ROUTING_KEY))
    assert API_KEY not in repr(OpsgenieSettings(key=API_KEY))
