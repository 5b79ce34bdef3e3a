"""A machine on which something is missing is told what, and which package brings it, before anything is made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure.tree import ROOT

SCRIPT = "scripts/bootstrap.sh"
OLD_PYTHON = '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n'
# As Debian without python3-venv: the interpreter is there, ensurepip is not.
BARE_PYTHON = f"""#!/bin/sh
[ "$1" = -c ] && case "$2" in *ensurepip*) exit 1 ;; esac
exec {sys.executable} "$@"
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout in a folder of its own, and an empty bin folder that will be its PATH."""
    for name in (SCRIPT, "requirements/dev.txt", "requirements/run.txt"):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    return tmp_path


def install(machine: Path, name: str, script: str) -> None:
    """Puts a program on the machine's PATH."""
    program = machine / "bin" / name
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)


def bootstrap(machine: Path, *arguments: str, **variables: str) -> str:
    """What the script says; it must refuse with 2 and leave nothing behind."""
    ran = subprocess.run(
        [machine / SCRIPT, *arguments],
        env={"PATH": str(machine / "bin"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert not (machine / ".venv").exists()
    return ran.stderr


def test_without_python(machine: Path) -> None:
    said = bootstrap(machine)
    assert "Python 3.11 or later is needed; found: no python3 on PATH" in said
    assert "apt install python3 python3-venv" in said


def test_with_an_old_python(machine: Path) -> None:
    install(machine, "python3", OLD_PYTHON)
    assert "found: Python 3.9.2" in bootstrap(machine)


def test_a_newer_python_beside_an_old_one_is_taken(machine: Path) -> None:
    install(machine, "python3", OLD_PYTHON)
    install(machine, "python3.13", BARE_PYTHON)
    assert "python3.13 (" in bootstrap(machine)


def test_without_venv(machine: Path) -> None:
    install(machine, "python3", BARE_PYTHON)
    said = bootstrap(machine)
    assert "part of its venv module is missing" in said
    assert "apt install python3-venv" in said


def test_with_a_named_python_that_is_none(machine: Path) -> None:
    assert "PYTHON=/nowhere/python3 is not a Python 3.11" in bootstrap(machine, PYTHON="/nowhere/python3")


def test_with_an_unknown_lock(machine: Path) -> None:
    assert "scripts/bootstrap.sh run" in bootstrap(machine, "prod")


def test_the_ci_runs_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    steps = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert "    make test " in readme
    assert {"make check", "make test"} <= set(steps)
    assert os.access(ROOT / ".ci/run", os.X_OK)
