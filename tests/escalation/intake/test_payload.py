"""From bytes to documents, and what is said of a place that holds the wrong thing."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.intake.payload import DEEPEST, MOST_BYTES, BadPayload, Node, check_depth, read_documents


def why(raw: bytes) -> str:
    with pytest.raises(BadPayload) as caught:
        read_documents(raw)
    return str(caught.value)


def test_one_document_is_the_root() -> None:
    (node,) = read_documents(b'\xef\xbb\xbf {"a": 1} \n')
    assert (node.path, node.value) == ("$", {"a": 1})


@pytest.mark.parametrize("between", ["", "\n", "\r\n\t ", "\x1e"])
def test_several_documents_one_after_another_are_numbered(between: str) -> None:
    nodes = read_documents(f'{{"a": 1}}{between}{{"a": 2}}'.encode())
    assert [(node.path, node.value["a"]) for node in nodes] == [("document 1 $", 1), ("document 2 $", 2)]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "$: is empty; allowed: a JSON object"),
        (b" \n", "$: is empty; allowed: a JSON object"),
        (b'{"a": 1}\n{"a": }', "$: is not JSON: Expecting value at line 2, column 7; allowed: JSON objects"),
        (b"\xff{}", "$: is not UTF-8 at byte 1; allowed: JSON in UTF-8"),
        (b'{"a": NaN}', "$: is not JSON: NaN is no number; allowed: JSON objects"),
        (b"9" * 5000, "$: is not JSON: Exceeds the limit (4300 digits)"),
        (b"[" * 100_000, f"$: is nested deeper than {DEEPEST}"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), f"$: is nested deeper than {DEEPEST}"),
        (b'"' + b"a" * MOST_BYTES, "$: has more than 1,048,576 bytes; allowed: at most 1,048,576 bytes"),
    ],
)
def test_what_is_no_document(raw: bytes, says: str) -> None:
    assert why(raw).startswith(says)


def test_the_deepest_and_the_longest_that_are_allowed() -> None:
    read_documents(b"[" * DEEPEST + b"]" * DEEPEST)
    read_documents(b'"' + b"a" * (MOST_BYTES - 2) + b'"')


def test_depth_is_looked_at_without_a_text_too() -> None:
    value: Any = []
    for _ in range(5000):
        value = {"inner": value}
    with pytest.raises(BadPayload):
        check_depth(Node(value))


@given(st.binary(max_size=200))
def test_any_bytes_are_documents_or_our_error(raw: bytes) -> None:
    with suppress(BadPayload):
        read_documents(raw)


@given(st.lists(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5), min_size=1, max_size=4))
def test_what_was_written_is_read(values: list[Any]) -> None:
    written = "\n".join(json.dumps(value) for value in values)
    assert [node.value for node in read_documents(written.encode())] == values


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "$.at.here: is missing; allowed: text"),
        ({"here": None}, "$.at.here: is null; allowed: text"),
        ({"here": 5}, "$.at.here: is the number 5; allowed: text"),
        ({"here": True}, "$.at.here: is true; allowed: text"),
        ({"here": [1, 2]}, "$.at.here: is a list of 2; allowed: text"),
        ({"here": {"x": 1}}, "$.at.here: is an object; allowed: text"),
        ([], "$.at: is a list of 0; allowed: an object"),
    ],
)
def test_an_error_names_the_place_what_stands_there_and_what_may(value: Any, says: str) -> None:
    with pytest.raises(BadPayload) as caught:
        Node({"at": value}).need("at", "an object").need("here", "text").text()
    assert str(caught.value) == says


def test_an_error_shows_neither_a_card_number_nor_what_acts_on_a_terminal() -> None:
    node = Node({"4111 1111 1111 1111\x1b[2J": {"x": "5500-0000-0000-0004\x1b[31m"}})
    with pytest.raises(BadPayload) as caught:
        dict(node.fields())["4111 1111 1111 1111\x1b[2J"].need("x", "an instant").instant()
    said = str(caught.value)
    assert "1111 1111" not in said
    assert "0000" not in said.replace("0004", "")
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("spelt", "means"),
    [
        ("2031-05-09T07:41:13.246813579Z", datetime(2031, 5, 9, 7, 41, 13, 246813, tzinfo=UTC)),
        ("2031-05-09T07:41:13Z", datetime(2031, 5, 9, 7, 41, 13, tzinfo=UTC)),
        ("2031-05-09T09:41:13.4+02:00", datetime(2031, 5, 9, 7, 41, 13, 400000, tzinfo=UTC)),
        ("2031-05-09 07:41:13.000000001z", datetime(2031, 5, 9, 7, 41, 13, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_instants_to_the_microsecond_in_utc(spelt: str, means: datetime) -> None:
    instant = Node(spelt).instant()
    assert instant == means
    assert instant.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "spelt",
    [
        *("2031-05-09T07:41:13", "2031-05-09", "", 5),
        *("0001-01-01T00:00:00+05:00", "2031-13-09T00:00:00Z", "9999-12-31T23:59:59Z", "2031-05-09T07:41:60Z"),
        *("2031-05-09T07:41:13 Z", "٢٠٣١-05-09T07:41:13Z", "2031-05-09T07:41:13+99:00"),
    ],
)
def test_what_is_no_instant_with_a_zone(spelt: object) -> None:
    with pytest.raises(BadPayload, match="an instant with its zone"):
        Node(spelt).instant()


@pytest.mark.parametrize("value", ["", "a b", "a\n", "ä", "a" * 201, 5, ["a"]])
def test_what_cannot_be_an_id(value: object) -> None:
    with pytest.raises(BadPayload, match="1 to 200 characters of ASCII"):
        Node(value).identifier()
