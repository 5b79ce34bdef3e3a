"""Feeds from the web: fetched over TLS from a real server, kept, and never replaced by what cannot be used."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.fetch_feeds import EVERY, FetchingFeeds, keep_fetched
from activities.live_directory import LiveDirectory
from activities.live_rotas import LiveRotas
from client.feed_copies import CopyNote, feed_sources, note_of, said_of_copies
from client.files_now import files_now
from client.pinned_calendars import calendar_file
from client.settings import Settings
from escalation.oncall.duty import on_duty
from escalation.policy.finding import Findings
from escalation.policy.parse import parse_policy
from escalation.policy.read_directory import read_directory
from records.database import open_database
from tests.activities.channels.http_side import Got, answer, http_side, says
from tests.activities.channels.mail_server import CERTIFICATE
from tests.escalation.policy.sample import SMALL, with_change

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATH = "/private-s3cret/basic.ics"
PEOPLE = """
operator: olga
teams: { main: { duty_lead: olga } }
people:
  ann: { name: Sample Ann, role: first, addresses: { inbox: ann, email: ann@example.org } }
  olga: { name: Sample Olga, role: operator, addresses: { inbox: olga } }
"""


def shifts(who: str = "ann", until: str = "20261121T000000Z") -> str:
    """A feed with one shift."""
    event = f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261120T000000Z\r\nDTEND:{until}\r\nSUMMARY:{who}\r\nEND:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Sample\r\n{event}END:VCALENDAR\r\n"


def holiday(day: str) -> str:
    """A feed with one whole day."""
    event = f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:Closed\r\nEND:VEVENT\r\n"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Sample\r\n{event}END:VCALENDAR\r\n"


EMPTY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Sample\r\nEND:VCALENDAR\r\n"


def written(home: Path, url: str, **more: Any) -> Settings:
    """An installation whose rota takes its shifts from there, and that may call this machine."""
    (home / "people.yaml").write_text(PEOPLE)
    rota = f"rotas: {{ duty: {{ zone: UTC, feed: {{ file: duty.ics, url: '{url}', at_most_old: 2 h }} }} }}"
    (home / "rotas.yaml").write_text(rota)
    allowed = {"http_networks": "127.0.0.0/8,::1/128", "ca_file": str(CERTIFICATE)}
    return Settings(**{"home": home, "people": home / "people.yaml", **allowed, **more})


def fetching(settings: Settings) -> FetchingFeeds:
    """With the people of the file."""
    return FetchingFeeds(settings, LiveDirectory(settings.people))


async def fetched(settings: Settings, now: datetime = NOW) -> CopyNote:
    """What is known of the one feed after it was fetched."""
    ((_, note),) = await fetching(settings).fetch_due(now)
    return note


def on_duty_now(home: Path) -> tuple[str, ...]:
    """Who is, by the rota as a look-up reads it."""
    rotas = LiveRotas(home / "rotas.yaml").current(read_directory(PEOPLE, "people.yaml"))
    rota = rotas.rota("duty") if rotas is not None else None
    return on_duty(rota, NOW).people if rota is not None else ()


async def test_a_feed_is_fetched_into_its_copy_and_look_ups_read_it(tmp_path: Path) -> None:
    async with http_side(
        says(answer(200, shifts(), ETag='"v1"', Last_Modified="Fri, 20 Nov 2026 10:00:00 GMT"))
    ) as side:
        settings = written(tmp_path, side.url(PATH))
        assert on_duty_now(tmp_path) == (), "there is no copy yet"
        note = await fetched(settings)
        assert (note.fetched_at, note.trouble, note.host) == (NOW, "", "localhost")
        assert (tmp_path / "duty.ics").read_bytes() == shifts().encode()
        assert on_duty_now(tmp_path) == ("ann",)
        (got,) = side.got
        assert (got.method, got.path, got.body) == ("GET", PATH, b"")
        assert "if-none-match" not in got.headers
        assert await fetching(settings).fetch_due(NOW + EVERY / 2) == [], "not sooner than in a quarter of an hour"
        await fetched(settings, NOW + EVERY)
        assert side.got[-1].headers["if-none-match"] == '"v1"'
        assert side.got[-1].headers["if-modified-since"] == "Fri, 20 Nov 2026 10:00:00 GMT"


async def test_what_has_not_changed_is_as_fresh_as_if_it_had_come_anew(tmp_path: Path) -> None:
    async def twice(got: Got, writer: Any) -> None:
        writer.write(answer(304) if "if-none-match" in got.headers else answer(200, shifts(), ETag='"v1"'))
        await writer.drain()

    async with http_side(twice) as side:
        settings = written(tmp_path, side.url(PATH))
        await fetched(settings)
        before = (tmp_path / "duty.ics").stat().st_mtime_ns
        note = await fetched(settings, NOW + timedelta(hours=3))
        assert (note.fetched_at, note.trouble) == (NOW + timedelta(hours=3), "")
        assert (tmp_path / "duty.ics").stat().st_mtime_ns == before
        (tmp_path / "duty.ics").unlink()
        note = await fetched(settings, NOW + timedelta(hours=4))
        assert note.fetched_at == NOW + timedelta(hours=4), "whose copy is gone is asked for all of it"
        assert on_duty_now(tmp_path) == ("ann",)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (answer(503), "it answered 503"),
        (answer(404), "there is nothing at this address"),
        (answer(302, Location="https://elsewhere.example.org/x"), "sends us on to elsewhere.example.org"),
        (answer(200, "<html>Please sign in</html>"), "is not iCalendar"),
        (answer(200, b"\xff\xfe"), "is not UTF-8"),
        (answer(200, EMPTY), "has no shift"),
        (answer(200, b""), "cannot be used: is not iCalendar"),
        (answer(200, shifts("nobody whom we know")), "names nobody of the directory"),
        (answer(200, shifts(until="20261121T000000")), "is a floating time"),
        (answer(200, shifts() + " " * (4 * 1024 * 1024)), "has more than 4194304 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nBEGIN:VCALENDAR", "or broke off"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
async def test_what_cannot_be_used_leaves_the_last_good_copy(tmp_path: Path, raw: bytes, words: str) -> None:
    async with http_side(says(answer(200, shifts()))) as side:
        settings = written(tmp_path, side.url(PATH))
        await fetched(settings)
        side.answering = says(raw)
        note = await fetched(settings, NOW + EVERY)
        assert words in note.trouble
        assert (note.fetched_at, note.tried_at) == (NOW, NOW + EVERY)
        assert (tmp_path / "duty.ics").read_bytes() == shifts().encode()
        assert on_duty_now(tmp_path) == ("ann",)
        side.answering = says(answer(200, shifts("olga")))
        assert (await fetched(settings, NOW + EVERY * 2)).trouble == ""
        assert on_duty_now(tmp_path) == ("olga",)


async def test_a_first_one_that_cannot_be_used_leaves_none(tmp_path: Path) -> None:
    async with http_side(says(answer(200, "<html>"))) as side:
        note = await fetched(written(tmp_path, side.url(PATH)))
        assert note.fetched_at is None
        assert not (tmp_path / "duty.ics").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"http_networks": ""}, "is in a network that is not called from here; allowed: public ones"),
        ({"ca_file": ""}, "its certificate is not to be trusted"),
    ],
)
async def test_the_rules_are_those_of_channels(tmp_path: Path, change: dict[str, str], words: str) -> None:
    async with http_side(says(answer(200, shifts()))) as side:
        note = await fetched(written(tmp_path, side.url(PATH), **change))
        assert words in note.trouble
        assert side.got == []


async def test_http_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    async with http_side(says(answer(200, shifts())), has_tls=False) as side:
        assert "allowed: https" in (await fetched(written(tmp_path, side.url(PATH)))).trouble
        assert side.got == []
        assert (await fetched(written(tmp_path, side.url(PATH), http_plain=True), NOW + EVERY)).trouble == ""


async def test_how_old_a_copy_is_is_said_and_of_its_address_the_host_alone(tmp_path: Path) -> None:
    async with http_side(says(answer(200, shifts()))) as side:
        settings = written(tmp_path, side.url(PATH))
        assert list(said_of_copies(settings, NOW)) == [
            ("duty.ics is not fetched yet from localhost; it may be 2 h old at most", True)
        ]
        await fetched(settings)
        side.answering = says(answer(500))
        await fetched(settings, NOW + timedelta(hours=1))
        (said,) = said_of_copies(settings, NOW + timedelta(hours=2))
        assert said == ("duty.ics is 2 h old, from localhost: it answered 500", False)
        (late,) = said_of_copies(settings, NOW + timedelta(hours=2, seconds=1))
        assert late[1]
        assert late[0].endswith("; it may be 2 h old at most")
        (source,) = feed_sources(settings)
        kept = [
            (tmp_path / "duty.ics.fetched").read_text(),
            note_of(source).model_dump_json(),
            *(files_now(settings, "rotas") or {}).values(),
        ]
        assert not [text for text in kept if "s3cret" in text], "neither the note nor the version that is kept has it"


async def test_another_host_s_copy_is_not_taken_for_this_one_s(tmp_path: Path) -> None:
    async with http_side(says(answer(200, shifts()))) as side:
        await fetched(written(tmp_path, side.url(PATH)))
        settings = written(tmp_path, "https://other.example.org/x.ics")
        (source,) = feed_sources(settings)
        assert note_of(source).fetched_at is None


async def test_a_copy_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with http_side(says(answer(200, shifts()))) as side:
        settings = written(tmp_path, side.url(PATH))
        monkeypatch.setattr("client.feed_copies.NamedTemporaryFile", _full)
        note = await fetched(settings)
        assert note.trouble == "its copy cannot be written: No space left on device"
        assert note.fetched_at is None


def _full(**_: Any) -> Any:
    raise OSError(28, "No space left on device")


CALENDARS = """
calendars:
  desk:
    zone: UTC
    hours: { mon-fri: 09:00-17:00 }
    holidays: [{ file: closed.ics, url: "%s" }]
"""


def pinned(home: Path) -> Callable[[], tuple[object, ...]]:
    """The small policy, counted in that calendar, as it is pinned: what it holds then."""
    given = with_change("title: the first tier", "title: the first tier\n    hours: { low: desk }", SMALL)
    findings = Findings("small.yaml")
    policy = parse_policy(given, findings, calendar_file(home / "calendars.yaml"))
    assert policy is not None, findings.found
    return lambda: (policy.pinned_calendars["desk"].model_dump_json(),)


async def test_holidays_are_fetched_too_and_what_is_pinned_stays_as_it_was(tmp_path: Path) -> None:
    async with http_side(says(answer(200, holiday("20261123")))) as side:
        settings = written(tmp_path, side.url(PATH))
        (tmp_path / "rotas.yaml").unlink()
        (tmp_path / "calendars.yaml").write_text(CALENDARS % side.url(PATH))
        assert (await fetched(settings)).trouble == ""
        issue = pinned(tmp_path)
        before = issue()
        assert "2026-11-23" in str(before)
        side.answering = says(answer(200, holiday("20261124")))
        assert (await fetched(settings, NOW + EVERY)).trouble == ""
        assert issue() == before, "an issue that runs keeps its deadlines"
        assert "2026-11-24" in str(pinned(tmp_path)()), "the next one has the new day"
        side.answering = says(answer(200, EMPTY))
        assert "has no event" in (await fetched(settings, NOW + EVERY * 2)).trouble
        assert "2026-11-24" in str(pinned(tmp_path)())
        assert "s3cret" not in str(files_now(settings, "calendars"))


async def test_a_worker_fetches_what_is_written_by_then_and_nothing_ends_that(tmp_path: Path) -> None:
    async with http_side(says(answer(200, shifts()))) as side:
        settings = written(tmp_path, "https://nobody.invalid/x.ics")
        (tmp_path / "people.yaml").write_text("people: [")
        db = open_database(settings.record)
        times = iter(NOW + EVERY * number for number in range(100_000))
        working = asyncio.create_task(keep_fetched(settings, db, lambda: next(times), every_s=0.01))
        try:
            await _until((tmp_path / "duty.ics.fetched").exists)
            written(tmp_path, side.url(PATH))
            await _until(lambda: on_duty_now(tmp_path) == ("ann",))
            assert not working.done()
        finally:
            working.cancel()
            db.close()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - files are looked at
            await asyncio.sleep(0.02)
