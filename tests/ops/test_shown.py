"""What an installation that runs shows: each metric that is drawn, alerted on or documented; in logs, who did what.

And nowhere what people wrote, a card's number, a password or a key.
"""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from scripts import dashboard
from tests.ops.conftest import CALLER, CARD, DESCRIPTION, NOTE, PASSWORD, TITLE, TRACE, WRONG_KEY, Installation
from tests.structure.tree import ROOT

running = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(300)]
NAME = re.compile(r"\b(?:escalon|temporal|process)_[a-z_]+\b")
ALERTS: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / "ops/alerts.yml")["groups"][0]["rules"]
PAGE = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
_PARTS = re.compile(r"_(?:bucket|sum|count)$")


def names(text: str) -> set[str]:
    """The metrics that Prometheus is shown, by the names that queries use; those without a sample now by their type."""
    sampled = {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if line and line[0] != "#"}
    typed = set(re.findall(r"^# TYPE (\w+) (?:gauge|counter)$", text, re.MULTILINE))
    return {name for name in sampled | typed if not name.endswith("_created")}


def queries() -> Iterator[str]:
    """Everything that the dashboard asks."""
    for panel in json.loads(dashboard.FILE.read_text(encoding="utf-8"))["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


def test_the_dashboard_is_the_one_that_the_script_makes() -> None:
    assert dashboard.FILE.read_text(encoding="utf-8") == dashboard.text(), "python -m scripts.dashboard"


def test_panels_have_room_and_ids_of_their_own() -> None:
    panels = json.loads(dashboard.FILE.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


class TestRunning:
    """On the installation that runs."""

    pytestmark = running

    async def test_every_metric_of_the_dashboard_exists(self, installation: Installation) -> None:
        there = names(await installation.scraped())
        asked = {name for query in queries() for name in NAME.findall(query)}
        assert len(asked) > 25
        assert asked - there == set()

    async def test_every_metric_of_the_alerts_exists(self, installation: Installation) -> None:
        there = names(await installation.scraped())
        asked = {name for rule in ALERTS for name in NAME.findall(rule["expr"])}
        assert len(asked) > 10
        assert asked - there == set()

    async def test_the_documented_metrics_are_those_that_there_are(self, installation: Installation) -> None:
        shown = await installation.scraped()
        there = {_PARTS.sub("", name) for name in names(shown) if name.startswith("escalon_")}
        documented = set(re.findall(r"^\| `(escalon_[a-z_]+)(?:\{[a-z,]+\})?` \|", PAGE, re.MULTILINE))
        assert there == documented

    async def test_labels_are_the_documented_ones(self, installation: Installation) -> None:
        shown = await installation.scraped()
        of_the_sdk = {"namespace", "service_name", "task_queue", "activity_type", "workflow_type", "le"}
        for name, labels in re.findall(r"^\| `(escalon_[a-z_]+)\{([a-z,]+)\}` \|", PAGE, re.MULTILINE):
            for found in re.findall(rf"^{name}(?:_bucket|_sum|_count)?\{{(.*)\}} ", shown, re.MULTILINE):
                assert set(re.findall(r"(\w+)=\"", found)) - of_the_sdk == set(labels.split(",")), name

    async def test_nothing_that_people_wrote_and_no_secret_is_logged(self, installation: Installation) -> None:
        text = "".join(log.read_text() for log in installation.logs.values())
        assert '"event": "told"' in text
        assert [canary for canary in canaries(installation) if canary in text] == []

    async def test_nor_is_it_in_a_history(self, installation: Installation) -> None:
        history = await installation.handle.fetch_history()
        kept = b"".join(event.SerializeToString() for event in history.events)
        assert installation.issue.encode() in kept
        # The masked title of a normal issue may travel.
        hidden = [canary for canary in canaries(installation) if canary != TITLE]
        assert [canary for canary in hidden if canary.encode() in kept] == []

    async def test_nor_in_a_metric(self, installation: Installation) -> None:
        shown = await installation.scraped()
        assert [canary for canary in canaries(installation) if canary in shown] == []
        assert "REF-1" not in shown, "metrics are about no issue"

    async def test_nor_in_a_trace(self, installation: Installation) -> None:
        await whole_trace(installation)
        sent = b"".join(installation.collector.raw)
        assert installation.issue.encode() in sent
        assert [canary for canary in canaries(installation) if canary.encode() in sent] == []

    async def test_one_trace_goes_from_the_request_to_the_errand(self, installation: Installation) -> None:
        assert await whole_trace(installation) >= WHOLE
        parents = {span.span_id: span for _, span in installation.collector.spans}
        (request,) = [span for _, span in installation.collector.spans if span.parent_span_id.hex() == CALLER[36:52]]
        assert request.name == "POST /v1/issues"
        (told, *_) = [
            span for _, span in installation.collector.spans
            if span.name == "RunActivity:notify" and span.trace_id.hex() == TRACE
        ]  # fmt: skip
        up = told
        while up.span_id != request.span_id:  # KeyError where the chain is broken
            up = parents[up.parent_span_id]

    async def test_what_somebody_does_later_is_a_trace_of_its_own(self, installation: Installation) -> None:
        await whole_trace(installation)
        (noted,) = [span for _, span in installation.collector.spans if span.name.endswith("/note")]
        assert noted.trace_id.hex() != TRACE
        names = {name for _, name in installation.collector.of_trace(noted.trace_id.hex())}
        assert "StartWorkflowUpdate:note" in names

    async def test_a_line_about_an_issue_says_who_acted(self, installation: Installation) -> None:
        about = [line for line in installation.lines() if "issue" in line]
        assert len(about) > 5
        assert [line for line in about if not line.get("actor")] == []
        errands = [line for line in about if "errand" in line]
        assert {line["issue"] for line in errands} == {installation.issue}
        assert all(line["run"] and line["attempt"] for line in errands)

    async def test_a_request_is_a_line_with_whose_it_was(self, installation: Installation) -> None:
        calls = [line for line in installation.lines() if line["event"] == "call"]
        number = installation.key.split("_")[1]
        (noted,) = [line for line in calls if line["route"].endswith("/note")]
        assert (noted["key"], noted["actor"], noted["issue"], noted["status"], noted["method"]) == (
            number, "ann", installation.issue, 200, "POST",
        )  # fmt: skip
        (refused,) = [line for line in calls if line["status"] == 401]
        assert "key" not in refused
        opened = [line for line in calls if line["route"] == "/v1/issues" and line["status"] == 202]
        assert [line["issue"] for line in opened] == [installation.issue]


WHOLE = {
    ("escalon-api", "POST /v1/issues"),
    ("escalon-api", "StartWorkflow:Escalation"),
    ("escalon-worker", "RunWorkflow:Escalation"),
    ("escalon-worker", "RunActivity:notify"),
}


async def whole_trace(installation: Installation) -> set[tuple[str, str]]:
    """The spans of the opening's trace, once those that must be there are."""
    async with asyncio.timeout(30):
        while not installation.collector.of_trace(TRACE) >= WHOLE:  # noqa: ASYNC110 - others send them
            await asyncio.sleep(0.2)
    return installation.collector.of_trace(TRACE)


def canaries(installation: Installation) -> list[str]:
    """What must not be found anywhere but in the record."""
    return [TITLE, DESCRIPTION, NOTE, CARD, CARD.replace(" ", ""), PASSWORD, installation.key, WRONG_KEY]


def test_every_alert_says_what_is_wrong_and_is_documented() -> None:
    documented = re.findall(r"^\| `(Escalon[A-Za-z]+)` \|", PAGE, re.MULTILINE)
    assert documented == [rule["alert"] for rule in ALERTS]
    for rule in ALERTS:
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]


def test_prometheus_is_sent_to_every_port_that_compose_publishes_metrics_at() -> None:
    jobs = YAML(typ="safe").load(ROOT / "ops/prometheus.yml")["scrape_configs"]
    scraped = {target for job in jobs for each in job["static_configs"] for target in each["targets"]}
    services = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
    published = {port.rpartition(":")[0] for service in services.values() for port in service.get("ports", [])}
    pages = {f"127.0.0.1:{port}" for port in (9464, 9465, 9466, 9467, 9468)}
    assert scraped == pages
    assert pages <= published


PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool (Debian: apt install prometheus)")
@pytest.mark.parametrize("arguments", [("rules", "ops/alerts.yml"), ("config", "ops/prometheus.yml")])
def test_prometheus_own_tool_takes_the_files(arguments: tuple[str, str]) -> None:
    command = [str(PROMTOOL), "check", *arguments]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_files_that_are_named_are_there() -> None:
    for name in re.findall(r"`(ops/[a-z/.-]+)`", PAGE):
        assert (ROOT / Path(name)).exists(), name
