"""What is particular to Matrix: threads, rooms of two, its own words, one event for all copies, HTML that is ours."""

import asyncio
import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.matrix import LONGEST, MatrixChannel, MatrixSettings, rendered
from escalation.message import Line, Message
from tests.activities.channels.http_side import Got, HttpSide, answer, http_post, http_side, says
from tests.activities.channels.matrix_side import CLOSED, KIM, ME, ROOM, TOKEN, MatrixSide
from tests.activities.channels.trial import envelope


def channel(side: HttpSide, token: str = TOKEN) -> MatrixChannel:
    """The channel to a server of ours."""
    return MatrixChannel(http_post(), MatrixSettings(url=side.url("/"), token=token))


async def said_no(status: int, said: dict[str, Any], **headers: str) -> ChannelRefused | ChannelUnavailable:
    """What a refusal in Matrix' words becomes."""
    matrix = MatrixSide(errors=[(status, said)], headers=headers)
    async with http_side(matrix) as side:
        with pytest.raises((ChannelRefused, ChannelUnavailable)) as caught:
            await channel(side).send(envelope(ROOM))
    assert matrix.events == []
    assert isinstance(caught.value, ChannelRefused | ChannelUnavailable)
    return caught.value


def test_the_token_is_not_shown() -> None:
    assert TOKEN not in repr(MatrixSettings(url="https://matrix.example.org", token=TOKEN))


async def test_a_copy_is_the_same_event() -> None:
    matrix = MatrixSide()
    async with http_side(matrix) as side:
        first = await channel(side).send(envelope(ROOM))
        # From another worker, which knows nothing of the first.
        second = await channel(side).send(envelope(ROOM, is_possible_repeat=True))
    assert len(matrix.events) == 1
    assert first == second
    assert (first.reference, first.is_delivered) == ("$event0", True)


async def test_messages_of_an_issue_are_one_thread() -> None:
    matrix = MatrixSide()
    async with http_side(matrix) as side:
        here = channel(side)
        for number in range(3):
            await here.send(envelope(ROOM, number=number))
        await here.send(envelope(ROOM, "REF-2"))
    relations = [content.get("m.relates_to") for _, _, content in matrix.events]
    threaded = {
        "rel_type": "m.thread",
        "event_id": "$event0",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$event0"},
    }
    assert relations == [None, threaded, threaded, None]


@pytest.mark.parametrize(
    ("given", "headers", "wait"),
    [
        ({"retry_after_ms": 2500}, {}, timedelta(seconds=2.5)),
        ({"retry_after_ms": 2500}, {"Retry_After": "9"}, timedelta(seconds=9)),
        ({}, {}, None),
        ({"retry_after_ms": "soon"}, {}, None),
        ({"retry_after_ms": -5}, {}, None),
        ({"retry_after_ms": 10**30}, {}, timedelta(days=1)),
        ({"retry_after_ms": True}, {}, None),
    ],
)
async def test_too_many_messages_are_for_now_and_it_says_how_long(
    given: dict[str, Any], headers: dict[str, str], wait: timedelta | None
) -> None:
    unavailable = await said_no(429, {"errcode": "M_LIMIT_EXCEEDED", "error": "Too fast", **given}, **headers)
    assert isinstance(unavailable, ChannelUnavailable)
    assert (unavailable.retry_after, unavailable.is_outcome_unknown) == (wait, False)


@pytest.mark.parametrize(
    ("status", "code"), [(403, "M_FORBIDDEN"), (404, "M_NOT_FOUND"), (413, "M_TOO_LARGE"), (400, "M_OF_TOMORROW")]
)
async def test_most_refusals_are_for_good_and_told_by_their_code(status: int, code: str) -> None:
    refused = await said_no(status, {"errcode": code, "error": "About !secret:matrix.example.org"})
    assert isinstance(refused, ChannelRefused)
    assert code in str(refused)
    assert "!secret" not in str(refused)


async def test_a_server_in_trouble_is_for_now_whatever_it_calls_it() -> None:
    unavailable = await said_no(500, {"errcode": "M_UNKNOWN", "error": "Internal server error"})
    assert isinstance(unavailable, ChannelUnavailable)


@pytest.mark.parametrize("code", ["<script>", "M_" + "X" * 200, "M_x y", 7])
async def test_what_is_no_code_is_not_repeated(code: Any) -> None:
    refused = await said_no(403, {"errcode": code})
    assert str(refused) == "it answered 403: it does not let us in"


async def test_a_room_that_our_user_is_not_in_is_said_plainly() -> None:
    async with http_side(MatrixSide()) as side:
        with pytest.raises(ChannelRefused, match="M_FORBIDDEN: our user may not write there"):
            await channel(side).send(envelope(CLOSED))


async def test_a_wrong_token_is_not_shown() -> None:
    async with http_side(MatrixSide()) as side:
        with pytest.raises(ChannelRefused, match="M_UNKNOWN_TOKEN: it does not accept our token") as caught:
            await channel(side, "syt_wrong").send(envelope(ROOM))
    assert "syt_wrong" not in str(caught.value)


@pytest.mark.parametrize("body", ["", "{}", "ok", '{"event_id": 1}', '{"event_id": "x"}', "<html>Log in</html>"])
async def test_what_is_not_its_answer_leaves_it_open(body: str) -> None:
    async with http_side(says(answer(200, body))) as side:
        with pytest.raises(ChannelUnavailable) as caught:
            await channel(side).send(envelope(ROOM))
    assert caught.value.is_outcome_unknown


async def test_somebody_is_written_to_in_a_room_of_their_own_which_is_kept() -> None:
    matrix = MatrixSide()
    async with http_side(matrix) as side:
        here = channel(side)
        await here.send(envelope(KIM))
        await here.send(envelope(KIM, number=2))
        # After a restart, or by another worker.
        await channel(side).send(envelope(KIM, number=3))
    rooms = {room for room, _, _ in matrix.events}
    assert rooms == {matrix.direct[KIM][0]}
    assert [content["m.mentions"] for _, _, content in matrix.events] == [{"user_ids": [KIM]}] * 3
    assert matrix.calls.count("POST createRoom/createRoom") == 1


async def test_who_has_left_the_room_is_asked_into_a_new_one() -> None:
    matrix = MatrixSide()
    async with http_side(matrix) as side:
        here = channel(side)
        await here.send(envelope(KIM))
        matrix.members[matrix.direct[KIM][0], KIM] = "leave"
        await here.send(envelope(KIM, number=2))
    first, second = (room for room, _, _ in matrix.events)
    assert first != second
    assert matrix.direct[KIM] == [first, second]


async def test_several_messages_at_once_to_somebody_new_make_one_room() -> None:
    matrix = MatrixSide()
    async with http_side(matrix) as side:
        here = channel(side)
        await asyncio.gather(*(here.send(envelope(KIM, number=number)) for number in range(5)))
    assert len({room for room, _, _ in matrix.events}) == 1
    assert matrix.calls.count("POST createRoom/createRoom") == 1


async def test_a_list_of_rooms_that_cannot_be_read_is_not_written_over() -> None:
    async def forbid(got: Got, writer: asyncio.StreamWriter) -> None:
        said = answer(200, f'{{"user_id": "{ME}"}}') if got.path.endswith("/whoami") else answer(403, "{}")
        writer.write(said)
        await writer.drain()

    async with http_side(forbid) as side:
        with pytest.raises(ChannelRefused, match="403"):
            await channel(side).send(envelope(KIM))
        assert [got.method for got in side.got] == ["GET", "GET"]


async def test_rooms_with_others_are_left_as_they_are() -> None:
    matrix = MatrixSide(direct={"@lee:matrix.example.org": ["!lee:matrix.example.org"]})
    async with http_side(matrix) as side:
        await channel(side).send(envelope(KIM))
    assert matrix.direct["@lee:matrix.example.org"] == ["!lee:matrix.example.org"]
    assert len(matrix.direct) == 2


async def test_somebody_whom_there_is_not_is_for_good() -> None:
    async with http_side(MatrixSide()) as side:
        with pytest.raises(ChannelRefused, match="no such room or user"):
            await channel(side).send(envelope("@nobody:matrix.example.org"))


async def test_a_room_of_the_newest_version_has_an_id_without_a_server() -> None:
    room = "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"
    matrix = MatrixSide(members={(room, ME): "join"})
    async with http_side(matrix) as side:
        await channel(side).send(envelope(room))
    assert matrix.events[0][0] == room


class _Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> <img src=x onerror=y> &amp; &lt;",
        '"><a href="https://evil.example.org">Log in</a>',
        "@room @kim:matrix.example.org <mx-reply>x</mx-reply>",
    ],
)
def test_what_people_write_is_shown_as_it_stands_and_mentions_nobody(text: str) -> None:
    lines = (Line(label=text, text=text), Line(label="Said", items=(text,), is_verbatim=True), Line(items=(text,)))
    content = rendered(envelope(ROOM, message=Message(subject=text, lines=lines)), "https://pages.example.org/x?a&b")
    seen = _Seen(content["formatted_body"])
    assert {tag for tag, _ in seen.tags} <= {"p", "strong", "pre", "code", "ul", "li", "a", "br"}
    assert [attrs for tag, attrs in seen.tags if attrs] == [[("href", "https://pages.example.org/x?a&b")]]
    assert "".join(seen.words).count(text) == 5
    assert content["body"].count(text) == 5
    assert content["m.mentions"] == {}


@pytest.mark.parametrize("sign", ["x", "<", "ș", "\n", "\\", '"', "\x01"])
async def test_a_long_message_fits_and_keeps_its_end(sign: str) -> None:
    matrix = MatrixSide()
    middle = tuple(Line(label=f"L{row}", text=sign * 900) for row in range(40))
    big = Message(subject="s", lines=(Line(text="Asked of you"), *middle, Line(text="If nobody does.")))
    async with http_side(matrix) as side:
        await channel(side).send(envelope(ROOM, message=big))
    content = matrix.events[0][2]
    assert len(json.dumps([content["body"], content["formatted_body"]], ensure_ascii=False).encode()) <= LONGEST
    assert "If nobody does." in content["body"]
    assert "If nobody does." in content["formatted_body"]
