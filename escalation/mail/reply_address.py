"""Where answers to a mail come back to: an address, and a message id, that only we can have made for that message.

A token is a short hash of our message's id and a signature of it, in letters and digits that no mail server changes
the meaning of by writing them large. It stands behind a plus sign in the address, and before the @ of the message id.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

_HASH, _SIGNED = 15, 10
"""Bytes of either part: together 40 letters, since an address has 64 before its @."""
LENGTH = 40
LONGEST_NAME = 64 - LENGTH - 1
"""Characters that the address for replies may have before its @."""
_TOKEN = re.compile(rf"[a-z2-7]{{{LENGTH}}}", re.ASCII)


def token_of(message: str, key: str) -> str:
    """The token of the message with this id: the same for every copy of it."""
    said = _letters(hashlib.sha256(message.encode()).digest()[:_HASH])
    return said + _signature(said, key)


def named_so(name: str, messages: Iterable[str]) -> str | None:
    """The first of these messages that is named so in a token that was read; None: none of them is."""
    wanted = base64.b32decode(name.upper())
    return next((each for each in messages if hashlib.sha256(each.encode()).digest()[:_HASH] == wanted), None)


def is_of(name: str, message: str) -> bool:
    """Whether a token that was read names that message."""
    return named_so(name, (message,)) is not None


def read_token(text: str, keys: Sequence[str]) -> str | None:
    """What names the message in a token that one of the keys has signed; None: it is none of ours."""
    token = text.strip().lower()
    if not _TOKEN.fullmatch(token):
        return None
    said, signature = token[:-16], token[-16:]
    return said if any(hmac.compare_digest(signature, _signature(said, key)) for key in keys) else None


def address_with(token: str, address: str) -> str:
    """The address for replies that has this token."""
    name, _, domain = address.rpartition("@")
    return f"{name}+{token}@{domain}"


def token_in(given: str, address: str) -> str | None:
    """The token in an address that is the one for replies but for it; None where it is another one, or has none."""
    name, _, domain = given.strip().lower().rpartition("@")
    ours, _, our_domain = address.lower().rpartition("@")
    before, plus, token = name.partition("+")
    return token if plus and (before, domain) == (ours, our_domain) else None


def _signature(said: str, key: str) -> str:
    return _letters(hmac.new(key.encode(), f"escalon mail 1\0{said}".encode(), hashlib.sha256).digest()[:_SIGNED])


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
