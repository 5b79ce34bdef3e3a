"""`escalon selfwatch` at the command line: its exit code says whether all is well, its lines are for programs."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from client.settings import SHIPPED
from records.database import migrate, open_database
from tests.starter.running import ESCALON, escalon, surroundings


def settings(home: Path, **more: str) -> dict[str, str]:
    return surroundings(ESCALON_HOME=str(home), TEMPORAL_ADDRESS="127.0.0.1:1", **more)


def test_what_is_found_is_shown_and_is_exit_code_1(tmp_path: Path) -> None:
    ran = escalon("selfwatch", "--once", env=settings(tmp_path))
    assert ran.returncode == 1
    assert "the Temporal server does not answer" in ran.stdout
    assert "the record cannot be read" in ran.stdout
    assert "Nobody could be told of 2 of these." in ran.stdout


def test_what_is_over_is_said_as_ended_and_only_once(tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    good = (SHIPPED / "people.yaml").read_text()
    db = open_database(f"sqlite:///{tmp_path / 'record.db'}")
    migrate(db)
    db.close()
    env = settings(tmp_path, ESCALON_PEOPLE=str(people))
    people.write_text("people: [")
    ran = escalon("selfwatch", "--once", env=env)
    assert "found the directory of people cannot be used as it is" in ran.stdout
    people.write_text(good)
    ran = escalon("selfwatch", "--once", env=env)
    assert "was found, ended now the directory of people" in ran.stdout
    assert "found the Temporal server does not answer" in ran.stdout
    assert "directory" not in escalon("selfwatch", "--once", env=env).stdout


def test_rounds_are_lines_until_it_is_told_to_stop(tmp_path: Path) -> None:
    env = settings(tmp_path, ESCALON_WATCH_EVERY_S="0.1")
    command = [sys.executable, str(ESCALON), "selfwatch", "--json"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        rounds = [json.loads(watch.stdout.readline()) for _ in range(3)]
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(20) == 0
        assert watch.stderr is not None
        logged = [json.loads(line) for line in watch.stderr.read().splitlines()]
    assert [len(each["new"]) for each in rounds] == [2, 0, 0], "found once"
    assert {each["kind"] for each in rounds[2]["open"]} == {"server_unreachable", "record_unreachable"}
    assert [each["event"] for each in logged].count("found") == 2
    assert list(tmp_path.iterdir()) == [], "to look at what is not there makes nothing"


def test_a_sender_that_is_no_address_is_said(tmp_path: Path) -> None:
    more = {"ESCALON_SMTP_HOST": "127.0.0.1", "ESCALON_MAIL_FROM": "nobody"}
    ran = escalon("selfwatch", "--once", env=settings(tmp_path, **more))
    assert (ran.returncode, "ESCALON_MAIL_FROM" in ran.stderr) == (2, True)
