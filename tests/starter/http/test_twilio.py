"""What Twilio tells the HTTP door: only what it has signed; receipts once; answers by the right person."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import httpx2
import pytest
from pydantic import SecretStr

from escalation.issue.identity import IssueId, read_issue_id
from records import deliveries, reading
from records.deliveries import Delivery
from starter.http.twilio import signature
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door, problem

ACCOUNT = "AC" + "0a" * 16
TOKEN = "sample-auth-token"
CALLBACK = "https://escalon.example.org/door"
PHONE, AGENTS_PHONE, STRANGER = "+447700900123", "+447700900124", "+447700900999"
STATUS, KEYS, REPLIES = "/v1/twilio/status", "/v1/twilio/keys", "/v1/twilio/replies"
_numbers = count(1)


@pytest.fixture(scope="module")
async def phones(door: Door, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """The door as Twilio calls it; the lead and the agent have telephones."""
    people = tmp_path_factory.mktemp("phones") / "people.yaml"
    text = door.office.settings.people.read_text(encoding="utf-8")
    for person, phone in ((LEAD, PHONE), (AGENT, AGENTS_PHONE)):
        assert text.count(f"inbox: {person},") == 1
        text = text.replace(f"inbox: {person},", f'inbox: {person}, sms: "{phone}", voice: "{phone}",')
    people.write_text(text, encoding="utf-8")
    settings = {"people": people, "twilio_account": ACCOUNT, "twilio_token": SecretStr(TOKEN)}
    async with a_door(door.office, twilio_callback=CALLBACK, **settings) as made:
        yield made


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
    assert (await door.open(issue)).status_code == 202
    for _ in range(300):
        if (await door.get(f"/v1/issues/{issue}"))["asked"]:
            return issue
        await asyncio.sleep(0.02)
    raise AssertionError("nobody is asked")


def forget(door: Door) -> None:
    """Nobody was told anything lately: each test begins with an empty log."""
    with door.db.writing() as connection:
        connection.execute(deliveries._TABLE.delete())


def test_a_signature_is_the_documented_one() -> None:
    # The example of Twilio's documentation on webhook security.
    pairs = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, pairs) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize(
    ("word", "state", "error"),
    [
        ("delivered", "delivered", None),
        ("read", "delivered", None),
        ("undelivered", "failed_for_good", "Twilio says undelivered, error 30003"),
        ("failed", "failed_for_good", "Twilio says failed, error 30003"),
        ("queued", "sent", None),
        ("sent", "sent", None),
        ("of-tomorrow", "sent", None),
    ],
)
async def test_a_receipt_says_what_became_of_a_message(phones: Door, word: str, state: str, error: str | None) -> None:
    row = told(phones, phones.fresh())
    code = {} if error is None else {"ErrorCode": "30003"}
    answer = await send(phones, STATUS, MessageSid=row.reference or "", MessageStatus=word, **code)
    assert (answer.status_code, answer.content) == (204, b"")
    assert now_of(phones, row) == (state, error)


@pytest.mark.parametrize(
    ("word", "state"),
    [("completed", "delivered"), ("busy", "failed_for_good"), ("no-answer", "failed_for_good"), ("ringing", "sent")],
)
async def test_a_receipt_says_what_became_of_a_call(phones: Door, word: str, state: str) -> None:
    row = told(phones, phones.fresh(), "voice")
    await send(phones, STATUS, CallSid=row.reference or "", CallStatus=word)
    assert now_of(phones, row)[0] == state


async def test_the_first_receipt_that_ends_it_stands(phones: Door) -> None:
    row = told(phones, phones.fresh())
    for word in ("delivered", "failed", "sent"):
        assert (await send(phones, STATUS, MessageSid=row.reference or "", MessageStatus=word)).status_code == 204
    assert now_of(phones, row) == ("delivered", None)


async def test_what_an_error_code_is_not_is_not_kept(phones: Door) -> None:
    row = told(phones, phones.fresh())
    await send(phones, STATUS, MessageSid=row.reference or "", MessageStatus="failed", ErrorCode="<b>+447700900123")
    assert now_of(phones, row)[1] == "Twilio says failed"


async def test_a_receipt_that_is_faster_than_the_log_waits_for_it(phones: Door) -> None:
    issue, reference = phones.fresh(), "SM" + "f" * 32
    receipt = asyncio.create_task(send(phones, STATUS, MessageSid=reference, MessageStatus="delivered"))
    await asyncio.sleep(0.3)
    row = told(phones, issue, reference=reference)
    assert (await receipt).status_code == 204
    assert now_of(phones, row)[0] == "delivered"


@pytest.mark.parametrize(
    "form",
    [
        {"MessageSid": "SM" + "9" * 32, "MessageStatus": "delivered"},
        {"MessageStatus": "delivered"},
    ],
)
async def test_a_receipt_of_nothing_is_refused(
    phones: Door, monkeypatch: pytest.MonkeyPatch, form: dict[str, str]
) -> None:
    monkeypatch.setattr("starter.http.twilio.WRITTEN_WITHIN_S", ())
    problem(await send(phones, STATUS, **form), 404, "no_such_message")


async def test_an_old_message_or_one_of_another_channel_is_none(phones: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starter.http.twilio.WRITTEN_WITHIN_S", ())
    old = told(phones, phones.fresh(), at=datetime.now(UTC) - timedelta(days=8))
    other = told(phones, phones.fresh(), channel="slack", reference="1790000000.000001")
    for row in (old, other):
        answer = await send(phones, STATUS, MessageSid=row.reference or "", MessageStatus="delivered")
        assert answer.status_code == 404
        assert now_of(phones, row)[0] == "sent"


@pytest.mark.parametrize("path", [STATUS, KEYS, REPLIES])
@pytest.mark.parametrize(
    "wrong",
    [{"token": "another-token"}, {"url": "https://elsewhere.example.org"}, {"AccountSid": "AC" + "9" * 32}],
)
async def test_what_twilio_has_not_signed_for_us_is_refused(phones: Door, path: str, wrong: dict[str, str]) -> None:
    row = told(phones, phones.fresh())
    form = {"MessageSid": row.reference or "", "MessageStatus": "failed", "From": PHONE, "Body": "1", "Digits": "1"}
    async with a_door(phones.office, **phones_settings(phones)) as fresh:
        told_back = problem(await send(fresh, path, **{**form, **wrong}), 403, "bad_signature")
    assert TOKEN not in str(told_back)
    assert now_of(phones, row)[0] == "sent"


async def test_a_form_that_was_changed_on_its_way_is_refused(phones: Door) -> None:
    row = told(phones, phones.fresh())
    pairs = {"AccountSid": ACCOUNT, "MessageSid": row.reference or "", "MessageStatus": "sent"}
    headers = {"X-Twilio-Signature": signature(TOKEN, f"{CALLBACK}{STATUS}", list(pairs.items()))}
    async with a_door(phones.office, **phones_settings(phones)) as fresh:
        answer = await fresh.client.post(STATUS, data={**pairs, "MessageStatus": "failed"}, headers=headers)
        problem(answer, 403, "bad_signature")
        problem(await fresh.client.post(STATUS, data=pairs), 403, "bad_signature")
    assert now_of(phones, row)[0] == "sent"


async def test_a_query_is_signed_too(phones: Door) -> None:
    row = told(phones, phones.fresh())
    answer = await send(phones, STATUS, query="?a=b%20c", MessageSid=row.reference or "", MessageStatus="delivered")
    assert answer.status_code == 204


async def test_who_tries_signatures_is_slowed_down(phones: Door) -> None:
    async with a_door(phones.office, **phones_settings(phones)) as fresh:
        statuses = [(await send(fresh, STATUS, token=f"try-{number}")).status_code for number in range(22)]
    assert statuses == [403] * 20 + [429] * 2


@pytest.mark.parametrize("path", [STATUS, KEYS, REPLIES])
async def test_where_it_is_not_switched_on_there_is_nothing(door: Door, path: str) -> None:
    problem(await send(door, path, From=PHONE, Body="1"), 404, "not_found")


@pytest.mark.parametrize(("kind", "body", "status"), [("application/json", b"{}", 415), ("", b"", 415)])
async def test_what_is_no_form_is_refused(phones: Door, kind: str, body: bytes, status: int) -> None:
    answer = await phones.client.post(STATUS, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status


async def test_a_form_that_cannot_be_read_is_refused(phones: Door) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await phones.client.post(STATUS, content=b"a=%ff", headers=headers)).status_code == 400
    assert (await phones.client.post(STATUS, content=b"\xff", headers=headers)).status_code == 400


def phones_settings(phones: Door) -> dict[str, Any]:
    """Settings of a further door for Twilio, which counts its callers anew."""
    names = ("people", "twilio_account", "twilio_token", "twilio_callback")
    return {name: getattr(phones.doors.settings, name) for name in names}


async def handler(door: Door, issue: str) -> str | None:
    """Who has the issue."""
    return str(found) if (found := (await door.get(f"/v1/issues/{issue}"))["handler"]) else None


async def test_a_key_on_the_telephone_acknowledges_once(phones: Door) -> None:
    issue = await opened(phones)
    row = told(phones, issue, "voice")
    for _ in range(2):
        words = said(await send(phones, KEYS, CallSid=row.reference or "", Digits="1", From=STRANGER))
        assert words == "Thank you, that is noted. Goodbye."
    assert await handler(phones, issue) == LEAD
    await phones.office.at_rest(issue)
    entries = [entry for entry in reading.timeline(phones.db, whole(issue)) if entry.by.door == "voice"]
    assert [(entry.by.person, entry.by.assurance, entry.event.kind) for entry in entries][:1] == [
        (LEAD, "known_address", "acknowledged")
    ]
    assert {entry.command for entry in entries} == {f"twilio-{row.reference}-1"}


async def test_a_key_declines_and_says_how(phones: Door) -> None:
    issue = await opened(phones)
    row = told(phones, issue, "voice")
    assert "noted" in said(await send(phones, KEYS, CallSid=row.reference or "", Digits="2"))
    assert LEAD not in (await phones.get(f"/v1/issues/{issue}"))["asked"]


@pytest.mark.parametrize("digit", ["9", "", "*", "1x"])
async def test_a_key_that_means_nothing_does_nothing(phones: Door, digit: str) -> None:
    issue = await opened(phones)
    row = told(phones, issue, "voice", about="left_tier")
    assert "did not work" in said(await send(phones, KEYS, CallSid=row.reference or "", Digits=digit))
    assert await handler(phones, issue) is None


async def test_a_key_in_a_call_that_is_none_of_ours_does_nothing(phones: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starter.http.twilio.WRITTEN_WITHIN_S", ())
    issue = await opened(phones)
    text = told(phones, issue)
    for reference in (text.reference, "CA" + "9" * 32, ""):
        assert "did not work" in said(await send(phones, KEYS, CallSid=reference or "", Digits="1"))
    assert await handler(phones, issue) is None


async def test_who_is_not_asked_any_more_is_told_that_it_did_not_work(phones: Door) -> None:
    issue = await opened(phones)
    row = told(phones, issue, "voice", person=AGENT)
    assert "did not work" in said(await send(phones, KEYS, CallSid=row.reference or "", Digits="2"))


async def test_a_text_acknowledges_the_issue_that_it_answers(phones: Door) -> None:
    forget(phones)
    issue = await opened(phones)
    told(phones, issue)
    for _ in range(2):
        words = said(await send(phones, REPLIES, From=PHONE, Body=" 1 ", MessageSid="SM" + f"{1:032x}"))
        assert words == f"{issue}: noted, I have it."
    assert await handler(phones, issue) == LEAD


async def test_of_several_issues_the_text_must_name_one(phones: Door) -> None:
    forget(phones)
    first, second = await opened(phones), await opened(phones)
    told(phones, first, at=datetime.now(UTC) - timedelta(minutes=2))
    told(phones, second)
    words = said(await send(phones, REPLIES, From=PHONE, Body="1", MessageSid="SM" + "a" * 32))
    assert words == f"You are asked about 2 issues: {second}, {first}. Name yours: 1 {second}"
    assert await handler(phones, first) is None
    assert await handler(phones, second) is None
    words = said(await send(phones, REPLIES, From=PHONE, Body=f"1 {first.upper()}", MessageSid="SM" + "b" * 32))
    assert words == f"{first}: noted, I have it."
    assert (await handler(phones, first), await handler(phones, second)) == (LEAD, None)


async def test_what_is_no_longer_asked_is_not_answered(phones: Door) -> None:
    forget(phones)
    issue = await opened(phones)
    told(phones, issue, at=datetime.now(UTC) - timedelta(minutes=2))
    told(phones, issue, about="left_tier")
    words = said(await send(phones, REPLIES, From=PHONE, Body="1"))
    assert words == "You are not asked about anything by text message now."
    forget(phones)
    told(phones, issue, at=datetime.now(UTC) - timedelta(hours=25))
    assert "not asked" in said(await send(phones, REPLIES, From=PHONE, Body="1"))
    assert await handler(phones, issue) is None


async def test_nobody_answers_for_somebody_else(phones: Door) -> None:
    forget(phones)
    issue = await opened(phones)
    told(phones, issue)
    assert said(await send(phones, REPLIES, From=STRANGER, Body=f"1 {issue}")) == ""
    assert "not asked about" in said(await send(phones, REPLIES, From=AGENTS_PHONE, Body=f"1 {issue}"))
    assert await handler(phones, issue) is None


@pytest.mark.parametrize("body", ["", "yes", "I have it", "12", "1st", "STOP"])
async def test_what_is_no_digit_is_told_what_would_be(phones: Door, body: str) -> None:
    forget(phones)
    assert said(await send(phones, REPLIES, From=PHONE, Body=body)).startswith("Answer with the digit")


async def test_what_the_issue_refuses_is_said_with_its_reason(phones: Door) -> None:
    forget(phones)
    issue = await opened(phones)
    assert (await phones.act(issue, "acknowledge", LEAD)).status_code == 200
    assert (await phones.act(issue, "resolve", LEAD, outcome="solved")).status_code == 200
    told(phones, issue)
    words = said(await send(phones, REPLIES, From=PHONE, Body="1", MessageSid="SM" + "c" * 32))
    assert words.startswith(f"{issue}: not done: ")
    assert "resolved" in words


async def test_a_case_that_is_not_for_everybody_needs_more_than_a_telephone(phones: Door) -> None:
    forget(phones)
    issue = phones.fresh()
    assert (await phones.open(issue, issue_class="restricted")).status_code == 202
    for _ in range(300):
        if (await phones.get(f"/v1/issues/{issue}"))["asked"]:
            break
        await asyncio.sleep(0.02)
    told(phones, issue)
    words = said(await send(phones, REPLIES, From=PHONE, Body="1", MessageSid="SM" + "d" * 32))
    assert "known address" in words
    assert "Card payments" not in words


async def test_without_the_record_it_says_to_try_again(phones: Door, tmp_path: Path) -> None:
    gone = {**phones_settings(phones), "record_url": f"sqlite:///{tmp_path}/nowhere/record.db"}
    async with a_door(phones.office, **gone) as without:
        problem(await send(without, REPLIES, From=PHONE, Body="1"), 503, "record_away")
