"""What is done with the clocks of targets: begun and ended by what has happened, and warned of."""

from datetime import datetime

from escalation.issue import events as e
from escalation.issue.climb import miss_target
from escalation.issue.clocks import running_targets
from escalation.issue.deciding import Deciding
from escalation.issue.hours import WALL
from escalation.issue.state import IssueState, over_since
from escalation.issue.target_clocks import begun_now, held_target, is_owed, target_hours
from escalation.issue.word import ACKNOWLEDGED, WROTE, is_answered, is_raised_by_them, speaks, tier_milestone
from escalation.policy.model import Target


def warn_of_target(turn: Deciding, name: str, at: datetime) -> None:
    """Warn that a target runs out. Of several warnings that are due by now the last one says it all."""
    target = next(target for target in turn.state.targets if target.name == name)
    warning = [each for each in target.warnings if each.at <= turn.now][-1]
    warned = e.TargetWarned(
        target=name,
        share=warning.share,
        before_s=warning.before_s,
        at=warning.at,
        due_at=target.due_at,
        tell=warning.tell,
    )
    turn.by_clock(warned, max(at, warning.at))


def follow_targets(turn: Deciding, before: IssueState | None) -> None:
    """Begin and end those targets that hang on what this decision has put on record."""
    if not turn.entries:
        return
    followed = [target for target in turn.state.promised if target.starts or target.ends or target.when_reopened]
    if not followed:
        return
    befores = [before, *turn.states[:-1]]
    for entry, state in list(zip(turn.entries, befores, strict=True)):
        for target in followed:
            _follow(turn, target, entry, state)


def _follow(turn: Deciding, target: Target, entry: e.Entry, before: IssueState | None) -> None:
    is_running = any(each.name == target.name for each in turn.state.targets)
    if is_running and _is_end(target, entry.event):
        _end(turn, target, entry)
        is_running = False
    if turn.state.status != "open" or before is None or turn.state.severity not in target.within:
        return
    if not is_owed(target, turn.state.facts):
        return
    if isinstance(entry.event, e.Reopened) and target.when_reopened is not None:
        _go_on(turn, target, entry, before)
    elif target.ends == "updated":
        _follow_promise(turn, target, entry, before)
    elif not is_running and not _was_missed(turn.state, target) and _is_start(target, entry.event, before):
        turn.by_clock(e.TargetBegan(target=begun_now(turn.state, target, entry.happened_at)), entry.happened_at)


def _was_missed(state: IssueState, target: Target) -> bool:
    """Whether it never runs again: each reopening begins its own."""
    return target.name in state.missed_targets and target.starts != "reopened"


def _go_on(turn: Deciding, target: Target, entry: e.Entry, before: IssueState) -> None:
    """With as much left as when it was resolved."""
    aside = next((each for each in before.set_aside if each.name == target.name), None)
    since = over_since(before)
    if aside is None or since is None:
        return
    moved = held_target(before, aside, since, entry.happened_at)
    turn.by_clock(e.TargetBegan(target=moved, goes_on=True), entry.happened_at)


def _is_end(target: Target, event: e.Event) -> bool:
    match target.ends:
        case "acknowledged":
            return _is_acknowledgement(event)
        case "first_response" | "updated":
            return _is_answer(target, event)
        case "tier_left":
            is_elsewhere = isinstance(event, e.TierBegan) and event.tier != target.tier
            return is_elsewhere or isinstance(event, e.Exhausted | e.ChargeTaken)
        case _:
            return False


def _is_answer(target: Target, event: e.Event) -> bool:
    """Whether it was said to the customer, and meets this target."""
    return isinstance(event, e.Noted) and event.is_to_customer and event.meets in {None, target.name}


def _is_start(target: Target, event: e.Event, before: IssueState) -> bool:
    match target.starts:
        case "acknowledged":
            return _is_acknowledgement(event) and ACKNOWLEDGED not in before.milestones
        case "reopened":
            return isinstance(event, e.Reopened)
        case "tier_began":
            is_it = isinstance(event, e.TierBegan) and event.tier == target.tier
            return is_it and tier_milestone(target.tier or "") not in before.milestones
        case _:
            return False


def _is_acknowledgement(event: e.Event) -> bool:
    return isinstance(event, e.Acknowledged | e.ChargeTaken) or (isinstance(event, e.Accepted) and event.is_handler)


def _end(turn: Deciding, target: Target, entry: e.Entry) -> None:
    """Done in time, also in the very instant in which it is due; else it was missed, where the clock was not served."""
    running_one = next(each for each in turn.state.targets if each.name == target.name)
    if running_one.due_at < turn.now and running_one in running_targets(turn.state):
        miss_target(turn, target.name)
    else:
        turn.by_clock(e.TargetMet(target=target.name, due_at=running_one.due_at), entry.happened_at)


def _follow_promise(turn: Deciding, target: Target, entry: e.Entry, before: IssueState) -> None:
    """A promise to be back: it begins anew with what was said to the customer, or when they have said something."""
    event, at = entry.event, entry.happened_at
    if isinstance(event, e.Noted) and event.is_to_customer:
        if not _is_answer(target, event):
            return
        if event.next_update_at is not None or target.runs_when_answered:
            begun = begun_now(turn.state, target, at, event.next_update_at)
            turn.by_clock(e.TargetBegan(target=begun, is_anew=True), at)
        return
    is_over = target.begins_when_missed and target.name in before.missed_targets
    is_over = is_over and all(each.name != target.name for each in turn.state.targets)
    is_first = (
        target.starts == "customer_wrote" and WROTE not in before.milestones and not is_raised_by_them(before.facts)
    )
    has_word = is_answered(before) or is_over or is_first
    if not isinstance(event, e.Reopened) and not (has_word and speaks(before, entry)):
        return
    begun = begun_now(turn.state, target, at)
    running_one = next((each for each in turn.state.targets if each.name == target.name), None)
    if running_one is None or begun.due_at < running_one.due_at:
        turn.by_clock(e.TargetBegan(target=begun, is_anew=True), at)


def latest_update(state: IssueState, now: datetime, meets: str | None = None) -> datetime | None:
    """Until when somebody may promise the customer to be back; None where the policy has no such target now.

    `meets`: the one target that is met by what they say.
    """
    latest = []
    for target in state.promised:
        within = target.within.get(state.severity)
        if target.ends == "updated" and within is not None and meets in {None, target.name}:
            calendar = target.hours.get(state.severity)
            hours = target_hours(state.policies[0], calendar) or WALL
            latest.append(hours.due(now, within))
    return min(latest, default=None)
