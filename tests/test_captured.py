"""The log of a failed test is cut to its end, and only where nobody asks for more."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.captured import LINES
from tests.real_data import ROOT

MORE = 5
FAILS = f"""
def test_it():
    for number in range({LINES + MORE}):
        print("line", number)
    assert False, "this is why"
"""


@pytest.mark.parametrize(("asked", "first"), [("-q", MORE), ("-v", 0)])
def test_the_end_of_what_was_captured_is_shown(tmp_path: Path, asked: str, first: int) -> None:
    (tmp_path / "test_this.py").write_text(FAILS)
    options = ["-p", "tests.captured", "-p", "no:cacheprovider", asked, "--rootdir", str(tmp_path)]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = ran.stdout.splitlines()
    assert [line for line in told if line.startswith("line ")] == [f"line {n}" for n in range(first, LINES + MORE)]
    assert (f"({MORE} lines before these: -v shows them)" in told) is (first == MORE)
    assert "this is why" in ran.stdout
