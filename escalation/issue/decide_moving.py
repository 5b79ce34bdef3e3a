"""How people move an issue along the ladder: up to the next tier or a named one, and back down with guidance."""

from escalation.issue.authority import acts_as_machine
from escalation.issue.climb import begin_tier, move_up, note_missed
from escalation.issue.commands import DeEscalate, Escalate
from escalation.issue.decide_people import in_charge
from escalation.issue.deciding import Deciding, Refusal, must_be_open
from escalation.issue.state import IssueState
from escalation.narrate import instant

MOST_CHECKED = 100
"""Items of a checklist that a command may name. Ours."""


def decide_escalate(turn: Deciding, command: Escalate) -> None:
    """Up by hand. Never refused for its reason; the asked tier's checklist is given or waived, on record."""
    must_be_open(turn)
    state = turn.state
    if len(command.checked) > MOST_CHECKED:
        given = len(command.checked)
        raise Refusal("too_long", f"checked has {given:,} items; allowed: at most {MOST_CHECKED}", "input")
    _must_be_as_seen(state, command.from_tier)
    if state.is_resting:
        raise Refusal("exhausted", "all tiers' time is up and the last resort is told; somebody must take charge")
    if state.charge is not None:
        raise Refusal("in_charge", in_charge(state.charge))
    following = _named_above(state, command.to_tier) if command.to_tier else state.pinned.next_tier(state.tier)
    missing = _unchecked(turn, command, following) if following is not None else ()
    turn.end_hold("escalated", turn.now)
    note_missed(turn)
    tier = turn.state.pinned.tier(following) if following is not None else None
    how = command.how or ("functional" if tier is not None and tier.is_beside else "hierarchical")
    if command.to_tier is None or tier is None:
        move_up(turn, "escalated_by_hand", turn.now, waived=missing, reason=command.reason, how=how)
        return
    begin_tier(
        turn, turn.state.pinned, tier, "escalated_by_hand", turn.now,
        waived=missing, reason=command.reason, is_by_hand=True, how=how,
    )  # fmt: skip


def _must_be_as_seen(state: IssueState, from_tier: str | None) -> None:
    """Refuse what was meant for another tier than the one that is asked by now."""
    tiers = {tier.name for policy in state.policies for tier in policy.tiers}
    if from_tier is not None and from_tier not in tiers:
        allowed = ", ".join(tier.name for tier in state.pinned.tiers)
        raise Refusal("unknown_tier", f"from_tier {from_tier!r} is not known; allowed: {allowed}", "input")
    if from_tier is not None and from_tier != state.tier:
        since = instant(state.tier_began_at)
        raise Refusal("tier_changed", f"it is not at {from_tier} any more: {state.tier} is asked since {since}")


def _named_above(state: IssueState, name: str) -> str:
    """A tier above the one that is asked, or a lane beside the ladder."""
    policy = state.pinned
    if name not in {tier.name for tier in policy.tiers}:
        allowed = ", ".join(tier.name for tier in policy.tiers if tier.name != state.tier)
        raise Refusal("unknown_tier", f"to_tier {name!r} is not known; allowed: {allowed}", "input")
    if name == state.tier:
        raise Refusal("already_there", f"{state.here.title} is asked already")
    above = policy.climb()[_first_above(state) :]
    if not policy.tier(name).is_beside and name not in above:
        allowed = ", ".join(above) or "none: it is the last"
        raise Refusal("not_above", f"{name} is not above {state.tier}; allowed: {allowed}. De-escalate to go down")
    return name


def _first_above(state: IssueState) -> int:
    """The place in the ladder of the first tier above the one that is asked."""
    ladder = state.pinned.climb()
    if state.tier in ladder:
        return ladder.index(state.tier) + 1
    following = state.here.then
    return ladder.index(following) if following in ladder else len(ladder)


def _unchecked(turn: Deciding, command: Escalate, following: str) -> tuple[str, ...]:
    """The items of the tier's checklist that were not given; they must be waived with a reason."""
    state = turn.state
    items = state.pinned.tier(following).checklist
    known = {item.name for item in items}
    unknown = [name for name in command.checked if name not in known]
    if unknown:
        allowed = ", ".join(item.name for item in items) or "none, it has no checklist"
        raise Refusal(
            "unknown_item", f"{unknown[0]!r} is not on the checklist of {following}; allowed: {allowed}", "input"
        )
    due = [item for item in items if state.severity not in item.waived_for]
    missing = tuple(item.name for item in due if item.name not in command.checked)
    if missing and not (command.is_waived or acts_as_machine(state, command.by)):
        asks = "; ".join(f"{item.name} ({item.ask})" for item in due if item.name in missing)
        raise Refusal(
            "checklist_open", f"{following} needs: {asks}. Give them, or waive the checklist with a reason", "input"
        )
    if missing and command.reason is None and not acts_as_machine(state, command.by):
        raise Refusal("reason_missing", "reason is missing: say why the checklist is waived", "input")
    return missing


def decide_de_escalate(turn: Deciding, command: DeEscalate) -> None:
    """Back down with guidance: that tier's clocks start anew; tiers that have not heard do not hear later for it."""
    must_be_open(turn)
    state = turn.state
    _must_be_as_seen(state, command.from_tier)
    if state.is_exhausted:
        raise Refusal("exhausted", "all tiers' time is up; somebody must take charge first")
    if state.charge is not None and state.charge.person != command.by.person:
        raise Refusal("in_charge", in_charge(state.charge))
    below = state.pinned.climb()[: _place(state)]
    name = command.to_tier or next(reversed(below), None)
    if name is None:
        raise Refusal("no_tier_below", f"{state.here.title} is the lowest tier")
    if name not in {tier.name for tier in state.pinned.tiers}:
        allowed = ", ".join(below)
        raise Refusal("unknown_tier", f"to_tier {name!r} is not known; allowed: {allowed}", "input")
    if name not in below:
        allowed = ", ".join(below) or "none: it is the lowest"
        raise Refusal("not_below", f"{name} is not below {state.tier}; allowed: {allowed}. Escalate to go up")
    turn.end_hold("de_escalated", turn.now)
    note_missed(turn)
    begin_tier(
        turn, state.pinned, state.pinned.tier(name), "de_escalated", turn.now,
        reason=command.reason, guidance=command.guidance, is_by_hand=True,
    )  # fmt: skip


def _place(state: IssueState) -> int:
    """How many tiers of the ladder are below the one that is asked."""
    ladder = state.pinned.climb()
    return ladder.index(state.tier) if state.tier in ladder else _first_above(state)
