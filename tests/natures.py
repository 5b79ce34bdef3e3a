"""Refusals: what docs/rules.md says of each (by state, for authority, or for what was given), and what one says."""

import re
from functools import cache
from pathlib import Path

from escalation.issue.refusal import Rejected

_PAGE = Path(__file__).parent.parent / "docs/rules.md"
_HEADINGS = {"By state": "state", "For authority": "authority", "For what was given": "input"}


@cache
def documented_natures() -> dict[str, frozenset[str]]:
    """The natures that a refusal of this code may have."""
    page = _PAGE.read_text(encoding="utf-8")
    refusals = page.split("\n## Refusals\n")[1].split("\n## ")[0]
    found: dict[str, frozenset[str]] = {}
    for part in refusals.split("\n**")[1:]:
        nature = _HEADINGS[part.split("**")[0]]
        for code in re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE):
            found[code] = found.get(code, frozenset()) | {nature}
    return found


def why_not(answer: object) -> str:
    """The words of a refusal; fails where it was none."""
    assert isinstance(answer, Rejected), f"it was carried out: {answer}"
    return answer.why
