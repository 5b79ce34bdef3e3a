"""What the entries of a journal say is due, and when: each clock as the last entry that set it left it.

A reader of journals of its own, beside the rules: whatever time brought about must have been due at that instant by an
entry before it, or say by how much it came late. Whose clocks a change of handler silently ends is not followed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from escalation.calendar.limit import Limit, Span
from escalation.issue import events as e
from escalation.issue.clocks import GRACE
from escalation.issue.fit import shortened
from escalation.policy.model import Clock, Policy, Tier

_SET_ANEW: TypeAlias = e.TierBegan | e.SeverityChanged | e.HoldEnded | e.PolicyAdopted | e.LadderFitted
_STOPPED_WITH: dict[str, Clock] = {
    "acknowledge": "acknowledge",
    "remind": "acknowledge",
    "warn/acknowledge": "acknowledge",
    "work": "work",
    "lapse": "work",
    "ceiling": "work",
    "warn/work": "work",
}
"""Which of a hold's clocks each of these stands still with."""


class WrongInstant(AssertionError):
    """Something happened at an instant at which it was not due."""


class Served(NamedTuple):
    """That time brought about an entry, by which clock, and how long after its instant."""

    number: int
    clock: str
    late_by: timedelta


class Dues:
    """Of one issue, told by its entries one after the other."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}
        """Each clock that runs, and when it is due."""
        self._stopped: frozenset[Clock] = frozenset()
        self._policies: tuple[Policy, ...] = ()
        self._tier: Tier | None = None
        self._severity = ""
        self._handler: str | None = None

    def follow(self, entries: Iterable[e.Entry]) -> list[Served]:
        """Hold each entry against what was due; what of it time brought about. Raises WrongInstant."""
        served = []
        for entry in entries:
            clock = served_by(entry.event)
            if clock is not None:
                served.append(Served(entry.number, clock, self._check(entry, clock)))
            self._note(entry)
            self._remind_handler(entry)
        return served

    def _check(self, entry: e.Entry, clock: str) -> timedelta:
        """By how much it was served after its instant."""
        due_at = self.at.get(clock)
        if due_at is None or _STOPPED_WITH.get(family(clock)) in self._stopped:
            raise WrongInstant(f"nothing is due by {clock}: {entry}")
        late_by = entry.recorded_at - due_at
        if late_by < timedelta():
            raise WrongInstant(f"{clock} is due at {due_at}, {-late_by} after: {entry}")
        is_late = late_by > GRACE and not isinstance(entry.event, _OF_ITS_INSTANT)
        if entry.happened_at != (entry.recorded_at if is_late else due_at):
            raise WrongInstant(f"{clock} was due at {due_at}: {entry}")
        says = getattr(entry.event, "late_by_s", None)
        if says not in {None, round(late_by.total_seconds(), 3) if is_late else 0}:
            raise WrongInstant(f"{clock} was due at {due_at}, {late_by} before: {entry}")
        return late_by

    def _note(self, entry: e.Entry) -> None:  # noqa: PLR0912 - one arm per event
        """Set what the entry sets, and end what it ends."""
        match entry.event:
            case e.Opened() as event:
                self._policies, self._severity = event.open.policies, event.open.match.severity
                self._set_targets(event.targets)
            case e.TierBegan() | e.SeverityChanged() | e.HoldEnded() | e.PolicyAdopted() as event:
                self._set_anew(event, entry.happened_at)
            case e.CustomerChanged() as event:
                self._set_targets(event.targets)
            case e.LadderFitted() as event:
                self._fitted(event, entry.happened_at)
            case e.AskedAgain() as event:
                self._asked_again(event, entry.happened_at)
            case e.Held() as event:
                self._stopped = frozenset(event.stops)
                self.at["hold"] = event.until
            case e.Acknowledged() | e.Accepted() as event:
                self._acknowledged(event)
            case e.Reassigned() as event:
                self._set("offer", event.accept_due_at)
            case e.OfferLapsed() | e.Declined(was_offered=True):
                self._set("offer", None)
            case e.Reminded() as event:
                self._set("remind", event.next_at)
            case e.Snoozed() as event:
                self.at[f"snooze/{event.person}"] = event.until
            case e.SnoozeEnded() as event:
                del self.at[f"snooze/{event.person}"]
            case e.TargetMissed() | e.TargetMet() as event:
                self._end_target(event.target)
            case e.TargetBegan() as event:
                self._begin_target(event.target)
            case e.TargetWarned() as event:
                del self.at[target_warning(event.target, event)]
            case e.Exhausted() | e.LastResortTold() | e.ChargeTaken() as event:
                self._exhaustion(event)
            case e.Resolved() as event:
                self.at = {"confirm": event.remind_at}
                self._set("silence", event.silence_at)
            case e.ConfirmationRequested() as event:
                self._set("confirm", event.next_at)
            case e.Closed() as event:
                self.at = {"window": event.reopen_until}
            case e.Reopened() | e.WindowEnded():
                self.at = {}
            case _:
                pass

    def _set_anew(self, event: _SET_ANEW, at: datetime) -> None:
        """The events that say how all of the tier's clocks stand."""
        if isinstance(event, e.TierBegan):
            self._began(event, at)
        else:
            self._set("lapse", event.lapses_at)
            self._set_targets(event.targets)
        if isinstance(event, e.SeverityChanged):
            self._severity = event.severity
        elif isinstance(event, e.HoldEnded):
            self._stopped = frozenset()
            self._set("hold", None)
        elif isinstance(event, e.PolicyAdopted):
            self._policies = event.policies
        self._set("acknowledge", event.acknowledge_due_at)
        self._set("work", event.work_due_at)
        self._set("remind", event.remind_at)
        self._set_all("warn", {f"{warning.of}/{warning.share}": warning.at for warning in event.warnings})
        if event.ceilings is not None:
            self._set_all("ceiling", {ceiling.tier: ceiling.at for ceiling in event.ceilings})

    def _fitted(self, event: e.LadderFitted, at: datetime) -> None:
        """From here on limits are shorter; so is what is left of those that run."""
        self._policies = (shortened(self._policies[0], event.severity, event.parts), *self._policies[1:])
        if self._tier is not None:
            self._set_anew(event, at)

    def _began(self, event: e.TierBegan, at: datetime) -> None:
        """A tier's time counts from its beginning."""
        policy = next(policy for policy in self._policies if policy.name == event.policy)
        self._tier = policy.tier(event.tier)
        limits = self._tier.acknowledge_within, self._tier.work_within
        for due_at, limit in zip((event.acknowledge_due_at, event.work_due_at), limits, strict=True):
            self._counted(due_at, at, limit.get(self._severity))
        if event.why in {"restarted", "fell_back"}:
            self._set("last_resort", None)

    def _asked_again(self, event: e.AskedAgain, at: datetime) -> None:
        """The time to acknowledge runs on, or counts from here."""
        assert self._tier is not None
        if event.acknowledge_due_at != self.at.get("acknowledge"):
            self._counted(event.acknowledge_due_at, at, self._tier.acknowledge_within.get(self._severity))
        self._set("acknowledge", event.acknowledge_due_at)
        self._set("remind", event.remind_at)
        self._set("lapse", None)

    def _counted(self, due_at: datetime | None, since: datetime, limit: Span | None) -> None:
        assert not isinstance(limit, Limit), "no script has a limit in days"
        if due_at != (None if limit is None else since + limit):
            raise WrongInstant(f"due at {due_at}, but counted from {since} it is {limit} later")

    def _acknowledged(self, event: e.Acknowledged | e.Accepted) -> None:
        is_handler = event.is_handler if isinstance(event, e.Accepted) else event.role == "handler"
        if event.is_tier_clock_stopped and (is_handler or isinstance(event, e.Acknowledged)):
            for clock in [name for name in self.at if _STOPPED_WITH.get(family(name)) == "acknowledge"]:
                del self.at[clock]
        if is_handler:
            self._set("lapse", event.lapses_at)
        if isinstance(event, e.Accepted):
            self._set("offer", None)

    def _exhaustion(self, event: e.Exhausted | e.LastResortTold | e.ChargeTaken) -> None:
        if not isinstance(event, e.LastResortTold):  # the ladder's clocks are off; a handler's goes on until then
            is_kept = {"target", "target_warn", "snooze", "offer"}
            is_kept |= {"lapse"} if isinstance(event, e.Exhausted) else set()
            self.at = {clock: at for clock, at in self.at.items() if family(clock) in is_kept}
        if isinstance(event, e.ChargeTaken):
            self.at["charge"] = event.until
        else:
            self._set("last_resort", event.next_at)

    def _remind_handler(self, entry: e.Entry) -> None:
        """Who has it is reminded from when they have it, and from the last reminder; told of scripts without more."""
        match entry.event:
            case e.Acknowledged(role="handler") as event:
                is_anew, self._handler = event.person != self._handler, event.person
                since = entry.recorded_at if is_anew else None
            case e.HandlerReminded() as event:
                since = entry.happened_at
                self._set("answer", event.answer_by)
            case e.TierBegan() if self._handler is not None:
                since = entry.happened_at
                self._set("answer", None)
            case e.AcknowledgementLapsed() | e.Released() | e.Resolved():
                self._handler, since = None, None
                self._set("remind_handler", None)
            case _:
                since = None
        if entry.by.person == self._handler:
            self._set("answer", None)
        every = self._tier.remind_handler_every.get(self._severity) if self._tier is not None else None
        assert not isinstance(every, Limit), "no script has a limit in days"
        if since is not None:
            self._set("remind_handler", None if every is None else since + every)

    def _set_targets(self, targets: tuple[e.TargetDue, ...]) -> None:
        self._set_all("target", {target.name: target.due_at for target in targets})
        self.at = {clock: at for clock, at in self.at.items() if family(clock) != "target_warn"}
        self.at |= {target_warning(each.name, warning): warning.at for each in targets for warning in each.warnings}

    def _begin_target(self, target: e.TargetDue) -> None:
        if f"target/{target.name}" in self.at:
            self._end_target(target.name)
        self.at[f"target/{target.name}"] = target.due_at
        self.at |= {target_warning(target.name, warning): warning.at for warning in target.warnings}

    def _end_target(self, name: str) -> None:
        del self.at[f"target/{name}"]
        self.at = {clock: at for clock, at in self.at.items() if not clock.startswith(f"target_warn/{name}/")}

    def _set(self, clock: str, at: datetime | None) -> None:
        if at is None:
            self.at.pop(clock, None)
        else:
            self.at[clock] = at

    def _set_all(self, family: str, at: dict[str, datetime]) -> None:
        self.at = {clock: due_at for clock, due_at in self.at.items() if clock.partition("/")[0] != family}
        self.at |= {f"{family}/{name}": due_at for name, due_at in at.items()}


_OF_ITS_INSTANT = (e.LimitMissed, e.TargetMissed, e.HoldEnded)
"""What is on record as of the instant at which it was due, however late that is."""


def target_warning(target: str, warning: e.TargetWarned | e.TargetWarningDue) -> str:
    """`target_warn/fix/0.5/0.0`."""
    return f"target_warn/{target}/{warning.share}/{warning.before_s}"


def family(clock: str) -> str:
    """`warn/work` of `warn/work/0.5`, `ceiling` of `ceiling/second`."""
    name, _, rest = clock.partition("/")
    return f"{name}/{rest.partition('/')[0]}" if name == "warn" else name


def served_by(event: e.Event) -> str | None:  # noqa: PLR0911, PLR0912 - one arm per clock
    """The clock that brought it about; None for what somebody did."""
    match event:
        case e.TierBegan(why="not_acknowledged" | "too_few_acknowledged"):
            return "acknowledge"
        case e.Exhausted(why="not_acknowledged" | "too_few_acknowledged"):
            return "acknowledge"
        case e.TierBegan(why="work_limit_spent") | e.Exhausted(why="work_limit_spent"):
            return "work"
        case e.TierBegan(why="ceiling_reached"):
            return f"ceiling/{event.tier}"
        case e.LimitMissed():
            return event.of
        case e.TargetMissed():
            return f"target/{event.target}"
        case e.TargetWarned():
            return target_warning(event.target, event)
        case e.Warned():
            return f"warn/{event.of}/{event.share}"
        case e.Reminded():
            return "remind"
        case e.SnoozeEnded():
            return f"snooze/{event.person}"
        case e.AcknowledgementLapsed():
            return "answer" if event.is_unanswered else "lapse"
        case e.HandlerReminded():
            return "remind_handler"
        case e.OfferLapsed():
            return "offer"
        case e.HoldEnded(why="until"):
            return "hold"
        case e.ChargeLapsed() | e.Exhausted(why="charge_lapsed"):
            return "charge"
        case e.LastResortTold():
            return "last_resort"
        case e.ConfirmationRequested():
            return "confirm"
        case e.Closed(reason="silence"):
            return "silence"
        case e.WindowEnded():
            return "window"
        case _:
            return None
