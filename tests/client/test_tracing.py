"""Traces are off unless they are asked for, and say what is missing where they cannot be had."""

import subprocess
import sys

import pytest

from client import tracing
from client.settings import Settings
from starter.failure import WrongInput
from starter.tracing import traced

ENDPOINT = "http://127.0.0.1:4318"


def test_without_an_endpoint_nothing_is_traced_and_nothing_loaded() -> None:
    program = (
        "import sys; from client import connect, tracing; from client.settings import Settings;"
        "from starter.tracing import traced\n"
        "with traced(Settings(), 'api'): assert tracing.interceptors() == []\n"
        "with tracing.request('GET', {}) as ended: ended('/', 200)\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry.sdk')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with (
        pytest.raises(WrongInput, match=r"ESCALON_OTLP_ENDPOINT: traces need .*: install escalon\[tracing\]"),
        traced(Settings.model_validate({"otlp_endpoint": ENDPOINT}), "api"),
    ):
        pass
    assert tracing.interceptors() == []


def test_while_it_is_on_connections_are_traced_and_afterwards_not() -> None:
    with traced(Settings.model_validate({"otlp_endpoint": ENDPOINT}), "api"):
        assert len(tracing.interceptors()) == 1
    assert tracing.interceptors() == []


def test_an_endpoint_that_is_no_url_is_refused() -> None:
    with pytest.raises(ValueError, match="this is no URL"):
        Settings.model_validate({"otlp_endpoint": "collector"})
