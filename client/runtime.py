"""The SDK's runtime: its logs go to Python's logging (else its core writes to stdout), its metrics to a port of theirs.

A process makes one, before it connects. How logs look is said in `starter/logs.py`.
"""

import logging
from datetime import timedelta
from functools import cache

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

CORE_LOGGER = "temporalio.core"
LATENESS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""Buckets of what is late; the SDK's own end at ten seconds. The first is what the server's timers are late by."""


def make_runtime(metrics_address: str = "", *, has_worker: bool = False) -> Runtime:
    """A runtime that writes nothing to stdout; with `metrics_address` (`ip:port`) the SDK's metrics are read there.

    Raises RuntimeError or ValueError where the address cannot be listened at.
    """
    forwarding = LogForwardingConfig(
        logger=logging.getLogger(CORE_LOGGER),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=True,
    )
    metrics = None
    if metrics_address:
        metrics = PrometheusConfig(
            bind_address=metrics_address,
            counters_total_suffix=True,
            unit_suffix=True,
            durations_as_seconds=True,
            histogram_bucket_overrides=dict.fromkeys(("escalon_page_lateness", "escalon_tick_lateness"), LATENESS_S),
        )
    telemetry = TelemetryConfig(
        logging=LoggingConfig(filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding),
        metrics=metrics,
    )
    return Runtime(telemetry=telemetry, worker_heartbeat_interval=timedelta(seconds=60) if has_worker else None)


@cache
def quiet_runtime() -> Runtime:
    """The runtime of those who only ask: one for the whole process, without metrics, and silent on stdout."""
    return make_runtime()
