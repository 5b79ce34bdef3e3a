"""Sealing text: AES-256-GCM under a key of its issue, and that key under the keys of the setting ESCALON_TEXT_KEY.

The forms below stand in databases and backups: they never change. Where keys lie: `text_keys.py`.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class BadTextKey(ValueError):
    """The setting is no list of keys; says what is allowed and never quotes it."""


@dataclass(frozen=True)
class Ring:
    """The keys around the texts' keys, the newest first; empty: texts' keys lie open beside what they seal."""

    keys: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, setting: str) -> "Ring":
        """Those of the setting, commas between. Raises BadTextKey."""
        return cls(tuple(_key(part) for part in setting.split(",") if part.strip()))

    @property
    def names(self) -> tuple[str, ...]:
        """What the keys are called in the table: the beginning of their SHA-256."""
        return tuple(_name(key) for key in self.keys)

    def wrap(self, key: bytes, about: str) -> tuple[bytes, str]:
        """The text's key as it is stored, and the name of the key around it; empty: none."""
        if not self.keys:
            return key, ""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self.keys[0]).encrypt(nonce, key, about.encode()), _name(self.keys[0])

    def unwrap(self, stored: bytes, name: str, about: str) -> bytes | None:
        """The text's key; None where the key around it is not here, or another than it was."""
        if not name:
            return stored
        for key in self.keys:
            if _name(key) == name:
                try:
                    return AESGCM(key).decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], about.encode())
                except InvalidTag:
                    return None
        return None


def new_key() -> bytes:
    """A key for one issue's text."""
    return AESGCM.generate_key(KEY_BYTES * 8)


def seal(key: bytes, generation: int, plain: bytes, about: str) -> str:
    """The sealed text, for a column of text: which of the issue's keys, then nonce and ciphertext in base64.

    `about` says whose it is and where it stands; it is bound to it, so that it can be read at no other place.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, plain, about.encode())
    return f"{generation}.{base64.b64encode(sealed).decode()}"


def unseal(key: bytes, sealed: str, about: str) -> bytes | None:
    """What was sealed; None where it is not what this key sealed there."""
    try:
        found = base64.b64decode(sealed.partition(".")[2], validate=True)
        return AESGCM(key).decrypt(found[:_NONCE_BYTES], found[_NONCE_BYTES:], about.encode())
    except (binascii.Error, InvalidTag, ValueError):
        return None


def generation_of(sealed: str) -> int:
    """Which of the issue's keys sealed it; 0: none, as it is empty or not sealed."""
    number = sealed.partition(".")[0]
    return int(number) if number.isdecimal() else 0


def _name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]


def _key(text: str) -> bytes:
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != KEY_BYTES:
        raise BadTextKey(
            "ESCALON_TEXT_KEY holds something that is no key; allowed: 32 bytes in base64 (`openssl rand -base64 32`), "
            "several with commas between, the newest first"
        )
    return found
