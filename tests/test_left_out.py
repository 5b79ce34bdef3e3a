"""A test that is left out is named at the end of a run, once for each reason, and fails in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_data import ROOT

TESTS = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_needs(number):
    pytest.skip("no promtool (Debian: apt install prometheus)")

@pytest.mark.skipif(True, reason="no brewer: apt install prometheus-brewer")
def test_needs_another():
    pass

@pytest.mark.parametrize("db", ["sqlite", "postgresql"])
@pytest.mark.parametrize("case", ["one", "two"])
def test_of_the_record(db, case):
    assert case == "one" or db == "sqlite"

@pytest.mark.xfail
def test_that_is_known_to_fail():
    assert False
"""


def run(folder: Path, *more: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_these.py").write_text(TESTS)
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "ESCALON_WITHOUT"}}
    options = ["-p", "tests.left_out", "-p", "no:cacheprovider", "-q", "--rootdir", str(folder), *more]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("more", [("-n0",), ("-n2",)])
def test_it_is_named_once_for_each_reason(tmp_path: Path, more: tuple[str, ...]) -> None:
    ran = run(tmp_path, *more, "--deselect", "test_these.py::test_of_the_record[two-postgresql]")
    assert ran.returncode == 0, ran.stdout
    assert "tests of the record that passed: 2 on SQLite, 1 on PostgreSQL" in ran.stdout
    block = ran.stdout.partition(" left out ")[2]
    assert "1 test: no brewer: apt install prometheus-brewer" in block
    assert "2 tests: no promtool (Debian: apt install prometheus)" in block


def test_in_ci_it_fails(tmp_path: Path) -> None:
    ran = run(tmp_path, "-n0", CI="true")
    assert ran.returncode == 1
    assert "3 failed, 3 passed, 1 xfailed, 1 error" in ran.stdout
    assert "left out, which fails where CI is true: no brewer: apt install prometheus-brewer" in ran.stdout


def test_in_ci_it_is_excused_for_want_of_what_the_machine_cannot_have(tmp_path: Path) -> None:
    ran = run(tmp_path, "-n0", CI="true", ESCALON_WITHOUT="postgresql prometheus")
    assert "1 failed, 3 passed, 2 skipped, 1 xfailed, 1 error" in ran.stdout
    assert "2 tests: no promtool (Debian: apt install prometheus)" in ran.stdout


def test_what_leaves_nothing_out_says_nothing_of_it(tmp_path: Path) -> None:
    ran = run(tmp_path, "-n0", "-k", "record and one", CI="true")
    assert ran.returncode == 0
    assert "left out" not in ran.stdout
