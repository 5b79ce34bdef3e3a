"""Long directories are read once for each version of their file, and never otherwise than they are."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from client import kept_directory
from client.kept_directory import KeptDirectory
from escalation.people.write_yaml import write_directory
from escalation.policy.absence import Absence
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.read_directory import parse_directory


def house(lead: str = "p0") -> Directory:
    """Twenty people, one of them away."""
    people = tuple(
        Person(
            id=f"p{n}",
            name="Sample",
            role="agent",
            addresses={"inbox": f"p{n}", "email": f"p{n}@example.org"},
            limit={"EUR": Decimal("100.50")},
            absences=(Absence(begins=date(2026, 12, 21), until=datetime(2026, 12, 24, 12, tzinfo=UTC)),)
            if n == 1
            else (),
        )
        for n in range(20)
    )
    return Directory(operator="p0", people=people, teams=(Team(name="main", duty_lead=lead),))


TEXT = write_directory(house())


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a text was read as YAML; every text counts as long."""
    read: list[str] = []

    def counted(text: str, findings: Findings) -> Directory | None:
        read.append(findings.file)
        return parse_directory(text, findings)

    monkeypatch.setattr(kept_directory, "parse_directory", counted)
    monkeypatch.setattr(kept_directory, "LONG", 0)
    return read


def test_it_is_read_once_and_is_the_same_from_then_on(tmp_path: Path, times: list[str]) -> None:
    first = KeptDirectory(tmp_path / "home").read(TEXT, "people.yaml")
    assert KeptDirectory(tmp_path / "home").read(TEXT, "people.yaml") == first == house()
    assert times == ["people.yaml"]


def test_a_changed_file_is_read_again_and_the_old_copy_goes(tmp_path: Path, times: list[str]) -> None:
    kept = KeptDirectory(tmp_path)
    kept.read(TEXT, "people.yaml")
    kept.read(TEXT, "other.yaml")
    assert kept.read(write_directory(house("p5")), "people.yaml").duty_lead("main").id == "p5"
    assert times == ["people.yaml", "other.yaml", "people.yaml"]
    assert len(list((tmp_path / "people").iterdir())) == 2
    kept.read(TEXT, "other.yaml")
    assert len(times) == 3


def test_a_copy_is_for_its_owner_alone(tmp_path: Path, times: list[str]) -> None:
    KeptDirectory(tmp_path).read(TEXT, "people.yaml")
    (copy,) = (tmp_path / "people").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_copy_that_is_broken_is_made_anew(tmp_path: Path, times: list[str]) -> None:
    kept = KeptDirectory(tmp_path)
    kept.read(TEXT, "people.yaml")
    (copy,) = (tmp_path / "people").iterdir()
    copy.write_text('{"operator": ')
    assert kept.read(TEXT, "people.yaml") == house()
    assert kept.read(TEXT, "people.yaml") == house()
    assert len(times) == 2


def test_what_is_wrong_is_never_kept(tmp_path: Path, times: list[str]) -> None:
    kept = KeptDirectory(tmp_path)
    for _ in range(2):
        with pytest.raises(PolicyErrors) as refused:
            kept.read(TEXT.replace("duty_lead: p0", "duty_lead: nobody"), "people.yaml")
        assert refused.value.errors[0].line is not None
    assert len(times) == 2
    assert not (tmp_path / "people").exists()


def test_where_nothing_can_be_kept_it_is_read_each_time(tmp_path: Path, times: list[str]) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    for _ in range(2):
        assert KeptDirectory(home).read(TEXT, "people.yaml") == house()
    assert len(times) == 2


def test_of_a_directory_that_is_short_by_now_no_copy_is_left(
    tmp_path: Path, times: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptDirectory(tmp_path)
    kept.read(TEXT, "people.yaml")
    kept.read(TEXT, "other.yaml")
    monkeypatch.setattr(kept_directory, "LONG", 10**9)
    assert kept.read(TEXT, "people.yaml") == house()
    assert len(list((tmp_path / "people").iterdir())) == 1
    assert times == ["people.yaml", "other.yaml", "people.yaml"]


def test_a_short_directory_is_not_kept(tmp_path: Path) -> None:
    assert KeptDirectory(tmp_path).read(TEXT, "people.yaml") == house()
    assert list(tmp_path.iterdir()) == []
