"""What one sender has counted of storms, and which messages it gathers: its memory between one message and the next.

Pure but for that memory: instants are given. The service has one for each worker (activities/gathering.py), the
simulated clock one for all its issues. The rule is in `counting.py`.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from escalation.issue.delivery import INBOX, PATIENCE
from escalation.issue.effects import Notify
from escalation.issue.facts import CauseRef
from escalation.storm.bundle import Handed, Whose
from escalation.storm.counting import Counted, Limits, Single, counted_with, goes_by_itself
from escalation.storm.digest import bundle_id
from escalation.storm.throttle import is_news, rank_of
from escalation.storm.waiting import hold

NAMED_WITHIN = 0.5
"""Of the time that is left: by then a digest names the issue that has joined one, or what is due. Ours."""
_FIRST_PAGES = 1
_MOST_CAUSES = 20_000
_NEWS = {name: CauseRef(key=f"news-{name}") for name in ("normal", "restricted", "sealed")}


class Counts:
    """For one sender."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._counted: OrderedDict[tuple[str, str, str, str], Counted] = OrderedDict()

    def gathers(self, effect: Notify, now: datetime) -> CauseRef | None:
        """The cause of which the message is gathered; None: it goes by itself. Counted in the same breath."""
        single, causes = _single(effect, now), causes_of_message(effect)
        seen = {cause: self._counted.get(_place(effect, cause), Counted()) for cause in causes}
        found = next((cause for cause, it in seen.items() if not goes_by_itself(it, single, self.limits)), None)
        for cause in causes if found is None else (found,):
            place = _place(effect, cause)
            self._counted[place] = counted_with(seen[cause], single, self.limits, is_gathered=found is not None)
            self._counted.move_to_end(place)
        while len(self._counted) > _MOST_CAUSES:
            self._counted.popitem(last=False)
        return found

    def handed(self, effect: Notify, cause: CauseRef, now: datetime) -> Handed:
        """The message as its bundle takes it."""
        return Handed(
            key=effect.key,
            issue=str(effect.issue),
            about=effect.about,
            severity=effect.severity,
            priority=effect.priority,
            tier=effect.tier_title,
            until=None if is_news(effect.about) else effect.until,
            asks=effect.turn > 0,
            can_acknowledge="acknowledge" in effect.commands,
            can_take_charge="take_charge" in effect.commands,
            handed_at=now,
            hold=_hold(effect),
            within=_within(effect),
            before=self._counted.get(_place(effect, cause), Counted()).singles,
        )

    def whose(self, effect: Notify, cause: CauseRef) -> Whose:
        """For whom its bundle is."""
        return Whose(
            person=effect.person,
            channel=effect.channel,
            cause=cause,
            issue_class=effect.issue_class,
            limits=self.limits,
        )


def bundle_of(effect: Notify, cause: CauseRef) -> str:
    """The id of the bundle that a message of this cause is handed to."""
    return bundle_id(effect.issue.org, effect.person.id, effect.channel, cause)


def causes_of_message(effect: Notify) -> tuple[CauseRef, ...]:
    """What it may go with: those of its cause; news, which nobody need answer, with other news.

    Not in the inbox, which disturbs nobody. Nor with that of another class of issues, which may say less.
    """
    if effect.channel == INBOX or not is_news(effect.about):
        return effect.causes
    return (*effect.causes, _NEWS[effect.issue_class])


def _place(effect: Notify, cause: CauseRef) -> tuple[str, str, str, str]:
    return (effect.issue.org, effect.person.id, effect.channel, cause.key)


def _hold(effect: Notify) -> timedelta | None:
    """No longer than its patience allows; nor is what asks something for the first time left until a digest is due, or
    what says by when something is, for longer than half of that time.
    """
    kept = hold(effect.patience)
    if kept is not None or is_news(effect.about):
        return kept
    return hold(PATIENCE) if rank_of(effect.about, effect.priority) <= _FIRST_PAGES else _within(effect)


def _within(effect: Notify) -> timedelta | None:
    return (effect.until - effect.at) * NAMED_WITHIN if effect.until is not None else None


def _single(effect: Notify, now: datetime) -> Single:
    return Single(
        issue=str(effect.issue),
        severity=effect.severity,
        priority=effect.priority,
        at=now,
        asks=effect.turn > 0,
        can_acknowledge="acknowledge" in effect.commands,
        can_take_charge="take_charge" in effect.commands,
        about=effect.about,
        tier=effect.tier_title,
    )
