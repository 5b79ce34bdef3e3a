"""How long each errand may take and how it is retried, by the kind of its effect."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.exceptions import TimeoutError as RanOutOfTime
from temporalio.workflow import ActivityCancellationType

RECORD: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=500), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
    ),
}
"""Retried until it is written. Longer than a writer waits for a database that others keep (records/database.py).

Never a local activity: that writes down what a workflow task has decided before the task is durable. A task that is
then lost (its worker killed, or more had arrived when it wanted to end the run) is decided anew, at another instant
and perhaps otherwise, and what is on record never happened (measured; docs/decisions/0008).
"""

CARRIERS = frozenset({"notify"})
"""Errands that take along what waits to be written on the record."""

_OPTIONS: dict[str, dict[str, Any]] = {
    "find_responders": {
        "start_to_close_timeout": timedelta(seconds=5),
        # Ends with the rules' own limit (clocks.FIND_WITHIN): then the last known people are asked.
        "schedule_to_close_timeout": timedelta(seconds=30),
        "retry_policy": RetryPolicy(
            initial_interval=timedelta(milliseconds=300), maximum_interval=timedelta(seconds=5)
        ),
    },
    "find_shifts": {
        "start_to_close_timeout": timedelta(seconds=5),
        # Nobody waits for it: it is looked up before it matters, and again where it fails (shifts.TRY_AGAIN).
        "schedule_to_close_timeout": timedelta(seconds=30),
        "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10)),
    },
    "notify": {
        "start_to_close_timeout": timedelta(seconds=30),
        "schedule_to_close_timeout": timedelta(hours=24),
        # One that is called off may be leaving just then: what became of it counts.
        "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=2)),
    },
    "keep_text": {
        "start_to_close_timeout": timedelta(seconds=20),
        "retry_policy": RetryPolicy(maximum_interval=timedelta(seconds=30)),
    },
    "link_duplicate": {
        "start_to_close_timeout": timedelta(seconds=10),
        # Both issues go on meanwhile; then this one hears that the first could not be reached.
        "schedule_to_close_timeout": timedelta(minutes=10),
        "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
    },
    "log_refusal": {
        "start_to_close_timeout": timedelta(seconds=20),
        "retry_policy": RetryPolicy(maximum_interval=timedelta(seconds=30)),
    },
}


BACKSTOP = timedelta(minutes=1)
"""How much longer than its patience an errand is waited for that says by itself when its patience is over: its last
attempt may hang for half a minute, or its worker die. Then the rules take the other ways all the same."""


def options(kind: str, patience: timedelta | None = None, wait: timedelta = timedelta()) -> dict[str, Any]:
    """Time limits and retries of an errand; raises KeyError for a kind that has none.

    `patience`: how long it is tried before it answers that other ways are to be taken; None: it does not. `wait`: how
    long it is not to be tried at first.
    """
    found = _OPTIONS[kind]
    if patience is None and not wait:
        return found
    limit = found["schedule_to_close_timeout"] if patience is None else patience + BACKSTOP
    return {**found, "schedule_to_close_timeout": wait + limit}


_NOTED_AT = 2
"""Where it stands in the details of a failure (activities/notify.py)."""


def noted(error: BaseException | None) -> Sequence[Any]:
    """What the attempts of an errand left behind that ran out of time, or had none left for another attempt."""
    while error is not None:
        if isinstance(error, RanOutOfTime) and error.last_heartbeat_details:
            return error.last_heartbeat_details
        if isinstance(error, CancelledError) and error.details:
            return error.details
        if isinstance(error, ApplicationError) and len(error.details) > _NOTED_AT:
            return error.details[_NOTED_AT:]
        error = error.__cause__
    return ()
