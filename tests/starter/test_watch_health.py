"""The watch says whether it goes on looking, and counts its rounds and what they found."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from starter.watch_health import LONGEST_ROUND, WatchHealth, watch_app


class Clock:
    """Set by hand, in seconds."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def report(*kinds: str, broken: str = "", untold: int = 0) -> dict[str, Any]:
    return {"open": [{"kind": kind} for kind in kinds], "broken": {broken: "why"} if broken else {}, "untold": untold}


async def asked(health: WatchHealth, page: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=watch_app(health))
    async with httpx2.AsyncClient(transport=transport, base_url="http://watch.example.org") as client:
        return await client.get(page)


async def test_it_is_healthy_as_long_as_it_looks(clock: Clock) -> None:
    health = WatchHealth(timedelta(seconds=30), clock)
    assert (await asked(health, "/healthz")).status_code == 200, "its first round takes time too"
    clock.now += 30 + LONGEST_ROUND.total_seconds()
    assert (await asked(health, "/healthz")).status_code == 200
    clock.now += 1
    answer = await asked(health, "/healthz")
    assert (answer.status_code, answer.json()) == (503, {"looking": False})
    health.note(report("record_lags"))
    assert (await asked(health, "/healthz")).status_code == 200, "what it finds is not its own illness"


async def test_rounds_and_findings_are_counted(clock: Clock) -> None:
    health = WatchHealth(timedelta(seconds=30), clock)
    health.note(report("issue_stuck"))
    health.note(report(broken="issue_stuck"))
    health.note(report(untold=1))
    clock.now += 60
    health.note(report("issue_stuck", "issue_stuck", "record_lags"))
    text = (await asked(health, "/metrics")).text
    for line in (
        'escalon_watch_rounds_total{outcome="worked"} 2.0',
        'escalon_watch_rounds_total{outcome="incomplete"} 2.0',
        'escalon_watch_findings{kind="issue_stuck"} 2.0',
        'escalon_watch_findings{kind="record_lags"} 1.0',
        "escalon_watch_last_round_timestamp_seconds 1.00006e+06",
        "process_cpu_seconds_total",
    ):
        assert line in text
    health.note(report())
    assert "escalon_watch_findings{" not in (await asked(health, "/metrics")).text
