"""Every link between files of the project leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.structure.tree import ROOT, project_files, shown

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PAGES = [path for path in project_files() if path.suffix == ".md"]


def anchors(page: Path) -> set[str]:
    """The fragments a page's headings answer to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, fragment = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (fragment and target.suffix == ".md" and fragment not in anchors(target)):
            broken.append(link)
    assert not broken


def test_the_index_of_the_documentation_is_complete() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / link).resolve() for link in LINK.findall(index)}
    pages = {path for path in PAGES if (ROOT / "docs") in path.parents and path.name != "README.md"}
    assert pages <= linked, "name it in docs/README.md"


def test_decisions_are_numbered_without_a_hole_and_listed() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for path in files:
        number = path.name[:4]
        assert path.read_text(encoding="utf-8").startswith(f"# {number} "), path.name
        assert f"[{number}](decisions/{path.name})" in index, path.name
