"""Who hears of a finding, when, how often, and what is on record of it; and the call that says that the watch lives."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from records import inbox
from records.inbox import InboxMessage
from selfwatch import heartbeat
from selfwatch.found import KINDS, Found
from selfwatch.rounds import Look
from selfwatch.watch import Report
from selfwatch.watched import Watched
from tests.activities.channels.mail_server import mail_server
from tests.logged import logged_by
from tests.selfwatch.stand import Stand, open_keys
from tests.selfwatch.test_record_checks import LOCAL, bring_back, hide

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Trouble:
    """Something that is wrong as long as the test says so."""

    def __init__(self) -> None:
        self.issues: list[str] = []
        self.error: Exception | None = None

    async def look(self, watched: Watched, now: datetime, suspects: frozenset[str]) -> list[Found]:
        if self.error is not None:
            raise self.error
        return [Found(kind="issue_stuck", issue=issue, detail="WorkflowTaskFailed") for issue in self.issues]


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


@pytest.fixture
def checks(trouble: Trouble) -> dict[str, Look]:
    return {"record_unreachable": LOCAL["record_unreachable"], "issue_stuck": Look(trouble.look)}


def told(stand: Stand) -> list[InboxMessage]:
    """What lies in the operator's inbox, oldest first."""
    return inbox.read(stand.db, "olga")[::-1]


async def test_found_is_told_once_and_ended_is_told_once(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    watch = stand.watch(checks)
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    for minute in range(3):
        await watch.round(NOON + timedelta(minutes=minute))
    trouble.issues = []
    for minute in range(3, 6):
        await watch.round(NOON + timedelta(minutes=minute))
    found, ended = told(stand)
    assert found.subject == "[Escalon watch] found: an issue cannot go on: its tasks fail again and again"
    assert "desk:REF-1: WorkflowTaskFailed" in found.body
    assert "12:00 Dublin" in found.body, "in the zone of who reads it"
    assert KINDS["issue_stuck"].do in found.body
    assert found.body.endswith("If nobody does anything, you are told again in a day, and when it has ended.")
    assert "[Escalon watch] ended:" in ended.subject
    assert "3 min" in ended.body
    (on_record,) = stand.findings(open_only=False)
    assert (on_record.found_at, on_record.told_at, on_record.last_seen_at, on_record.ended_at) == (
        NOON,
        NOON,
        NOON + timedelta(minutes=2),
        NOON + timedelta(minutes=3),
    )


async def test_what_lasts_is_told_again_each_day_whoever_watches(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    watch = stand.watch(checks)
    for hours in (0, 1, 23, 24, 25):
        await watch.round(NOON + timedelta(hours=hours))
    assert len(told(stand)) == 2
    for hours in (26, 47, 48, 49):
        await stand.watch(checks).round(NOON + timedelta(hours=hours))  # each time a watch that was just started
    messages = told(stand)
    assert len(messages) == 3
    assert [("Still there" in each.body) for each in messages] == [False, True, True]


async def test_what_comes_back_is_a_new_finding(stand: Stand, trouble: Trouble, checks: dict[str, Look]) -> None:
    watch = stand.watch(checks)
    for minute, issues in enumerate((["main:main:main:desk:REF-1:1"], [], ["main:main:main:desk:REF-1:1"])):
        trouble.issues = issues
        await watch.round(NOON + timedelta(minutes=minute))
    assert len(told(stand)) == 3
    assert [each.ended_at is None for each in stand.findings(open_only=False)] == [True, False]


async def test_many_at_once_are_one_message(stand: Stand, trouble: Trouble, checks: dict[str, Look]) -> None:
    trouble.issues = [f"main:main:main:desk:REF-{number}:1" for number in range(40)] + ["started by hand"]
    report = await stand.watch(checks).round(NOON)
    assert len(report.open) == len(stand.findings()) == 41
    (message,) = told(stand)
    assert "(41 times)" in message.subject
    assert "and 31 more" in message.body


async def test_a_watch_that_starts_while_something_lasts_tells_nothing_twice(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    await stand.watch(checks).round(NOON)
    second = stand.watch(checks)
    report = await second.round(NOON + timedelta(minutes=1))
    assert (len(report.open), report.new, len(told(stand))) == (1, (), 1)
    trouble.issues = []
    report = await second.round(NOON + timedelta(minutes=2))
    assert (report.open, len(told(stand))) == ((), 2)


async def test_a_watch_that_starts_after_it_is_over_ends_it_at_once(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    await stand.watch(checks).round(NOON)
    trouble.issues = []
    report = await stand.watch(checks).round(NOON + timedelta(minutes=1))
    assert (report.open, [each.found.kind for each in report.ended]) == ((), ["issue_stuck"])
    assert report.shown()["is_well"]
    assert [each.ended_at for each in stand.findings(open_only=False)] == [NOON + timedelta(minutes=1)]
    assert [each.subject.partition(":")[0] for each in told(stand)] == [
        "[Escalon watch] found",
        "[Escalon watch] ended",
    ]
    assert (await stand.watch(checks).round(NOON + timedelta(minutes=2))).ended == ()


async def test_what_an_earlier_watch_found_and_this_one_cannot_look_at_is_not_seen(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    await stand.watch(checks).round(NOON)
    trouble.error = RuntimeError("a bug in the watch")
    shown = (await stand.watch(checks).round(NOON + timedelta(minutes=1))).shown()
    assert [each["is_seen"] for each in shown["open"]] == [False]


async def test_of_two_watches_one_tells_that_it_has_ended(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    first = stand.watch(checks)
    await first.round(NOON)
    trouble.issues = []
    await stand.watch(checks).round(NOON + timedelta(minutes=1))
    await first.round(NOON + timedelta(minutes=2))
    assert len(told(stand)) == 2
    assert len(stand.findings(open_only=False)) == 1


async def test_without_the_record_other_channels_tell_and_it_is_written_down_later(
    stand: Stand, trouble: Trouble, checks: dict[str, Look], tmp_path: Path
) -> None:
    stand.db.close()
    hide(tmp_path / "record.db")
    async with mail_server() as server:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
        watch = stand.watch(checks, **mail, mail_from="escalon@example.org")
        trouble.issues = ["main:main:main:desk:REF-1:1"]
        report = await watch.round(NOON)
        assert open_keys(report) == {"record_unreachable", "issue_stuck/main:main:main:desk:REF-1:1"}
        assert (report.untold, report.has_worked) == (0, True)
        trouble.issues = []
        await watch.round(NOON + timedelta(minutes=1))
        bring_back(tmp_path / "record.db")
        await watch.round(NOON + timedelta(minutes=2))
    assert [(mail["To"], str(mail["Subject"]).strip().partition(":")[0]) for mail in server.mails] == [
        ("olga@example.org", "[Escalon watch] found"),
        ("olga@example.org", "[Escalon watch] ended"),
        ("olga@example.org", "[Escalon watch] ended"),
    ]
    on_record = {each.what: each for each in stand.findings(open_only=False)}
    stuck, away = on_record["issue_stuck"], on_record["record_unreachable"]
    assert (stuck.found_at, stuck.told_at, stuck.ended_at) == (NOON, NOON, NOON + timedelta(minutes=1))
    assert (away.found_at, away.told_at, away.ended_at) == (NOON, NOON, NOON + timedelta(minutes=2))


async def test_a_channel_that_fails_hides_nothing_from_the_others(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    nobody_answers = {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "plain"}
    report = await stand.watch(checks, **nobody_answers, mail_from="escalon@example.org").round(NOON)
    assert (report.untold, len(told(stand))) == (0, 1)


async def test_what_nobody_could_be_told_is_tried_again(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    good = stand.settings.people.read_text()
    stand.settings.people.write_text("people: [")
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    watch = stand.watch(checks)
    report = await watch.round(NOON)
    assert (report.untold, report.has_worked) == (1, False)
    stand.settings.people.write_text(good)
    report = await watch.round(NOON + timedelta(minutes=1))
    assert (report.untold, len(told(stand))) == (0, 1)


async def test_a_check_that_breaks_hides_no_other_and_ends_nothing(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    watch = stand.watch(checks)
    await watch.round(NOON)
    trouble.error = RuntimeError("a bug in the watch")
    report = await watch.round(NOON + timedelta(minutes=1))
    assert report.broken == {"issue_stuck": "RuntimeError: a bug in the watch"}
    assert not report.has_worked
    assert len(report.open) == 1
    assert report.shown()["is_well"] is False


@pytest.fixture
def url(httpserver: HTTPServer) -> Iterator[str]:
    httpserver.expect_request("/alive/sample-secret").respond_with_data("ok")
    yield httpserver.url_for("/alive/sample-secret?check=escalon")
    httpserver.clear()


async def test_each_round_that_worked_calls_the_heartbeat(
    stand: Stand, trouble: Trouble, checks: dict[str, Look], httpserver: HTTPServer, url: str
) -> None:
    watch = stand.watch(checks, heartbeat_url=url)
    await watch.round(NOON)
    trouble.issues = ["main:main:main:desk:REF-1:1"]
    await watch.round(NOON + timedelta(minutes=1))
    trouble.error = RuntimeError("a bug in the watch")
    await watch.round(NOON + timedelta(minutes=2))
    calls = [request.args.to_dict() for request, _ in httpserver.log]
    assert calls == [{"check": "escalon", "findings": "0"}, {"check": "escalon", "findings": "1"}]


@pytest.mark.parametrize("status", [301, 404, 500])
async def test_a_heartbeat_that_is_not_taken_is_logged_without_its_secret(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/alive/sample-secret").respond_with_data("no", status=status)
    with logged_by(heartbeat) as logs:
        assert await heartbeat.call(httpserver.url_for("/alive/sample-secret"), 0) is False
    assert [each["event"] for each in logs] == ["heartbeat_failed"]
    assert "sample-secret" not in str(logs)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/sample-secret", "not a url", "", "ftp://example.org/sample-secret"]
)
async def test_a_heartbeat_that_goes_nowhere_stops_nothing(url: str) -> None:
    with logged_by(heartbeat) as logs:
        assert await heartbeat.call(url, 0) is False
    assert [each["event"] for each in logs] == ["heartbeat_failed"]
    assert "sample-secret" not in str(logs)


async def test_a_heartbeat_that_hangs_is_given_up(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    def slow(request: Request) -> Response:
        time.sleep(0.5)
        return Response("late")

    monkeypatch.setattr(heartbeat, "WITHIN_S", 0.1)
    httpserver.expect_request("/slow").respond_with_handler(slow)
    assert await heartbeat.call(httpserver.url_for("/slow"), 0) is False


async def test_rounds_follow_each_other_until_it_is_stopped(
    stand: Stand, trouble: Trouble, checks: dict[str, Look]
) -> None:
    stop, reports = asyncio.Event(), list[Report]()

    def each(report: Report) -> None:
        reports.append(report)
        if len(reports) == 3:
            stop.set()

    await asyncio.wait_for(stand.watch(checks).run(stop, each), 10)
    assert len(reports) == 3
    assert reports[1].at - reports[0].at >= timedelta(seconds=stand.settings.watch_every_s * 0.9)


def test_every_kind_has_a_check_and_words() -> None:
    from selfwatch.rounds import all_checks

    assert all_checks().keys() == KINDS.keys()
    assert all(kind.title and kind.do.endswith(".") for kind in KINDS.values())
    needed: set[Any] = set().union(*(check.needs for check in all_checks().values()))
    assert needed <= KINDS.keys()
