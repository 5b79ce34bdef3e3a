"""Each finding about the record, its inbox and the directory: raised by the real thing, and ended by it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from client.settings import SHIPPED
from escalation.policy.read_directory import read_directory
from records.database import open_database
from records.measures import standing
from records.people_changes import between, write
from records.people_pages import PeopleNow, head
from selfwatch.rounds import all_checks
from tests.selfwatch.stand import PEOPLE, Stand, later, open_keys

LOCAL = {
    kind: check
    for kind, check in all_checks().items()
    if kind
    in {
        "record_unreachable",
        "overdue_on_record",
        "inbox_fails",
        "directory_unusable",
        "policies_unusable",
        "rotas_unusable",
        "left_and_needed",
    }
}
"""The checks that need no server."""


async def test_all_is_well(stand: Stand) -> None:
    report = await stand.watch(LOCAL).round()
    assert (report.open, report.broken, report.has_worked) == ((), {}, True)


def hide(record: Path) -> None:
    """Put something else where the record lies, and it aside."""
    aside = record.with_name("aside")
    aside.mkdir()
    for part in list(record.parent.glob("record.db*")):
        part.rename(aside / part.name)
    record.mkdir()


def bring_back(record: Path) -> None:
    """Put it where it was."""
    record.rmdir()
    for part in list(record.with_name("aside").iterdir()):
        part.rename(record.parent / part.name)


async def test_a_record_that_cannot_be_read(stand: Stand, tmp_path: Path) -> None:
    stand.db.close()
    hide(tmp_path / "record.db")
    watch = stand.watch(LOCAL)
    report = await watch.round()
    assert open_keys(report) == {"record_unreachable"}
    assert report.broken == {}, "what needs the record is left out, not broken"
    assert report.untold == 1, "the inbox, the only channel here, lies in the record"
    assert not report.has_worked
    bring_back(tmp_path / "record.db")
    ended = await watch.round()
    assert (ended.open, [each.found.kind for each in ended.ended]) == ((), ["record_unreachable"])
    (on_record,) = stand.findings(open_only=False)
    assert (on_record.found_at, on_record.last_seen_at, on_record.ended_at) == (report.at, report.at, ended.at)


@pytest.mark.parametrize(("is_there", "words"), [(True, "no tables yet"), (False, "there is no such file")])
async def test_a_record_without_tables_is_none(stand: Stand, tmp_path: Path, is_there: bool, words: str) -> None:
    file = tmp_path / "empty.db"
    if is_there:
        file.touch()
    empty = open_database(f"sqlite:///{file}")
    report = await Stand(stand.settings, empty).watch(LOCAL).round()
    assert open_keys(report) == {"record_unreachable"}
    assert words in report.open[0].found.detail
    assert file.exists() is is_there
    empty.close()


async def test_an_inbox_that_takes_nothing(stand: Stand) -> None:
    full = "CREATE TRIGGER full BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    with stand.db.writing() as connection:
        connection.execute(text(full))
    watch = stand.watch(LOCAL)
    report = await watch.round()
    assert open_keys(report) == {"inbox_fails"}
    assert "the disk is full" in report.open[0].found.detail
    with stand.db.writing() as connection:
        connection.execute(text("DROP TRIGGER full"))
    assert (await watch.round()).open == ()


async def test_an_inbox_that_gives_back_something_else(stand: Stand) -> None:
    garbling = "CREATE TRIGGER garbling AFTER INSERT ON inbox BEGIN UPDATE inbox SET body = '?'; END"
    with stand.db.writing() as connection:
        connection.execute(text(garbling))
    report = await stand.watch(LOCAL).round()
    assert open_keys(report) == {"inbox_fails"}


async def test_trying_the_inbox_leaves_nothing_behind(stand: Stand) -> None:
    watch = stand.watch(LOCAL)
    for _ in range(3):
        await watch.round()
    with stand.db.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM inbox")).scalar() == 0


@pytest.mark.parametrize("spoilt", [PEOPLE.replace("operator: olga", "operator: nobody"), "people: [", ""])
async def test_a_directory_that_cannot_be_used(stand: Stand, spoilt: str) -> None:
    watch = stand.watch(LOCAL)
    assert (await watch.round()).open == ()
    stand.settings.people.write_text(spoilt)
    report = await watch.round()
    assert open_keys(report) == {"directory_unusable"}
    assert "people.yaml" in report.open[0].found.detail
    assert report.untold == 0, "the operator of the last good copy is told"
    stand.settings.people.write_text(PEOPLE)
    assert (await watch.round()).open == ()


async def test_policies_that_cannot_be_used(stand: Stand, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "shipped"))
    stand.settings.people.write_text((SHIPPED / "people.yaml").read_text())
    watch = stand.watch(LOCAL, policies=folder)
    assert (await watch.round()).open == ()
    file = folder / "four-tier-support.yaml"
    text = file.read_text()
    assert "S1: 5 min" in text
    file.write_text(text.replace("S1: 5 min", "S1: 5 sheep", 1))
    report = await watch.round()
    assert open_keys(report) == {"policies_unusable"}
    assert "four-tier-support.yaml:" in report.open[0].found.detail
    assert "'5 sheep'" in report.open[0].found.detail
    file.write_text(text)
    assert (await watch.round()).open == ()
    shutil.rmtree(folder)
    report = await watch.round()
    assert open_keys(report) == {"policies_unusable"}
    assert f"there is no folder {folder}" in report.open[0].found.detail


ROTAS = "rotas: {duty: {zone: UTC, layers: {x: {people: [ann], from: 2026-11-02}}}}"


@pytest.mark.parametrize(
    ("spoilt", "says"), [(ROTAS.replace("ann", "anne"), "'anne' is not in the directory"), ("rotas: [", "rotas.yaml:1")]
)
async def test_rotas_that_cannot_be_used(stand: Stand, spoilt: str, says: str) -> None:
    file = stand.settings.people.with_name("rotas.yaml")
    file.write_text(ROTAS)
    watch = stand.watch(LOCAL)
    assert (await watch.round()).open == ()
    file.write_text(spoilt)
    report = await watch.round()
    assert open_keys(report) == {"rotas_unusable"}
    assert says in report.open[0].found.detail
    file.unlink()
    assert (await watch.round()).open == ()
    report = await stand.watch(LOCAL, rotas=str(file)).round()
    assert [each.found.detail for each in report.open] == [f"there is no file {file}"]


async def test_people_who_cannot_be_read_are_one_finding(stand: Stand) -> None:
    stand.settings.people.write_text("people: [")
    assert open_keys(await stand.watch(LOCAL).round()) == {"directory_unusable"}


async def test_what_is_found_is_in_the_figures(stand: Stand) -> None:
    stand.settings.people.write_text("people: [")
    await stand.watch(LOCAL).round()
    assert standing(stand.db, later()).findings == {"directory_unusable": 1}


@pytest.mark.parametrize("is_stored", [False, True])
async def test_whoever_left_is_found_before_a_case_needs_them(stand: Stand, *, is_stored: bool) -> None:
    text = stand.settings.people.read_text()
    left = text.replace("role: second,", "role: second, left_at: 2026-01-31,")

    def put(text: str) -> None:
        if not is_stored:
            stand.settings.people.write_text(text)
            return
        number = head(stand.db)
        before = PeopleNow(stand.db).current() if number else None
        made = between(before, read_directory(text, "people.yaml"))
        write(stand.db, number, made, at=datetime.now(UTC), by="olga", door="cli")

    put(text)
    watch = stand.watch(LOCAL, people_in="store" if is_stored else "file")
    assert (await watch.round()).open == ()
    put(left)
    report = await watch.round()
    assert open_keys(report) == {"left_and_needed"}
    assert "teams.main.duty_lead: lee has left" in report.open[0].found.detail
    assert "second is a role that nobody has any more: lee has left" in report.open[0].found.detail
    put(text)
    assert (await watch.round()).open == ()


async def test_a_feed_whose_copy_is_too_old_or_not_there(stand: Stand) -> None:
    file = stand.settings.people.with_name("rotas.yaml")
    feed = "feed: { file: duty.ics, url: 'https://calendar.example.org/s3cret.ics', at_most_old: 1 h }"
    file.write_text(
        f"rotas: {{ duty: {{ zone: UTC, layers: {{ x: {{ people: [ann], from: 2026-11-02 }} }}, {feed} }} }}"
    )
    watch = stand.watch({**LOCAL, "feed_stale": all_checks()["feed_stale"]})
    report = await watch.round()
    assert open_keys(report) == {"rotas_unusable", "feed_stale"}
    (said,) = [each.found.detail for each in report.open if each.found.kind == "feed_stale"]
    assert said == "duty.ics is not fetched yet from calendar.example.org; it may be 1 h old at most"
    (unusable,) = [each.found.detail for each in report.open if each.found.kind == "rotas_unusable"]
    assert "'duty.ics' is not fetched yet; allowed: a copy: `escalon feed fetch` fetches it" in unusable
