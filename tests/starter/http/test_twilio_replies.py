"""What people text back: by the right person, of the right issue, once; and what is texted to them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.starter.http.conftest import AGENT, LEAD, Door, a_door, problem
from tests.starter.http.phones import (
    AGENTS_PHONE,
    KEYS,
    PHONE,
    REPLIES,
    STRANGER,
    forget,
    handler,
    opened,
    phones_settings,
    said,
    send,
    told,
    with_phones,
)


@pytest.fixture(scope="module")
async def phones(door: Door, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """The door as Twilio calls it."""
    async with a_door(door.office, **with_phones(door, tmp_path_factory.mktemp("phones") / "people.yaml")) as made:
        yield made


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


async def test_a_word_does_as_well_for_one_or_for_all_and_who_claims_takes_over(phones: Door) -> None:
    forget(phones)
    first, second, other = [await opened(phones) for _ in range(3)]
    assert (await phones.act(other, "acknowledge", AGENT)).status_code == 200
    for issue in (first, second, other):
        told(phones, issue)
    await phones.office.at_rest(other)
    words = said(await send(phones, REPLIES, From=PHONE, Body="close all", MessageSid="SM" + f"{20:032x}"))
    assert words == "resolve cannot be said of all. 1 all: I have them all."
    words = said(await send(phones, REPLIES, From=PHONE, Body="Ack all", MessageSid="SM" + f"{21:032x}"))
    assert words.startswith("3 issues: ")
    assert [await handler(phones, issue) for issue in (first, second, other)] == [LEAD, LEAD, AGENT]
    words = said(await send(phones, REPLIES, From=PHONE, Body=f"claim {other}", MessageSid="SM" + f"{22:032x}"))
    assert words == f"{other}: noted, I have it."
    assert await handler(phones, other) == LEAD
    words = said(await send(phones, REPLIES, From=PHONE, Body=f"close {first}", MessageSid="SM" + f"{23:032x}"))
    assert words == f"{first}: noted, it is fixed."
    assert (await phones.get(f"/v1/issues/{first}"))["status"] == "resolved"


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


async def test_who_has_left_answers_nothing_from_the_number_that_was_theirs(phones: Door, tmp_path: Path) -> None:
    forget(phones)
    issue = await opened(phones)
    text, call = told(phones, issue), told(phones, issue, "voice")
    people = tmp_path / "people.yaml"
    given = phones.doors.settings.people.read_text(encoding="utf-8")
    gone = given.replace("name: Sample Team Lead One\n", "name: Sample Team Lead One\n    left_at: 2026-11-01\n", 1)
    # They can be nobody's duty lead any more.
    people.write_text(gone.replace(f"duty_lead: {LEAD}", "duty_lead: sample-lead-2"), encoding="utf-8")
    async with a_door(phones.office, **{**phones_settings(phones), "people": people}) as later:
        assert said(await send(later, REPLIES, From=PHONE, Body="1", MessageSid=text.reference or "")) == ""
        assert "did not work" in said(await send(later, KEYS, CallSid=call.reference or "", Digits="1"))
    assert gone != given
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
