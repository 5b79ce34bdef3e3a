"""Whether a message goes out by itself or with others of its cause, in a digest: what one worker has seen decides.

The first few of a cause go out at once, and cost nothing more than before. Those after them are handed to a bundle
(client/bundles.py) and asked after until they went: the errand stays the message's own, so that its issue hears what
became of it. Whatever ails the bundle, a message goes out by itself: better twice than never.
"""

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.service import RPCError

from activities.attempt import Attempt
from client.asking import NoWorker
from client.bundles import NoSuchBundle, ask_ended, hand_over
from client.finding import Connection
from client.settings import Settings
from escalation.issue.delivery import INBOX, Noted
from escalation.issue.effects import Notify
from escalation.issue.facts import CauseRef
from escalation.storm.bundle import Became, Handed, Whose
from escalation.storm.counting import Counted, Limits, Single, counted_with, goes_by_itself
from escalation.storm.digest import bundle_id
from escalation.storm.throttle import is_news

GATHERED = "Gathered"
"""The type of the failure by which an errand waits for its digest (also in activities/observed.py)."""
BY_ITSELF = Became(what="by_itself")
STILL_WAITS = Became(what="waits")
_ASKED_EVERY_S = 2.0
_MOST_ASKED = 1000
HOLD = 0.75
"""Of a message's patience it may wait for others so much; the rest is for going by itself, if that is what remains."""
HANDED_WITHIN = timedelta(seconds=30)
"""For so long it is tried to hand a message over. Ours: a server that hundreds of issues keep busy answers by then."""
_MOST_CAUSES = 20_000
_HANDED_AGAIN_AFTER = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=2)
_WITHOUT_ANSWER = timedelta(seconds=2)

_NEWS = {name: CauseRef(key=f"news-{name}") for name in ("normal", "restricted", "sealed")}

_log = structlog.get_logger(__name__)


class Gathering:
    """For one worker."""

    def __init__(self, client: Connection, limits: Limits, task_queue: str) -> None:
        self._client = client
        self._limits = limits
        self._task_queue = task_queue
        self._asked: dict[str, tuple[float, asyncio.Future[dict[str, Became]]]] = {}
        self._counted: OrderedDict[tuple[str, str, str, str], Counted] = OrderedDict()

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
        if not _causes(effect) or before.is_released:
            return BY_ITSELF
        if before.bundle:
            found = await self._asked_after(effect, attempt, before)
        elif before.last == before.waited:  # nothing was tried yet
            found = await self._handed(effect, attempt)
        else:
            return BY_ITSELF  # tried by itself before
        if found.what == "by_itself":
            attempt.release()
        return found

    async def _handed(self, effect: Notify, attempt: Attempt) -> Became:
        cause = self._storm(effect, datetime.now(UTC))  # compared with itself alone
        if cause is None:
            return BY_ITSELF
        name = bundle_id(effect.issue.org, effect.person.id, effect.channel, cause)
        hold = _hold(effect)
        if await self._hand_over(effect, name, cause):
            wait = self._limits.gather + timedelta(seconds=1)
            return self._waits(attempt, name, wait if hold is None else min(wait, hold))
        if attempt.waited_for > (HANDED_WITHIN if hold is None else min(HANDED_WITHIN, hold)):
            return BY_ITSELF
        return self._waits(attempt, "", _WITHOUT_ANSWER)

    async def _asked_after(self, effect: Notify, attempt: Attempt, before: Noted) -> Became:
        name = before.bundle
        hold = _hold(effect)
        left = None if hold is None else hold - attempt.waited_for
        try:
            found = (await self._ended(name)).get(effect.key, STILL_WAITS)
        except NoSuchBundle:
            return BY_ITSELF
        except (NoWorker, RPCError, RuntimeError) as error:
            _log.info("bundle_without_answer", issue=str(effect.issue), error=type(error).__name__)
            found = Became(what="waits", wait=_WITHOUT_ANSWER)
        if found.what != "waits":
            return found
        if left is not None and left <= timedelta():
            return BY_ITSELF
        if attempt.waited_for > _HANDED_AGAIN_AFTER:
            # A bundle that somebody ended would never answer: it begins again with what still waits.
            cause = next((each for each in _causes(effect) if name.endswith(f":{each.key}")), None)
            if cause is None or not await self._hand_over(effect, name, cause):
                return BY_ITSELF
        # Hundreds of messages must not ask every second after a digest that cannot leave.
        wait = min(max(found.wait, timedelta(seconds=1 << min(before.held, 7))), _LONGEST_PAUSE)
        return self._waits(attempt, name, wait if left is None else min(wait, left))

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

    def _waits(self, attempt: Attempt, name: str, wait: timedelta) -> Became:
        attempt.note_waiting(name)
        return Became(what="waits", wait=wait)

    def _storm(self, effect: Notify, now: datetime) -> CauseRef | None:
        """The cause of which the message is gathered; None: it goes by itself. Counted in the same breath."""
        single, causes = _single(effect, now), _causes(effect)
        seen = {cause: self._counted.get(self._place(effect, cause), Counted()) for cause in causes}
        found = next((cause for cause, counted in seen.items() if self._gathers(counted, single)), None)
        for cause in causes if found is None else (found,):
            place = self._place(effect, cause)
            self._counted[place] = counted_with(seen[cause], single, self._limits, is_gathered=found is not None)
            self._counted.move_to_end(place)
        while len(self._counted) > _MOST_CAUSES:
            self._counted.popitem(last=False)
        return found

    def _gathers(self, counted: Counted, single: Single) -> bool:
        return not goes_by_itself(counted, single, self._limits)

    def _place(self, effect: Notify, cause: CauseRef) -> tuple[str, str, str, str]:
        return (effect.issue.org, effect.person.id, effect.channel, cause.key)

    async def _hand_over(self, effect: Notify, name: str, cause: CauseRef) -> bool:
        whose = Whose(
            person=effect.person,
            channel=effect.channel,
            cause=cause,
            issue_class=effect.issue_class,
            limits=self._limits,
        )
        message = Handed(
            key=effect.key,
            issue=str(effect.issue),
            about=effect.about,
            severity=effect.severity,
            priority=effect.priority,
            tier=effect.tier_title,
            until=effect.until,
            asks=effect.turn > 0,
            can_acknowledge="acknowledge" in effect.commands,
            can_take_charge="take_charge" in effect.commands,
            handed_at=datetime.now(UTC),
            hold=_hold(effect),
            before=self._counted.get(self._place(effect, cause), Counted()).singles,
        )
        try:
            await hand_over(self._client, name, whose, message, self._task_queue)
        except (RPCError, RuntimeError) as error:  # the second where there never was a server
            _log.warning("message_not_handed_over", issue=str(effect.issue), error=type(error).__name__)
            return False
        return True


def _causes(effect: Notify) -> tuple[CauseRef, ...]:
    """What it may go with: those of its cause; news, which nobody need answer, with other news.

    Not in the inbox, which disturbs nobody. Nor with that of another class of issues, which may say less.
    """
    if effect.channel == INBOX or not is_news(effect.about):
        return effect.causes
    return (*effect.causes, _NEWS[effect.issue_class])


def _hold(effect: Notify) -> timedelta | None:
    return None if effect.patience is None else effect.patience * HOLD


def _single(effect: Notify, now: datetime) -> Single:
    return Single(
        issue=str(effect.issue),
        severity=effect.severity,
        priority=effect.priority,
        at=now,
        asks=effect.turn > 0,
        can_acknowledge="acknowledge" in effect.commands,
        can_take_charge="take_charge" in effect.commands,
    )
