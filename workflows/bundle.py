"""The workflow of one bundle: messages of one cause to one person by one channel, gathered into digests.

Thin: what gathers and when it goes is decided by escalation/storm/bundle.py. A message is handed over by a signal, and
asked after by a query; nothing that is sent can stop it. Instants decide how long a timer is, and nothing else: when
it has fired a digest goes. So tasks that leave no event may be played together (docs/decisions/0014).
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from escalation.storm import bundle as rules
    from escalation.storm.bundle import Became, Bundle, Handed
    from escalation.storm.digest import Asked, DigestWent, asked_in, digest_of
    from workflows.tasks import Tasks

_SEND: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=30),
    "schedule_to_close_timeout": timedelta(hours=24),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=2)),
}
"""As a page: retried for a day. Its messages do not wait for it longer than each may."""
_SHORTEST = timedelta(milliseconds=1)
"""Never no timer at all: whether the instant has come would depend on when a task is played."""


@workflow.defn(name="Bundle")
class BundleOfMessages:
    """One person's messages of one cause by one channel, until there have been none for a while."""

    @workflow.init
    def __init__(self, start: Bundle) -> None:
        self._bundle = start
        self._is_changed = False
        self._tasks = Tasks()

    @workflow.run
    async def run(self, start: Bundle) -> None:  # noqa: ARG002 - taken by __init__
        """Gather and send until it is over."""
        while True:
            self._is_changed = False
            sends_at = rules.sends_at(self._bundle)
            at = sends_at or rules.ends_at(self._bundle)
            if at is None:
                raise RuntimeError("a digest is under way outside of the loop")
            timer = asyncio.create_task(
                workflow.sleep(
                    max(at - workflow.now(), _SHORTEST), summary="the next digest" if sends_at else "the storm is over"
                )
            )
            await workflow.wait_condition(lambda done=timer.done: self._has_heard() or done())  # type: ignore[misc]
            if not timer.done():
                timer.cancel()
            elif sends_at is not None:
                await self._send()
            elif not self._is_changed:
                return
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(self._bundle)

    async def _send(self) -> None:
        self._bundle = rules.begun(self._bundle)
        if not self._bundle.under_way and not self._bundle.naming:
            return
        digest = digest_of(self._bundle, workflow.now())
        try:
            went = await workflow.execute_activity(
                digest.kind,
                digest,
                result_type=DigestWent,
                summary=f"digest of {len(digest.listed)} issues",
                priority=Priority(priority_key=digest.priority),
                **_SEND,
            )
        except ActivityError:
            self._bundle = rules.failed(self._bundle)
            return
        dropped = frozenset(went.dropped)
        self._bundle = rules.gone(self._bundle, workflow.now(), dropped, is_delivered=went.is_delivered)

    def _has_heard(self) -> bool:
        self._tasks.must_have_begun()
        return self._is_changed

    @workflow.signal(name="hand_over", description="A message that is to go with others; sent by errands")
    def hand_over(self, *bodies: Any) -> None:
        """One or several. What cannot be read is left: its errand asks after it, and hands it over again."""
        for body in bodies:
            try:
                message = Handed.model_validate(body)
            except ValidationError:
                workflow.logger.warning("a message that cannot be read was handed over")
                continue
            self._bundle = rules.taken(self._bundle, message.changed({"handed_at": workflow.now()}))
            self._is_changed = True

    @workflow.signal(name="not_arrived", description="A digest that had left did not arrive: its number, and why")
    def not_arrived(self, *bodies: Any) -> None:
        """Its messages that are asked after from now on have not arrived either."""
        match bodies:
            case [int(number), str(error)]:
                self._bundle = rules.lost(self._bundle, number, error[:200])
            case _:
                workflow.logger.warning("a receipt that cannot be read came for a digest")

    @workflow.query(description="What became of a message, by its key")
    def became(self, key: str) -> Became:
        """For whoever looks into it."""
        return rules.became(self._bundle, key, workflow.now())

    @workflow.query(description="What became of all messages that do not wait any more, by their keys")
    def ended(self) -> dict[str, Became]:
        """For the errands of one worker, which ask together."""
        return self._bundle.ended

    @workflow.query(description="What an answer to a digest is about, by the digest's number")
    def asked(self, number: int) -> Asked:
        """For whoever answers it."""
        return asked_in(self._bundle, number)
