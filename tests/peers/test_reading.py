"""The command over a folder of cases: what it prints, how it ends, and what it says of a folder that it cannot read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers.__main__ import main
from tests.peers.cases_of_ours import CASES, FOLDER
from tests.peers.reading import Unreadable, read_folder

ROOT = Path(__file__).resolve().parents[2]
CASE = """
- id: X-1
  title: A case
  portable: true
  given: {policy: {tiers: [{tier: 1, delay: "PT5M", targets: [u1]}]}}
  when:
  - {at: "PT0S", event: created, issue: A}
  then:
    notifications:
    - {at: "PT0S", to: u1}
"""


def folder_with(folder: Path, cases: str, name: str = "area.yaml", head: str = "schema_version: 1") -> Path:
    (folder / name).write_text(f"{head}\narea: area\nscenarios:\n{cases}", encoding="utf-8")
    return folder


def test_a_line_for_each_case_and_the_sum_as_the_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    another = CASE.replace("X-1", "X-2")
    folder_with(
        tmp_path,
        CASE
        + another.replace("to: u1", "to: u2")
        + CASE.replace("X-1", "X-3").replace("created", "sung")
        + CASE.replace("X-1", "X-4").replace("true", "true\n  convention: [{topic: empty_tier, choice: wait}]")
        + CASE.replace("X-1", "X-5").replace("true", "false"),
    )
    assert main([str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line[:22].split() for line in said[:5]] == [
        ["passed", "X-1"],
        ["failed", "X-2"],
        ["unsupported", "X-3"],
        ["other", "convention", "X-4"],
        ["not", "portable", "X-5"],
    ]
    assert "to=u2; told was at=PT0S to=u1" in said[1]
    assert said[2].endswith("event sung")
    assert said[3].endswith("empty_tier: wait")
    assert said[-2:] == [
        "not counted: 1 not portable, kept for information",
        "peers: 1 passed, 1 failed, 1 unsupported, 1 other convention",
    ]


def test_none_failed_is_exit_code_0_and_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder_with(tmp_path, CASE)
    assert main([str(tmp_path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["passed"], said["failed"], said["unsupported"], said["other_convention"]) == (1, 0, 0, 0)
    assert [(row["id"], row["verdict"], row["why"]) for row in said["scenarios"]] == [("X-1", "passed", [])]


def test_our_own_folder_is_played_by_the_command_itself() -> None:
    command = [sys.executable, "-m", "tests.peers", str(FOLDER)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    last = done.stdout.splitlines()[-1]
    assert last == f"peers: {len(CASES)} passed, 0 failed, 0 unsupported, 0 other convention"


@pytest.mark.parametrize(
    ("cases", "head", "says"),
    [
        (CASE.replace("[u1]", "[u1"), "schema_version: 1", "is not YAML"),
        (CASE, "schema_version: 2", "schema_version 2"),
        (CASE + CASE, "schema_version: 1", "X-1"),
        (CASE.replace("PT0S", "soon", 1), "schema_version: 1", "at 'soon' of event created"),
        (CASE.replace("event: created, ", ""), "schema_version: 1", "event is missing"),
        (CASE.replace("issue: A", "seq: two"), "schema_version: 1", "seq 'two'"),
        (CASE.replace("id: X-1", "name: X-1"), "schema_version: 1", "id is missing"),
        (CASE.replace("true", "perhaps"), "schema_version: 1", "portable 'perhaps'"),
        (CASE + "  tolerance: a bit\n", "schema_version: 1", "tolerance 'a bit'"),
        (CASE + "  exhaustive_until: later\n", "schema_version: 1", "exhaustive_until 'later'"),
        (CASE + "  convention: [repeat]\n", "schema_version: 1", "convention is not a mapping"),
        (CASE + "  needs: signals\n", "schema_version: 1", "needs is not a list"),
        ("- X-1\n", "schema_version: 1", "scenario 1 is not a mapping"),
        ("  none\n", "schema_version: 1", "scenarios is not a list"),
    ],
)
def test_what_is_no_case_is_an_error_that_says_where(tmp_path: Path, cases: str, head: str, says: str) -> None:
    with pytest.raises(Unreadable) as error:
        read_folder(folder_with(tmp_path, cases, head=head))
    assert says in str(error.value)
    assert "area.yaml" in str(error.value)


def test_no_folder_and_no_files_are_errors_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "absent")]) == 2
    assert main([str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "there is no such folder" in said.err
    assert "holds no file of cases" in said.err


def test_cases_of_several_files_are_told_apart(tmp_path: Path) -> None:
    folder_with(tmp_path, CASE, "a.yaml")
    folder_with(tmp_path, CASE, "b.yaml")
    with pytest.raises(Unreadable, match=r"b\.yaml: id 'X-1' is also that of a case in a\.yaml"):
        read_folder(tmp_path)
