"""What docs/rules.md says of each refusal: by state, for authority, or for what was given."""

import re
from functools import cache
from pathlib import Path

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
