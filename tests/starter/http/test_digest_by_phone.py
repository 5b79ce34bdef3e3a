"""A digest that is answered by telephone: one digit for all of its issues, from its reader, and for no others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from client.bundles import ask_ended, hand_over
from escalation.issue.facts import CauseRef, PersonFacts
from escalation.issue.identity import read_issue_id
from escalation.storm.bundle import Handed, Whose
from escalation.storm.counting import Limits
from escalation.storm.digest import bundle_id
from records.deliveries import Delivery
from starter.http.digest_answers import with_digests
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door
from tests.starter.http.links import links_door, token
from tests.starter.http.phones import (
    AGENTS_PHONE,
    KEYS,
    PHONE,
    REPLIES,
    STATUS,
    forget,
    handler,
    now_of,
    opened,
    said,
    send,
    told,
)
from tests.starter.http.phones import with_phones as phones_of
from tests.workflows.waiting import until_found

CAUSE = CauseRef(key="fedcba9876543210", name="component payments-api")


@pytest.fixture(scope="module")
async def phones(door: Door, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """The door as Twilio calls it."""
    async with a_door(door.office, **phones_of(door, tmp_path_factory.mktemp("phones") / "people.yaml")) as made:
        yield made


async def digest_about(phones: Door, person: str, *issues: str) -> str:
    """The id of a digest about these issues, which has gone."""
    client = await phones.doors.client()
    name = bundle_id("main", person, "inbox", CAUSE)
    facts = PersonFacts(id=person, role="lead")
    whose = Whose(person=facts, channel="inbox", cause=CAUSE, limits=Limits(gather=timedelta(milliseconds=300)))
    for issue in issues:
        message = Handed(
            key=f"{issue}/7/{person}/inbox", issue=str(read_issue_id(issue)[0]), about="asked",
            severity="S2", priority=2, tier="Lead", asks=True, can_acknowledge=True, handed_at=datetime.now(UTC),
        )  # fmt: skip
        await hand_over(client, name, whose, [message], phones.doors.settings.task_queue)

    async def gone() -> str:
        found = (await ask_ended(client, name)).get(f"{issues[-1]}/7/{person}/inbox")
        return found.digest if found is not None else ""

    return await until_found(gone)


async def test_one_digit_acknowledges_all_issues_of_a_digest_and_no_others(phones: Door) -> None:
    forget(phones)
    first, second, other = [await opened(phones) for _ in range(3)]
    key = await digest_about(phones, LEAD, first, second)
    for issue in (first, second):
        told(phones, issue, reference=key)
    assert said(await send(phones, REPLIES, From=PHONE, Body="2")) == "2 answers nothing here. 1: I have them all."
    words = said(await send(phones, REPLIES, From=PHONE, Body="1", MessageSid="SM" + "c" * 32))
    assert words == "2 issues: 2 done."
    assert [await handler(phones, issue) for issue in (first, second, other)] == [LEAD, LEAD, None]

    # A call about a digest that is somebody else's is not answered by whoever holds the telephone.
    row = told(phones, other, "voice", about="digest", person=AGENT, message=key)
    await send(phones, KEYS, CallSid=row.reference or "", Digits="1")
    assert await handler(phones, other) is None
    assert "not asked" in said(await send(phones, REPLIES, From=AGENTS_PHONE, Body="1"))


async def test_one_link_acknowledges_all_issues_of_a_digest_for_its_reader_alone(phones: Door, door: Door) -> None:
    first, second = [await opened(phones) for _ in range(2)]
    key = await digest_about(phones, LEAD, first, second)
    async with links_door(door) as links:
        for person, words in ((AGENT, "Nothing was done."), (LEAD, "2 issues: 2 done.")):
            text = token(first, digest=key, person=person)
            page = await links.client.get("/answer", params={"t": text})
            assert "I have them all" in page.text
            assert words in (await links.client.post("/answer", params={"t": text})).text
    assert [await handler(phones, issue) for issue in (first, second)] == [LEAD, LEAD]


def test_the_messages_of_a_storm_are_one_question(phones: Door) -> None:
    forget(phones)
    rows = [told(phones, f"desk:REF-{number}", reference=f"digest:main:kim:sms:ab/{number}") for number in (1, 3, 2)]
    alone = told(phones, "desk:REF-9")
    found = with_digests([*rows, alone])
    assert [(row.about, row.message) for row in found] == [
        ("asked", alone.message),
        ("digest", "digest:main:kim:sms:ab/3"),
    ]


async def test_a_digest_that_did_not_arrive_is_told_to_each_of_its_issues(phones: Door) -> None:
    forget(phones)
    first, second, other = [await opened(phones) for _ in range(3)]
    key = await digest_about(phones, LEAD, first, second)
    digest = told(phones, first, about="digest", message=key, attempt=2)
    inside = [told(phones, issue, reference=key) for issue in (first, second)]
    beside = told(phones, other)
    form = {"MessageSid": digest.reference or "", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    answer = await send(phones, STATUS, **form)
    assert answer.status_code == 204, answer.text
    error = "Twilio says undelivered, error 30003"
    assert [now_of(phones, row) for row in inside] == [("failed_for_good", error)] * 2
    assert now_of(phones, beside)[0] == "sent"
    for issue, row in zip((first, second), inside, strict=True):

        async def heard(issue: str = issue, row: Delivery = row) -> list[object]:
            entries = (await phones.get(f"/v1/issues/{issue}/timeline"))["entries"]
            return [each for each in entries if each["event"].get("message") == row.message]

        assert await until_found(heard), "each issue has it on its own record"
    bundle = key.rpartition("/")[0]
    ended = await ask_ended(await phones.doors.client(), bundle)
    found = {each.what for each in ended.values() if each.digest == key}
    assert found == {"lost"}, "and who asks after a message of it later hears so, too"
