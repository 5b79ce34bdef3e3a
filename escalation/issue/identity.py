"""An issue's id: organisation, legal entity, team, source, reference and occurrence. Derived, never drawn.

The full form `main:main:main:desk:REF-1:1` is also the id of the issue's workflow. People may write the short forms
`desk:REF-1` (the latest occurrence) and `desk:REF-1:2`, which take the defaults for the rest.
"""

import hashlib
import re
from base64 import b32encode
from typing import Annotated
from urllib.parse import quote, unquote

from pydantic import Field, field_validator

from escalation.value import Value

DEFAULT = "main"
LONGEST_REFERENCE = 200
LONGEST_WRITTEN = 800
"""Characters of a reference as it stands in an id, where one beyond ASCII takes three for each of its bytes. Temporal
takes workflow ids of up to 1,000 characters (its default limit), and the rest of ours has at most 175."""
_SAFE = "-_.~@"
_NAME = r"^[a-z0-9][a-z0-9_.-]{0,39}$"
Name = Annotated[str, Field(pattern=_NAME)]
ALLOWED_NAME = "1 to 40 of a-z, 0-9, _ . - and beginning with a letter or digit"


class IssueId(Value):
    """Names one occurrence of one issue in one organisation, legal entity and team."""

    org: Name = DEFAULT
    legal_entity: Name = DEFAULT
    team: Name = DEFAULT
    source: Name
    reference: Annotated[str, Field(min_length=1, max_length=LONGEST_REFERENCE)]
    occurrence: Annotated[int, Field(ge=1)] = 1

    @field_validator("reference")
    @classmethod
    def _fits_into_an_id(cls, reference: str) -> str:
        written = len(quote(reference, safe=_SAFE, errors="replace"))
        if written > LONGEST_WRITTEN:
            raise ValueError(f"reference takes {written:,} characters as part of an id; allowed: {LONGEST_WRITTEN}")
        return reference

    def __str__(self) -> str:
        return (
            f"{self.org}:{self.legal_entity}:{self.team}:{self.source}"
            f":{quote(self.reference, safe=_SAFE)}:{self.occurrence}"
        )

    @property
    def short(self) -> str:
        """The form that people read and type; full where organisation, entity or team are not the default."""
        if (self.org, self.legal_entity, self.team) != (DEFAULT, DEFAULT, DEFAULT):
            return str(self)
        tail = "" if self.occurrence == 1 else f":{self.occurrence}"
        return f"{self.source}:{quote(self.reference, safe=_SAFE)}{tail}"

    @property
    def series(self) -> str:
        """The id without the occurrence: what all occurrences of this reference share."""
        return str(self).rpartition(":")[0]

    def at(self, occurrence: int) -> "IssueId":
        """The same reference's occurrence of that number, counted from 1."""
        return self.model_copy(update={"occurrence": occurrence})


def read_issue_id(text: str) -> tuple[IssueId, bool]:
    """Read any of the three forms; the flag says whether the occurrence was given. Raises ValueError."""
    parts = text.strip().split(":")
    number: str | None = None
    match parts:
        case [source, reference]:
            fields = {"source": source}
        case [source, reference, number]:
            fields = {"source": source}
        case [org, entity, team, source, reference, number]:
            fields = {"org": org, "legal_entity": entity, "team": team, "source": source}
        case _:
            raise ValueError(
                f"{text!r} is not an issue id; allowed: source:reference, source:reference:occurrence "
                "or organisation:entity:team:source:reference:occurrence"
            )
    for field, value in fields.items():
        if not re.fullmatch(_NAME, value):
            raise ValueError(f"{field} {value!r} of issue id {text!r} is not a name; allowed: {ALLOWED_NAME}")
    if number is not None and not re.fullmatch(r"[1-9][0-9]{0,8}", number):
        raise ValueError(f"occurrence {number!r} of issue id {text!r} is not a number; allowed: 1, 2, 3 …")
    plain = unquote(reference)
    if not 1 <= len(plain) <= LONGEST_REFERENCE:
        raise ValueError(
            f"reference of issue id {text!r} has {len(plain)} characters; allowed: 1 to {LONGEST_REFERENCE}"
        )
    if len(quote(plain, safe=_SAFE)) > LONGEST_WRITTEN:
        raise ValueError(
            f"reference of issue id {text[:60]!r} is too long as part of an id; allowed: {LONGEST_WRITTEN}"
        )
    return IssueId(**fields, reference=plain, occurrence=int(number or 1)), number is not None


def reference_for(*words: str) -> str:
    """A reference for an issue that its raiser gave none: the same words give the same reference."""
    digest = hashlib.sha256("\x1f".join(words).encode()).digest()
    return b32encode(digest)[:10].decode().lower()
