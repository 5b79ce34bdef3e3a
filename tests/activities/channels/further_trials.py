"""The trials of the contract with the other sides of text messages, calls, Matrix, PagerDuty and Opsgenie."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from activities.channels.matrix import MatrixChannel, MatrixSettings
from activities.channels.opsgenie import OpsgenieChannel, OpsgenieSettings
from activities.channels.pagerduty import PagerDutyChannel, PagerDutySettings
from activities.channels.sms import SmsChannel
from activities.channels.twilio import TwilioSettings
from activities.channels.voice import VoiceChannel
from tests.activities.channels import matrix_side, twilio_side
from tests.activities.channels.http_side import HttpSide, http_post, http_side
from tests.activities.channels.matrix_side import MatrixSide
from tests.activities.channels.pager_sides import (
    API_KEY,
    OTHER_API_KEY,
    OTHER_ROUTING_KEY,
    ROUTING_KEY,
    OpsgenieSide,
    PagerDutySide,
)
from tests.activities.channels.trial import Arrived, Trial
from tests.activities.channels.twilio_side import TwilioSide


def twilio_settings(side: HttpSide, **changed: str) -> TwilioSettings:
    """The account at a side of ours."""
    given = {
        "account": twilio_side.ACCOUNT,
        "token": twilio_side.TOKEN,
        "sender": twilio_side.SENDER,
        "url": side.url(""),
        **changed,
    }
    return TwilioSettings(**given)


@asynccontextmanager
async def sms_trial(_: Path) -> AsyncIterator[Trial]:
    """Text messages, which carry no ids: each is a message of its own."""
    twilio = TwilioSide()
    async with http_side(twilio) as side:

        def arrived() -> list[Arrived]:
            read = [(form["To"], *form["Body"].partition("\n")) for _, form in twilio.made]
            return [Arrived(to, str(number), "", head, body) for number, (to, head, _, body) in enumerate(read)]

        channel = SmsChannel(http_post(), twilio_settings(side))
        yield Trial(channel, twilio_side.KIM, arrived, side.stop, side.start, twilio_side.NOBODY)


@asynccontextmanager
async def voice_trial(_: Path) -> AsyncIterator[Trial]:
    """Calls."""
    twilio = TwilioSide()
    async with http_side(twilio) as side:

        def arrived() -> list[Arrived]:
            read = [(form["To"], *twilio_side.spoken(form["Twiml"])) for _, form in twilio.made]
            return [Arrived(to, str(number), "", head, body) for number, (to, head, body) in enumerate(read)]

        channel = VoiceChannel(http_post(), twilio_settings(side))
        yield Trial(channel, twilio_side.KIM, arrived, side.stop, side.start, twilio_side.NOBODY)


@asynccontextmanager
async def matrix_trial(_: Path) -> AsyncIterator[Trial]:
    """A room."""
    matrix = MatrixSide()
    async with http_side(matrix) as side:

        def arrived() -> list[Arrived]:
            found = []
            for place, (room, transaction, content) in enumerate(matrix.events):
                subject, body, issue = matrix_side.read(content)
                first = matrix_side.first_of_thread(matrix.events, place)
                found.append(Arrived(room, transaction, f"{issue} {first}", subject, body))
            return found

        channel = MatrixChannel(http_post(), MatrixSettings(url=side.url(""), token=matrix_side.TOKEN))
        yield Trial(channel, matrix_side.ROOM, arrived, side.stop, side.start, matrix_side.CLOSED)


@asynccontextmanager
async def pagerduty_trial(_: Path) -> AsyncIterator[Trial]:
    """An integration of a service."""
    pager = PagerDutySide()
    async with http_side(pager) as side:

        def arrived() -> list[Arrived]:
            found = []
            for event in pager.taken:
                details, summary = event["payload"]["custom_details"], event["payload"]["summary"]
                key, alert = event["routing_key"], event["dedup_key"]
                found.append(Arrived(key, details["message_id"], alert, summary, details["message"]))
            return found

        channel = PagerDutyChannel(http_post(), PagerDutySettings(url=side.url("")))
        yield Trial(channel, ROUTING_KEY, arrived, side.stop, side.start, OTHER_ROUTING_KEY)


@asynccontextmanager
async def opsgenie_trial(_: Path) -> AsyncIterator[Trial]:
    """An integration of a team."""
    pager = OpsgenieSide()
    async with http_side(pager) as side:

        def arrived() -> list[Arrived]:
            return [
                Arrived(API_KEY, body["details"]["message_id"], body["alias"], body["message"], body["description"])
                for body in pager.taken
            ]

        channel = OpsgenieChannel(http_post(), OpsgenieSettings(url=side.url("")))
        yield Trial(channel, API_KEY, arrived, side.stop, side.start, OTHER_API_KEY)
