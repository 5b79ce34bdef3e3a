"""Backup and restore: as of one instant while it is written to, verified, never over anything."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from records import journal, kept_keys, reading, tables, texts, verifying
from records.backup import BackupError, Manifest, back_up, read_manifest, restore, verify
from records.database import Database, check_schema, open_database
from tests.records.samples import issue_id, record


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where `sqlite_db` lies."""
    return tmp_path / "state"


@pytest.fixture
def server_file(tmp_path: Path) -> Path:
    """Stands for the file of the Temporal server."""
    path = tmp_path / "server.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE history (n INTEGER)")
        connection.execute("INSERT INTO history VALUES (1), (2)")
    return path


def test_what_was_backed_up_is_restored(sqlite_db: Database, home: Path, server_file: Path, tmp_path: Path) -> None:
    journal.write(sqlite_db, record(issue_id(), 1, 4))
    texts.keep(sqlite_db, issue_id(), "r1", "said")
    manifest = back_up({"record": home / "record.db", "server": server_file}, tmp_path / "backup")
    assert manifest == verify(tmp_path / "backup") == read_manifest(tmp_path / "backup")
    assert manifest.sources["record"].rows["entries"] == 4
    assert manifest.sources["record"].rows["texts"] == 1
    assert manifest.sources["server"].rows == {"history": 2}
    journal.write(sqlite_db, record(issue_id(), 5, 9))  # after the backup: gone
    new = tmp_path / "new"
    assert restore(tmp_path / "backup", {"record": new / "record.db", "server": new / "server.db"}) == manifest
    again = open_database(f"sqlite:///{new}/record.db")
    check_schema(again)
    assert tuple(reading.timeline(again, issue_id())) == record(issue_id(), 1, 4).entries
    journal.write(again, record(issue_id(), 5, 5))
    again.close()


def test_a_backup_while_a_writer_is_writing_is_as_of_one_instant(
    sqlite_db: Database, home: Path, server_file: Path, tmp_path: Path
) -> None:
    copied: dict[str, int] = {}
    with _writing(sqlite_db) as written:
        for number in range(5):
            before = written()
            manifest = back_up({"record": home / "record.db", "server": server_file}, tmp_path / f"backup{number}")
            after = written()
            copied = manifest.sources["record"].rows
            assert before <= copied["issues"] <= after + 1
            assert copied["entries"] == copied["issues"] * 3, "a batch is in it whole or not at all"
            while written() == after:  # the writer goes on
                pass
    last = _restored(tmp_path / "backup4", tmp_path / "new")
    rows = _every_row(last)
    assert len(rows) == copied["issues"]
    for row in rows:
        assert len(reading.timeline(last, row.issue)) == row.entries == 3
    last.close()


def _every_row(db: Database) -> list[reading.IssueRow]:
    rows = page = reading.list_issues(db, limit=1000)
    while page:
        page = reading.list_issues(db, limit=1000, after=page[-1].issue)
        rows = rows + page
    return rows


class _writing:  # noqa: N801
    """Writes issues in a thread until it is left; gives a function that tells how many there are."""

    def __init__(self, db: Database) -> None:
        self._db, self._stop, self._count = db, threading.Event(), 0
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Callable[[], int]:
        self._thread.start()
        return lambda: self._count

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(20)

    def _write(self) -> None:
        while not self._stop.is_set():
            journal.write(self._db, record(issue_id(f"R{self._count}"), 1, 3))
            self._count += 1


def _restored(backup: Path, to: Path) -> Database:
    restore(backup, {"record": to / "record.db"})
    return open_database(f"sqlite:///{to}/record.db")


def test_writers_of_the_first_source_wait_until_the_last_is_copied(
    sqlite_db: Database, home: Path, server_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the server's copy could take an entry for written that the record's copy has not."""
    from records import backup

    copied: list[str] = []
    plain = backup._copy

    def observed(source: Path, target: Path) -> None:
        plain(source, target)
        other = sqlite3.connect(home / "record.db", timeout=0, isolation_level=None)
        with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        copied.append(target.name)

    monkeypatch.setattr(backup, "_copy", observed)
    back_up({"record": home / "record.db", "server": server_file}, tmp_path / "backup")
    assert copied == ["record.db", "server.db"]
    journal.write(sqlite_db, record(issue_id(), 1, 1))


def test_nothing_is_overwritten(sqlite_db: Database, home: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    back_up({"record": home / "record.db"}, backup)
    with pytest.raises(BackupError, match="backup exists: a backup goes into a new folder"):
        back_up({"record": home / "record.db"}, backup)
    with pytest.raises(BackupError, match=r"state/record\.db exists: move it away first"):
        restore(backup, {"record": home / "record.db"})
    (tmp_path / "left.db-wal").write_bytes(b"of another file")
    with pytest.raises(BackupError, match=r"left\.db-wal exists"):
        restore(backup, {"record": tmp_path / "left.db"})
    assert not (tmp_path / "left.db").exists()


def _cut(folder: Path) -> None:
    path = folder / "record.db"
    path.write_bytes(path.read_bytes()[:-4096])


def _flip(folder: Path) -> None:
    path = folder / "record.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _lose(folder: Path) -> None:
    (folder / "record.db").unlink()


def _unfinished(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _scribbled(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}", encoding="utf-8")


def _climbing_out(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["sources"] = {"../record": manifest["sources"]["record"]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _damaged_but_measured(folder: Path) -> None:
    """A page is broken and the digest is right: only the database itself can tell."""
    import hashlib

    path = folder / "record.db"
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    path.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["sources"]["record"]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_cut, "its SHA-256 differs"),
        (_flip, "its SHA-256 differs"),
        (_lose, "record of the backup .* is missing"),
        (_unfinished, r"has no manifest\.json: it is no backup, or not a whole one"),
        (_scribbled, "cannot be read"),
        (_climbing_out, "cannot name a file"),
        (_damaged_but_measured, "is damaged"),
    ],
)
def test_a_backup_that_is_not_whole_is_not_restored(
    sqlite_db: Database, home: Path, tmp_path: Path, harm: Callable[[Path], None], said: str
) -> None:
    journal.write(sqlite_db, record(issue_id(), 1, 4))
    back_up({"record": home / "record.db"}, tmp_path / "backup")
    harm(tmp_path / "backup")
    with pytest.raises(BackupError, match=said):
        restore(tmp_path / "backup", {"record": tmp_path / "new.db"})
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({}, "nothing to back up"),
        ({"record": "absent.db"}, "there is no file .*absent.db to back up as record"),
        ({"a/b": "state/record.db"}, "'a/b' cannot name a file of a backup"),
        ({"record": "text.db"}, "did not succeed: file is not a database"),
    ],
)
def test_what_cannot_be_backed_up_is_named_and_leaves_nothing(
    sqlite_db: Database, tmp_path: Path, sources: dict[str, str], said: str
) -> None:
    (tmp_path / "text.db").write_text("no database at all, but long enough to look into" * 50, encoding="utf-8")
    with pytest.raises(BackupError, match=said):
        back_up({name: tmp_path / path for name, path in sources.items()}, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup")] == []
    assert not (tmp_path / "absent.db").exists()


def test_a_source_that_the_backup_has_not_is_named(sqlite_db: Database, home: Path, tmp_path: Path) -> None:
    back_up({"record": home / "record.db"}, tmp_path / "backup")
    with pytest.raises(BackupError, match="has no server; it has: record"):
        restore(tmp_path / "backup", {"record": tmp_path / "a.db", "server": tmp_path / "b.db"})
    assert not (tmp_path / "a.db").exists()


def test_a_restore_that_fails_half_way_leaves_nothing(
    sqlite_db: Database, home: Path, server_file: Path, tmp_path: Path
) -> None:
    back_up({"record": home / "record.db", "server": server_file}, tmp_path / "backup")
    with pytest.raises(BackupError, match="File exists"):
        restore(tmp_path / "backup", {"record": tmp_path / "same.db", "server": tmp_path / "same.db"})
    assert not (tmp_path / "same.db").exists()


def test_a_backup_can_be_carried_elsewhere(sqlite_db: Database, home: Path, tmp_path: Path) -> None:
    journal.write(sqlite_db, record(issue_id(), 1, 4))
    back_up({"record": home / "record.db"}, tmp_path / "backup")
    shutil.copytree(tmp_path / "backup", tmp_path / "elsewhere")
    assert isinstance(verify(tmp_path / "elsewhere"), Manifest)


def test_a_backup_has_the_chain_and_the_keys(sqlite_db: Database, home: Path, tmp_path: Path) -> None:
    journal.write(sqlite_db, record(issue_id(), 1, 4))
    texts.keep(sqlite_db, issue_id(), "r1", "said")
    back_up({"record": home / "record.db"}, tmp_path / "backup")
    restore(tmp_path / "backup", {"record": tmp_path / "new" / "record.db"})
    with closing(open_database(f"sqlite:///{tmp_path}/new/record.db")) as again:
        assert verifying.heads(again) == verifying.heads(sqlite_db)
        assert texts.read(again, issue_id(), ["r1"]) == {"r1": "said"}


def test_an_erasure_reaches_a_backup_whose_keys_lie_apart(sqlite_db: Database, home: Path, tmp_path: Path) -> None:
    """Monday's backup, an erasure on Tuesday, and of the files of keys only Tuesday's is kept."""
    erased, kept = issue_id("ERASED"), issue_id("KEPT")
    for issue in (erased, kept):
        texts.keep(sqlite_db, issue, "r1", f"text of {issue.reference}")
    with sqlite_db.reading() as connection:
        keys = connection.scalars(select(tables.text_keys.c.key)).all()
    sources = {"record": home / "record.db"}
    back_up(sources, tmp_path / "monday", tmp_path / "keys" / "monday")
    assert not [key for key in keys if key in (tmp_path / "monday" / "record.db").read_bytes()]
    assert (tmp_path / "keys" / "monday").stat().st_mode & 0o777 == 0o600
    texts.erase(sqlite_db, erased)
    back_up(sources, tmp_path / "tuesday", tmp_path / "keys" / "tuesday")
    verify(tmp_path / "monday")

    def restored(name: str, with_keys: str) -> dict[str, dict[str, str]]:
        file = tmp_path / f"{name}-{with_keys}" / "record.db"
        restore(tmp_path / name, {"record": file})
        if with_keys:
            kept_keys.put_back(file, kept_keys.read(tmp_path / "keys" / with_keys))
        with closing(open_database(f"sqlite:///{file}")) as again:
            return {issue.reference: texts.read(again, issue, ["r1"]) for issue in (erased, kept)}

    whole = {"ERASED": {"r1": "text of ERASED"}, "KEPT": {"r1": "text of KEPT"}}
    assert restored("monday", "") == {"ERASED": {}, "KEPT": {}}
    assert restored("monday", "monday") == whole
    assert restored("monday", "tuesday") == {**whole, "ERASED": {}}
    assert restored("tuesday", "monday") == {**whole, "ERASED": {}}, "what was erased is not brought back"


def test_a_file_of_keys_is_not_overwritten_nor_anything_else_read_as_one(
    sqlite_db: Database, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "keys").write_text("something else", encoding="utf-8")
    with pytest.raises(BackupError, match="keys exists: keys go into a new file"):
        back_up({"record": home / "record.db"}, tmp_path / "backup", tmp_path / "keys")
    assert not (tmp_path / "backup").exists()
    with pytest.raises(kept_keys.KeysUnreadable, match="holds no keys of texts"):
        kept_keys.read(tmp_path / "keys")
    with pytest.raises(kept_keys.KeysUnreadable, match="cannot be read"):
        kept_keys.read(tmp_path / "nowhere")
