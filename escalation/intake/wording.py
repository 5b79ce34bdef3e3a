"""Text of another system, made fit to keep: a machine is not asked to write it again, so it is mended, not refused.

Control characters become blanks, what is too long is cut, card numbers are masked.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from escalation.masking import LONGEST_TEXT, LONGEST_TITLE, clean_text, mask_cards

_CUT = " […]"


def one_line(text: str, longest: int = LONGEST_TITLE) -> str:
    """The text on one line; may be empty."""
    return _fit(" ".join(_mended(text[: longest * 8]).split()), longest)


def several_lines(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text with its lines; may be empty."""
    lines = _mended(text[: longest * 2].replace("\r\n", "\n")).split("\n")
    return _fit("\n".join(line.rstrip() for line in lines), longest)


def listed_labels(labels: Mapping[str, str]) -> str:
    """Labels for people, one to a line, in the order of their names; nothing where there are none."""
    return "\n".join(f"  {name}: {value}" for name, value in sorted(labels.items()))


def paragraphs(*parts: str) -> str:
    """The parts that say something, a blank line between them."""
    return several_lines("\n\n".join(part.strip("\n") for part in parts if part.strip()))


def readable(text: str) -> str:
    """The text as it is, but for halves of characters, which broken JSON can hold and nothing can store."""
    return text.encode(errors="replace").decode()


def _mended(text: str) -> str:
    return "".join(character if _is_fit(character) else " " for character in readable(text))


@lru_cache(maxsize=4096)
def _is_fit(character: str) -> bool:
    """As the doors for people have it (`masking.clean_text`), so that what is mended here passes there."""
    if character in "\n\t":
        return True
    if character.isascii():
        return character.isprintable()
    try:
        return bool(clean_text(f".{character}.", "text"))
    except ValueError:
        return False


def _fit(text: str, longest: int) -> str:
    masked = re.sub(r"^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+$", "", mask_cards(text))
    return masked if len(masked) <= longest else masked[: longest - len(_CUT)].rstrip() + _CUT
