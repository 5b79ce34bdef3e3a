"""Buttons that are pressed in Slack: only what it has signed just now, as who pressed, and told to them alone."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from pydantic import SecretStr

from records import reading
from starter.http.slack import signature
from tests.activities.channels.http_side import Got, HttpSide, answer, http_side
from tests.activities.channels.mail_server import CERTIFICATE
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door, problem
from tests.starter.http.links import SETTINGS, token
from tests.starter.http.phones import handler, opened, whole

SECRET = "sample-signing-secret"
LEADS, AGENTS, STRANGERS = "U0SAMPLE01", "U0SAMPLE02", "U0SAMPLE09"
PATH = "/v1/slack/actions"


@pytest.fixture(scope="module")
async def side() -> AsyncIterator[HttpSide]:
    """Slack, where it is told what came of a press."""

    async def take(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(200, "ok"))
        await writer.drain()

    async with http_side(take) as made:
        yield made


@pytest.fixture(scope="module")
async def slack(door: Door, side: HttpSide, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """The door, at which Slack tells of buttons; the lead's messages go to a channel."""
    text = door.office.settings.people.read_text(encoding="utf-8")
    text = text.replace(f"inbox: {LEAD},", f'inbox: {LEAD}, slack: "#desk", slack_member: {LEADS},', 1)
    text = text.replace(f"inbox: {AGENT},", f"inbox: {AGENT}, slack: {AGENTS},", 1)
    people = tmp_path_factory.mktemp("slack") / "people.yaml"
    people.write_text(text, encoding="utf-8")
    settings = {**SETTINGS, "people": people, "slack_secret": SecretStr(SECRET), "ca_file": str(CERTIFICATE)}
    host = re.sub(r"https://([^:/]+).*", r"\1", side.url(""))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.http.slack.RESPONSE_HOSTS", frozenset({host}))
        async with a_door(door.office, **settings) as made:
            yield made


def pressed(side: HttpSide, value: str | None, member: str = LEADS, stamp: str = "1790000000.1") -> dict[str, Any]:
    """What Slack says of a button (docs: block_actions payloads), as far as it is looked at, and more."""
    action = {"type": "button", "action_id": "escalon_acknowledge", "block_id": "b1", "action_ts": stamp}
    return {
        "type": "block_actions",
        "team": {"id": "T0SAMPLE", "domain": "sample"},
        "user": {"id": member, "username": "kim", "team_id": "T0SAMPLE"},
        "api_app_id": "A0SAMPLE",
        "container": {"type": "message", "message_ts": "1790000000.000100", "channel_id": "C0SAMPLE01"},
        "response_url": side.url("/actions/T0SAMPLE/1/x"),
        "actions": [{**action, **({"value": value} if value is not None else {"url": "https://x.example.org"})}],
    }


async def send(slack: Door, payload: Any, secret: str = SECRET, at: datetime | None = None) -> httpx2.Response:
    """As Slack sends it."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    stamp = str(int((at or datetime.now(UTC)).timestamp()))
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(secret, stamp, body),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return await slack.client.post(PATH, content=body, headers=headers)


async def said(slack: Door, side: HttpSide, payload: dict[str, Any]) -> str:
    """What who pressed is shown."""
    before = len(side.got)
    assert (await send(slack, payload)).status_code == 200
    for _ in range(300):
        if len(side.got) > before:
            break
        await asyncio.sleep(0.02)
    told = side.got[-1].json
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)
    return str(told["text"])


def test_a_signature_is_the_documented_one() -> None:
    # The example of Slack's documentation on verifying requests.
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a1"
        b"4d10d2c447fce8b6703c"
    )
    wanted = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == wanted


async def test_whoever_presses_acts_whomever_it_was_for(slack: Door, side: HttpSide) -> None:
    issue = await opened(slack)
    for_lead = token(issue, "decline", channel="slack", is_personal=False)
    assert "Not done: " in await said(slack, side, pressed(side, for_lead, AGENTS))  # nobody asked the agent
    assert LEAD in (await slack.get(f"/v1/issues/{issue}"))["asked"]
    ack = token(issue, channel="slack", is_personal=False)
    assert await said(slack, side, pressed(side, ack)) == f"{issue}: noted, I have it."
    assert await handler(slack, issue) == LEAD
    await slack.office.at_rest(issue)
    entries = [entry for entry in reading.timeline(slack.db, whole(issue)) if entry.by.door == "slack"]
    assert [(e.event.kind, e.by.person, e.by.assurance) for e in entries] == [("acknowledged", LEAD, "signed_link")]


async def test_who_is_not_known_does_nothing_and_is_told(slack: Door, side: HttpSide) -> None:
    issue = await opened(slack)
    assert STRANGERS in await said(slack, side, pressed(side, token(issue), STRANGERS))
    assert "none of ours" in await said(slack, side, pressed(side, token(issue, key="x" * 40)))
    late = token(issue, good_until=datetime.now(UTC) - timedelta(seconds=1))
    assert "has run out" in await said(slack, side, pressed(side, late))
    assert await handler(slack, issue) is None


async def test_a_button_that_opens_a_page_and_other_payloads_are_only_taken_note_of(
    slack: Door, side: HttpSide
) -> None:
    before = len(side.got)
    for payload in (pressed(side, None), {"type": "shortcut"}, {}, {**pressed(side, "x"), "user": "kim"}):
        assert (await send(slack, payload)).status_code == 200
    assert len(side.got) == before


async def test_nothing_is_sent_to_where_slack_is_not(slack: Door, side: HttpSide) -> None:
    issue, before = await opened(slack), len(side.got)
    elsewhere = {**pressed(side, token(issue)), "response_url": "https://elsewhere.example.org/x"}
    assert (await send(slack, elsewhere)).status_code == 200
    assert await handler(slack, issue) == LEAD
    assert len(side.got) == before


async def test_what_slack_has_not_signed_just_now_is_refused(slack: Door, door: Door, side: HttpSide) -> None:
    issue = await opened(slack)
    good = pressed(side, token(issue))
    problem(await send(slack, good, secret="another-secret"), 403, "bad_signature")
    for away in (timedelta(minutes=6), timedelta(minutes=-6)):
        problem(await send(slack, good, at=datetime.now(UTC) + away), 403, "bad_signature")
    problem(await slack.client.post(PATH, data={"payload": json.dumps(good)}), 403, "bad_signature")
    problem(await send(slack, ["x"]), 400, "bad_form")
    problem(await send(door, good), 404, "not_found")
    assert await handler(slack, issue) is None
