"""The lock files: every package exact and hashed, from wherever the reader's own tools are told to fetch."""

import re
from pathlib import Path

import pytest

from tests.structure.tree import ROOT, pyproject, shown

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
LINE = re.compile(r"^[a-z0-9][a-z0-9.-]*==[^ ]+( ; [^\\]+)? \\$|^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(name: str) -> dict[str, str]:
    """Package to version, of one lock file."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def test_the_three_locks_are_there() -> None:
    assert [path.name for path in LOCKS] == ["bootstrap.txt", "dev.txt", "run.txt"]


@pytest.mark.parametrize("path", LOCKS, ids=shown)
def test_a_lock_has_exact_versions_with_hashes_and_nothing_else(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    odd = [line for line in lines if not LINE.match(line)]
    assert not odd, "remake it with: make lock"
    unhashed = [one for one, two in zip(lines, [*lines[1:], ""], strict=True) if "==" in one and "--hash" not in two]
    assert not unhashed


def test_what_is_tested_is_what_runs() -> None:
    assert pins("run.txt").items() <= pins("dev.txt").items(), "remake both with: make lock"


def test_every_dependency_is_locked() -> None:
    project = pyproject()["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {re.split(r"[\[<>=!~ ]", line)[0].replace(".", "-").lower() for line in wanted}
    assert names <= pins("run.txt").keys(), "remake it with: make lock"
