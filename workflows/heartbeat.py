"""The workflow of one source that must give signs of life: one timer, and one report at a time beside it.

Thin: what is due, what is silent and what is reported is decided in `escalation/heartbeat/watching.py`. Signals take
any bodies: nothing that anyone sends can stop a watch. It ends when its source is no longer written anywhere.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from escalation.heartbeat import watching
    from escalation.heartbeat.in_words import card, timer_name
    from escalation.heartbeat.source import Watched
    from escalation.heartbeat.watching import Report, Told, Watch
    from escalation.value import Value

REPORT: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=60),
    # Then what is to be reported is looked at anew: it may have ended meanwhile.
    "schedule_to_close_timeout": timedelta(minutes=10),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
}
AGAIN_AFTER = timedelta(seconds=10)
"""A report that could not be made is made anew after so much."""
FORCED_HISTORY = 12_000
"""History events after which it continues as new even while a report is under way, which is then made once more."""


class Beginning(Value):
    """What the workflow is started with."""

    org: str
    watched: Watched
    watch: Watch | None = None
    """Where the run before stood; None: it is seen for the first time."""


@workflow.defn(name="Heartbeat")
class Heartbeat:
    """The watch of one source, as long as it is to be watched."""

    @workflow.init
    def __init__(self, beginning: Beginning) -> None:
        self._watch = beginning.watch or watching.begun(beginning.org, beginning.watched, workflow.now())
        self._is_changed = True
        self._is_reporting = False
        self._again_at: datetime | None = None

    @workflow.run
    async def run(self, beginning: Beginning) -> Watch:  # noqa: ARG002 - taken by __init__
        """Where it stood at its end."""
        reporting: asyncio.Task[None] | None = None
        while self._is_reporting or not watching.is_over(self._watch):
            self._is_changed = False
            if reporting is not None and reporting.done():
                reporting.result()  # a bug in it fails the workflow task, to be seen and mended
            self._take(watching.looked(self._watch, workflow.now()))
            workflow.set_current_details(card(self._watch))
            if not self._is_reporting and self._may_report and (report := self._report()) is not None:
                self._is_reporting, self._again_at = True, None
                self._watch = watching.tried(self._watch, report)
                reporting = asyncio.create_task(self._tell(report))
            self._hand_over_if_long()
            await self._wait()
        return self._watch

    @workflow.signal(name="sign", description='It is alive: {}, or {"id": "…"}, the same one twice is one sign')
    def sign(self, *bodies: Any) -> None:
        """A sign of life, as of now. A body that is none of ours is a sign all the same."""
        given = bodies[0].get("id", "") if bodies and isinstance(bodies[0], dict) else ""
        self._take(watching.signed(self._watch, workflow.now(), given[:200] if isinstance(given, str) else ""))

    @workflow.signal(name="configure", description="The source as it is written now; sent by the worker")
    def configure(self, *bodies: Any) -> None:
        """What cannot be read changes nothing."""
        try:
            watched = Watched.model_validate(bodies[0] if bodies else None)
        except ValidationError:
            workflow.logger.warning("a source that cannot be read was sent")
            return
        if watched.source.name == self._watch.watched.source.name:
            self._take(watching.configured(self._watch, watched, workflow.now()))

    @workflow.signal(name="remove", description="The source is written nowhere any more: {}")
    def remove(self, *_: Any) -> None:
        """Nobody waits for its signs any longer."""
        self._take(watching.removed(self._watch, workflow.now()))

    @workflow.query(description="Where the watch stands")
    def watch(self) -> Watch:
        """As of its last step."""
        return self._watch

    def _take(self, watch: Watch) -> None:
        self._is_changed = self._is_changed or watch != self._watch
        self._watch = watch

    @property
    def _may_report(self) -> bool:
        return self._again_at is None or self._again_at <= workflow.now()

    def _report(self) -> Report | None:
        return watching.to_report(self._watch, workflow.now())

    async def _tell(self, report: Report) -> None:
        source = report.silence.watched.source
        try:
            told = await workflow.execute_activity(
                report.kind, report, result_type=Told, summary=f"{source.name}: {report.said}", **REPORT
            )
        except ActivityError as error:
            cause = error.cause
            why = cause.message if isinstance(cause, ApplicationError) else str(cause or error)
            self._take(watching.not_told(self._watch, why[:500]))
            self._again_at = workflow.now() + AGAIN_AFTER
        else:
            self._take(watching.told(self._watch, report, told))
        finally:
            self._is_reporting, self._is_changed = False, True

    async def _wait(self) -> None:
        """Until something is heard, or the next instant comes."""
        due = self._watch.due_at
        dues = [each for each in (due, None if self._is_reporting else self._again_at) if each is not None]
        if not dues:
            await workflow.wait_condition(self._has_heard)
            return
        left = max(min(dues) - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(self._has_heard, timeout=left, timeout_summary=timer_name(self._watch))
        except TimeoutError:
            return

    def _has_heard(self) -> bool:
        return self._is_changed

    def _hand_over_if_long(self) -> None:
        info = workflow.info()
        is_quiet = not self._is_reporting and info.is_continue_as_new_suggested()
        if is_quiet or info.get_current_history_length() > FORCED_HISTORY:
            watch = self._watch
            workflow.continue_as_new(Beginning(org=watch.org, watched=watch.watched, watch=watch))
