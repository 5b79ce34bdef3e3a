"""What is put to somebody beside the ladder, answered by link and digit: the right one, by its person alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from client.asking import ask_state
from escalation.answers_of import Act
from escalation.issue.asks import PutAsk
from escalation.reply import TextReply
from records import reading
from starter.http.phone_answers import answer
from tests.starter.http.conftest import AGENT, LEAD, Door
from tests.starter.http.links import links_door, token
from tests.starter.http.phones import opened, told, whole


@pytest.fixture
async def links(door: Door) -> AsyncIterator[Door]:
    """The door, whose messages have links."""
    async with links_door(door) as made:
        yield made


async def test_a_link_and_a_digit_answer_the_one_that_their_message_is_about(links: Door) -> None:
    issue = await opened(links)
    for _ in range(2):
        put = await links.act(issue, "ask", to=LEAD, text="Look at the router")
        assert put.status_code == 200, put.text
    first, second = await messages(links, issue)

    def link(act: Act, message: str, person: str = LEAD) -> str:
        return f"/answer?t={quote(token(issue, act, message=message, person=person, tier=''))}"

    assert "I do it" in (await links.client.get(link("take_on", second))).text
    done = await links.client.post(link("take_on", second))
    assert (done.status_code, f"{issue}: noted, I do it." in done.text) == (200, True), done.text
    assert [each.takers for each in await asks(links, issue)] == [(), (LEAD,)]

    row = told(links, issue, about="ask_put", message=first)
    lead, agent = (links.here.person(who, "person") for who in (LEAD, AGENT))
    other = await answer(links.doors, agent, "sms", TextReply(digit="1"), row, "digit-0")
    assert (other.is_done, "may not take on work" in other.words) == (False, True), other.words
    noted = await answer(links.doors, lead, "sms", TextReply(digit="1"), row, "digit-1")
    assert (noted.is_done, noted.words) == (True, f"{issue}: noted, I do it.")
    assert [each.takers for each in await asks(links, issue)] == [(LEAD,), (LEAD,)]

    strange = await links.client.get(link("complete", first, AGENT))
    assert "Nothing is put to you here any more." in strange.text
    empty = await links.client.post(link("complete", first))
    assert "it is empty; allowed: what came of it" in empty.text
    page = (await links.client.get(link("complete", first))).text
    assert "What came of it, or what do you advise?" in page
    assert "may leave this empty" not in page
    completed = await links.client.post(link("complete", first), data={"text": "A cable"})
    assert completed.status_code == 200, completed.text
    assert [each.status for each in await asks(links, issue)] == ["done", "open"]


async def asks(links: Door, issue: str) -> tuple[PutAsk, ...]:
    """What is put to others, as it stands."""
    return (await ask_state(links.office.env.client, whole(issue))).asks


async def messages(links: Door, issue: str) -> list[str]:
    """The ids of the messages by which each was put to the lead."""
    for _ in range(200):
        await links.office.at_rest(issue)
        found = [each for each in reading.timeline(links.db, whole(issue)) if each.event.kind == "ask_reached"]
        if len(found) == 2:
            return [f"{whole(issue)}/{each.number}/{LEAD}/email" for each in found]
    raise AssertionError(f"{datetime.now(UTC)}: not put to anybody: {await asks(links, issue)}")
