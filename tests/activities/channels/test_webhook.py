"""What is particular to webhooks: signatures that receivers can check, keys that can be replaced, a true CloudEvent."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks import Webhook, WebhookVerificationError

from activities.channels.contract import Sent
from activities.channels.webhook import WebhookChannel, WebhookSettings
from escalation.message import Line, Message
from tests.activities.channels.http_side import Got, http_post, http_side
from tests.activities.channels.http_trials import KEY
from tests.activities.channels.trial import AT, envelope, message

NEXT = "whsec_" + b64encode(b"the-next-key-" * 3).decode()
OTHER = "whsec_" + b64encode(b"somebody-elses-" * 3).decode()


def channel(*keys: str, link: str = "") -> WebhookChannel:
    """The channel that signs with these."""
    return WebhookChannel(http_post(), WebhookSettings(org="main", keys=keys or (KEY,), link=link))


async def sent(*keys: str, link: str = "", **changed: Any) -> tuple[Got, Sent]:
    """What arrives, and what is said of it."""
    async with http_side() as side:
        said = await channel(*keys, link=link).send(envelope(side.url("/x"), **changed))
        return side.got[0], said


def test_the_keys_are_not_shown() -> None:
    assert KEY not in repr(WebhookSettings(org="main", keys=(KEY,)))


async def test_a_receiver_with_the_key_believes_it_and_no_other() -> None:
    got, _ = await sent()
    assert Webhook(KEY).verify(got.body, got.headers)["data"]["person"] == "kim"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(got.body.replace(b"kim", b"lee"), got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(KEY).verify(got.body, {**got.headers, "webhook-id": "msg_other"})


async def test_with_two_keys_receivers_of_either_believe_it() -> None:
    got, _ = await sent(NEXT, KEY)
    assert Webhook(KEY).verify(got.body, got.headers) == Webhook(NEXT).verify(got.body, got.headers)


async def test_the_body_is_a_cloud_event_to_those_who_know_them() -> None:
    got, said = await sent()
    event = from_http_event(HTTPMessage({"content-type": got.headers["content-type"]}, got.body))
    assert got.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert event.get_id() == got.headers["webhook-id"] == said.reference
    assert (event.get_source(), event.get_type()) == ("/escalon/main", "escalon.message.asked")
    assert (event.get_specversion(), event.get_time()) == ("1.0", AT)
    assert event.get_subject() == "main:main:main:desk:REF-1:1"
    data: Any = event.get_data()
    assert (data["priority"], data["text"], data["link"]) == (2, "Asked of you.\nIf nobody does.", None)


async def test_a_copy_has_the_id_of_the_first_and_says_what_it_is() -> None:
    first, _ = await sent()
    copy, _ = await sent(is_possible_repeat=True)
    assert first.headers["webhook-id"] == copy.headers["webhook-id"] == copy.json["id"]
    assert [each.json["data"]["is_possible_repeat"] for each in (first, copy)] == [False, True]


async def test_the_lines_come_apart_too() -> None:
    lines = (Line(label="What", text="Card payments fail"), Line(), Line(label="Tried", items=("a", "b")))
    got, _ = await sent(message=Message(subject="s", lines=lines))
    assert [Line(**line) for line in got.json["data"]["lines"]] == list(lines)


async def test_an_issue_has_its_page_where_there_are_pages() -> None:
    got, _ = await sent(link="https://pages.example.org/{issue}?x=1")
    assert got.json["data"]["link"] == "https://pages.example.org/main%3Amain%3Amain%3Adesk%3AREF-1%3A1?x=1"


async def test_its_time_is_that_of_sending() -> None:
    before = datetime.now().timestamp()  # noqa: DTZ005 - seconds since the epoch
    got, _ = await sent()
    assert before - 1 <= int(got.headers["webhook-timestamp"]) <= before + 60


async def test_any_text_is_signed_as_it_travels() -> None:
    got, _ = await sent(message=message("ș 💳 \u2028", '"quotes" \\ and 支払い'))
    assert Webhook(KEY).verify(got.body, got.headers) == json.loads(got.body)


@pytest.mark.parametrize("keys", [(), ("",), ("sample",), ("whsec_c2hvcnQ=",), ("whsec_not base64!",), (KEY, "whsec_")])
def test_a_key_that_is_none_is_refused_at_once_and_not_shown(keys: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="ESCALON_WEBHOOK_KEYS") as caught:
        WebhookChannel(http_post(), WebhookSettings(org="main", keys=keys))
    assert not any(key.removeprefix("whsec_") in str(caught.value) for key in keys if key.removeprefix("whsec_"))
