"""Traces, where they are wanted: from a request through the start of its workflow to each errand. Off: none is loaded.

Spans hold ids, names and durations, never what was sent. Of a caller's own trace only its id and the span's are taken
over; baggage, which holds anybody's words, goes no further. Needs `escalon[tracing]`.
"""
# ruff: noqa: PLC0415 - an installation without traces has none of these packages

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

ENDS_WITHIN_S = 3.0
"""How long the last spans of a process are waited for."""
NAME = "escalon"

_provider: "TracerProvider | None" = None

Ended: TypeAlias = Callable[[str, int], None]
"""Told at the end of a request: which route it was, and with which status it was answered."""


class TracingMissing(Exception):
    """The packages for it are not installed; says which."""


def set_up(endpoint: str, service: str, exporter: "SpanExporter | None" = None) -> Callable[[], None]:
    """Trace from now on, and send it to the collector at this URL by OTLP over HTTP; to be called at the end.

    `service` is the process: worker, api. Raises TracingMissing.
    """
    global _provider  # noqa: PLW0603 - a process is traced or is not
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as missing:
        raise TracingMissing(f"traces need the Python package {missing.name}: install escalon[tracing]") from None
    made = TracerProvider(resource=Resource.create({"service.name": f"{NAME}-{service}"}))
    to = exporter if exporter is not None else OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    made.add_span_processor(BatchSpanProcessor(to))
    _provider = made

    def end() -> None:
        global _provider  # noqa: PLW0603
        _provider = None
        # A collector that is away must not hold up the end of a process.
        ending = threading.Thread(target=made.shutdown, daemon=True)
        ending.start()
        ending.join(ENDS_WITHIN_S)

    return end


def interceptors() -> list[Any]:
    """What a connection to Temporal needs for it; a worker takes it over from its connection."""
    if _provider is None:
        return []
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    from temporalio.contrib.opentelemetry import TracingInterceptor

    made = TracingInterceptor(_provider.get_tracer(NAME))
    made.text_map_propagator = TraceContextTextMapPropagator()
    return [made]


@contextmanager
def request(method: str, headers: Mapping[str, str]) -> Iterator[Ended]:
    """A span around a request, which is part of its caller's trace where the caller has one."""
    if _provider is None:
        yield lambda _route, _status: None
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    tracer = _provider.get_tracer(NAME)
    parent = TraceContextTextMapPropagator().extract({name.lower(): value for name, value in headers.items()})
    attributes = {"http.request.method": method}
    with tracer.start_as_current_span(method, parent, SpanKind.SERVER, attributes, record_exception=False) as span:

        def ended(route: str, status: int) -> None:
            span.update_name(f"{method} {route}")
            span.set_attributes({"http.route": route, "http.response.status_code": status})
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR))

        yield ended
