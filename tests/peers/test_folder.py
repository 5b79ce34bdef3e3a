"""The peers' cases themselves, which lie outside the repository: none fails, and those that must pass do.

`ESCALON_SCENARIOS` names the folder, by default `../shared/scenarios` beside the checkout. Where it is absent this is
skipped by name; where `CI` is `true`, it fails. A folder that is there holds every case named here: one of other cases
is for `make peers SCENARIOS=dir`.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from tests.peers.judging import judge
from tests.peers.reading import read_folder
from tests.peers.scenario import Scenario, Verdict
from tests.real_data import ROOT, end_without

FOLDER = Path(os.environ.get("ESCALON_SCENARIOS", "") or ROOT.parent / "shared" / "scenarios")
MUST_PASS = (
    "ESC-001", "ESC-003", "REP-001", "ACK-015", "RES-011", "MAN-001", "SNZ-009", "DED-001", "DED-003",
    "DED-005", "PAU-007", "PAU-009", "SCH-001", "SCH-003",
    "BIZ-003", "BIZ-013", "BIZ-015", "DST-001", "DST-003", "DST-005", "DST-007", "DST-009", "DST-011", "PAU-003",
    "SCH-007", "SCH-009", "SCH-011", "BIZ-001", "BIZ-005", "BIZ-007", "BIZ-009", "PAU-005", "PAU-011", "BRE-001",
    "SLA-011", "ACK-001", "EXT-003", "OCN-005", "ACK-005", "RES-003",
)  # fmt: skip


@cache
def cases() -> dict[str, Scenario]:
    """The folder's cases by id, or the end of the test."""
    if not FOLDER.is_dir():
        end_without("the folder of peers' cases is absent; set ESCALON_SCENARIOS to it")
    return {case.id: case for case in read_folder(FOLDER)}


@cache
def verdicts() -> dict[str, Verdict]:
    """What comes of each."""
    return {name: judge(case) for name, case in cases().items()}


def test_none_fails() -> None:
    assert {name: verdict.why for name, verdict in verdicts().items() if verdict.word == "failed"} == {}


def test_every_case_has_its_verdict_and_its_reason() -> None:
    assert all(verdict.why for verdict in verdicts().values() if verdict.word != "passed")
    assert {name for name, verdict in verdicts().items() if verdict.word == "not portable"} == {
        name for name, case in cases().items() if not case.is_portable
    }


@pytest.mark.parametrize("name", MUST_PASS)
def test_what_can_be_played_passes(name: str) -> None:
    assert name in cases(), "the folder does not hold it"
    verdict = verdicts()[name]
    assert verdict.word == "passed", verdict.why
