"""The rotas as they are now: edits count at once, of the file, its feeds and the directory; mistakes never."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities import live_rotas
from activities.live_directory import LiveDirectory
from activities.live_rotas import LiveRotas
from escalation.oncall.look_up import people_on_duty
from tests.activities.given import PEOPLE
from tests.logged import logged_by

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROTAS = "rotas: {duty: {zone: UTC, layers: {x: {people: [ann], from: 2026-11-02}}}}\n"
WITH_FEED = "rotas: {duty: {zone: UTC, feed: {file: team.ics}}}\n"
FEED = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:ann\nDTSTART:20261123T090000Z\nDTEND:20261124T090000Z\nEND:VEVENT\n"
    "END:VCALENDAR\n"
)


@pytest.fixture
def file(people_file: Path) -> Path:
    """Rotas beside the directory."""
    path = people_file.with_name("rotas.yaml")
    path.write_text(ROTAS)
    return path


@pytest.fixture
def rotas(file: Path) -> LiveRotas:
    """The live rotas over it."""
    return LiveRotas(file)


def on_duty(rotas: LiveRotas, directory: LiveDirectory) -> tuple[str, ...]:
    """Who is on duty now."""
    people = directory.current()
    found = rotas.current(people)
    assert found is not None
    return people_on_duty(found, ("duty",), people, AT).people


def test_they_are_read_once_while_nothing_changes(rotas: LiveRotas, directory: LiveDirectory) -> None:
    assert rotas.current(directory.current()) is rotas.current(directory.current())


@pytest.mark.parametrize("replaced", [True, False])
def test_an_edit_counts_at_once_even_within_the_clocks_grain(
    rotas: LiveRotas, directory: LiveDirectory, file: Path, *, replaced: bool
) -> None:
    assert on_duty(rotas, directory) == ("ann",)
    before = file.stat()
    edited = file.with_name("rotas.new") if replaced else file
    edited.write_text(ROTAS.replace("ann", "ben") if replaced else ROTAS.replace("[ann]", "[ ben ]"))
    os.utime(edited, ns=(before.st_atime_ns, before.st_mtime_ns))
    edited.rename(file)
    assert on_duty(rotas, directory) == ("ben",)


def test_an_edit_of_a_feed_counts_at_once(rotas: LiveRotas, directory: LiveDirectory, file: Path) -> None:
    feed = file.with_name("team.ics")
    feed.write_text(FEED)
    file.write_text(WITH_FEED)
    assert on_duty(rotas, directory) == ("ann",)
    feed.write_text(FEED.replace("SUMMARY:ann", "SUMMARY:Sample Two"))
    assert on_duty(rotas, directory) == ("ben",)
    feed.write_text("<html>Sign in</html>")
    assert on_duty(rotas, directory) == ("ben",), "the last good copy"
    assert rotas.trouble is not None
    assert "team.ics:1: '<html>Sign in</html>' is not iCalendar" in rotas.trouble
    feed.unlink()
    assert on_duty(rotas, directory) == ("ben",)
    assert "rotas.duty.feed.file: 'team.ics' cannot be read" in rotas.trouble


@pytest.mark.parametrize(
    ("mistake", "trouble"),
    [
        (ROTAS.replace("ann", "anne").encode(), "rotas.yaml:1: rotas.duty.layers.x.people[0][0]: 'anne' is not in"),
        (b"rotas: [", "rotas.yaml:"),
        (b"", "rotas.yaml:1: is empty"),
        (b"\xff", "rotas.yaml is not UTF-8: byte 0"),
    ],
)
def test_a_mistake_leaves_the_last_good_copy_and_is_said_once(
    rotas: LiveRotas, directory: LiveDirectory, file: Path, mistake: bytes, trouble: str
) -> None:
    assert on_duty(rotas, directory) == ("ann",)
    file.write_bytes(mistake)
    with logged_by(live_rotas) as logs:
        assert [on_duty(rotas, directory) for _ in range(5)] == [("ann",)] * 5
    assert [(line["event"], line["in_use"]) for line in logs] == [("rotas_unusable", "last good copy")]
    assert rotas.trouble is not None
    assert trouble in rotas.trouble
    file.write_text(ROTAS.replace("ann", "ben"))
    assert on_duty(rotas, directory) == ("ben",)
    assert rotas.trouble is None


def test_without_a_file_there_are_no_rotas(directory: LiveDirectory, tmp_path: Path) -> None:
    rotas = LiveRotas(tmp_path / "none.yaml")
    found = rotas.current(directory.current())
    assert found is not None
    assert found.names == ()
    assert rotas.trouble is None
    (tmp_path / "none.yaml").write_text(ROTAS)
    assert on_duty(rotas, directory) == ("ann",)


def test_a_file_that_is_gone_for_a_while_changes_nothing(
    rotas: LiveRotas, directory: LiveDirectory, file: Path
) -> None:
    assert on_duty(rotas, directory) == ("ann",)
    file.unlink()
    assert on_duty(rotas, directory) == ("ann",)
    assert rotas.trouble is not None
    assert "is gone; whoever wants no rotas leaves them out of it" in rotas.trouble
    file.write_text("rotas: {}\n")
    assert on_duty(rotas, directory) == ()
    assert rotas.trouble is None


def test_where_there_never_was_a_good_copy_there_is_none(directory: LiveDirectory, file: Path) -> None:
    file.write_text("rotas: [")
    assert LiveRotas(file).current(directory.current()) is None


def test_somebody_who_is_not_in_the_directory_any_more_is_skipped(
    rotas: LiveRotas, directory: LiveDirectory, file: Path, people_file: Path
) -> None:
    file.write_text(ROTAS.replace("[ann]", "[ann, ben]"))
    assert on_duty(rotas, directory) == ("ben",)  # the fourth week
    people_file.write_text("\n".join(line for line in PEOPLE.splitlines() if "Sample Two" not in line))
    assert on_duty(rotas, directory) == ("ann",)
    assert rotas.trouble is not None
    assert "'ben' is not in the directory" in rotas.trouble
