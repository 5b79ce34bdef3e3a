"""A change of rotas or absences is noticed by a worker, and told to the issues that it concerns, until they heard."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities import hastening
from activities.hastening import Hastening
from activities.live_directory import LiveDirectory
from activities.live_rotas import LiveRotas
from records.database import Database, migrate, open_database
from records.hand_overs import Followed

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
PEOPLE = """
operator: ann
teams: { main: { duty_lead: ann } }
people:
  ann: { name: Sample Ann, role: first, addresses: { inbox: ann } }
  ben: { name: Sample Ben, role: first, addresses: { inbox: ben } }
  ray: { name: Sample Ray, role: agent, addresses: { inbox: ray } }
"""
ROTAS = "rotas: { duty: { zone: UTC, layers: { turn: { people: [ann], from: 2026-11-01 } } } }\n"
SPAN = "from: 2026-11-20T20:20Z, until: 2026-11-20T22:00Z"
CUT = ROTAS.replace("} } } }", f"}} }}, overrides: [{{ {SPAN}, only: [ben] }}] }} }}")


class Told:
    """Issues that were told, by their notices; some do not hear."""

    def __init__(self) -> None:
        self.issues: list[tuple[str, str]] = []
        self.deaf: set[str] = set()

    async def __call__(self, issue: str, notice: str) -> None:
        """Tell one."""
        if issue in self.deaf:
            raise OSError("no server")
        self.issues.append((issue, notice))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """People and rotas."""
    (tmp_path / "people.yaml").write_text(PEOPLE)
    (tmp_path / "rotas.yaml").write_text(ROTAS)
    return tmp_path


@pytest.fixture
def told() -> Told:
    """Nobody yet."""
    return Told()


@pytest.fixture
def looking(files: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> Hastening:
    """A worker that looks, with issues that ann, ben and ray have."""
    has = {"of-ann": ("ann", "ray"), "of-ben": ("ben",), "of-ray": ("ray",)}
    issues = [Followed(issue=name, people=people) for name, people in has.items()]
    monkeypatch.setattr(hastening, "followed", lambda _db, _org: issues)
    db = open_database(f"sqlite:///{files}/record.db")
    migrate(db)
    return a_worker(files, told, db)


def a_worker(files: Path, told: Told, db: Database) -> Hastening:
    """One that begins now."""
    return Hastening(db, "main", LiveDirectory(files / "people.yaml"), LiveRotas(files / "rotas.yaml"), told)


async def test_a_shift_that_is_cut_short_is_told_to_the_issues_of_whose_it_is(
    looking: Hastening, files: Path, told: Told
) -> None:
    assert await looking.look(NOW) == 0, "as it was found"
    (files / "rotas.yaml").write_text(CUT)
    assert await looking.look(NOW) == 1
    assert [issue for issue, _ in told.issues] == ["of-ann"]
    assert re.fullmatch("shifts-[0-9a-f]{40}", told.issues[0][1])
    assert await looking.look(NOW) == 0, "once"
    (files / "people.yaml").write_text(PEOPLE.replace("inbox: ray }", "inbox: ray }, absences: [{ from: 2026-11-21 }]"))
    assert await looking.look(NOW) == 2
    assert sorted(issue for issue, _ in told.issues[1:]) == ["of-ann", "of-ray"], "who owns it counts as well"


async def test_who_does_not_hear_is_told_again(looking: Hastening, files: Path, told: Told) -> None:
    await looking.look(NOW)
    (files / "rotas.yaml").write_text(CUT)
    told.deaf = {"of-ann"}
    assert await looking.look(NOW) == 0
    told.deaf = set()
    assert await looking.look(NOW + timedelta(minutes=1)) == 1
    assert await looking.look(NOW + timedelta(minutes=2)) == 0


async def test_an_edit_with_a_mistake_changes_nothing(looking: Hastening, files: Path, told: Told) -> None:
    await looking.look(NOW)
    (files / "rotas.yaml").write_text("rotas: [")
    assert await looking.look(NOW) == 0
    (files / "rotas.yaml").write_text(CUT)
    assert await looking.look(NOW) == 1


async def test_two_workers_notice_by_the_same_word(looking: Hastening, files: Path, told: Told) -> None:
    other = a_worker(files, told, looking._db)
    await looking.look(NOW)
    await other.look(NOW)
    (files / "rotas.yaml").write_text(CUT)
    assert (await looking.look(NOW), await other.look(NOW)) == (1, 1)
    assert told.issues[0] == told.issues[1]


async def test_where_nothing_is_handed_over_nothing_is_read(files: Path, told: Told) -> None:
    db = open_database(f"sqlite:///{files}/record.db")
    migrate(db)
    assert await a_worker(files / "nowhere", told, db).look(NOW) == 0
    db.close()
