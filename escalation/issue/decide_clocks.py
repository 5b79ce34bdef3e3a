"""What people do to running clocks: hold and resume, change the severity, adopt another policy.

No tier hears of an open issue later by any of it, except by a hold within its caps.
"""

from datetime import datetime, timedelta
from typing import Literal

from escalation.duration import words
from escalation.issue import events as e
from escalation.issue.authority import relations
from escalation.issue.climb import begin_tier, move_up, note_missed, note_missed_targets
from escalation.issue.clocks import is_late, moments
from escalation.issue.commands import AdoptPolicy, ChangeSeverity, Command, Hold, Note, Resume
from escalation.issue.decide_clock import ENDS_A_TIER, decide_tick
from escalation.issue.decide_delivery import matters
from escalation.issue.deciding import Deciding, Refusal, must_be_open
from escalation.issue.events import Ceiling
from escalation.issue.hours import closed_at
from escalation.issue.quorum import is_for_several, quorum
from escalation.issue.running import (
    Running,
    as_it_stands,
    ceilings_from,
    never_later,
    recounted,
    running,
    still_ahead,
)
from escalation.issue.state import IssueState
from escalation.issue.ways import hastened, urgency_of
from escalation.issue.word import CUSTOMER, is_customer
from escalation.policy.model import Holding, Policy


def decide_hold(turn: Deciding, command: Hold) -> None:
    """Stop what the policy lets stop: for a reason, for somebody who is waited for, until a time within the caps."""
    must_be_open(turn)
    state = turn.state
    rules = state.policies[0].hold
    longest = turn.limit(rules.at_most) if rules is not None else None
    in_all = turn.limit(rules.in_all_at_most) if rules is not None else None
    # Nothing that is over already is stopped.
    if any(due.what in ENDS_A_TIER and is_late(due.at, turn.now) for due in moments(state)):
        decide_tick(turn)
    note_missed(turn)
    state = turn.state
    if rules is None or longest is None or in_all is None:
        raise Refusal("hold_not_allowed", f"the policy {state.policies[0].name} allows no hold at {state.severity}")
    if command.reason not in rules.reasons:
        allowed = ", ".join(rules.reasons)
        raise Refusal("unknown_reason", f"reason {command.reason!r} is not known; allowed: {allowed}", "input")
    if not command.waiting_for:
        raise Refusal("waiting_for_missing", "waiting_for is missing: name who is waited for", "input")
    if state.exhausted_at is not None:
        raise Refusal("exhausted", "all tiers' time is up: take charge with a time instead of holding it")
    if state.hold is not None:
        raise Refusal("already_on_hold", f"it waits for {state.hold.waiting_for} already; resume it first")
    if command.until <= turn.now:
        raise Refusal("until_past", f"until {command.until.isoformat()} is not in the future", "input")
    left = in_all - timedelta(seconds=state.held_s)
    if left <= timedelta():
        raise Refusal("hold_spent", f"it has been on hold for {words(in_all)} in all; no more is allowed")
    latest = turn.now + min(longest, left)
    if command.until > latest:
        cap = f"{words(longest)} at a time and {words(left)} more in all"
        raise Refusal("until_too_late", f"it may be on hold for {cap}: until {latest.isoformat()}", "input")
    turn.emit(
        e.Held(
            reason=command.reason,
            waiting_for=command.waiting_for,
            question=command.question,
            until=command.until,
            stops=rules.stops,
        ),
        turn.now,
    )


def decide_resume(turn: Deciding, command: Resume) -> None:
    """End a hold before its time."""
    must_be_open(turn)
    if turn.state.hold is None:
        raise Refusal("not_on_hold", "it is not on hold")
    turn.end_hold("resumed", turn.now, command.reason)


def end_hold_if_heard(turn: Deciding, command: Command) -> None:
    """Who was waited for has said something, whatever it was: the hold is over."""
    hold = turn.state.hold
    if hold is None or turn.state.status != "open" or not turn.entries:
        return
    if hold.waiting_for == command.by.person or hold.waiting_for in relations(turn.state, command.by) & {"customer"}:
        turn.end_hold("heard_from", turn.now)
    elif isinstance(command, Note) and command.said_by is not None:
        is_theirs = hold.waiting_for == CUSTOMER and is_customer(turn.state.facts, command.said_by)
        if hold.waiting_for == command.said_by or is_theirs:
            turn.end_hold("heard_from", turn.now)


def decide_change_severity(turn: Deciding, command: ChangeSeverity) -> None:
    """The harm is another one: never less than a fact demands, and no tier hears later for it."""
    must_be_open(turn)
    state, policy = turn.state, turn.state.pinned
    known = [severity.name for severity in policy.severities]
    if command.severity not in known:
        allowed = ", ".join(known)
        raise Refusal("unknown_severity", f"severity {command.severity!r} is not known; allowed: {allowed}", "input")
    if command.severity == state.severity:
        raise Refusal("same_severity", f"it is {state.severity} already")
    if state.demanded in known and known.index(command.severity) > known.index(state.demanded):
        raise Refusal("below_demanded", f"the trigger {state.match.trigger} demands at least {state.demanded}")
    rules = state.policies[0].severity_change
    _end_hold_unless_allowed(turn, state.policies[0].hold, command.severity, "severity_changed")
    before = turn.state
    clocks = running(before)
    if rules.clocks != "keep":
        is_strict, is_ending = rules.misses_targets, rules.ends_targets
        clocks = recounted(before, policy, command.severity, turn.now, misses_targets=is_strict, ends_targets=is_ending)
    turn.emit(
        e.SeverityChanged(
            severity=command.severity,
            from_severity=before.severity,
            tell=rules.tell,
            reason=command.reason,
            hastens=() if rules.clocks == "restart" else _hastened(before, command.severity, turn.now),
            **clocks._asdict(),
        ),
        turn.now,
    )
    if rules.misses_targets:
        note_missed_targets(turn)
    if rules.clocks == "restart" and before.is_climbing:
        note_missed(turn)
        begin_tier(turn, policy, policy.tier(before.tier), "severity_changed", turn.now, is_by_hand=True)
    elif _need_not_wait(turn):
        begin_tier(turn, policy, turn.state.here, "severity_changed", turn.now, is_by_hand=True)
    else:
        _go_up_if_over(turn, before, "severity_changed")


def _hastened(state: IssueState, severity: str, now: datetime) -> tuple[str, ...]:
    """Who is asked and would be told later of what is urgent from now on; nobody where the tier is asked anew."""
    if urgency_of(state, "asked") == "urgent" or not state.pinned.severity(severity).is_urgent:
        return ()
    asking = state.asking_at(state.tier)
    has = quorum(state).have if is_for_several(state) else ()
    waiting = [person for person in state.asked if person not in state.snoozes and person not in has]
    people = [person for person in waiting if asking is not None and matters(state, "asked", person, asking.turn)]
    return hastened(state, [state.person(person) for person in people], now)


def _need_not_wait(turn: Deciding) -> bool:
    """Whether a tier that waits for its hours would be asked sooner if it began now."""
    state = turn.state
    if not state.is_closed or state.opens_at is None or not state.is_climbing or state.is_in_maintenance:
        return False
    closed = closed_at(state.pinned, state.here, state.severity, turn.now)
    return closed is None or closed.then != "wait" or closed.opens_at < state.opens_at


def _end_hold_unless_allowed(
    turn: Deciding, rules: Holding | None, severity: str, why: Literal["severity_changed", "policy_adopted"]
) -> None:
    """End a hold that is longer than what now counts allows."""
    hold = turn.state.hold
    if hold is None:
        return
    longest = rules.at_most.get(severity) if rules is not None else None
    in_all = rules.in_all_at_most.get(severity) if rules is not None else None
    length = hold.until - hold.since
    if longest is None or in_all is None or length > longest or timedelta(seconds=turn.state.held_s) + length > in_all:
        turn.end_hold(why, turn.now)


def _go_up_if_over(turn: Deciding, before: IssueState, why: Literal["severity_changed", "policy_adopted"]) -> None:
    """Where the tier's time is over by the new limits alone, it moves up at once; nobody was late for the old ones."""
    state, now = turn.state, turn.now
    asked = as_it_stands(before, "acknowledge", before.acknowledge_from, now)
    worked = as_it_stands(before, "work", before.counts_from, now)
    is_over = _is_over_only_now(before.acknowledge_due_at, state.acknowledge_due_at, asked) or _is_over_only_now(
        before.work_due_at, state.work_due_at, worked
    )
    if is_over and state.is_climbing:
        turn.end_hold("escalated", now)
        note_missed(turn)
        move_up(turn, why, now)


def _is_over_only_now(was: datetime | None, due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now and (was is None or was > now)


def decide_adopt_policy(turn: Deciding, command: AdoptPolicy) -> None:
    """Go on under another policy: every promise that runs stays as it is, or comes sooner."""
    state = turn.state
    if state.status != "resolved":
        must_be_open(turn)
    if not command.policies:
        raise Refusal("policy_missing", "policies is empty: name the policy to adopt", "input")
    first, old = command.policies[0], state.policies[0]
    if (first.kind, first.legal_entity) != (old.kind, old.legal_entity):
        is_for = f"{first.legal_entity}/{first.kind}"
        allowed = f"{old.legal_entity}/{old.kind}"
        raise Refusal("wrong_policy", f"policy {first.name} is for {is_for}; allowed: {allowed}", "input")
    if command.policies == state.policies:
        raise Refusal("already_adopted", f"it is under {first.name} version {first.version} already")
    for each in command.policies:
        if state.severity not in {severity.name for severity in each.severities}:
            allowed = ", ".join(severity.name for severity in each.severities)
            raise Refusal("unknown_severity", f"policy {each.name} knows {allowed}, not {state.severity}", "input")
    new = next((policy for policy in command.policies if policy.name == state.policy), first)
    tiers = {tier.name for tier in new.tiers}
    goes_on_at = command.tier or state.tier
    if goes_on_at not in tiers:
        allowed = ", ".join(tier.name for tier in new.tiers)
        why = f"policy {new.name} has no tier {goes_on_at!r}; name one of: {allowed}"
        raise Refusal("tier_missing" if command.tier is None else "unknown_tier", why, "input")
    _end_hold_unless_allowed(turn, first.hold, state.severity, "policy_adopted")
    state = turn.state
    clocks = _never_worse(state, new, state.tier if state.tier in tiers else None, goes_on_at, turn.now)
    turn.emit(
        e.PolicyAdopted(
            policies=command.policies,
            tier=goes_on_at if state.tier not in tiers else state.tier,
            from_policy=old.name,
            from_version=old.version,
            last_known=command.last_known,
            people=command.people,
            reason=command.reason,
            **clocks._asdict(),
        ),
        turn.now,
    )
    if goes_on_at == state.tier and _need_not_wait(turn):
        begin_tier(turn, new, new.tier(goes_on_at), "policy_adopted", turn.now, is_by_hand=True)
    elif goes_on_at == state.tier:
        _go_up_if_over(turn, state, "policy_adopted")
    elif state.is_climbing:
        note_missed(turn)
        begin_tier(turn, new, new.tier(goes_on_at), "policy_adopted", turn.now, is_by_hand=True)


def _never_worse(state: IssueState, new: Policy, same: str | None, goes_on_at: str, now: datetime) -> Running:
    """The clocks under the new policy: each the earlier one of what it was and what it would be."""
    was = running(state)
    if state.status != "open" or same is None:
        ceilings = _carried_over(was.ceilings, state.pinned, new, goes_on_at)
        if state.is_climbing:
            fresh = ceilings_from(new, new.tier(goes_on_at), state.severity, now)
            heard = set(state.pinned.climb())
            ceilings = never_later(ceilings, tuple(ceiling for ceiling in fresh if ceiling.tier not in heard))
        return was._replace(ceilings=ceilings)
    then = recounted(state, new, state.severity, now)
    old_targets = {target.name: target for target in was.targets}
    targets = tuple(
        old_targets[target.name]
        if target.name in old_targets and old_targets[target.name].due_at < target.due_at
        else target
        for target in then.targets
    )
    old_warnings = {(warning.of, warning.share): warning.at for warning in was.warnings}
    warnings = tuple(w.changed({"at": min(w.at, old_warnings[w.of, w.share])}) for w in then.warnings)
    on_ladder = tuple(ceiling for ceiling in then.ceilings if ceiling.tier in new.climb())
    fresh = still_ahead(on_ladder, new, goes_on_at)
    return Running(
        acknowledge_due_at=_earlier(was.acknowledge_due_at, then.acknowledge_due_at),
        work_due_at=_earlier(was.work_due_at, then.work_due_at),
        remind_at=_earlier(was.remind_at, then.remind_at),
        lapses_at=then.lapses_at,
        warnings=warnings or was.warnings,
        targets=targets,
        ceilings=never_later(_carried_over(was.ceilings, state.pinned, new, goes_on_at), fresh),
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _carried_over(ceilings: tuple[Ceiling, ...], old: Policy, new: Policy, goes_on_at: str) -> tuple[Ceiling, ...]:
    """Ceilings on the new ladder. One of a tier it does not have goes to the next one above that it has, or the top."""
    ladder, before = new.climb(), old.climb()
    found: tuple[Ceiling, ...] = ()
    for ceiling in ceilings:
        above = before[before.index(ceiling.tier) :] if ceiling.tier in before else ()
        tier = next((name for name in above if name in ladder), ladder[-1])
        found = never_later(found, (Ceiling(tier=tier, at=ceiling.at),))
    return still_ahead(found, new, goes_on_at)
