"""What tests of Twilio at the door need: forms as it signs them, messages that have left, and what is said back."""

import asyncio
import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import httpx2
from pydantic import SecretStr

from escalation.issue.identity import IssueId, read_issue_id
from records import deliveries
from records.deliveries import Delivery
from starter.http.twilio import signature
from tests.starter.http.conftest import AGENT, LEAD, Door

ACCOUNT = "AC" + "0a" * 16
TOKEN = "sample-auth-token"
CALLBACK = "https://escalon.example.org/door"
PHONE, AGENTS_PHONE, STRANGER = "+447700900123", "+447700900124", "+447700900999"
STATUS, KEYS, REPLIES = "/v1/twilio/status", "/v1/twilio/keys", "/v1/twilio/replies"
_numbers = count(1)


def with_phones(door: Door, people: Path) -> dict[str, Any]:
    """Settings of a door as Twilio calls it, at which the lead and the agent have telephones."""
    text = door.office.settings.people.read_text(encoding="utf-8")
    for person, phone in ((LEAD, PHONE), (AGENT, AGENTS_PHONE)):
        assert text.count(f"inbox: {person},") == 1
        text = re.sub(rf'(inbox: {person},.*), sms: "[^"]*"', r"\1", text)  # a sample may have a number of its own
        text = text.replace(f"inbox: {person},", f'inbox: {person}, sms: "{phone}", voice: "{phone}",')
    people.write_text(text, encoding="utf-8")
    account = {"twilio_account": ACCOUNT, "twilio_token": SecretStr(TOKEN), "twilio_callback": CALLBACK}
    return {"people": people, **account}


def phones_settings(phones: Door) -> dict[str, Any]:
    """Settings of a further door for Twilio, which counts its callers anew."""
    names = ("people", "twilio_account", "twilio_token", "twilio_callback")
    return {name: getattr(phones.doors.settings, name) for name in names}


async def send(
    door: Door, path: str, token: str = TOKEN, url: str = CALLBACK, query: str = "", **form: str
) -> httpx2.Response:
    """A form as Twilio sends it."""
    given = {"AccountSid": ACCOUNT, **form}
    signed = signature(token, f"{url}{path}{query}", list(given.items()))
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    return await door.client.post(f"{path}{query}", content=urlencode(given), headers=headers)


def told(
    door: Door, issue: str, channel: str = "sms", about: str = "asked", person: str = LEAD, **changed: Any
) -> Delivery:
    """A message that has left, on the log; its reference is of this test alone."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "message": f"{issue}/{number}/{person}/{channel}",
        "attempt": 1,
        "issue": whole(issue),
        "person": person,
        "channel": channel,
        "about": about,
        "state": "sent",
        "at": datetime.now(UTC),
        "reference": f"{'SM' if channel == 'sms' else 'CA'}{number:032x}",
        **changed,
    }
    row = Delivery(**facts)
    deliveries.write(door.db, [row])
    return row


def whole(issue: str) -> IssueId:
    """The issue's id."""
    return read_issue_id(issue)[0]


def now_of(door: Door, row: Delivery) -> tuple[str, str | None]:
    """State and error of the attempt as the log has them."""
    (found,) = [each for each in deliveries.of_issue(door.db, row.issue) if each.message == row.message]
    return found.state, found.error


def said(answer: httpx2.Response) -> str:
    """What is said or texted back."""
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/xml"), answer.text
    return "".join(ET.fromstring(answer.text).itertext())  # noqa: S314 - our own


async def opened(door: Door) -> str:
    """An issue at which the lead is asked."""
    issue = door.fresh()
    answer = await door.open(issue)
    assert answer.status_code == 202, answer.text
    for _ in range(300):
        if (await door.get(f"/v1/issues/{issue}"))["asked"]:
            return issue
        await asyncio.sleep(0.02)
    raise AssertionError("nobody is asked")


def forget(door: Door) -> None:
    """Nobody was told anything lately: each test begins with an empty log."""
    with door.db.writing() as connection:
        connection.execute(deliveries._TABLE.delete())


async def handler(door: Door, issue: str) -> str | None:
    """Who has the issue."""
    return str(found) if (found := (await door.get(f"/v1/issues/{issue}"))["handler"]) else None
