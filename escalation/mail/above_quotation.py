"""What somebody wrote in a reply: the text without what it quotes, without who quotes it, and without a signature."""

import re

MARK = "Answer above this line"
"""Stands in our mails, so that what is below it in a reply is known to be ours."""
_QUOTED = re.compile(r"^\s*>")
_WROTE = re.compile(
    r"^(?:On|Am|Le|El|Il|Op|Pe|În|In|Den)\b.{4,300}?"
    r"(?:wrote|schrieb.*|a écrit|escribió|ha scritto|schreef.*|a scris)\s*:\s*$",
    re.IGNORECASE | re.DOTALL,
)
_ORIGINAL = re.compile(
    r"^\s*(?:-{2,}\s*(?:Original Message|Forwarded message|Original-?Nachricht|Ursprüngliche Nachricht|"
    r"Message d'origine|Mensaje original|Mesaj original|Messaggio originale)\s*-{2,}|_{20,})\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^\s*\*?[A-ZÀ-Þ][\w' -]{1,14}\s?:\*?\s+\S")
_FROM = re.compile(r"^\s*\*?(?:From|Von|De|De la|Da|Van)\s?:\*?\s+\S", re.IGNORECASE)
_SENT_FROM = re.compile(
    r"^\s*(?:Sent from (?:my|Outlook|Mail)\b|Get Outlook for\b|Von meinem \w+ gesendet).*$", re.IGNORECASE
)
_MOST_WROTE_ROWS, _LONGEST_WROTE = 4, 400
"""Of "On … wrote:", which readers of mail break."""


def above_quotation(text: str) -> str:
    """What its sender wrote; below the quotation, where nothing stands above it. Empty: nothing."""
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    marked = next((place for place, row in enumerate(rows) if MARK in row), None)
    above = _without_signature(_until_quotation(rows[:marked]))
    if above or (marked is not None and not _QUOTED.match(rows[marked])):
        return above
    return _without_signature([row for row in _after_wrote(rows) if not _QUOTED.match(row)])


def _until_quotation(rows: list[str]) -> list[str]:
    for place, row in enumerate(rows):
        if _QUOTED.match(row) or _ORIGINAL.match(row) or _begins_headers(rows, place) or _wrote_at(rows, place):
            return rows[:place]
    return rows


def _after_wrote(rows: list[str]) -> list[str]:
    for place in range(len(rows)):
        if length := _wrote_at(rows, place):
            return rows[place + length :]
    return rows


def _wrote_at(rows: list[str], place: int) -> int:
    """How many rows from here say who wrote what is quoted; 0: they do not."""
    for length in range(1, _MOST_WROTE_ROWS + 1):
        said = " ".join(row.strip() for row in rows[place : place + length])
        if len(said) <= _LONGEST_WROTE and _WROTE.match(said):
            return length
    return 0


def _begins_headers(rows: list[str], place: int) -> bool:
    """Whether the head of a quoted mail begins here, as Outlook writes it: from whom, and two rows more."""
    following = rows[place + 1 : place + 3]
    return bool(_FROM.match(rows[place])) and len(following) == 2 and all(_HEADER.match(row) for row in following)


def _without_signature(rows: list[str]) -> str:
    kept: list[str] = []
    for row in rows:
        if row.rstrip("\r") in {"-- ", "--"}:
            break
        kept.append(row.rstrip())
    while kept and (not kept[-1].strip() or _SENT_FROM.match(kept[-1])):
        kept.pop()
    return "\n".join(kept).strip()
