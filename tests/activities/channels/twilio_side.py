"""Twilio as its documentation tells of it: strict about what it is asked, and its errors in its own words."""

import asyncio
import json
import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from tests.activities.channels.http_side import Got, answer

ACCOUNT = "AC" + "0a" * 16
TOKEN = "sample-auth-token"
SENDER = "+15005550006"
SERVICE = "MG" + "1b" * 16
KIM = "+447700900123"
NOBODY = "+447700900999"
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_FIELDS = {
    "Messages": {"To", "From", "MessagingServiceSid", "Body", "StatusCallback"},
    "Calls": {"To", "From", "Twiml", "Timeout", "StatusCallback"},
}
_LONGEST = {"Messages": ("Body", 1600, 21617), "Calls": ("Twiml", 4000, 20001)}


@dataclass
class TwilioSide:
    """One account; everything that it takes is in `made`, as resource and form."""

    made: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    """Status and code of what the next requests are answered."""
    headers: dict[str, str] = field(default_factory=dict)
    status: str = "queued"

    async def __call__(self, got: Got, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        status, said = self._said(got)
        writer.write(answer(status, json.dumps(said), Content_Type="application/json", **self.headers))
        await writer.drain()

    def _said(self, got: Got) -> tuple[int, dict[str, Any]]:
        found = re.fullmatch(r"/2010-04-01/Accounts/(\w+)/(Messages|Calls)\.json", got.path)
        if got.method != "POST" or found is None:
            return _error(404, 20404, "The requested resource was not found")
        login = b64decode(got.headers.get("authorization", "").removeprefix("Basic ")).decode()
        if login != f"{found[1]}:{TOKEN}" or found[1] != ACCOUNT:
            return _error(401, 20003, "Authenticate")
        if got.headers.get("content-type") != "application/x-www-form-urlencoded":
            return _error(415, 20415, "Unsupported media type")
        if self.errors:
            return _error(*self.errors.pop(0), "Something about +447700900123")
        pairs = parse_qsl(got.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        form, resource = dict(pairs), found[2]
        assert len(form) == len(pairs)
        assert form.keys() <= _FIELDS[resource], form.keys()
        if not _PHONE.fullmatch(form.get("To", "")):
            return _error(400, 21211, f"Invalid 'To' Phone Number: {form.get('To')}")
        if form["To"] == NOBODY:
            return _error(400, 21610, f"Attempt to send to unsubscribed recipient {NOBODY}")
        if ("From" in form) == ("MessagingServiceSid" in form):
            return _error(400, 21603, "A 'From' number or 'MessagingServiceSid' is required")
        name, longest, code = _LONGEST[resource]
        if not form.get(name):
            return _error(400, 21602, f"{name} is required")
        if len(form[name]) > longest:
            return _error(400, code, f"{name} is too long")
        if resource == "Calls":
            twiml(form["Twiml"])
        self.made.append((resource, form))
        sid = f"{'SM' if resource == 'Messages' else 'CA'}{len(self.made):032x}"
        return 201, {"sid": sid, "account_sid": ACCOUNT, "status": self.status, "error_code": None}


def _error(status: int, code: int, message: str) -> tuple[int, dict[str, Any]]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return status, {"code": code, "message": message, "more_info": more, "status": status}


def twiml(text: str) -> ET.Element:
    """The document, if it is one of the elements that calls know."""
    root = ET.fromstring(text)  # noqa: S314 - what we wrote ourselves
    assert root.tag == "Response"
    assert {each.tag for each in root.iter()} <= {"Response", "Gather", "Say", "Pause"}
    assert all(not len(say) for say in root.iter("Say"))
    return root


def spoken(text: str) -> list[str]:
    """What is said the first time, sentence by sentence."""
    root = twiml(text)
    first: list[str] = []
    gather = root.find("Gather")
    for each in root if gather is None else gather:
        if each.tag == "Pause":
            break
        first.append(each.text or "")
    return first
