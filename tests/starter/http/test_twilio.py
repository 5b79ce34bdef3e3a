"""What Twilio tells the HTTP door: only what it has signed, receipts once, and the key that was pressed in a call."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from records import reading
from starter.http.twilio import signature
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door, problem
from tests.starter.http.phones import (
    ACCOUNT,
    CALLBACK,
    KEYS,
    PHONE,
    REPLIES,
    STATUS,
    STRANGER,
    TOKEN,
    handler,
    now_of,
    opened,
    phones_settings,
    said,
    send,
    told,
    whole,
    with_phones,
)


@pytest.fixture(scope="module")
async def phones(door: Door, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """The door as Twilio calls it."""
    async with a_door(door.office, **with_phones(door, tmp_path_factory.mktemp("phones") / "people.yaml")) as made:
        yield made


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
        ("read", "read", None),
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
