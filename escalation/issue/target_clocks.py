"""The clocks of targets: from when, in what time, put off by holds, counted anew, with their warnings.

Everything here is a view of state and policy. What is done when one comes is in `decide_targets.py`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from escalation.calendar.due import Held
from escalation.calendar.limit import Limit
from escalation.calendar.open_times import open_times
from escalation.issue.events_of_targets import TargetDue, TargetWarningDue
from escalation.issue.facts import IssueFacts
from escalation.issue.hours import WALL, Hours, beginning_of
from escalation.issue.state import IssueState
from escalation.issue.word import (
    ACKNOWLEDGED,
    FIRST_RESPONSE,
    HEARD,
    WROTE,
    can_be_answered,
    is_answered,
    is_raised_by_them,
    tier_milestone,
)
from escalation.policy.model import Policy, Target, TargetWarn
from escalation.policy.target import agreement_with, promised


def target_hours(policy: Policy, calendar: str | None) -> Hours | None:
    """In what time a target counts; None where its calendar is not pinned any more."""
    if calendar is None:
        return WALL
    pinned = policy.pinned_calendars.get(calendar)
    return None if pinned is None else Hours(open_times(pinned))


def first_targets(policy: Policy, severity: str, opened_at: datetime, facts: IssueFacts) -> tuple[TargetDue, ...]:
    """The targets of an issue that is opened: those that count from then."""
    return tuple(
        _begun(policy, target, severity, opened_at, ())
        for target in promised(policy.targets, agreement_with(policy.agreements, facts.customers))
        if severity in target.within and _starts_at_opening(target, facts) and is_owed(target, facts)
    )


def _starts_at_opening(target: Target, facts: IssueFacts) -> bool:
    if target.starts == "customer_wrote":
        return is_raised_by_them(facts)
    return target.starts in {None, "opened"}


def still_owed(state: IssueState) -> dict[str, datetime]:
    """When those were due, by name, that were missed and have not come since: what is owed to somebody all the same."""
    if state.status != "open":
        return {}
    owed = (target for target in state.promised if target.name in state.overdue and is_owed(target, state.facts))
    return {target.name: state.overdue[target.name] for target in owed if not _has_come(state, target)}


def _has_come(state: IssueState, target: Target) -> bool:
    """Whether what ends it was done after it was missed."""
    match target.ends:
        case "updated":
            return is_answered(state)
        case "first_response":
            return FIRST_RESPONSE in state.milestones
        case "acknowledged":
            last = max(filter(None, (state.milestones.get(ACKNOWLEDGED), state.acknowledged_at)), default=None)
            return last is not None and last >= state.overdue[target.name]
        case "tier_left":
            return state.tier != target.tier
        case _:
            return False


def is_owed(target: Target, facts: IssueFacts) -> bool:
    """Whether there is somebody to keep it with: an answer needs one who waits for it."""
    return target.ends not in {"first_response", "updated"} or can_be_answered(facts)


def begun_now(state: IssueState, target: Target, began_at: datetime, due_at: datetime | None = None) -> TargetDue:
    """A target that begins with an event; due then where somebody has promised so."""
    begun = _begun(state.policies[0], target, state.severity, began_at, ())
    begun = begun.changed({"began_at": began_at})
    if due_at is None or due_at >= begun.due_at:
        return begun
    hours = target_hours(state.policies[0], begun.hours) or WALL
    warnings = _warnings(target.warnings, due_at, hours.between(began_at, due_at), hours)
    return begun.changed({"due_at": due_at, "warnings": warnings})


def _calendar(policy: Policy, target: Target, severity: str) -> str | None:
    """The calendar in which it counts at a severity; None where it counts day and night, or it is not pinned."""
    name = target.hours.get(severity) if target.hours else None
    return name if name in policy.pinned_calendars else None


def _begun(
    policy: Policy, target: Target, severity: str, began_at: datetime, holds: Iterable[tuple[datetime, datetime]]
) -> TargetDue:
    """A target that counts from then, put off by the holds since."""
    calendar = _calendar(policy, target, severity)
    hours = target_hours(policy, calendar) or WALL
    within = target.within[severity]
    due_at = hours.due(began_at, within, holds if target.stops_on_hold else ())
    return TargetDue(
        name=target.name,
        due_at=due_at,
        stops_on_hold=target.stops_on_hold,
        hours=calendar,
        warnings=_warnings(target.warnings, due_at, hours.length(began_at, within), hours.measure(within)),
    )


def _warnings(
    warnings: Iterable[TargetWarn], due_at: datetime, within: timedelta, hours: Hours
) -> tuple[TargetWarningDue, ...]:
    """When each comes; one that would come before the beginning does not."""
    found = []
    for warn in warnings:
        before = warn.before if warn.before is not None else within * (1 - (warn.at or 0))
        if before < within:
            found.append(
                TargetWarningDue(
                    at=hours.later(due_at, -before),
                    share=warn.at or 0,
                    before_s=0 if warn.before is None else warn.before.total_seconds(),
                    tell=warn.tell,
                )
            )
    return tuple(sorted(found, key=lambda each: each.at))


def held_target(state: IssueState, target: TargetDue, since: datetime, ended: datetime) -> TargetDue:
    """The target after a hold: later by the time held in which it counts, where it stops on hold.

    One whose calendar another policy has not pinned is not put off, so that it is due early rather than late.
    """
    policy = state.policies[0]
    hours = target_hours(policy, target.hours)
    since = max(since, target.began_at or since)
    if not target.stops_on_hold or ended <= since or hours is None:
        return target
    known = next((each for each in state.promised if each.name == target.name), None)
    within = known.within.get(state.severity) if known is not None else None
    if known is not None and isinstance(within, Limit):
        return _held_limit(state, target, known.warnings, within, hours, (since, ended))
    by = hours.between(since, ended)
    return target.changed(
        {
            "due_at": hours.later(target.due_at, by),
            "warnings": tuple(warning.changed({"at": hours.later(warning.at, by)}) for warning in target.warnings),
        }
    )


def _held_limit(
    state: IssueState, target: TargetDue, warnings: tuple[TargetWarn, ...], within: Limit, hours: Hours, held: Held
) -> TargetDue:
    """The same of one whose limit has a unit or a shape of its own: what is shaped is shaped anew."""
    began_at, measure = target.began_at or state.facts.opened_at, hours.measure(within)
    if hours.due(began_at, within, state.holds) == target.due_at:
        due_at = max(hours.due(began_at, within, (*state.holds, held)), target.due_at)
        anew = _warnings(warnings, due_at, hours.length(began_at, within), measure)
    else:  # made sooner since: promised, or by another policy
        due_at = max(measure.later(held[1], measure.between(held[0], target.due_at)), target.due_at)
        anew = ()
    by = measure.between(*held)
    then = {(each.share, each.before_s): each.at for each in anew}
    moved = tuple(
        each.changed({"at": max(each.at, then.get((each.share, each.before_s), measure.later(each.at, by)))})
        for each in target.warnings
    )
    return target.changed({"due_at": due_at, "warnings": moved})


def recounted_targets(
    state: IssueState,
    policy: Policy,
    severity: str,
    now: datetime,
    *,
    is_strict: bool = False,
    is_ending: bool = False,
    old: tuple[Target, ...] | None = None,
) -> tuple[TargetDue, ...]:
    """Targets keep their true start and what holds have added. One that was met or missed does not come back.

    Nobody is late for a time that nobody had promised: what would be over already stays as it was, or does not begin;
    unless `is_strict`: then it is missed. `is_ending`: one that has no limit for the severity ends. `old`: the
    targets as they were promised so far, by default as they are.
    """
    before = {target.name: target for target in (state.promised if old is None else old)}
    found = {target.name: target for target in state.targets}
    for target in promised(policy.targets, agreement_with(policy.agreements, state.facts.customers)):
        if severity not in target.within:
            if is_ending:
                found.pop(target.name, None)
            continue
        running_one = found.get(target.name)
        if running_one is not None:
            shown = _shown(state, running_one.stops_on_hold, now)
            anew = _recounted(state, running_one, before.get(target.name), (policy, target, severity), shown)
            # One that is missed, and not served yet, stays so.
            if (is_strict or anew.due_at > shown) and running_one.due_at >= shown:
                found[target.name] = anew
            continue
        began_at = _true_start(state, target)
        if began_at is not None:
            shown = _shown(state, target.stops_on_hold, now)
            anew = _from_its_start(state, policy, target, severity, began_at, shown)
            if is_strict or anew.due_at > shown:
                found[target.name] = anew
    return tuple(found.values())


def _true_start(state: IssueState, target: Target) -> datetime | None:
    """Since when a target that does not run would have run; None where it has ended, or has not begun."""
    if state.status != "open" or not is_owed(target, state.facts):
        return None
    known, opened_at = state.milestones, state.facts.opened_at
    if target.ends == "updated":
        first = opened_at if _starts_at_opening(target, state.facts) else known.get(WROTE)
        return None if is_answered(state) else known.get(HEARD, first)
    if state.reopened > 0 or target.name in state.missed_targets:
        return None
    began_at: datetime | None = opened_at
    if target.starts == "acknowledged":
        began_at = known.get(ACKNOWLEDGED)
    elif target.starts == "reopened":
        began_at = None
    elif target.starts == "tier_began":
        began_at = known.get(tier_milestone(target.tier or ""))
    if began_at is None:
        return None
    match target.ends:
        case "acknowledged":
            last = max(filter(None, (known.get(ACKNOWLEDGED), state.acknowledged_at)), default=None)
            return None if last is not None and last >= began_at else began_at
        case "first_response":
            return None if FIRST_RESPONSE in known else began_at
        case "tier_left":
            return began_at if state.tier == target.tier else None
        case _:
            return began_at


def _from_its_start(
    state: IssueState, policy: Policy, target: Target, severity: str, began_at: datetime, shown: datetime
) -> TargetDue:
    """A target that did not run so far, from its true start and with the pauses since; past warnings left out."""
    opened_at = state.facts.opened_at
    if began_at != opened_at:
        begun = _begun(policy, target, severity, began_at, state.holds).changed({"began_at": began_at})
    elif _calendar(policy, target, severity) is None:
        held = timedelta(seconds=state.held_s) if target.stops_on_hold else timedelta()
        begun = _begun(policy, target, severity, opened_at, ())
        begun = begun.changed(
            {
                "due_at": begun.due_at + held,
                "warnings": tuple(each.changed({"at": each.at + held}) for each in begun.warnings),
            }
        )
    else:
        begun = _begun(policy, target, severity, opened_at, state.holds)
    return begun.changed({"warnings": _ahead(begun.warnings, shown)})


def _recounted(
    state: IssueState,
    running_one: TargetDue,
    old: Target | None,
    new: tuple[Policy, Target, str],
    shown: datetime,
) -> TargetDue:
    """A target that runs, by another limit or in another time, with those of its warnings that were not given.

    `new`: the policy, the target and the severity that count from here on.
    """
    policy, target, severity = new
    was = old.within.get(state.severity) if old is not None else None
    within, calendar = target.within[severity], _calendar(policy, target, severity)
    due_at, began_at = running_one.due_at, running_one.began_at or state.facts.opened_at
    hours = target_hours(policy, calendar) or WALL
    is_dated = isinstance(was, Limit) or isinstance(within, Limit)
    if calendar is not None or running_one.hours is not None or is_dated:
        if (was, running_one.hours) != (within, calendar):
            due_at = hours.due(began_at, within, state.holds if running_one.stops_on_hold else ())
    elif isinstance(was, timedelta) and isinstance(within, timedelta):
        due_at = beginning_of(due_at, began_at, was) + within
    waiting = {(each.share, each.before_s) for each in running_one.warnings}
    given: set[tuple[float, float]] = set()
    if old is not None and was is not None:
        was_there = _warnings(old.warnings, due_at, hours.length(began_at, was), hours.measure(was))
        given = {(each.share, each.before_s) for each in was_there} - waiting
    warnings = _warnings(target.warnings, due_at, hours.length(began_at, within), hours.measure(within))
    return running_one.changed(
        {
            "due_at": due_at,
            "hours": calendar,
            "warnings": tuple(each for each in _ahead(warnings, shown) if (each.share, each.before_s) not in given),
        }
    )


def _ahead(warnings: tuple[TargetWarningDue, ...], now: datetime) -> tuple[TargetWarningDue, ...]:
    """Those that still lie ahead: a warning that is past is not given any more."""
    return tuple(each for each in warnings if each.at > now)


def _shown(state: IssueState, stops_on_hold: bool, now: datetime) -> datetime:
    """What a target's clock shows: on hold the instant at which it stopped."""
    return min(now, state.hold.since) if stops_on_hold and state.hold is not None else now
