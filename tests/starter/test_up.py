"""`escalon up` as people run it: real processes, killed and started again; the state survives, nothing is left over."""

import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from records import findings, reading
from records.database import open_database
from records.filters import ListFilters
from records.reading import IssueRow
from starter.main import run
from tests.migrated import migrated
from tests.starter.running import Up, belonging, escalon, free_port, surroundings, up

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One whose record is of an earlier one, whose watch found what is over by now."""
    home = tmp_path_factory.mktemp("up") / "home"
    home.mkdir()
    with closing(migrated(f"sqlite:///{home / 'record.db'}")) as db:
        for kind in ("server_unreachable", "no_worker_polling"):
            findings.found(db, kind, kind, "away since the outage", datetime.now(UTC) - timedelta(hours=1))
    with up(home, "--sample") as started:
        yield started


def sample(home: Path) -> IssueRow:
    """The sample issue as the record has it, which is a moment after it was opened."""
    db = open_database(f"sqlite:///{home / 'record.db'}")
    try:
        wait_for(lambda: bool(reading.list_issues(db, ListFilters(source="sample"))), 10, "the sample is on record")
        (row,) = reading.list_issues(db, ListFilters(source="sample"))
        return row
    finally:
        db.close()


def wait_for(holds: Callable[[], bool], within_s: float, what: str) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"not within {within_s} s: {what}"
        time.sleep(0.05)


def test_it_says_where_everything_is(running: Up) -> None:
    said = running.said
    assert f"http://127.0.0.1:{running.ui_port}/namespaces/default/workflows" in said
    assert f"export ESCALON_HOME={running.home} TEMPORAL_ADDRESS=127.0.0.1:{running.port}" in said
    for name in ("open", "list", "inbox", "watch sample:", "selfwatch --once"):
        assert f"escalon {name}" in said
    with urllib.request.urlopen(f"http://127.0.0.1:{running.ui_port}/", timeout=10) as page:
        assert page.status == 200


def test_the_sample_is_marked_and_somebody_is_asked(running: Up) -> None:
    row = sample(running.home)
    assert row.title.startswith("SAMPLE")
    assert row.policy == "quick-climb"
    wait_for(lambda: bool(sample(running.home).asked), 10, "somebody is asked")


def test_nothing_is_found_wrong_and_what_an_earlier_watch_found_is_no_news_and_no_reason(running: Up) -> None:
    looked = running.escalon("selfwatch", "--once")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert "All is well" in looked.stdout
    assert "found  " not in running.said


def test_the_http_door_answers_and_its_sample_key_is_its_owners(running: Up) -> None:
    file = running.home / "sample.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"http://127.0.0.1:{running.api_port}/v1/issues" in running.said
    assert file.read_text(encoding="utf-8").strip() not in running.said
    headers = {"Authorization": f"Bearer {file.read_text(encoding='utf-8').strip()}"}
    told = httpx2.get(f"http://127.0.0.1:{running.api_port}/v1/issues", headers=headers)
    assert (told.status_code, told.json()["issues"][0]["issue"]["source"]) == (200, "sample")


def test_a_second_one_on_the_same_home_is_refused(running: Up, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["up", "--home", str(running.home), "--port", str(free_port()), "--api-port", "0"]) == 1
    said = capsys.readouterr().err
    assert f"in use by another `escalon up`, process {running.process.pid}" in said
    assert "--home" in said


def test_a_used_port_is_named_with_its_option_and_its_holder(
    running: Up, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, ui = str(running.port), str(running.ui_port)
    for options, named in (
        (("--port", server, "--ui-port", str(free_port())), f"--port: port {server} is in use by process"),
        (("--port", str(free_port()), "--ui-port", ui), f"--ui-port: port {ui} is in use by process"),
    ):
        assert run(["up", "--home", str(tmp_path / "other"), "--api-port", "0", *options]) == 2
        said = capsys.readouterr().err
        assert named in said
        assert f"process {running.pid('server')} (temporal server start-dev)" in said
    assert not (tmp_path / "other" / "temporal.db").exists()


def test_a_killed_worker_is_started_again_and_the_issue_goes_on(running: Up) -> None:
    killed = running.pid("worker")
    os.kill(killed, signal.SIGKILL)
    running.until_said("worker was killed (SIGKILL); it is started again")
    running.until_said("worker is started again")
    assert running.pid("worker") != killed
    before = sample(running.home).entries
    assert running.escalon("acknowledge", sample(running.home).issue.short, "--as", "sample-agent-1").returncode == 0
    wait_for(lambda: sample(running.home).handler == "sample-agent-1", 15, "the acknowledgement is on record")
    assert sample(running.home).entries > before


def test_a_killed_server_is_started_again_on_its_file_and_the_issue_goes_on(running: Up) -> None:
    os.kill(running.pid("server"), signal.SIGKILL)
    running.until_said("server was killed (SIGKILL); it is started again")
    running.until_said("server is started again")
    before = sample(running.home).entries

    def is_escalated() -> bool:
        asked = running.escalon("escalate", sample(running.home).issue.short, "--as", "sample-agent-1", "--waive")
        return asked.returncode == 0

    wait_for(is_escalated, 20, "the server takes commands again")
    wait_for(lambda: sample(running.home).entries > before, 20, "its entries are on record")


def test_a_backup_of_a_running_issue_goes_on_elsewhere(running: Up, tmp_path: Path) -> None:
    saved, elsewhere = tmp_path / "saved", tmp_path / "elsewhere"
    made = escalon("backup", str(saved), "--home", str(running.home), env=surroundings())
    assert made.returncode == 0, made.stderr
    as_it_was = sample(running.home)

    refused = escalon("restore", str(saved), "--home", str(running.home), env=surroundings())
    assert refused.returncode == 1
    assert "in use by another `escalon up`" in refused.stderr

    restored = escalon("restore", str(saved), "--home", str(elsewhere), env=surroundings())
    assert restored.returncode == 0, restored.stderr
    with up(elsewhere, "--no-watch") as other:
        there = sample(elsewhere)
        assert (there.issue, there.opened_at) == (as_it_was.issue, as_it_was.opened_at)
        done = other.escalon("resolve", there.issue.short, "--as", "sample-lead-1", "--outcome", "solved")
        assert done.returncode == 0, done.stderr
        wait_for(lambda: sample(elsewhere).status != "open", 15, "it is resolved where it was restored")
        assert other.end(signal.SIGTERM) == 0
    assert sample(running.home).status == "open"


def test_killed_it_leaves_nothing_behind_and_started_again_it_has_everything(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with up(home, "--sample", "--no-watch") as first:
        issue = sample(home).issue
        children = set(belonging(home))
        assert children == {first.pid(each) for each in ("server", "worker", "api")}
        first.end(signal.SIGKILL)
        # At once, on the same ports: it waits for what its children still hold.
        with up(home, port=first.port, ui_port=first.ui_port) as second:
            assert set(belonging(home)) == {second.pid(each) for each in ("server", "worker", "api", "watch")}
            assert not children & set(belonging(home))
            assert sample(home).issue == issue
            done = second.escalon("resolve", issue.short, "--as", "sample-lead-1", "--outcome", "solved")
            assert done.returncode == 0, done.stdout + done.stderr
            began = time.monotonic()
            assert second.end(signal.SIGINT) == 0
            assert time.monotonic() - began < 20
        assert belonging(home) == {}
        said = second.said
        assert said.index("watch       has ended") < said.index("worker      has ended") < said.index("server      has")


def test_a_restore_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    home, saved, elsewhere = tmp_path / "home", tmp_path / "saved", tmp_path / "else" / "where"
    home.mkdir()
    migrated(f"sqlite:///{home / 'record.db'}").close()
    made = escalon("backup", str(saved), "--home", str(home), env=surroundings())
    assert made.returncode == 0, made.stderr
    with (saved / "record.db").open("ab") as file:
        file.write(b"spoilt")
    elsewhere.parent.mkdir()
    failed = escalon("restore", str(saved), "--home", str(elsewhere), env=surroundings())
    assert (failed.returncode, "SHA-256" in failed.stderr) == (1, True)
    assert list(elsewhere.parent.iterdir()) == []


def test_a_signal_while_it_starts_ends_it(tmp_path: Path) -> None:
    starting = Up(tmp_path / "home")
    starting.until_said("server      is ready")
    assert starting.end(signal.SIGTERM) == 0
    assert belonging(tmp_path / "home") == {}


def test_a_server_that_cannot_start_is_said_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "temporal.db").write_text("this is no database\n" * 100)
    port = str(free_port())
    failed = escalon("up", "--home", str(tmp_path / "home"), "--port", port, "--api-port", "0", env=surroundings())
    assert failed.returncode == 1
    assert "server ended with exit code" in failed.stderr
    assert "not a database" in failed.stderr
    assert belonging(tmp_path / "home") == {}


@pytest.mark.parametrize(
    ("options", "variable", "words"),
    [
        (("--ip", "192.0.2.1"), None, "--ip: 192.0.2.1 is not an address of this machine"),
        (("--ui-port", "PORT"), None, "--ui-port: port PORT is taken by --port already"),
        (("--health-port", "PORT"), None, "--health-port: port PORT is taken by --port already"),
        (("--address", "nowhere"), None, "--address: 'nowhere' is no address; allowed: host:port"),
        ((), ("ESCALON_WATCH_EVERY_S", "0"), "ESCALON_WATCH_EVERY_S: '0'"),
        ((), ("ESCALON_TEMPORAL_CLI", "none/such"), "ESCALON_TEMPORAL_CLI: none/such is not a program"),
    ],
)
def test_a_wrong_call_starts_nothing(
    options: tuple[str, ...],
    variable: tuple[str, str] | None,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = str(free_port())
    if variable is not None:
        monkeypatch.setenv(*variable)
    given = [option.replace("PORT", port) for option in options]
    assert run(["up", "--home", str(tmp_path / "home"), "--port", port, "--api-port", "0", *given]) == 2
    assert words.replace("PORT", port) in capsys.readouterr().err
    assert not (tmp_path / "home" / "temporal.db").exists()


def test_a_ui_port_above_all_ports_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["up", "--port", "65000"]) == 2
    assert "--ui-port: there is no port 66000; choose one with --ui-port" in capsys.readouterr().err


def test_a_server_that_runs_already_is_used(running: Up, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    env = surroundings(ESCALON_TASK_QUEUE="beside")
    started = Up(beside, "--address", f"127.0.0.1:{running.port}", "--no-watch", env=env)
    try:
        started.until_said("one that runs already answers at")
        started.ready()
        assert [command for command in belonging(beside).values() if "start-dev" in command] == []
    finally:
        assert started.end() == 0
    assert belonging(beside) == {}
