"""`escalon feed`, and what `oncall` and `policy check` say of the age of what they rest on."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from client.feed_copies import CopyNote, feed_sources, keep
from client.settings import SHIPPED, Settings
from tests.starter.command_line import CommandLine

ROTAS = """
rotas:
  network:
    zone: UTC
    feed: { file: network.ics, url: "https://calendar.example.org/private-s3cret/basic.ics", at_most_old: 2 h }
"""
FEED = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Sample\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20200101T000000Z\r\n"
    "DTEND:20990101T000000Z\r\nSUMMARY:sample-primary\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The people that ship, beside a rota that takes its shifts from the web."""
    (tmp_path / "rotas.yaml").write_text(ROTAS)
    shutil.copy(SHIPPED / "people.yaml", tmp_path / "people.yaml")
    monkeypatch.setenv("ESCALON_PEOPLE", str(tmp_path / "people.yaml"))
    monkeypatch.setenv("TZ", "UTC")
    return tmp_path


def copied(age: timedelta, trouble: str = "") -> None:
    """A copy of that age."""
    (source,) = feed_sources(Settings())
    now = datetime.now(UTC)
    keep(source, CopyNote(host=source.host, fetched_at=now - age, tried_at=now, trouble=trouble), FEED.encode())


def test_without_addresses_there_is_nothing_to_fetch(escalon: CommandLine, home: Path) -> None:
    (home / "rotas.yaml").unlink()
    for verb in ("list", "fetch"):
        ran = escalon("feed", verb)
        assert (ran.code, ran.out) == (0, "")
        assert "no feed of rotas or calendars has an address" in ran.err


def test_the_list_says_how_old_and_from_where_and_ends_with_1_where_it_is_too_old(escalon: CommandLine) -> None:
    assert escalon("feed", "list").code == 1, "there is none yet"
    copied(timedelta(minutes=90))
    ran = escalon("feed", "list")
    assert ran.code == 0
    assert "network.ics" in ran.out
    assert "calendar.example.org" in ran.out
    assert "1 h 30 min" in ran.out
    copied(timedelta(minutes=121), "it answered 503")
    (told,) = escalon("feed", "list", "--json").json
    assert (told["host"], told["of"], told["is_too_old"]) == ("calendar.example.org", "rotas", True)
    assert told["trouble"] == "it answered 503"
    assert "s3cret" not in str(told)


def test_a_fetch_that_brings_nothing_ends_with_1_and_keeps_the_copy(escalon: CommandLine, home: Path) -> None:
    copied(timedelta(minutes=5))
    text = ROTAS.replace("calendar.example.org", "127.0.0.1")
    (home / "rotas.yaml").write_text(text)
    copied(timedelta(minutes=5))
    ran = escalon("feed", "fetch")
    assert ran.code == 1
    assert "127.0.0.1" in ran.out
    assert (home / "network.ics").read_bytes() == FEED.encode()
    assert "s3cret" not in ran.out + ran.err


def test_whoever_asks_who_is_on_duty_is_told_how_old_that_is(escalon: CommandLine) -> None:
    copied(timedelta(minutes=40), "it answered 503")
    ran = escalon("oncall", "now")
    assert ran.code == 0
    assert "note: feed network.ics is 40 min" in " ".join(ran.err.split())
    assert escalon("oncall", "now", "--json").err == "", "programs are not told beside their answer"
    assert "note: feed network.ics is 40 min" in " ".join(escalon("policy", "check").err.split())


def test_the_check_says_what_is_not_fetched_and_what_is_no_address(escalon: CommandLine, home: Path) -> None:
    ran = escalon("policy", "check", str(home))
    assert ran.code == 1
    assert "'network.ics' is not fetched yet; allowed: a copy" in " ".join(ran.out.split())
    (home / "rotas.yaml").write_text(ROTAS.replace("https://", "webcal://"))
    said = " ".join(escalon("policy", "check", str(home)).out.split())
    assert "rotas.network.feed.url: does not begin with https://; allowed: an address that begins with https://" in said
    assert "s3cret" not in said
