"""Whether this process is traced, by its settings (`client/tracing.py` does it)."""

from collections.abc import Iterator
from contextlib import contextmanager

from client import tracing
from client.settings import Settings
from starter.failure import WrongInput


@contextmanager
def traced(settings: Settings, service: str) -> Iterator[None]:
    """Trace while the block runs, where ESCALON_OTLP_ENDPOINT says whither; raises WrongInput."""
    if not settings.otlp_endpoint:
        yield
        return
    try:
        end = tracing.set_up(settings.otlp_endpoint, service)
    except tracing.TracingMissing as missing:
        raise WrongInput(f"ESCALON_OTLP_ENDPOINT: {missing}", "no_tracing") from None
    try:
        yield
    finally:
        end()
