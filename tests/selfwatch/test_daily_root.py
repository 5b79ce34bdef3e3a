"""The daily root: one a day, held against the one before; what is missing is told and stops the series."""

import errno
import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from records import journal, roots
from selfwatch.daily_root import DailyRoot
from selfwatch.found import Found
from selfwatch.rounds import all_checks
from selfwatch.watched import Watched
from tests.records import tampering
from tests.records.samples import issue_id, record
from tests.selfwatch.stand import Stand

DAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ISSUE = issue_id()


async def looked(stand: Stand, root: DailyRoot, now: datetime, **settings: object) -> tuple[list[Found], list[Found]]:
    changed = stand.settings.model_copy(update=settings)
    watched = Watched(changed, stand.db, None)  # type: ignore[arg-type]
    return await root.altered(watched, now, frozenset()), await root.unwritten(watched, now, frozenset())


def names(stand: Stand) -> list[str]:
    return sorted(path.name for path in stand.settings.anchors_folder.glob("*"))


async def test_one_root_is_written_each_day_and_follows_the_one_before(stand: Stand) -> None:
    root = DailyRoot()
    for hour in (0, 1, 5, 14.9):
        assert await looked(stand, root, DAY + timedelta(hours=hour)) == ([], [])
    assert names(stand) == ["root-20261122T090000Z.heads", "root-20261122T090000Z.json"]
    journal.write(stand.db, record(ISSUE, 1, 6))
    assert await looked(stand, DailyRoot(), DAY + timedelta(hours=2)) == ([], []), "another watch sees that it is there"
    assert await looked(stand, root, DAY + timedelta(hours=15)) == ([], [])
    assert len(names(stand)) == 4
    paths = roots.series([stand.settings.anchors_folder])
    found = {path: roots.read(path) for path in paths}
    assert [each.root.entries for each in found.values()] == [0, 6]
    assert roots.check_series(paths, found) == []
    first = json.loads(paths[0].read_text(encoding="utf-8"))
    paths[0].write_text(json.dumps({**first, "org": "another"}), encoding="utf-8")
    (finding,) = roots.check_series(paths, {path: roots.read(path) for path in paths})
    assert "does not follow root-20261122T090000Z.json" in finding.detail


async def test_what_was_removed_since_yesterday_is_told_until_somebody_has_looked(stand: Stand) -> None:
    journal.write(stand.db, record(ISSUE, 1, 6))
    root = DailyRoot()
    await looked(stand, root, DAY)
    tampering.cut_the_tail(stand.db, str(ISSUE))
    assert await looked(stand, root, DAY + timedelta(hours=1)) == ([], []), "it is looked at once a day"
    for hour in (24, 24.5, 26, 48):
        altered, unwritten = await looked(stand, root, DAY + timedelta(hours=hour))
        assert [each.kind for each in altered] == ["record_altered"]
        assert f"held against root-20261122T090000Z.json: {ISSUE}: the last rows are gone" in altered[0].detail
        assert unwritten == []
    assert len(names(stand)) == 2, "the last good root stands"
    for path in stand.settings.anchors_folder.iterdir():
        path.unlink()
    assert await looked(stand, root, DAY + timedelta(hours=50)) == ([], [])
    assert len(names(stand)) == 2


async def test_a_folder_that_cannot_be_written_to_is_told(stand: Stand) -> None:
    (stand.settings.home / "file").write_text("in the way", encoding="utf-8")
    altered, unwritten = await looked(stand, DailyRoot(), DAY, anchors=str(stand.settings.home / "file" / "anchors"))
    assert altered == []
    assert "cannot be written to" in unwritten[0].detail


async def test_one_that_was_not_written_to_its_end_is_not_in_the_way_of_the_next(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", is_full)
        _, unwritten = await looked(stand, DailyRoot(), DAY)
    assert "cannot be written to: No space left on device" in unwritten[0].detail
    assert names(stand) == []
    assert await looked(stand, DailyRoot(), DAY) == ([], [])
    assert len(names(stand)) == 2


async def test_another_watch_never_sees_half_of_one(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    fsync = os.fsync

    def look(file: int) -> None:
        seen.extend(roots.read(path).root.entries for path in stand.settings.anchors_folder.glob("root-*.json"))
        fsync(file)

    monkeypatch.setattr(os, "fsync", look)
    for day in range(3):
        assert await looked(stand, DailyRoot(), DAY + timedelta(days=day)) == ([], [])
    assert seen == [0, 0, 0, 0, 0, 0], "each time those of the days before, whole"
    assert len(names(stand)) == 6


async def test_none_is_written_behind_a_later_one(stand: Stand) -> None:
    """It would name the later one as the one before it, and the series would seem to lack one for ever."""
    await looked(stand, DailyRoot(), DAY + timedelta(days=10))
    altered, unwritten = await looked(stand, DailyRoot(), DAY)
    assert altered == []
    assert "root-20261202T090000Z.json is of a later time than it is now" in unwritten[0].detail
    assert len(names(stand)) == 2
    with pytest.raises(FileExistsError):
        roots.write(stand.db, stand.settings.anchors_folder, "main", DAY + timedelta(days=10), None)


@pytest.mark.parametrize("kind", ["record_altered", "root_not_written"])
def test_it_is_among_the_checks_of_the_watch(kind: str) -> None:
    assert all_checks()[kind].needs == {"record_unreachable"}


async def test_a_round_of_the_watch_writes_it(stand: Stand) -> None:
    made = all_checks()
    checks = {kind: made[kind] for kind in ("record_unreachable", "record_altered", "root_not_written")}
    report = await stand.watch(checks).round()
    assert (report.broken, report.open) == ({}, ())
    assert len(names(stand)) == 2
