"""Every request to the HTTP door: one line in the log, one count, one duration, and an id to ask about it by.

The outermost part of the app. Key, actor and issue are noted by whoever finds them out (`note`), so that every line of
the request from then on has them, its own too; what was sent or answered is in neither log nor metrics.
"""

import re
import time
from contextvars import ContextVar
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from client import tracing
from starter.health import metrics_page, process_registry

REQUEST_ID = "x-request-id"
_FIT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/healthz", "/readyz"})
"""Asked for every few seconds by whoever watches: not worth a line each."""
NO_ROUTE = "none"

_log = structlog.get_logger(__name__)
_noted: ContextVar[dict[str, str]] = ContextVar("noted")
"""Of the request that is served: one object, which the tasks that it starts share."""


def note(**whose: str) -> None:
    """Have the lines of this request say so: `key`, `actor`, `issue`. Outside of a request nothing comes of it."""
    noted = _noted.get(None)
    if noted is not None:
        noted |= whose
        structlog.contextvars.bind_contextvars(**whose)


class CallMetrics:
    """What is counted of requests, in a registry with what the process uses."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else process_registry()
        self.requests = Counter(
            "escalon_api_requests", "Requests answered, by route and status.", ["method", "route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.duration = Histogram(
            "escalon_api_request_duration_seconds", "From a request's arrival to the end of its answer.",
            ["method", "route"], registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )  # fmt: skip
        self.running = Gauge("escalon_api_requests_running", "Requests under way.", registry=self.registry)


THIS_PROCESS = CallMetrics()
"""Of the door that this process has; a process has one."""


def metrics_app(metrics: CallMetrics = THIS_PROCESS) -> Starlette:
    """Its page for Prometheus, at a port of its own: the door itself shows nobody how busy it is."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    return Starlette(routes=[Route("/healthz", healthz), metrics_page(metrics.registry)])


class Calls:
    """Around everything else of the app."""

    def __init__(self, app: ASGIApp, metrics: CallMetrics = THIS_PROCESS) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, whatever becomes of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, began, status = _request_id(scope), time.monotonic(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {
                    **message,
                    "headers": [*message.get("headers", []), (REQUEST_ID.encode(), request.encode())],
                }
            await send(message)

        noted = {"request": request}
        _noted.set(noted)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**noted)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.running.inc()
        with tracing.request(method, _headers(scope)) as traced:
            try:
                await self._app(scope, receive, sending)
            finally:
                self._metrics.running.dec()
                route = getattr(scope.get("route"), "path", NO_ROUTE)
                traced(route, status)
                structlog.contextvars.bind_contextvars(**noted)
                self._ended(method, route, status, time.monotonic() - began)
                structlog.contextvars.clear_contextvars()

    def _ended(self, method: str, route: str, status: int, took_s: float) -> None:
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.duration.labels(method, route).observe(took_s)
        say = _log.debug if route in _QUIET and status < 400 else _log.info
        say("call", method=method, route=route, status=status, ms=round(took_s * 1000, 1))


def _request_id(scope: Scope) -> str:
    """The caller's own, where it is fit to stand in a log; else one of ours."""
    given = _headers(scope).get(REQUEST_ID, "")
    return given if _FIT.fullmatch(given) else uuid4().hex


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
