"""What a list of people from elsewhere says of one of them: the fields it has, and where it stands.

How such a list is read is in `from_csv.py` and `from_scim.py`; what becomes of the directory in `merge.py`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from escalation.policy.absence import Moment
from escalation.policy.finding import Findings
from escalation.policy.read_value import ALLOWED_NAME, LONGEST_LINE, NAME

LARGEST_IMPORT = 256 * 1024 * 1024
"""Characters of one file: 100,000 people are some 60 million in SCIM."""
ALLOWED_MOMENT = "a day such as 2026-12-21, or an instant with its offset such as 2026-12-21T09:00+01:00"
ALLOWED_PHONE = "a number with its country's code such as +353 1 555 0100"

MOST_AT_ONCE = 1000
ALLOWED_AT_ONCE = f"a whole number from 1 to {MOST_AT_ONCE}; or nothing, where there is no such limit"

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PHONE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_PHONE_MARKS = re.compile(r"[\s().\u2010-\u2015/-]|^tel:")


@dataclass(frozen=True)
class ImportedPerson:
    """One person of the list."""

    id: str
    where: str
    """The place in the list, as errors name it: `people.ann` of a table, `Resources[3]` of an export."""
    line: int | None
    fields: dict[str, Any]
    """By field of `Person`: what the list says. What it does not speak of is not there."""
    addresses: dict[str, str | None]
    """By channel, what the list says; None: that there is none."""
    is_active: bool | None = None
    """False: the list says that they are gone, and not since when; True: that they are not; None: it does not say."""


def is_name(text: str, field: str, findings: Findings, line: int | None = None) -> bool:
    """Whether it can be an id; says so where it cannot."""
    if re.fullmatch(NAME, text, re.ASCII):
        return True
    findings.add(field, "is not a name", value=text, allowed=ALLOWED_NAME, line=line)
    return False


def is_line(text: str, field: str, findings: Findings, line: int | None = None) -> bool:
    """Whether it is one line of text that a directory can hold; says so where it is not."""
    if text and len(text) <= LONGEST_LINE and text.isprintable() and text == text.strip():
        return True
    allowed = f"one line of at most {LONGEST_LINE} characters"
    findings.add(field, "is not one line", value=text, allowed=allowed, line=line)
    return False


def moment(text: str, field: str, findings: Findings, line: int | None = None) -> Moment | None:
    """The day, or the instant (in UTC then); None, and a finding, where it is neither."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
        if found.utcoffset() is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    findings.add(
        field, "is neither a day nor an instant with its offset", value=text, allowed=ALLOWED_MOMENT, line=line
    )
    return None


def at_once(text: str, field: str, findings: Findings, line: int | None = None) -> int | None:
    """How much they have in hand at most; None, and a finding, where it is no such number."""
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_AT_ONCE:
        return int(text)
    findings.add(field, "is not a number of issues", value=text, allowed=ALLOWED_AT_ONCE, line=line)
    return None


def phone(text: str, field: str, findings: Findings, line: int | None = None) -> str | None:
    """The number as channels take it, such as +35315550100; None, and a finding, where it is none."""
    found = _PHONE_MARKS.sub("", text)
    if _PHONE.fullmatch(found):
        return found
    findings.add(field, "is not a phone number", value=text, allowed=ALLOWED_PHONE, line=line)
    return None
