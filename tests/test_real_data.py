"""What becomes of a test whose data is absent: a skip that names it, and a failure in CI. Never a pass."""

from pathlib import Path

import pytest

from tests import real_data
from tests.peers import test_folder


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(real_data, "FOLDER", tmp_path / "data")
    monkeypatch.setattr(test_folder, "FOLDER", tmp_path / "scenarios")
    test_folder.cases.cache_clear()


@pytest.mark.parametrize("ci", [None, "", "false"])
def test_elsewhere_it_is_a_skip_that_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, ci: str | None) -> None:
    if ci is None:
        monkeypatch.delenv("CI", raising=False)
    else:
        monkeypatch.setenv("CI", ci)
    with pytest.raises(pytest.skip.Exception, match=r"^log\.csv is not in the data folder; set ESCALON_DATA"):
        real_data.data_file("log.csv")
    with pytest.raises(pytest.skip.Exception, match=r"^payloads_open\.tar\.xz is not in the data folder"):
        real_data.payload("any.json")
    with pytest.raises(pytest.skip.Exception, match="peers' cases is absent; set ESCALON_SCENARIOS"):
        test_folder.cases()


def test_in_ci_it_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="ESCALON_DATA"):
        real_data.data_file("log.csv")
    with pytest.raises(pytest.fail.Exception, match="ESCALON_DATA"):
        real_data.payload("any.json")
    with pytest.raises(pytest.fail.Exception, match="ESCALON_SCENARIOS"):
        test_folder.cases()
