"""Each request to the HTTP door leaves one line and one count, with an id to ask about it by, and none of its text."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from starter import calls
from starter.calls import CallMetrics, Calls, metrics_app, note
from tests.logged import logged_by

MARK = "canary-4711"


@pytest.fixture
def metrics() -> CallMetrics:
    return CallMetrics(CollectorRegistry())


async def _found(issue: str) -> None:
    """In a task of its own, as what is carried out once is."""
    note(issue=issue)


@pytest.fixture
def door(metrics: CallMetrics) -> httpx2.AsyncClient:
    app = FastAPI()
    app.add_middleware(Calls, metrics=metrics)

    async def issue(issue: str) -> dict[str, str]:
        note(key="k1", actor="ann")
        await asyncio.create_task(_found(issue))
        return {"text": MARK}

    async def healthz() -> dict[str, bool]:
        return {"alive": True}

    async def broken() -> None:
        raise RuntimeError(MARK)

    app.get("/v1/issues/{issue}")(issue)
    app.get("/healthz")(healthz)
    app.get("/broken")(broken)
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://door.example.org"
    )


async def logged(door: httpx2.AsyncClient, path: str, **more: Any) -> tuple[httpx2.Response, list[Any]]:
    with logged_by(calls) as lines:
        answer = await door.get(path, **more)
    return answer, [line for line in lines if line["event"] == "call"]


async def test_a_request_leaves_a_line_with_whose_it_was(door: httpx2.AsyncClient) -> None:
    answer, (line,) = await logged(door, "/v1/issues/desk-1?q=" + MARK)
    assert line.pop("ms") >= 0
    assert line == {
        "event": "call", "log_level": "info", "request": answer.headers["x-request-id"], "key": "k1", "actor": "ann",
        "issue": "desk-1", "method": "GET", "route": "/v1/issues/{issue}", "status": 200,
    }  # fmt: skip
    assert MARK not in json.dumps(line)


async def test_an_id_that_the_caller_chose_is_kept_where_it_is_fit(door: httpx2.AsyncClient) -> None:
    answer, (line,) = await logged(door, "/v1/issues/1", headers={"x-request-id": "trace-1"})
    assert answer.headers["x-request-id"] == line["request"] == "trace-1"
    for unfit in ("", "a b", "x" * 65, "tränen"):
        headers = {b"x-request-id": unfit.encode("latin-1")}
        answer, (line,) = await logged(door, "/v1/issues/1", headers=headers)
        assert line["request"] != unfit
        assert len(line["request"]) == 32


async def test_one_request_knows_nothing_of_the_one_before(door: httpx2.AsyncClient) -> None:
    await logged(door, "/v1/issues/desk-1")
    _, (line,) = await logged(door, "/nowhere")
    assert line.keys().isdisjoint({"key", "actor", "issue"})
    assert (line["route"], line["status"]) == ("none", 404)


async def test_health_is_quiet_while_it_is_well(door: httpx2.AsyncClient) -> None:
    _, (line,) = await logged(door, "/healthz")
    assert line["log_level"] == "debug"


async def test_requests_are_counted_by_route_and_never_by_path(door: httpx2.AsyncClient, metrics: CallMetrics) -> None:
    for path in ("/v1/issues/a", "/v1/issues/b", f"/{MARK}", "/broken"):
        await door.get(path)
    await door.request("INVENTED", "/healthz")
    shown = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=metrics_app(metrics)), base_url="http://metrics.example.org"
    )
    text = (await shown.get("/metrics")).text
    for line in (
        'escalon_api_requests_total{method="GET",route="/v1/issues/{issue}",status="200"} 2.0',
        'escalon_api_requests_total{method="GET",route="none",status="404"} 1.0',
        'escalon_api_requests_total{method="GET",route="/broken",status="500"} 1.0',
        'escalon_api_requests_total{method="other",route="/healthz",status="405"} 1.0',
        'escalon_api_request_duration_seconds_count{method="GET",route="/v1/issues/{issue}"} 2.0',
        "escalon_api_requests_running 0.0",
    ):
        assert line in text
    assert MARK not in text
    assert (await shown.get("/healthz")).status_code == 200
