"""Makes Grafana's dashboard from the rows below: `python -m scripts.dashboard`. A test holds the file to it.

Every metric in it is one that a worker, an API and a watch show; another test scrapes them.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).resolve().parent.parent / "ops/grafana/escalon.json"
COLUMNS = 24
HEIGHT = 7


class Panel(NamedTuple):
    """One panel: what it is called, what it asks, and how it is shown."""

    title: str
    queries: tuple[tuple[str, str], ...]
    """Legend and PromQL."""
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    means: str = ""
    red_from: float | None = None


def _quantiles(metric: str, by: str = "") -> tuple[tuple[str, str], ...]:
    grouped, legend = (f"le, {by}", f" {{{{{by}}}}}") if by else ("le", "")
    rate = f"sum by ({grouped}) (rate({metric}_bucket[$__rate_interval]))"
    return tuple((f"p{share:.0%}"[:-1] + legend, f"histogram_quantile({share}, {rate})") for share in (0.5, 0.95, 0.99))


def _worst(metric: str, by: str) -> tuple[tuple[str, str], ...]:
    """The 95th percentile of each."""
    rate = f"sum by (le, {by}) (rate({metric}_bucket[$__rate_interval]))"
    return ((f"{{{{{by}}}}}", f"histogram_quantile(0.95, {rate})"),)


ROWS: dict[str, tuple[Panel, ...]] = {
    "How issues stand": (
        Panel("Exhausted", (("", "max(escalon_issues_exhausted)"),), kind="stat", width=4, red_from=1,
              means="Nobody above is left: a person must take charge."),
        Panel("Overdue", (("", "max(escalon_issues_overdue)"),), kind="stat", width=4, red_from=1,
              means="Something was due and was not done."),
        Panel("Unacknowledged", (("", "max(escalon_issues_unacknowledged)"),), kind="stat", width=4),
        Panel("Missed a limit", (("", "max(escalon_issues_breached)"),), kind="stat", width=4),
        Panel("Findings of the watch", (("{{kind}}", "max by (kind) (escalon_watch_findings)"),), width=8, red_from=1),
        Panel("Issues", (("{{status}}", "max by (status) (escalon_issues)"),), width=12),
        Panel("Open issues by severity", (("{{severity}}", "max by (severity) (escalon_issues_open)"),), width=12),
    ),
    "Pages": (
        Panel("Attempts to deliver", (
            ("{{channel}} {{outcome}}",
             "sum by (channel, outcome) (rate(escalon_delivery_attempts_total[$__rate_interval]))"),
        ), unit="ops"),
        Panel("Messages on record", (
            ("{{channel}} {{outcome}}", "max by (channel, outcome) (increase(escalon_messages_total[1h]))"),
        ), means="Within an hour; those that failed went another way."),
        Panel("How late pages leave", _quantiles("escalon_page_lateness_seconds"), unit="s"),
        Panel("How late, by channel", _worst("escalon_page_lateness_seconds", "channel"), unit="s", width=12,
              means="95th percentile."),
        Panel("How late deadlines are served", _quantiles("escalon_tick_lateness_seconds"), unit="s", width=12),
    ),
    "The record": (
        Panel("Reachable", (("", "min(escalon_record_up)"),), kind="stat", width=4),
        Panel("Since the last entry", (
            ("", "time() - max(escalon_record_last_written_timestamp_seconds)"),
        ), unit="s", kind="stat", width=4),
        Panel("Lag", (("worst of five minutes", "max(escalon_record_lag_seconds)"),), unit="s", red_from=30),
        Panel("Entries written", (
            ("entries", "max(rate(escalon_entries_recorded_total[$__rate_interval]))"),
        ), unit="ops"),
    ),
    "The API": (
        Panel("Requests", (
            ("{{route}} {{status}}",
             "sum by (route, status) (rate(escalon_api_requests_total[$__rate_interval]))"),
        ), unit="reqps"),
        Panel("Duration by route", _worst("escalon_api_request_duration_seconds", "route"), unit="s",
              means="95th percentile."),
        Panel("Under way", (("{{instance}}", "escalon_api_requests_running"),)),
    ),
    "Workers": (
        Panel("Workflow tasks wait", _quantiles("temporal_workflow_task_schedule_to_start_latency_seconds"), unit="s",
              means="Long: more workers are needed."),
        Panel("Activities wait", _quantiles("temporal_activity_schedule_to_start_latency_seconds"), unit="s"),
        Panel("Activities take", _worst("temporal_activity_execution_latency_seconds", "activity_type"), unit="s",
              means="95th percentile."),
        Panel("Room", (
            ("{{worker_type}} free", "min by (worker_type) (temporal_worker_task_slots_available)"),
            ("{{worker_type}} used", "max by (worker_type) (temporal_worker_task_slots_used)"),
        )),
        Panel("Pollers", (("{{poller_type}}", "sum by (poller_type) (temporal_num_pollers)"),)),
        Panel("Issues in memory", (("{{instance}}", "temporal_sticky_cache_size"),)),
        Panel("The server answers", _worst("temporal_request_latency_seconds", "operation"), unit="s", width=12,
              means="95th percentile of the worker's calls."),
        Panel("Memory", (("{{job}} {{instance}}", "process_resident_memory_bytes"),), unit="bytes", width=6),
        Panel("CPU", (("{{job}} {{instance}}", "rate(process_cpu_seconds_total[$__rate_interval])"),), width=6),
    ),
}  # fmt: skip


def dashboard() -> dict[str, Any]:
    """As Grafana imports it."""
    panels: list[dict[str, Any]] = []
    top = 0
    for title, row in ROWS.items():
        panels.append(_placed(len(panels) + 1, 0, top, COLUMNS, 1, type="row", title=title, collapsed=False))
        top, left = top + 1, 0
        for panel in row:
            if left + panel.width > COLUMNS:
                top, left = top + HEIGHT, 0
            panels.append(_placed(len(panels) + 1, left, top, panel.width, HEIGHT, **_shown(panel)))
            left += panel.width
        top += HEIGHT
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "title": "Escalon",
        "uid": "escalon",
        "tags": ["escalon"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [source]},
        "panels": panels,
    }


def _placed(number: int, left: int, top: int, width: int, height: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "gridPos": {"x": left, "y": top, "w": width, "h": height}, **more}


def _shown(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.red_from is not None:
        steps.append({"color": "red", "value": panel.red_from})
    source = {"type": "prometheus", "uid": "${source}"}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.means,
        "datasource": source,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": source, "expr": query, "legendFormat": legend or panel.title}
            for place, (legend, query) in enumerate(panel.queries)
        ],
    }


def text() -> str:
    """The file."""
    return json.dumps(dashboard(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    print(f"made {FILE.name}")
