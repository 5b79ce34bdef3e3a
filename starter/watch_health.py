"""How the watch itself is, over HTTP: `/healthz` and `/metrics`. What it finds is told elsewhere; here it is counted.

Healthy is a watch that goes on looking, whatever it finds: restarting it would mend nothing else.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from starter.health import metrics_page, process_registry

LONGEST_ROUND = timedelta(seconds=120)
"""All checks, telling and writing down, each at its limit. Ours: longer than they add up to."""


class WatchHealth:
    """What is known of the rounds so far; a collector for a Prometheus registry."""

    def __init__(self, every: timedelta, clock: Callable[[], float] = time.time) -> None:
        self._patience_s = (every + LONGEST_ROUND).total_seconds()
        self._clock = clock
        self._last = clock()  # the first round is given its time too
        self._rounds = {"worked": 0, "incomplete": 0}
        self._open: dict[str, int] = {}

    def note(self, report: Mapping[str, Any]) -> None:
        """A round has ended: what it gave, as `Report.shown` says it."""
        self._last = self._clock()
        has_worked = not report["broken"] and not report["untold"]
        self._rounds["worked" if has_worked else "incomplete"] += 1
        self._open = {}
        for each in report["open"]:
            self._open[each["kind"]] = self._open.get(each["kind"], 0) + 1

    @property
    def is_looking(self) -> bool:
        """Whether the last round is no longer ago than one may take."""
        return self._clock() - self._last <= self._patience_s

    def describe(self) -> list[Metric]:
        """Nothing, as it is not needed to register."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures of now."""
        rounds = CounterMetricFamily(
            "escalon_watch_rounds",
            "Rounds of the watch: worked, or incomplete (something could not be looked at or told).",
            labels=["outcome"],
        )
        for outcome, count in self._rounds.items():
            rounds.add_metric([outcome], count)
        yield rounds
        last = GaugeMetricFamily("escalon_watch_last_round_timestamp_seconds", "When the last round ended.")
        last.add_metric([], self._last)
        yield last
        found = GaugeMetricFamily(
            "escalon_watch_findings", "What the last round found wrong, by kind; also while the record is away.",
            labels=["kind"],
        )  # fmt: skip
        for kind, count in sorted(self._open.items()):
            found.add_metric([kind], count)
        yield found


def watch_app(health: WatchHealth) -> Starlette:
    """The two pages."""
    registry = process_registry()
    registry.register(health)

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"looking": health.is_looking}, status_code=200 if health.is_looking else 503)

    return Starlette(routes=[Route("/healthz", healthz), metrics_page(registry)])
