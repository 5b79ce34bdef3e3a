"""The token in addresses that answers come back to: whose it is, that nobody else makes one, that it fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.mail.reply_address import (
    LENGTH,
    LONGEST_NAME,
    address_with,
    is_of,
    read_token,
    token_in,
    token_of,
)

KEY, OTHER, MESSAGE = "k" * 32, "o" * 32, "main:main:main:desk:REF-1:1/7/kim/email"


@given(st.text(min_size=1, max_size=300))
def test_a_token_names_its_message_and_no_other(message: str) -> None:
    token = token_of(message, KEY)
    named = read_token(token, [OTHER, KEY])
    assert named is not None
    assert is_of(named, message)
    assert not is_of(named, f"{message} ")


def test_it_comes_back_however_it_is_written() -> None:
    token = token_of(MESSAGE, KEY)
    assert len(token) == LENGTH
    assert read_token(token.upper(), [KEY]) == read_token(token, [KEY])
    there = address_with(token, "Escalon@Example.org")
    assert len(there.partition("@")[0]) <= 64
    assert token_in(there.upper(), "escalon@example.org") == token


@pytest.mark.parametrize("changed", [0, 5, LENGTH // 2, LENGTH - 1])
def test_a_token_that_was_changed_or_is_of_another_key_is_none(changed: int) -> None:
    token = token_of(MESSAGE, KEY)
    letter = "a" if token[changed] != "a" else "b"
    assert read_token(f"{token[:changed]}{letter}{token[changed + 1 :]}", [KEY]) is None
    assert read_token(token, [OTHER]) is None
    assert read_token(token, []) is None


@pytest.mark.parametrize("text", ["", "x", "é" * LENGTH, "1" * LENGTH, f"{'a' * LENGTH}b"])
def test_what_is_no_token_is_none(text: str) -> None:
    assert read_token(text, [KEY]) is None


@pytest.mark.parametrize(
    "address", ["escalon@example.org", "escalons+x@example.org", "escalon+x@elsewhere.org", "kim@example.org", "", "@"]
)
def test_an_address_that_is_not_ours_has_none(address: str) -> None:
    assert not token_in(address, "escalon@example.org")


def test_an_address_of_the_longest_name_is_one() -> None:
    name = "e" * LONGEST_NAME
    assert len(address_with(token_of(MESSAGE, KEY), f"{name}@x.org").partition("@")[0]) == 64
