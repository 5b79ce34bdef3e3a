"""Links in messages at the door: to open one does nothing, to send its page does it, once and as its person."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx2
import pytest

from records import reading, refusals
from tests.starter.http.conftest import LEAD, Door, problem
from tests.starter.http.links import KEY, links_door, token, tokens
from tests.starter.http.phones import handler, opened, whole


@pytest.fixture(scope="module")
async def links(door: Door) -> AsyncIterator[Door]:
    """The door, whose messages have links."""
    async with links_door(door) as made:
        yield made


async def page(links: Door, link: str, status: int = 200) -> str:
    """The page of a link."""
    answer = await links.client.get(f"/answer?t={quote(link)}")
    return shown(answer, status)


async def sent(links: Door, link: str, status: int = 200, **typed: str) -> str:
    """The page after it was sent."""
    return shown(await links.client.post(f"/answer?t={quote(link)}", data=typed), status)


def shown(answer: httpx2.Response, status: int) -> str:
    """The page, which tells nobody where it was and is kept nowhere."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "script" not in answer.text
    return answer.text


async def entries(links: Door, issue: str) -> list[tuple[str, str, str, str]]:
    """What the lead has done, through which door and how sure that was."""
    await links.office.at_rest(issue)
    found = reading.timeline(links.db, whole(issue))
    return [(e.event.kind, e.by.door, e.by.assurance, e.command) for e in found if e.by.person == LEAD]


async def test_a_link_shows_what_it_would_do_and_is_done_once_when_it_is_sent(links: Door) -> None:
    issue = await opened(links)
    ack = tokens(issue)["acknowledge"]
    for _ in range(2):
        text = await page(links, ack)
        assert "I have it" in text
        assert issue in text
        assert "Card payments fail" in text
        assert "Nobody has it yet." in text
        assert "You answer as Sample" in text
    assert (await links.client.head(f"/answer?t={quote(ack)}")).status_code == 405
    assert await handler(links, issue) is None

    for _ in range(2):
        assert f"{issue}: noted, I have it." in await sent(links, ack, text="I call the acquirer.")
    assert await handler(links, issue) == LEAD
    (entry,) = await entries(links, issue)
    assert entry[:3] == ("acknowledged", "email", "signed_link")
    assert entry[3].startswith("link-")
    assert "You have it already." in await page(links, ack)


async def test_a_link_in_a_room_is_less_sure_and_says_so_on_record(links: Door) -> None:
    issue = await opened(links)
    await sent(links, tokens(issue, "#payments", channel="slack")["decline"])
    assert [entry[:3] for entry in await entries(links, issue)] == [("declined", "slack", "asserted")]
    assert LEAD not in (await links.get(f"/v1/issues/{issue}"))["asked"]


async def test_taking_charge_needs_what_is_done_next_and_until_when(links: Door) -> None:
    issue = await opened(links)
    charge = token(issue, "take_charge")
    assert "Until when?" in await page(links, charge)
    assert "what you do next" in await sent(links, charge, 422)
    assert "is not an instant" in await sent(links, charge, 422, text="I call them.", until="soon")
    assert "Nothing was done." in await sent(links, charge, 409, text="I call them.", until="1 h")  # not exhausted


async def test_what_is_sent_up_needs_its_checklist_or_says_why_not(links: Door) -> None:
    issue = await opened(links)
    up = tokens(issue)["escalate"]
    text = await page(links, up)
    assert "Send it up without these" in text
    assert "Nothing was done." in await sent(links, up, 409, text="Needs a manager")
    assert "Nothing was done." in await sent(links, up, 422, is_checked="yes")
    assert "noted, Send it up." in await sent(links, up, text="Needs a manager", is_waived="yes")
    assert (await links.get(f"/v1/issues/{issue}"))["tier"] == "department_manager"
    assert "It was sent up already" in await page(links, token(issue, "escalate", message="another"))
    assert "Nothing was done." in await sent(links, token(issue, "escalate", message="another"), 403)


async def test_what_is_said_in_the_words_counts_as_the_checklist(links: Door) -> None:
    issue = await opened(links)
    up = tokens(issue)["escalate"]
    assert "noted, Send it up." in await sent(links, up, text="All of it: …", is_checked="yes")
    await links.office.at_rest(issue)
    waived = [getattr(e.event, "waived", ()) for e in reading.timeline(links.db, whole(issue)) if e.by.person == LEAD]
    assert waived
    assert not any(waived)


async def test_a_program_answers_with_the_token_alone(links: Door) -> None:
    issue = await opened(links)
    answer = await links.client.post(f"/v1/answers?t={quote(tokens(issue)['acknowledge'])}")
    assert (answer.status_code, answer.json()["act"]) == (200, "acknowledge"), answer.text
    assert answer.json()["words"] == f"{issue}: noted, I have it."
    assert await handler(links, issue) == LEAD
    wrong = await links.client.post(f"/v1/answers?t={quote(tokens(issue)['decline'])}", json={"reason": "x"})
    problem(wrong, 422, "wrong_input")


async def test_what_is_forged_cut_short_or_run_out_does_nothing_and_says_so(links: Door) -> None:
    issue = await opened(links)
    good = token(issue)
    late = token(issue, good_until=datetime.now(UTC) - timedelta(seconds=1))
    gone = token(issue, person="nobody-of-ours")
    other = token(issue, key="x" * 40)
    for text, status, words in (
        (other, 403, "This link does not work"),
        (good[:-4], 403, "This link does not work"),
        ("", 403, "This link does not work"),
        (late, 410, "This link has run out"),
        (gone, 403, "This link does not work"),
        (token("desk:NEVER-1"), 404, "There is no such issue"),
    ):
        if status != 404:  # of what is not known the page is shown all the same
            assert words in await page(links, text, status)
        told = await sent(links, text, status)
        assert words in told
        assert "Nothing was done" in told
    problem(await links.client.post(f"/v1/answers?t={quote(other)}"), 403, "bad_link")
    problem(await links.client.post(f"/v1/answers?t={quote(late)}"), 410, "link_expired")
    assert await handler(links, issue) is None
    logged = [each for each in refusals.read(links.db, limit=100) if each.code == "bad_link"]
    assert logged
    assert KEY not in str(logged)
    assert other not in str(logged)


async def test_who_tries_links_is_slowed_down(door: Door) -> None:
    async with links_door(door) as fresh:
        statuses = [(await fresh.client.get(f"/answer?t=try-{number}")).status_code for number in range(22)]
    assert statuses == [403] * 20 + [429] * 2


async def test_an_older_key_still_opens_and_without_keys_there_are_no_links(links: Door, door: Door) -> None:
    issue = await opened(links)
    assert "I have it" in await page(links, token(issue, key="o" * 32))
    problem(await door.client.get("/answer?t=x"), 404, "not_found")
    problem(await door.client.post("/v1/answers?t=x"), 404, "not_found")
