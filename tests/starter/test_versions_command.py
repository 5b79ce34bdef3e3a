"""`escalon versions`, and what `--as-of` makes of them: what files said, since when, and who was on duty by them."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from client.settings import SHIPPED, Settings
from records import versions
from records.database import Database, open_database
from starter.noticing import Noticing, files_noticed
from tests.starter.command_line import CommandLine

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ROTAS = """\
rotas:
  desk:
    zone: UTC
    layers:
      week:
        people: [PERSON]
        rotates: weekly
        handoff: "09:00"
        from: 2026-01-05
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a copy of the shipped directory and rotas of its own, in use."""
    folder = tmp_path / "people"
    folder.mkdir()
    shutil.copy(SHIPPED / "people.yaml", folder)
    (folder / "rotas.yaml").write_text(ROTAS.replace("PERSON", "sample-lead-1"))
    monkeypatch.setenv("ESCALON_PEOPLE", str(folder / "people.yaml"))
    monkeypatch.setenv("ESCALON_ROTAS", str(folder / "rotas.yaml"))
    return folder


@pytest.fixture
def noticing(files: Path, record: Database) -> Noticing:
    """A worker that noticed the files on Monday."""
    made = Noticing(Settings(), record)
    made.look(MONDAY)
    return made


def test_a_worker_keeps_each_kind_once(files: Path, record: Database) -> None:
    noticing = Noticing(Settings(), record)
    assert noticing.look(MONDAY) == [("people", 1), ("rotas", 1), ("calendars", 1), ("policies", 1)]
    assert noticing.look(MONDAY + DAY) == []
    (files / "rotas.yaml").write_text(ROTAS.replace("PERSON", "sample-lead-2"))
    assert noticing.look(MONDAY + DAY) == [("rotas", 2)]
    assert Noticing(Settings(), record).look(MONDAY + 2 * DAY) == [], "another worker has nothing to add"


def test_a_file_that_cannot_be_read_is_looked_at_again(files: Path, record: Database) -> None:
    people = files / "people.yaml"
    good = people.read_bytes()
    people.write_bytes(b"\xff")
    noticing = Noticing(Settings(), record)
    assert noticing.look(MONDAY) == [("rotas", 1), ("calendars", 1), ("policies", 1)]
    people.write_bytes(good)
    assert noticing.look(MONDAY) == [("people", 1)]


async def test_a_record_that_is_away_stops_nothing(files: Path, settings: Settings, tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/none/record.db")  # without tables
    async with files_noticed(Settings(), db, every_s=0.01):
        await asyncio.sleep(0.1)
        from records.database import migrate

        migrate(db)
        for _ in range(500):
            if versions.read(db, "policies"):
                break
            await asyncio.sleep(0.01)
    assert [each.number for each in versions.read(db, "policies")] == [1]
    db.close()


def test_since_when_and_what_changed(noticing: Noticing, files: Path, escalon: CommandLine) -> None:
    people = files / "people.yaml"
    people.write_text(people.read_text().replace("name: Sample Team Lead One", "name: Sample Lead"))
    (files / "rotas.yaml").write_text(ROTAS.replace("PERSON", "sample-lead-2"))
    noticing.look(MONDAY + DAY)
    rows = escalon("versions", "list", "--json").json
    assert [(row["kind"], row["number"], row["changed"]) for row in rows if row["kind"] in {"people", "rotas"}] == [
        ("people", 2, "sample-lead-1 changed: name"),
        ("people", 1, "the first that was seen"),
        ("rotas", 2, "rotas.yaml +1 -1 lines"),
        ("rotas", 1, "the first that was seen"),
    ]
    ran = escalon("versions", "list", "people", "--count", "1")
    assert (ran.code, ran.err) == (0, "")
    assert "sample-lead-1 changed: name" in ran.out
    assert "the first" not in ran.out


def test_an_edit_with_a_mistake_is_told_and_does_not_count(
    noticing: Noticing, files: Path, escalon: CommandLine
) -> None:
    people = files / "people.yaml"
    people.write_text(people.read_text().replace("role: team_lead", "rôle: team_lead", 1))
    noticing.look(MONDAY + DAY)
    row = escalon("versions", "list", "people", "--json").json[0]
    assert row["changed"].startswith("not fit for use: people.yaml:")
    shown = escalon("people", "show", "sample-lead-1", "--as-of", "2026-11-17T12:00Z", "--json").json
    assert shown["role"] == "team_lead"


def test_who_was_on_duty_as_was_known_then(noticing: Noticing, files: Path, escalon: CommandLine) -> None:
    (files / "rotas.yaml").write_text(ROTAS.replace("PERSON", "sample-lead-2"))
    noticing.look(MONDAY + DAY)
    for as_of, person in (("2026-11-16T10:00Z", "sample-lead-1"), ("2026-11-17T10:00Z", "sample-lead-2")):
        (row,) = escalon("oncall", "now", "--as-of", as_of, "--json").json
        assert row["people"] == [person]
        (row,) = escalon("oncall", "now", "--as-of", as_of, "--at", "2026-11-20T10:00Z", "--json").json
        assert row["people"] == [person]
        (row,) = escalon("people", "show", "--as-of", as_of, "--team", "platform", "--json").json[:1]
        assert "platform" in row["teams"]
    assert escalon("oncall", "gaps", "--as-of", "2026-11-16T10:00Z", "--until", "1 week").code == 0
    assert escalon("oncall", "next", "--as-of", "2026-11-16T10:00Z").code == 0


def test_the_files_are_written_out_as_they_were(
    noticing: Noticing, files: Path, escalon: CommandLine, tmp_path: Path
) -> None:
    before = (files / "people.yaml").read_text()
    (files / "people.yaml").write_text(before.replace("Sample Team Lead One", "Sample Lead"))
    noticing.look(MONDAY + DAY)
    then = tmp_path / "then"
    ran = escalon("versions", "write", "people", "--as-of", "2026-11-16T12:00Z", "--to", str(then))
    assert (ran.code, (then / "people.yaml").read_text()) == (0, before)
    assert "version 1 of people: people.yaml" in ran.out
    ran = escalon("versions", "write", "policies", "--as-of", "1 min ago", "--to", str(tmp_path / "policies"), "--json")
    assert ran.json["files"] == sorted(path.name for path in (tmp_path / "policies").iterdir())


def test_what_is_erased_says_so(noticing: Noticing, files: Path, escalon: CommandLine) -> None:
    (files / "rotas.yaml").write_text(ROTAS.replace("PERSON", "sample-lead-2"))
    noticing.look(MONDAY + DAY)
    call = ("versions", "erase", "rotas", "--before", "2026-11-18T00:00Z", "--reason", "over", "--as", "sample-lead-1")
    assert escalon(*call).code == 2
    assert escalon(*call, "--yes", "--json").json["erased"] == 1
    ran = escalon("oncall", "now", "--as-of", "2026-11-16T10:00Z")
    assert ran.code == 1
    assert "what version 1 of rotas says was erased" in ran.err
    assert "by sample-lead-1: over" in ran.err
    assert [row["changed"] for row in escalon("versions", "list", "rotas", "--json").json] == [
        "the version before it was erased", "erased by sample-lead-1: over",
    ]  # fmt: skip
    assert escalon("audit", "verify", "--offline").code == 0


def test_the_audit_finds_a_version_that_was_changed(noticing: Noticing, record: Database, escalon: CommandLine) -> None:
    from records.tables import versions as table

    with record.writing() as connection:
        connection.execute(table.update().where(table.c.kind == "people").values(content=b"else"))
    ran = escalon("audit", "verify", "--offline", "--json")
    assert ran.code == 1
    assert [each["what"] for each in ran.json["findings"]] == ["version"]
    assert "version 1 of people" in ran.json["findings"][0]["detail"]


@pytest.mark.parametrize(
    ("call", "code", "why"),
    [
        (("versions", "list", "peple"), 2, "kind: 'peple' is not known"),
        (("versions", "write", "people", "--as-of", "then", "--to", "x"), 2, "--as-of: 'then' is not an instant"),
        (("versions", "write", "people", "--as-of", "2026-11-16T12:00Z", "--to", "."), 2, "--to: . exists"),
        (("versions", "write", "people", "--as-of", "2026-11-01T12:00Z", "--to", "x"), 1, "nothing is known before"),
        (("people", "show", "--as-of", "2026-11-01T12:00Z"), 1, "nothing is known before 2026-11-16T09:00:00+00:00"),
        (("people", "show", "--as-of", "2099-11-01T12:00Z"), 2, "--as-of: '2099-11-01T12:00Z' is in the future"),
        (("oncall", "now", "--as-of", "2026-11-16"), 2, "--as-of: '2026-11-16' has no time zone"),
        (("versions", "erase", "people", "--before", "2026-11-18T00:00Z", "--reason", " "), 2, "reason: is empty"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_calls(noticing: Noticing, escalon: CommandLine, call: tuple[str, ...], code: int, why: str) -> None:
    ran = escalon(*call)
    assert (ran.code, ran.out) == (code, "")
    assert why in ran.err


def test_before_any_worker_ran(record: Database, escalon: CommandLine) -> None:
    ran = escalon("versions", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "a worker keeps what it sees" in ran.err
    assert "a worker keeps what it sees" in escalon("people", "show", "--as-of", "2026-11-16T12:00Z").err
