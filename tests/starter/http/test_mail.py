"""Mails at the door: answers of the right person become commands and notes, bounces receipts, and all else nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from escalation.mail.reply_address import address_with, token_of
from records import reading
from records.deliveries import Delivery
from tests.escalation.mail.mails import REPLY_TO, bounce, mail
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door, problem
from tests.starter.http.phones import handler, now_of, opened, told, whole

KEY = "sample-key-sample-key-sample-key-1234"
LEADS, AGENTS = f"{LEAD}@example.org", f"{AGENT}@example.org"
SETTINGS: dict[str, Any] = {
    "answer_keys": SecretStr(KEY), "mail_reply_to": REPLY_TO, "mail_from": "escalon@example.org",
}  # fmt: skip


@pytest.fixture(scope="module")
async def mails(door: Door) -> AsyncIterator[Door]:
    """The door, which takes mails in."""
    async with a_door(door.office, **SETTINGS) as made:
        yield made


async def post(mails: Door, raw: bytes, query: str = "", kind: str = "message/rfc822") -> httpx2.Response:
    """Hand it over, as whoever fetches mail does."""
    key = mails.key(machine="mail-fetcher", scopes=("mail",))
    return await mails.call("POST", f"/v1/mail{query}", key=key, content=raw, headers={"Content-Type": kind})


async def taken(mails: Door, raw: bytes, query: str = "") -> dict[str, Any]:
    """What became of it, where it is taken."""
    answer = await post(mails, raw, query)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def back_to(row: Delivery, key: str = KEY) -> str:
    """The address that the message asked to be answered at."""
    return address_with(token_of(row.message, key), REPLY_TO)


def reply(row: Delivery, text: str, sender: str = LEADS, **headers: str) -> bytes:
    """An answer to it."""
    return mail(text, back_to(row), sender, Message_ID=f"<{hash(text)}-{row.message[-20:]}@x.org>", **headers)


def mailed(mails: Door, issue: str, **changed: Any) -> Delivery:
    """A mail that has left."""
    return told(mails, issue, "email", **changed)


async def entries(mails: Door, issue: str) -> list[tuple[str, str, str]]:
    """What was decided by mail."""
    await mails.office.at_rest(issue)
    found = reading.timeline(mails.db, whole(issue))
    return [(e.event.kind, e.by.person, e.by.assurance) for e in found if e.by.door == "email"]


async def test_an_answer_is_a_command_once_and_anything_else_a_note(mails: Door) -> None:
    issue = await opened(mails)
    row = mailed(mails, issue)
    ack = reply(row, "ack, I call the acquirer\n\n> escalate")
    for _ in range(2):
        said = await taken(mails, ack)
        assert (said["outcome"], said["issue"], said["command"]) == ("done", issue, "acknowledge")
    assert await handler(mails, issue) == LEAD
    noted = await taken(mails, reply(row, "They call back at nine."))
    assert (noted["outcome"], noted["command"]) == ("done", "note")
    assert await entries(mails, issue) == [("acknowledged", LEAD, "known_address"), ("noted", LEAD, "known_address")]
    timeline = await mails.get(f"/v1/issues/{issue}/timeline")
    assert "They call back at nine." in str(timeline)
    assert "escalate" not in str([each["texts"] for each in timeline["entries"]])

    refused = await post(mails, reply(row, "reopen: it fails again"))
    assert (refused.status_code, refused.json()["detail"][: len(issue) + 12]) == (409, f"{issue}: not done: ")
    fixed = await taken(mails, reply(row, "resolve: workaround, the second till"))
    assert fixed["command"] == "resolve"
    assert (await mails.get(f"/v1/issues/{issue}"))["status"] == "resolved"


async def test_i_have_it_takes_over_what_was_offered_and_claim_what_somebody_has(mails: Door) -> None:
    issue = await opened(mails)
    offered = mailed(mails, issue, about="offered")
    said = await taken(mails, reply(offered, "ack"))
    assert said["command"] == "accept"
    assert (await mails.get(f"/v1/issues/{issue}"))["owner"] == LEAD
    other = await opened(mails)
    assert (await mails.act(other, "acknowledge", AGENT)).status_code == 200
    assert (await taken(mails, reply(mailed(mails, other), "claim")))["command"] == "acknowledge"
    assert await handler(mails, other) == LEAD


async def test_the_message_is_known_by_what_is_answered_or_by_where_it_was_delivered(mails: Door) -> None:
    issue = await opened(mails)
    row = mailed(mails, issue)
    ours = f"<{token_of(row.message, KEY)}@example.org>"
    headers = {"References": f"<issue-x@example.org> {ours}", "In-Reply-To": "<other@example.org>"}
    assert (await taken(mails, mail("note: by its id", REPLY_TO, LEADS, **headers)))["issue"] == issue
    there = back_to(row).replace("+", "%2B")
    elsewhere = mail("note: by where", "desk@example.org", LEADS, Message_ID="<2@x.org>")
    assert (await taken(mails, elsewhere, f"?recipient={there}"))["issue"] == issue


async def test_what_cannot_be_matched_is_refused_and_kept_nowhere(mails: Door) -> None:
    issue = await opened(mails)
    row, gone = mailed(mails, issue), mailed(mails, issue, at=datetime.now(UTC) - timedelta(days=31))
    forged = mail("ack", back_to(row, "x" * 40), LEADS)
    for raw, status, code in (
        (mail("ack", REPLY_TO, LEADS), 422, "not_a_reply"),
        (forged, 422, "not_a_reply"),
        (mail("ack", back_to(row).replace("@example.org", "@elsewhere.org"), LEADS), 422, "not_a_reply"),
        (reply(row, "ack", sender="stranger@example.org"), 403, "unknown_sender"),
        (reply(row, "ack", sender=f"{LEADS}, {AGENTS}"), 403, "unknown_sender"),
        (reply(row, "ack", sender=AGENTS), 404, "unknown_message"),
        (reply(gone, "ack"), 404, "unknown_message"),
        (reply(row, "\n> ack"), 422, "no_words"),
        (reply(row, "x" * 30_000), 422, "wrong_input"),
    ):
        said = problem(await post(mails, raw), status, code)
        assert KEY not in str(said)
    assert await handler(mails, issue) is None
    assert await entries(mails, issue) == []


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"Return_Path": "<>"}, {"List_Id": "<x>"}]
)
async def test_what_no_person_wrote_is_neither_command_nor_note(mails: Door, headers: dict[str, str]) -> None:
    issue = mails.fresh()
    said = await taken(mails, reply(mailed(mails, issue), "resolve", **headers))
    assert (said["outcome"], said["issue"]) == ("ignored", "")


async def test_our_own_mails_end_here(mails: Door) -> None:
    row = mailed(mails, mails.fresh())
    for sender in ("escalon@example.org", "Escalon <ESCALON@example.org>"):
        assert (await taken(mails, reply(row, "ack", sender=sender)))["outcome"] == "ignored"


@pytest.mark.parametrize(
    ("action", "status", "state", "words"),
    [
        ("failed", "5.1.1", "failed_for_good", "the mail server says it failed, 5.1.1 (no such mailbox)"),
        ("delayed", "4.4.1", "failed_for_now", "the mail server says it is delayed, 4.4.1 (no answer from there)"),
        ("failed", "5.0.0", "failed_for_good", "the mail server says it failed, 5.0.0"),
        ("delivered", "2.0.0", "delivered", None),
    ],
)
async def test_a_report_says_what_became_of_a_mail(
    mails: Door, action: str, status: str, state: str, words: str | None
) -> None:
    row = mailed(mails, mails.fresh())
    ours = f"<{token_of(row.message, KEY)}@example.org>"
    said = await taken(mails, bounce(ours, action=action, status=status))
    assert said["outcome"] == "receipt"
    assert now_of(mails, row) == (state, words)


async def test_a_mail_that_comes_back_is_followed_by_the_next_channel(mails: Door) -> None:
    issue = await opened(mails)
    row = mailed(mails, issue)
    for _ in range(2):
        await taken(mails, bounce("<none@example.org>", to=back_to(row)))
    await mails.office.at_rest(issue)
    timeline = str(await mails.get(f"/v1/issues/{issue}/timeline"))
    assert timeline.count("not reached by email after all (asked): the mail server says it failed, 5.1.1") == 1
    assert "secret-words" not in timeline
    assert "resolve" not in str(await entries(mails, issue))


async def test_a_delayed_mail_that_fails_in_the_end_has_failed(mails: Door) -> None:
    row = mailed(mails, mails.fresh())
    for action, state in (("delayed", "failed_for_now"), ("failed", "failed_for_good"), ("delayed", "failed_for_good")):
        await taken(mails, bounce("<none@example.org>", to=back_to(row), action=action))
        assert now_of(mails, row)[0] == state


async def test_a_report_about_nothing_of_ours_is_ignored(mails: Door) -> None:
    row = mailed(mails, mails.fresh(), at=datetime.now(UTC) - timedelta(days=8))
    for raw in (bounce("<a@example.org>"), bounce("<a@example.org>", to=back_to(row))):
        assert (await taken(mails, raw))["outcome"] == "ignored"
    assert now_of(mails, row)[0] == "sent"


async def test_only_mail_is_taken_by_a_key_for_it_where_it_is_switched_on(mails: Door, door: Door) -> None:
    problem(await post(mails, b"{}", kind="application/json"), 415, "unsupported_media_type")
    raw, kind = mail("ack"), {"Content-Type": "message/rfc822"}
    problem(await mails.call("POST", "/v1/mail", LEAD, content=raw, headers=kind), 403, "not_in_scope")
    problem(await mails.client.post("/v1/mail", content=raw, headers=kind), 401, "no_key")
    problem(await post(door, mail("ack")), 404, "mail_is_off")
