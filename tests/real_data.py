"""Real data lies outside the repository: where it is, and what happens where it is not.

`ESCALON_DATA` names the folder, by default `../shared/data` beside the checkout. A file that is absent skips the test
that needs it, by name; where `CI` is `true`, it fails it. So it is for the peers' cases, too (`tests/peers`).
"""

import json
import os
import tarfile
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("ESCALON_DATA", "") or ROOT.parent / "shared" / "data")


def data_file(name: str) -> Path:
    """The file, or the end of the test."""
    path = FOLDER / name
    if not path.is_file():
        end_without(f"{name} is not in the data folder; set ESCALON_DATA to the folder that holds it")
    return path


def end_without(missing: str) -> NoReturn:
    """The end of a test that needs what is absent: a skip that names it; where `CI` is `true`, a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@cache
def payload_text(name: str) -> str:
    """One of the open payloads, by its name in the archive below `payloads/`."""
    with tarfile.open(data_file("payloads_open.tar.xz")) as archive:
        member = archive.extractfile(f"payloads/{name}")
        assert member is not None
        return member.read().decode()


def payload(name: str) -> Any:
    """The same as JSON; every call gives a copy of its own."""
    return json.loads(payload_text(name))
