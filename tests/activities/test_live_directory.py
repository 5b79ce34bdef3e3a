"""The directory as it is now: edits count at once, mistakes never."""

import os
import threading
from pathlib import Path

import pytest

from activities import live_directory
from activities.live_directory import DirectoryUnreadable, LiveDirectory
from client.kept_directory import KeptDirectory
from escalation.policy.directory import Directory
from tests.activities.given import PEOPLE
from tests.logged import logged_by


def names(directory: LiveDirectory) -> list[str]:
    """Who is in it now."""
    return [person.name for person in directory.current().people]


def test_it_is_read_once_while_nothing_changes(directory: LiveDirectory) -> None:
    assert directory.current() is directory.current()


@pytest.mark.parametrize("replaced", [True, False])
def test_an_edit_counts_at_once_even_within_the_clocks_grain(
    directory: LiveDirectory, people_file: Path, *, replaced: bool
) -> None:
    assert "Sample One" in names(directory)
    before = people_file.stat()
    edited = people_file.with_name("people.new") if replaced else people_file
    edited.write_text(PEOPLE.replace("Sample One", "Sample Uno" if replaced else "Sample Number One"), encoding="utf-8")
    os.utime(edited, ns=(before.st_atime_ns, before.st_mtime_ns))
    edited.rename(people_file)
    assert ("Sample Uno" if replaced else "Sample Number One") in names(directory)


@pytest.mark.parametrize(
    ("mistake", "trouble"),
    [
        (PEOPLE.replace("role: lead", "rôle: lead"), "people.yaml:7"),
        ("people: [", "people.yaml:"),
        ("", "people.yaml"),
        ("\udcff", "cannot be read"),
    ],
)
def test_a_mistake_leaves_the_last_good_copy_and_is_said_once(
    directory: LiveDirectory, people_file: Path, mistake: str, trouble: str
) -> None:
    good = directory.current()
    people_file.write_bytes(mistake.encode("utf-8", errors="surrogateescape"))
    with logged_by(live_directory) as logs:
        assert [directory.current() for _ in range(5)] == [good] * 5
    assert [(line["event"], line["in_use"]) for line in logs] == [("directory_unusable", "last good copy")]
    assert directory.trouble is not None
    assert trouble in directory.trouble
    people_file.write_text(PEOPLE.replace("Sample One", "Sample Mended"), encoding="utf-8")
    assert "Sample Mended" in names(directory)
    assert directory.trouble is None


def test_a_file_that_is_gone_for_a_while_changes_nothing(directory: LiveDirectory, people_file: Path) -> None:
    good = directory.current()
    away = people_file.rename(people_file.with_name("away"))
    assert directory.current() is good
    assert directory.trouble is not None
    away.rename(people_file)
    assert directory.current() == good
    assert directory.trouble is None


def test_without_a_good_copy_ever_it_says_what_is_wrong(tmp_path: Path) -> None:
    directory = LiveDirectory(tmp_path / "people.yaml")
    with pytest.raises(DirectoryUnreadable, match=r"people\.yaml cannot be read"):
        directory.current()
    (tmp_path / "people.yaml").write_text(PEOPLE.replace("operator: lee", "operator: nobody"), encoding="utf-8")
    with pytest.raises(DirectoryUnreadable, match=r"people\.yaml:2: operator: 'nobody'"):
        directory.current()
    (tmp_path / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    assert directory.current().operator == "lee"


def test_threads_share_it(directory: LiveDirectory, people_file: Path) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.extend(len(directory.current().people) for _ in range(50))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(10):
        people_file.with_name("new").write_text(PEOPLE.replace("Sample One", f"Sample {number}"), encoding="utf-8")
        people_file.with_name("new").rename(people_file)
    for thread in threads:
        thread.join()
    assert seen == [3] * 200
    assert "Sample 9" in names(directory)


def test_while_a_long_file_is_read_others_have_the_last_good_copy(people_file: Path) -> None:
    class Slow(KeptDirectory):
        """Reads when it is let, as where 100,000 people are read."""

        is_reading, goes_on = threading.Event(), threading.Event()

        def read(self, text: str, file: str) -> Directory:
            if "Sample Uno" in text:
                self.is_reading.set()
                assert self.goes_on.wait(30)
            return super().read(text, file)

    slow = Slow(people_file.parent / "home")
    directory = LiveDirectory(people_file, slow)
    good = directory.current()
    people_file.write_text(PEOPLE.replace("Sample One", "Sample Uno"), encoding="utf-8")
    reading = threading.Thread(target=directory.current)
    reading.start()
    try:
        assert slow.is_reading.wait(30)
        assert directory.current() is good
    finally:
        slow.goes_on.set()
        reading.join(30)
    assert "Sample Uno" in names(directory)
