"""What is seen of an errand while it runs: its log lines name issue, run, attempt and actor; what it took is counted.

An interceptor of the worker, so that no errand has to think of it. Logs and metrics hold ids and kinds, never text.
The metrics are on the SDK's own port (`ESCALON_TEMPORAL_METRICS_PORT`); docs/operating.md lists them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from escalation.issue.commands import TakeDelivery
from escalation.issue.effects import LogRefusal, Notify, Record

TRIED = {"sent": "sent", "failed": "failed_for_good", "delayed": "failed_for_now", "withdrawn": "failed_for_now"}
"""What an answer says of the attempt that brought it, in the record's words."""
SAID = {"sent": "told", "failed": "not_told", "delayed": "not_told_yet", "withdrawn": "called_off"}

WAITS = "Waits"
"""The type of the failure by which an errand asks to be started again at its instant (activities/notify.py)."""
WAITING = {WAITS, "Gathered", "Throttled"}
"""That, and those by which it waits for others to go with (gathering.py), or for its turn (turns.py)."""

_log = structlog.get_logger(__name__)


class Observing(Interceptor):
    """For the worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Around every errand."""
        return _Observed(next)


class _Observed(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        effect = input.args[0] if input.args else None
        info = activity.info()
        bound = {
            "issue": info.workflow_id,
            "run": info.workflow_run_id,
            "errand": info.activity_type,
            "attempt": info.attempt,
            "actor": actor_of(effect),
        }
        with structlog.contextvars.bound_contextvars(**bound):
            try:
                answer = await super().execute_activity(input)
            except Exception as error:
                failure = error.type if isinstance(error, ApplicationError) else type(error).__name__
                if failure in WAITING:  # nothing was tried, and nothing is wrong
                    _log.debug("errand_waits", failure=failure, **_about(effect))
                    raise
                _log.warning("errand_failed", failure=failure, **_about(effect))
                if isinstance(effect, Notify):
                    _count_attempt(effect, "failed_for_now")
                raise
            if isinstance(effect, Notify) and isinstance(answer, TakeDelivery):
                _count_attempt(effect, TRIED[answer.outcome])
                if answer.outcome == "sent" and not answer.waited_s:
                    _measure_lateness(effect)
                _log.info(SAID[answer.outcome], **_about(effect))
            else:
                _log.debug("errand_done")
            return answer


def actor_of(effect: Any) -> str:
    """Who acted, for what is written down or refused; our own system, for what it does by itself."""
    match effect:
        case LogRefusal():
            return effect.by.person
        case Record() if effect.entries:
            return effect.entries[-1].by.person
        case _:
            return "escalon"


def _about(effect: Any) -> dict[str, str]:
    if not isinstance(effect, Notify):
        return {}
    return {"person": effect.person.id, "channel": effect.channel, "about": effect.about, "tier": effect.tier}


def _count_attempt(effect: Notify, outcome: str) -> None:
    attempts = activity.metric_meter().create_counter(
        "escalon_delivery_attempts", "Attempts to deliver a message, by channel and outcome."
    )
    attempts.add(1, {"channel": effect.channel, "outcome": outcome})


def _measure_lateness(effect: Notify) -> None:
    """From the instant at which the message should leave to now, on this machine's clock; none where it was skipped."""
    late = max(timedelta(0), datetime.now(UTC) - max(effect.at, effect.not_before or effect.at))
    measured = activity.metric_meter().create_histogram_timedelta(
        "escalon_page_lateness", "From the decision to tell somebody to the message's leaving.", "duration"
    )
    measured.record(late, {"channel": effect.channel})
