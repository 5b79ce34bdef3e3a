"""Whether a message goes out by itself or with others of its cause, in a digest: what one worker has seen decides.

The first few of a cause go out at once, and cost nothing more than before. Those after them are handed to a bundle
(client/bundles.py) and asked after until they went: the errand stays the message's own, so that its issue hears what
became of it. What a message does while its bundle is late is decided in escalation/storm/waiting.py.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.service import RPCError, RPCStatusCode

from activities.attempt import Attempt
from activities.handing_over import HandingOver
from client.asking import NoWorker
from client.bundles import NoSuchBundle, ask_ended, hand_over
from client.finding import Connection
from client.settings import Settings
from escalation.issue.delivery import Noted
from escalation.issue.effects import Notify
from escalation.issue.facts import CauseRef
from escalation.storm.bundle import Became, Handed, Whose
from escalation.storm.counting import Limits
from escalation.storm.counts import Counts, bundle_of, causes_of_message
from escalation.storm.waiting import HANDED_AGAIN_AFTER, asked_after, first_look, not_handed_over

GATHERED = "Gathered"
"""The type of the failure by which an errand waits for its digest (also in activities/observed.py)."""
BY_ITSELF = Became(what="by_itself")
STILL_WAITS = Became(what="waits")
_ASKED_EVERY_S = 2.0
_MOST_ASKED = 1000
_NEVER = {
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.UNIMPLEMENTED,
}
"""What trying again does not mend: a worker that may not begin bundles lets its messages go by themselves at once."""

_log = structlog.get_logger(__name__)


class Gathering:
    """For one worker."""

    def __init__(self, client: Connection, limits: Limits, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue
        self._counts = Counts(limits)
        self._asked: dict[str, tuple[float, asyncio.Future[dict[str, Became]]]] = {}
        self._handing_over = HandingOver(self._call)

    @classmethod
    def of(cls, client: Connection, settings: Settings) -> "Gathering":
        """As this installation has it."""
        limits = Limits(
            after=settings.storm_after,
            window=timedelta(seconds=settings.storm_window_s),
            gather=timedelta(seconds=settings.digest_gather_s),
            longest=timedelta(seconds=settings.digest_longest_s),
        )
        return cls(client, limits, settings.task_queue)

    async def turn(self, effect: Notify, attempt: Attempt) -> Became:
        """What becomes of the message now; one that waits has that noted, with how long until it is asked after."""
        before = attempt.before
        if not causes_of_message(effect) or before.is_released:
            return BY_ITSELF
        name = before.bundle
        if name:
            found = await self._asked_after(effect, attempt, before)
        elif not _is_tried(before):
            found, name = await self._handed(effect, attempt)
        else:
            return BY_ITSELF  # tried by itself before
        if found.what == "by_itself":
            attempt.release()
        elif found.what == "waits":
            attempt.note_waiting(name)
        return found

    async def _handed(self, effect: Notify, attempt: Attempt) -> tuple[Became, str]:
        now = datetime.now(UTC)  # compared with itself alone
        cause = self._counts.gathers(effect, now)
        if cause is None:
            return BY_ITSELF, ""
        error = await self._hand_over(effect, cause)
        if error is None:
            wait = first_look(self._counts.limits.gather, effect.patience)
            return Became(what="waits", wait=wait), bundle_of(effect, cause)
        if isinstance(error, RPCError) and error.status in _NEVER:
            return BY_ITSELF, ""
        return not_handed_over(attempt.waited_for, effect.patience), ""

    async def _asked_after(self, effect: Notify, attempt: Attempt, before: Noted) -> Became:
        name = before.bundle
        found: Became | None = None
        is_gone = False
        try:
            found = (await self._ended(name)).get(effect.key, STILL_WAITS)
        except NoSuchBundle:
            found, is_gone = STILL_WAITS, True
        except (NoWorker, RPCError, RuntimeError) as error:
            _log.info("bundle_without_answer", issue=str(effect.issue), error=type(error).__name__)
        became = asked_after(found, attempt.waited_for, effect.patience, before.held)
        if became.what == "waits" and found is not None and (is_gone or attempt.waited_for > HANDED_AGAIN_AFTER):
            cause = next((each for each in causes_of_message(effect) if name.endswith(f":{each.key}")), None)
            if cause is None:
                return BY_ITSELF
            await self._hand_over(effect, cause)
        return became

    async def _ended(self, name: str) -> dict[str, Became]:
        """What became of a bundle's messages: asked once for all of them that want to know at a time.

        Each question makes a bundle that is just being handed messages be taken up anew: hundreds would stop it.
        """
        now = asyncio.get_running_loop().time()
        asked_at, asking = self._asked.get(name, (0.0, None))
        if asking is None or now - asked_at > _ASKED_EVERY_S:
            asking = asyncio.ensure_future(ask_ended(self._client, name))
            asking.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._asked[name] = now, asking
            while len(self._asked) > _MOST_ASKED:
                self._asked.pop(next(iter(self._asked)))
        return await asyncio.shield(asking)

    async def _hand_over(self, effect: Notify, cause: CauseRef) -> Exception | None:
        """Hand it over; why it could not be."""
        message = self._counts.handed(effect, cause, datetime.now(UTC))
        whose = self._counts.whose(effect, cause)
        try:
            await self._handing_over.hand_over(bundle_of(effect, cause), whose, message)
        except (RPCError, RuntimeError) as error:  # the second where there never was a server
            _log.warning("message_not_handed_over", issue=str(effect.issue), error=type(error).__name__)
            return error
        return None

    async def _call(self, name: str, whose: Whose, messages: Sequence[Handed]) -> None:
        await hand_over(self._client, name, whose, messages, self._task_queue)


def _is_tried(before: Noted) -> bool:
    """Whether it was tried by itself. An attempt that was lost on its way, with a worker that was too busy, is none."""
    return before.last != before.waited and not (before.tries and all(tried.at is None for tried in before.tries))
