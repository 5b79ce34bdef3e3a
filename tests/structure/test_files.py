"""What every file of the project keeps to: size, names, and no trace of the machine it was written on."""

import ast
import re
from pathlib import Path

import pytest

from tests.structure.tree import ROOT, modules, packages, project_files, shown

LONGEST_MODULE = 400
LONGEST_ASSEMBLY = 80
SAYS_NOTHING = {"utils", "util", "common", "helpers", "helper", "base", "core", "models", "misc", "tools", "types"}
# /home/temporal is the home of the user of Temporal's own image.
A_HOME = re.compile(rb"(?:/home/(?!temporal\b)[a-z]|/Users/[A-Za-z]|/[r]oot/|[A-Z]:\\Users\\)")
# The checkout's own folder; inside an image that is just /app or the like, which says nothing about anybody.
THIS_CHECKOUT = str(ROOT).encode() if len(ROOT.parts) > 2 else None


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_a_module_fits_in_a_head(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    longest = LONGEST_ASSEMBLY if path == ROOT / "worker.py" else LONGEST_MODULE
    assert lines <= longest, f"{lines} lines: split it by subject"


@pytest.mark.parametrize("path", modules(*packages()), ids=shown)
def test_a_name_says_what_is_inside(path: Path) -> None:
    assert SAYS_NOTHING.isdisjoint(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", [path for path in modules() if path.name == "__init__.py"], ids=shown)
def test_an_init_holds_at_most_the_law_of_its_package(path: Path) -> None:
    rest = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if not isinstance(node, ast.Expr)]
    assert not rest, "an import from a package's front hides where things live"


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = []
    for path in project_files():
        content = path.read_bytes()
        if path != Path(__file__).resolve() and (
            A_HOME.search(content) or (THIS_CHECKOUT and THIS_CHECKOUT in content)
        ):
            found.append(shown(path))
    assert not found
