"""The running clocks of an issue as one value: stopped by a hold, recounted for another severity or policy.

Ceilings: by when each tier above must hear of an open issue. They are set when a pass over the ladder begins, and only
a hold moves them later, so that nothing can be parked. What is due when is in `clocks.py`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from escalation.calendar.due import Held
from escalation.calendar.limit import Limit, Span
from escalation.issue.clocks import is_late
from escalation.issue.events import (
    Ceiling,
    HoldEnded,
    LadderFitted,
    PolicyAdopted,
    SeverityChanged,
    TargetDue,
    WarningDue,
)
from escalation.issue.hours import Hours, beginning_of, counts_from, hours_for, hours_from, hours_here, hours_of
from escalation.issue.state import IssueState
from escalation.issue.target_clocks import held_target, recounted_targets
from escalation.policy.model import Clock, Policy, Tier


class Running(NamedTuple):
    """Every clock of an open issue that a change by hand can move. Fields as in the state."""

    acknowledge_due_at: datetime | None
    work_due_at: datetime | None
    remind_at: datetime | None
    lapses_at: datetime | None
    warnings: tuple[WarningDue, ...]
    targets: tuple[TargetDue, ...]
    ceilings: tuple[Ceiling, ...]


def running(of: IssueState | SeverityChanged | HoldEnded | PolicyAdopted | LadderFitted) -> Running:
    """The clocks as they stand in a state, or in an event that moved them."""
    return Running(
        acknowledge_due_at=of.acknowledge_due_at,
        work_due_at=of.work_due_at,
        remind_at=of.remind_at,
        lapses_at=of.lapses_at,
        warnings=of.warnings,
        targets=of.targets,
        ceilings=of.ceilings,
    )


def ceilings_from(policy: Policy, tier: Tier, severity: str, at: datetime) -> tuple[Ceiling, ...]:
    """By when the tiers above must hear of an issue that began at this one at `at`: the work limits below, added up.

    Each counts in its tier's own time: of the first one as at `at`, of those above in their hours, which is longest.
    They end at the first tier without a work limit: there an acknowledgement keeps the issue for good.
    """
    found: list[Ceiling] = []
    here = tier
    hours = hours_from(policy, tier, severity, at)
    while (limit := here.work_within.get(severity)) is not None:
        following = policy.next_tier(here.name)
        if following is None or any(ceiling.tier == following for ceiling in found):
            break
        at = hours.due(counts_from(policy, here, severity, at), limit)
        found.append(Ceiling(tier=following, at=at))
        here = policy.tier(following)
        hours = hours_of(policy, here, severity)
    return tuple(found)


def still_ahead(ceilings: tuple[Ceiling, ...], policy: Policy, tier: str) -> tuple[Ceiling, ...]:
    """Those of tiers that have not heard once this one is asked: a lane beside the ladder leaves all of them."""
    if not ceilings:
        return ceilings
    ladder = policy.climb()
    if tier not in ladder:
        return ceilings
    above = ladder[ladder.index(tier) + 1 :]
    return tuple(ceiling for ceiling in ceilings if ceiling.tier in above)


def never_later(kept: tuple[Ceiling, ...], fresh: tuple[Ceiling, ...]) -> tuple[Ceiling, ...]:
    """The kept ceilings, each brought forward where the fresh one of its tier is earlier; fresh ones are added."""
    return _merged(kept, fresh, min)


def never_earlier(kept: tuple[Ceiling, ...], fresh: tuple[Ceiling, ...]) -> tuple[Ceiling, ...]:
    """The kept ceilings, each put off where the fresh one of its tier is later: only for time that we were away."""
    return _merged(kept, fresh, max)


def _merged(
    kept: tuple[Ceiling, ...], fresh: tuple[Ceiling, ...], choose: Callable[[datetime, datetime], datetime]
) -> tuple[Ceiling, ...]:
    at = {ceiling.tier: ceiling.at for ceiling in kept}
    for ceiling in fresh:
        at[ceiling.tier] = choose(at[ceiling.tier], ceiling.at) if ceiling.tier in at else ceiling.at
    return tuple(Ceiling(tier=tier, at=due) for tier, due in sorted(at.items(), key=lambda item: item[1]))


def shifted(state: IssueState, stops: tuple[Clock, ...], since: datetime, ended: datetime) -> Running:
    """The clocks after a hold: those that stood still have as much time left. What began meanwhile stood since then."""
    hours, tier, severity = hours_here(state), state.here, state.severity
    remind = tier.remind_every.get(severity)

    def stood(clock: Clock, began: datetime | None, limit: Span | None = None) -> "_Stood":
        since_then = max(since, began or since)
        by = hours if limit is None else hours.measure(limit)
        return _Stood(by, since_then, max(ended, since_then) if clock in stops else since_then)

    def limited(clock: Clock, began: datetime | None, limit: Span | None, due_at: datetime | None) -> "_Limited":
        held = held_of(state, clock)
        return _Limited(stood(clock, began, limit), hours, began or state.counts_from, limit, due_at, held)

    # What its handler promised is a time of their own.
    lapse = None if state.is_promised else state.pinned.acknowledgement.lapses_after.get(severity)

    clocks = {
        "acknowledge": limited(
            "acknowledge", state.acknowledge_from, tier.acknowledge_within.get(severity), state.acknowledge_due_at
        ),
        "work": limited("work", state.counts_from, tier.work_within.get(severity), state.work_due_at),
    }
    work_due_at = clocks["work"].due_at()
    ceilings = _held_up(state, since, max(ended, since), work_due_at) if "work" in stops else state.ceilings
    return Running(
        acknowledge_due_at=clocks["acknowledge"].due_at(),
        work_due_at=work_due_at,
        remind_at=stood("acknowledge", state.acknowledge_from, remind).later(state.remind_at),
        lapses_at=limited("work", state.acknowledged_at, lapse, state.lapses_at).due_at(),
        warnings=tuple(w.changed({"at": clocks[w.of].warning(w.at, w.share)}) for w in state.warnings),
        targets=tuple(held_target(state, target, since, ended) for target in state.targets),
        ceilings=ceilings,
    )


def held_of(state: IssueState, clock: Clock) -> tuple[Held, ...]:
    """The holds so far that have stopped this clock of the tier."""
    rules = state.policies[0].hold
    return state.holds if rules is not None and clock in rules.stops else ()


class _Stood(NamedTuple):
    """A clock that stood still from one instant to another, and the time in which it counts."""

    hours: Hours
    since: datetime
    ended: datetime

    def after(self, at: datetime) -> datetime:
        """When that is due now: with the same time left, and never sooner."""
        if self.ended <= self.since:
            return at
        return max(self.hours.later(self.ended, self.hours.between(self.since, at)), at)

    def later(self, at: datetime | None) -> datetime | None:
        """The same of what may not be due at all."""
        return None if at is None else self.after(at)


class _Limited(NamedTuple):
    """A clock of the tier that stood still, with its limit: what is shaped is shaped anew."""

    stood: _Stood
    hours: Hours
    began_at: datetime
    limit: Span | None
    was_due_at: datetime | None
    held: tuple[Held, ...]

    def due_at(self) -> datetime | None:
        """When it is due now."""
        was, limit, stood = self.was_due_at, self.limit, self.stood
        if was is None or not isinstance(limit, Limit) or stood.ended <= stood.since:
            return stood.later(was)
        if self.hours.due(self.began_at, limit, self.held) != was:
            return stood.after(was)  # made sooner since: by another policy, or a deadline
        return max(self.hours.due(self.began_at, limit, (*self.held, (stood.since, stood.ended))), was)

    def warning(self, at: datetime, share: float) -> datetime:
        """When a warning comes now."""
        due_at = self.due_at()
        if due_at is None or not isinstance(self.limit, Limit) or self.stood.ended <= self.stood.since:
            return self.stood.after(at)
        return max(self.hours.share_before(due_at, self.began_at, self.limit, share), at)


def _held_up(state: IssueState, since: datetime, ended: datetime, work_due_at: datetime | None) -> tuple[Ceiling, ...]:
    """The ceilings after a hold: the first with the same time left, each of the others as long after as before."""
    policy, ladder = state.pinned, state.pinned.climb()
    found: list[Ceiling] = []
    before = after = since
    for ceiling in state.ceilings:
        place = ladder.index(ceiling.tier) if ceiling.tier in ladder else 0
        below = policy.tier(ladder[place - 1]) if place else state.here
        is_here = below.name == state.tier
        hours = hours_here(state) if is_here else hours_of(policy, below, state.severity)
        limit = below.work_within.get(state.severity)
        stood = _Stood(hours if limit is None else hours.measure(limit), before, after if found else ended)
        is_the_tiers = isinstance(limit, Limit) and is_here and ceiling.at == state.work_due_at
        moved = work_due_at if is_the_tiers and work_due_at is not None else stood.after(ceiling.at)
        before, after = ceiling.at, moved
        found.append(ceiling.changed({"at": moved}))
    return tuple(found)


def as_it_stands(state: IssueState, clock: Clock, began: datetime | None, now: datetime) -> datetime:
    """What a clock that began then shows at `now`: the instant at which it stopped, where a hold has stopped it."""
    if state.hold is None or clock not in state.hold.stops:
        return now
    return min(now, max(state.hold.since, began or state.hold.since))


def recounted(
    state: IssueState,
    policy: Policy,
    severity: str,
    now: datetime,
    *,
    misses_targets: bool = False,
    ends_targets: bool = False,
) -> Running:
    """The clocks under another severity or policy: limits count from the same beginnings, less the time on hold.

    What would be over already is due now: its time is up, and nobody was late. What is over under the old limits stays
    over. Ceilings are never put off.
    """
    tier = policy.tier(state.tier)
    was = state.here
    old_hours = hours_here(state)
    hours = hours_for(policy, tier, severity, is_out_of_hours=state.is_out_of_hours)
    asked = as_it_stands(state, "acknowledge", state.acknowledge_from, now)
    worked = as_it_stands(state, "work", state.counts_from, now)
    promised = as_it_stands(state, "work", state.acknowledged_at, now)
    acknowledge = _recounted(
        _Clock(
            state.acknowledge_due_at,
            state.acknowledge_from,
            was.acknowledge_within.get(state.severity),
            old_hours,
            held_of(state, "acknowledge"),
        ),
        tier.acknowledge_within.get(severity),
        hours,
        asked,
    )
    limit = tier.work_within.get(severity)
    if state.work_due_at is None:
        anew = limit is not None and state.is_climbing
        work = max(hours.due(state.counts_from, limit), worked) if anew and limit is not None else None
    else:
        old = _Clock(
            state.work_due_at,
            state.counts_from,
            was.work_within.get(state.severity),
            old_hours,
            held_of(state, "work"),
        )
        work = _recounted(old, limit, hours, worked)
    fresh: tuple[Ceiling, ...] = ()
    following = policy.next_tier(tier.name)
    if work is not None and following is not None:
        fresh = (Ceiling(tier=following, at=work), *ceilings_from(policy, policy.tier(following), severity, work))
        # Tiers of the old ladder that have no ceiling have heard of it already.
        heard = set(state.pinned.climb()) - {ceiling.tier for ceiling in state.ceilings}
        fresh = tuple(ceiling for ceiling in fresh if ceiling.tier not in heard)
    return Running(
        acknowledge_due_at=acknowledge,
        work_due_at=work,
        remind_at=_remind(state, tier.remind_every.get(severity), hours, acknowledge, asked),
        lapses_at=_sooner(state.lapses_at, policy.acknowledgement.lapses_after.get(severity), hours, promised),
        warnings=_warnings(state, tier, severity, hours, {"acknowledge": (acknowledge, asked), "work": (work, worked)}),
        targets=recounted_targets(state, policy, severity, now, is_strict=misses_targets, is_ending=ends_targets),
        ceilings=never_later(state.ceilings, fresh),
    )


class _Clock(NamedTuple):
    """A clock of the tier as it runs: due when, from when, by what limit, in what time."""

    due_at: datetime | None
    began_at: datetime
    limit: Span | None
    hours: Hours
    held: tuple[Held, ...]


def _recounted(old: _Clock, new: Span | None, hours: Hours, now: datetime) -> datetime | None:
    """A limit that runs, counted anew: from the same beginning, with what holds have added to it."""
    if old.due_at is None or old.limit is None or new is None or is_late(old.due_at, now):
        return old.due_at
    if isinstance(old.limit, Limit) or isinstance(new, Limit):
        return max(hours.due(old.began_at, new, old.held), now)
    return max(hours.later(beginning_of(old.due_at, old.began_at, old.limit, old.hours), new), now)


def _sooner(at: datetime | None, limit: Span | None, hours: Hours, now: datetime) -> datetime | None:
    return at if at is None or limit is None else min(at, hours.due(now, limit))


def _remind(
    state: IssueState, every: Span | None, hours: Hours, acknowledge: datetime | None, now: datetime
) -> datetime | None:
    if every is None or state.acknowledge_due_at is None:
        return None
    following = hours.due(max(now, state.counts_from), every)
    at = min(state.remind_at or following, following)
    return None if acknowledge is not None and at >= acknowledge else at


def _warnings(
    state: IssueState, tier: Tier, severity: str, hours: Hours, dues: dict[Clock, tuple[datetime | None, datetime]]
) -> tuple[WarningDue, ...]:
    """Warnings that were not given yet and still lie ahead: an old one is never sent again."""
    waiting = {(warning.of, warning.share): warning for warning in state.warnings}
    limits = {"acknowledge": tier.acknowledge_within.get(severity), "work": tier.work_within.get(severity)}
    began = {"acknowledge": state.acknowledge_from, "work": state.counts_from}
    found: list[WarningDue] = []
    for warn in tier.warnings:
        (due, now), limit = dues[warn.of], limits[warn.of]
        was = waiting.get((warn.of, warn.at))
        if due is None or was is None:
            continue
        if limit is None:
            found.append(was)
            continue
        at = hours.share_before(due, began[warn.of], limit, warn.at)
        if at > now:
            found.append(WarningDue(at=at, of=warn.of, share=warn.at, tell=warn.tell))
    return tuple(found)
