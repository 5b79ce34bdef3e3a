"""A whole installation for the tests of what it shows: worker, API and watch as processes, and a story they lived."""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pytest_httpserver import HTTPServer
from temporalio.client import Client, WorkflowHandle
from werkzeug import Request, Response

from client.settings import SHIPPED
from tests.activities.channels.mail_server import mail_server
from tests.server import dev_server
from tests.starter.running import ESCALON, escalon, free_port, surroundings

PEOPLE = """
operator: olga
teams: {main: {duty_lead: lee}}
people:
  ann: {name: Sample One, role: first, teams: [main], addresses: {email: busy@example.org, inbox: ann}}
  lee: {name: Sample Lead, role: second, teams: [main], addresses: {email: nobody@example.org, inbox: lee}}
  olga: {name: Sample Operator, role: operator, teams: [main], addresses: {email: olga@example.org, inbox: olga}}
"""
ROLES = {
    "front_line_agent": "first",
    "team_lead": "second",
    "department_manager": "operator",
    "senior_manager": "operator",
}
TITLE, DESCRIPTION, NOTE = "canary-title", "canary-description", "canary-note"
CARD = "4111 1111 1111 1111"
PASSWORD = "canary-password"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = f"00-{TRACE}-00f067aa0ba902b7-01"
"""The trace of whoever calls."""
WRONG_KEY = "esc_00000000000000000000_canarycanarycanarycanarycanarycanary"


@dataclass
class Installation:
    """What runs, and what came of the story."""

    home: Path
    client: Client
    ports: dict[str, int]
    collector: "Collector"
    key: str = ""
    issue: str = ""
    logs: dict[str, Path] = field(default_factory=dict)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """The issue's workflow."""
        return self.client.get_workflow_handle(self.issue)

    def lines(self) -> list[dict[str, Any]]:
        """Every log line of every process."""
        return [json.loads(line) for log in self.logs.values() for line in log.read_text().splitlines()]

    async def scraped(self) -> str:
        """All that Prometheus is shown."""
        async with httpx2.AsyncClient(timeout=20) as client:
            pages = ("worker", "sdk", "watch", "api_metrics")
            return "\n".join([(await client.get(self.at(page) + "/metrics")).text for page in pages])

    def at(self, name: str) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.ports[name]}"

    async def call(
        self, method: str, path: str, key: str | None = None, more: dict[str, str] | None = None, **body: Any
    ) -> httpx2.Response:
        """A request to the API, with more headers."""
        headers = {"authorization": f"Bearer {self.key if key is None else key}", **(more or {})}
        async with httpx2.AsyncClient(timeout=20) as client:
            return await client.request(method, self.at("api") + path, headers=headers, **body)


class Collector:
    """A collector of traces: takes what is sent to it by OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Span]] = []
        """Each with the service that sent it."""
        self.raw: list[bytes] = []

    def take(self, request: Request) -> Response:
        """One delivery."""
        body = request.get_data()
        self.raw.append(body)
        for of_one in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {each.key: each.value.string_value for each in of_one.resource.attributes}
            for scope in of_one.scope_spans:
                self.spans += [(named["service.name"], span) for span in scope.spans]
        return Response(b"", content_type="application/x-protobuf")

    def of_trace(self, trace: str) -> set[tuple[str, str]]:
        """Services and names of the spans of one trace."""
        return {(service, span.name) for service, span in self.spans if span.trace_id.hex() == trace}


@contextlib.contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """One that runs, and its URL."""
    collector = Collector()
    with HTTPServer(threaded=True) as server:
        server.expect_request("/v1/traces", method="POST").respond_with_handler(collector.take)
        yield collector, server.url_for("")


def settings(home: Path, server: str, mail: int, ports: dict[str, int], collector: str) -> dict[str, str]:
    (home / "people.yaml").write_text(PEOPLE)
    (home / "policies").mkdir()
    text = (SHIPPED / "samples/quick-climb.yaml").read_text()
    for shipped, here in ROLES.items():
        text = re.sub(rf"\b{shipped}\b", here, text)
    (home / "policies/quick.yaml").write_text(text.replace("12 s", "2 s"))
    (home / "secrets").mkdir()
    (home / "secrets/escalon_smtp_password").write_text(PASSWORD)
    return surroundings(
        ESCALON_HOME=str(home),
        ESCALON_PEOPLE=str(home / "people.yaml"),
        ESCALON_POLICIES=str(home / "policies"),
        ESCALON_SECRETS_DIR=str(home / "secrets"),
        ESCALON_TASK_QUEUE=home.name,
        ESCALON_SMTP_HOST="127.0.0.1",
        ESCALON_SMTP_PORT=str(mail),
        ESCALON_SMTP_SECURITY="plain",
        ESCALON_MAIL_FROM="escalon@example.org",
        ESCALON_WATCH_EVERY_S="1",
        ESCALON_HEALTH_PORT=str(ports["worker"]),
        ESCALON_TEMPORAL_METRICS_PORT=str(ports["sdk"]),
        ESCALON_WATCH_PORT=str(ports["watch"]),
        ESCALON_API_PORT=str(ports["api"]),
        ESCALON_API_METRICS_PORT=str(ports["api_metrics"]),
        ESCALON_OTLP_ENDPOINT=collector,
        OTEL_BSP_SCHEDULE_DELAY="500",
        TEMPORAL_ADDRESS=server,
    )


@contextlib.contextmanager
def processes(env: dict[str, str], home: Path) -> Iterator[dict[str, Path]]:
    """The three, ended whatever happens; their logs by name."""
    logs = {name: home / f"{name}.log" for name in ("worker", "api", "selfwatch")}
    running = []
    try:
        for name, log in logs.items():
            with log.open("wb") as stderr:
                command = [sys.executable, str(ESCALON), name, "--log-level", "debug"]
                running.append(subprocess.Popen(command, env=env, stderr=stderr, stdout=subprocess.DEVNULL))
        yield logs
    finally:
        for process in running:
            process.terminate()
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


async def ready(url: str, within_s: float = 100) -> None:
    """Return once the page says 200."""
    async with asyncio.timeout(within_s), httpx2.AsyncClient(timeout=10) as client:
        while True:
            with contextlib.suppress(httpx2.TransportError):
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.2)


@pytest.fixture(scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Everything that runs, after an issue was opened, paged about in vain, climbed, was noted on and acknowledged."""
    home = tmp_path_factory.mktemp("installation")
    ports = {name: free_port() for name in ("worker", "sdk", "watch", "api", "api_metrics")}
    async with dev_server() as server, mail_server() as mail:
        with collecting() as (collector, url):
            env = settings(home, server.client.service_client.config.target_host, mail.port, ports, url)
            with processes(env, home) as logs:
                it = Installation(home, server.client, ports, collector, logs=logs)
                await ready(it.at("worker") + "/readyz")
                made = await asyncio.to_thread(escalon, "key", "create", "--for", "ann", "--json", env=env)
                assert made.returncode == 0, made.stderr
                it.key = json.loads(made.stdout)["written"]
                await ready(it.at("api") + "/readyz")
                await lived(it)
                yield it


async def lived(it: Installation) -> None:
    """The story."""
    opening = {
        "source": "desk",
        "reference": "REF-1",
        "title": f"{TITLE} {CARD}",
        "description": f"{DESCRIPTION} {CARD} {it.key} {PASSWORD}",
    }
    opened = await it.call("POST", "/v1/issues", json=opening, more={"traceparent": CALLER, "baggage": f"who={NOTE}"})
    assert opened.status_code == 202, opened.text
    it.issue = opened.json()["issue"]
    refused = await it.call("POST", "/v1/issues", key=WRONG_KEY, json=opening)
    assert refused.status_code == 401
    wrong = await it.call("POST", "/v1/issues", json={**opening, "unknown": DESCRIPTION})
    assert wrong.status_code == 422
    noted = await it.call("POST", f"/v1/issues/{it.issue}/note", json={"text": f"{NOTE} {CARD} {PASSWORD}"})
    assert noted.status_code == 200, noted.text
    done = await it.call("POST", f"/v1/issues/{it.issue}/acknowledge", json={"next_action": f"{NOTE} {CARD}"})
    assert done.status_code == 200, done.text
    lapsed = await it.call("POST", f"/v1/issues/{it.issue}/release", json={"reason": NOTE})
    assert lapsed.status_code == 200, lapsed.text
    await ready(it.at("watch") + "/healthz")
    async with asyncio.timeout(100):  # until a deadline was served, and an e-mail tried
        while not {"escalon_tick_lateness_seconds_count", 'channel="email"'} <= await seen(it):  # noqa: ASYNC110 - asks others
            await asyncio.sleep(0.3)


async def seen(it: Installation) -> set[str]:
    """Which of the things that the story waits for the worker shows."""
    async with httpx2.AsyncClient(timeout=20) as client:
        text = (await client.get(it.at("sdk") + "/metrics")).text
    return {word for word in ("escalon_tick_lateness_seconds_count", 'channel="email"') if word in text}
