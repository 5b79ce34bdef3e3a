"""What people write, made fit to keep: card numbers masked, control characters and oversized text refused.

Pure, so that every door and the store itself use the same. A card number is 13 to 19 digits that pass the Luhn check;
only its last four stay (PCI DSS 3.4 allows at most the first six and the last four). Not here: where text is kept
(`records/texts.py`).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_TITLE = 200
LONGEST_TEXT = 10_000
"""Characters, both."""

_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_GAP_AT_MOST = 3
"""Characters between two groups of digits of one number: `4111 - 1111`."""
_USUAL_GROUPS = re.compile(r"(4,){3,4}[1-4]|4,6,[45]|8,8|6,(1[0-3]|[7-9])|4,4,5|4,5,6")
_ISSUERS = re.compile(
    r"220[0-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"  # Mir, Borica, Mastercard
    r"|30|3[4-9]|31"  # Diners, American Express, JCB, T-Union
    r"|4|5|6"  # Visa, Mastercard and Maestro, Discover, UnionPay, RuPay
    r"|8[12]|8600|9792|9860|1946"  # UnionPay, RuPay, Uzcard, Troy, Humo, GPN
)
_MOMENT = re.compile(r"1[5-9](\d{11}|\d{14}|\d{17})")
"""Milli-, micro- or nanoseconds since 1970: a tenth of them passes the Luhn check, and alerts are full of them."""
_DIGEST = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})"
    r"(?![0-9A-Za-z])"
)
"""A UUID or a digest: one in five hundred holds digits that pass for a card number, and every command has one."""
_MAY_HOLD_A_CARD = re.compile(r"[0-9](?:[-._\s]{0,3}[0-9]){12}")
"""What plain text holds at least where there is a card number in it. Nearly none does, and a closer look is slow."""
_PLAIN_LINE = re.compile(r"[ -~]*")
_PLAIN_TEXT = re.compile(r"[ -~\n\t]*")
_ZERO_WIDTH_EDGE = "\u200b\u2060\ufeff"
_REORDERING = "\u202a\u202b\u202c\u202d\u202e"


class _Group(NamedTuple):
    """Digits without a gap, and where they stand in the text."""

    digits: str
    begins: int
    ends: int


def mask_cards(text: str) -> str:
    """The text with every card number replaced by `•••• 1234`, its last four digits.

    Sees through spaces, dashes and dots between groups, digits of any script, and characters that do not show.
    A number that fails the Luhn check stays as it is. Masking twice is masking once.
    """
    if text.isascii() and not _MAY_HOLD_A_CARD.search(text):
        return text
    masked = _mask_once(text)
    while masked != text:  # what was masked has brought its neighbours together
        text, masked = masked, _mask_once(masked)
    return masked


def _mask_once(text: str) -> str:
    parts, position = [], 0
    for run in _runs(text):
        for first, last in _spans(run):
            ending = "".join(group.digits for group in run[first : last + 1])[-4:]
            parts += [text[position : run[first].begins], "•••• ", ending]
            position = run[last].ends
    return "".join([*parts, text[position:]])


def _runs(text: str) -> Iterator[list[_Group]]:
    """Groups of digits that stand so close together that they may be one number."""
    run: list[_Group] = []
    digits, begins, ends, gap = "", 0, 0, 0
    drawn = _digests(text)
    for place, character in enumerate(text):
        digit = None if place in drawn else unicodedata.digit(character, None)
        if digit is not None:
            if digits and gap:
                run.append(_Group(digits, begins, ends))
                digits = ""
            if not digits:
                begins = place
            digits, ends, gap = f"{digits}{digit}", place + 1, 0
        elif digits and not _is_invisible(character):
            gap += 1
            if gap > _GAP_AT_MOST or place in drawn or not _is_gap(character):
                yield [*run, _Group(digits, begins, ends)]
                run, digits, gap = [], "", 0
    if digits:
        yield [*run, _Group(digits, begins, ends)]


def _digests(text: str) -> set[int]:
    """The places within UUIDs and digests. What is all digits, or nearly so, is none."""
    found = (match for match in _DIGEST.finditer(text) if sum(map(str.isalpha, match[0])) >= 3)
    return {place for match in found for place in range(*match.span())}


def _is_invisible(character: str) -> bool:
    """Joiners, marks and soft hyphens: they neither show nor part a number."""
    return not character.isascii() and unicodedata.category(character) in {"Cf", "Mn", "Me"}


def _is_gap(character: str) -> bool:
    return character in "-._\u00b7\u2212" or character.isspace() or unicodedata.category(character) == "Pd"


def _spans(run: list[_Group]) -> list[tuple[int, int]]:
    """First and last group of each stretch to mask: card numbers that overlap are one stretch, so that none shows."""
    spans: list[tuple[int, int]] = []
    for first in range(len(run)):
        digits, sizes, longest = "", [], None
        for last in range(first, len(run)):
            digits += run[last].digits
            sizes.append(len(run[last].digits))
            if len(digits) > _LONGEST_CARD:
                break
            if len(digits) >= _SHORTEST_CARD and _is_card(digits, sizes):
                longest = last
        if longest is None:
            continue
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(longest, spans[-1][1]))
        else:
            spans.append((first, longest))
    return spans


def _is_card(digits: str, sizes: list[int]) -> bool:
    if not passes_luhn(digits):
        return False
    if len(sizes) == 1:
        return not _MOMENT.fullmatch(digits)
    # Any list of small numbers adds up to such a number sooner or later: in unusual groups it must begin like a card.
    return bool(_USUAL_GROUPS.fullmatch(",".join(map(str, sizes))) or _ISSUERS.match(digits))


def passes_luhn(digits: str) -> bool:
    """Whether the last of these ASCII digits is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def clean_text(text: str, field: str, longest: int = LONGEST_TEXT, *, is_one_line: bool = False) -> str:
    """The text without blanks around it and with plain line ends, or ValueError that names `field`.

    Refused: more than `longest` characters, control characters (line end and tab are allowed unless `is_one_line`),
    characters that reorder what stands beside them, and halves of characters. Not masked here: see `mask_cards`.
    """
    cleaned = text.replace("\r\n", "\n").strip().strip(_ZERO_WIDTH_EDGE).strip()
    if len(cleaned) > longest:
        raise ValueError(f"{field} {_shortened(cleaned)} has {len(cleaned):,} characters; allowed: at most {longest:,}")
    if (_PLAIN_LINE if is_one_line else _PLAIN_TEXT).fullmatch(cleaned):
        return cleaned
    for place, character in enumerate(cleaned, start=1):
        if not _may_stay(character, is_one_line):
            allowed = "one line of text" if is_one_line else "text, line ends and tabs"
            raise ValueError(
                f"{field} {_shortened(cleaned)} has {_named(character)} at position {place}; allowed: {allowed}, "
                "without control characters"
            )
    return cleaned


def _may_stay(character: str, is_one_line: bool) -> bool:
    if character in "\n\t\u2028\u2029":
        return not is_one_line
    if unicodedata.category(character) in {"Cc", "Cs"} or character in _REORDERING:
        return False
    return ord(character) & 0xFFFE != 0xFFFE and not 0xFDD0 <= ord(character) <= 0xFDEF  # never characters


def _named(character: str) -> str:
    names = {"\n": "a line end", "\t": "a tab", "\x00": "a NUL"}
    return f"{names.get(character, 'a control character')} (U+{ord(character):04X})"


def _shortened(text: str) -> str:
    """Enough of the value to find it, with a card number in it masked and nothing that could act on a terminal."""
    masked = mask_cards(text[:200])
    return repr(masked) if len(masked) <= 40 else f"{masked[:40]!r}…"
