"""What people do while an issue is open: acknowledge, release, escalate, take charge."""

from escalation.duration import words
from escalation.issue import events as e
from escalation.issue.authority import acts_as_machine, relations
from escalation.issue.climb import exhaust, move_up, note_missed
from escalation.issue.clocks import is_late
from escalation.issue.commands import Acknowledge, Escalate, Release, TakeCharge
from escalation.issue.decide_clock import ask_again
from escalation.issue.deciding import Deciding, Refusal, not_open
from escalation.issue.state import Charge, IssueState
from escalation.narrate import instant

MOST_JOINED = 50
"""People, besides those asked, the handler and the owner, who may acknowledge in one tier. Ours: whoever can send a
signal can make up names, and each would be carried along."""

MOST_CHECKED = 100
"""Items of a checklist that a command may name. Ours."""


def decide_acknowledge(turn: Deciding, command: Acknowledge) -> None:
    """Stops the acknowledgement clock, nothing else. A second person joins, or takes over where they say so."""
    _must_be_open(turn)
    state, person = turn.state, command.by.person
    rules = state.pinned.acknowledgement
    taken_from = _taken_from(turn, command)
    if command.until is not None and command.until <= turn.now:
        raise Refusal("until_past", f"until {command.until.isoformat()} is not in the future", "input")
    # While somebody is in charge their time counts, and no acknowledgement has one of its own.
    lapse = turn.limit(rules.lapses_after) if state.charge is None else None
    if command.until is not None and lapse is not None and command.until > turn.now + lapse:
        latest = (turn.now + lapse).isoformat(timespec="seconds")
        raise Refusal("until_too_late", f"an acknowledgement holds for {words(lapse)} at most: until {latest}", "input")
    _must_not_be_one_too_many(turn, command)
    times = state.acknowledgements.get(person, 0)
    is_handler = state.handler == person
    is_theirs = state.handler is None or person in state.asked
    stops_the_clock = is_theirs and state.acknowledge_due_at is not None
    renews = is_handler and lapse is not None
    if (is_handler or person in state.joined) and not (taken_from or stops_the_clock or renews):
        raise Refusal("already_acknowledged", f"{person} has acknowledged it already")
    if times > rules.renewals and lapse is not None:
        raise Refusal(
            "renewals_spent",
            f"{person} has acknowledged {times} times in this tier; allowed: once and {rules.renewals} renewals",
        )
    role: e.AckRole = "handler" if state.handler in {None, person} or taken_from else "joined"
    lapses_at = turn.now + lapse if lapse is not None and role == "handler" else None
    if lapses_at is not None and command.until is not None:
        lapses_at = min(lapses_at, command.until)
    if is_theirs and state.acknowledge_due_at is not None and is_late(state.acknowledge_due_at, turn.now):
        turn.by_clock(
            e.LimitMissed(tier=state.tier, of="acknowledge", due_at=state.acknowledge_due_at), state.acknowledge_due_at
        )
    turn.emit(
        e.Acknowledged(
            person=person,
            role=role,
            renewal=times,
            is_tier_clock_stopped=is_theirs,
            took_over_from=taken_from,
            until=command.until,
            lapses_at=lapses_at,
            next_action=command.next_action,
        )
    )


def _must_not_be_one_too_many(turn: Deciding, command: Acknowledge) -> None:
    state, person = turn.state, command.by.person
    if person in state.acknowledgements or relations(state, command.by) & {"asked", "handler", "owner"}:
        return
    if len(set(state.acknowledgements) - {*state.asked, *state.last_resort, state.owner}) >= MOST_JOINED:
        raise Refusal(
            "too_many_joined",
            f"so many people have joined already: {MOST_JOINED}, besides those asked; ask {_whom(state)}",
        )


def _whom(state: IssueState) -> str:
    return f"{state.handler}, who works on it" if state.handler else f"{state.owner}, who owns it"


def _taken_from(turn: Deciding, command: Acknowledge) -> str | None:
    """Whose place is taken: named by the command, or the present handler where the policy says so."""
    state, person = turn.state, command.by.person
    if command.take_over_from is not None:
        if state.handler != command.take_over_from:
            has = f"{state.handler} has it" if state.handler else "nobody has it"
            raise Refusal("handler_changed", f"{command.take_over_from} does not have it any more: {has}")
        if command.take_over_from == person:
            return None
        if state.charge is not None:
            raise Refusal("in_charge", _in_charge(state.charge))
        return command.take_over_from
    if state.charge is not None:
        return None
    if state.pinned.acknowledgement.second == "takes_over" and state.handler not in {None, person}:
        return state.handler
    return None


def decide_release(turn: Deciding, command: Release) -> None:
    """The handler gives it back: the tier is asked again; its work limit stays."""
    _must_be_open(turn)
    state, person = turn.state, command.by.person
    is_machine_for = acts_as_machine(state, command.by) and state.handler is not None
    if state.handler != person and not is_machine_for:
        has = f"{state.handler} has it" if state.handler else "nobody has it"
        raise Refusal("not_handler", f"only who has it can release it: {has}")
    in_charge = state.charge is not None and state.charge.person == state.handler
    turn.emit(e.Released(person=state.handler or person, was_in_charge=in_charge, reason=command.reason))
    if in_charge:
        exhaust(turn, "charge_released", turn.now)
    else:
        ask_again(turn, "released", turn.now)


def decide_escalate(turn: Deciding, command: Escalate) -> None:
    """Up one tier by hand. Never refused for its reason; the next tier's checklist is given or waived, on record."""
    _must_be_open(turn)
    state = turn.state
    if len(command.checked) > MOST_CHECKED:
        given = len(command.checked)
        raise Refusal("too_long", f"checked has {given:,} items; allowed: at most {MOST_CHECKED}", "input")
    tiers = {tier.name for policy in state.policies for tier in policy.tiers}
    if command.from_tier is not None and command.from_tier not in tiers:
        allowed = ", ".join(tier.name for tier in state.pinned.tiers)
        raise Refusal("unknown_tier", f"from_tier {command.from_tier!r} is not known; allowed: {allowed}", "input")
    if command.from_tier is not None and command.from_tier != state.tier:
        since = instant(state.tier_began_at)
        raise Refusal("tier_changed", f"it is not at {command.from_tier} any more: {state.tier} is asked since {since}")
    if state.is_resting:
        raise Refusal("exhausted", "all tiers' time is up and the last resort is told; somebody must take charge")
    if state.charge is not None:
        raise Refusal("in_charge", _in_charge(state.charge))
    following = state.pinned.next_tier(state.tier)
    missing: tuple[str, ...] = ()
    if following is not None:
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
    note_missed(turn)
    move_up(turn, "escalated_by_hand", turn.now, waived=missing, reason=command.reason)


def decide_take_charge(turn: Deciding, command: TakeCharge) -> None:
    """Ends exhaustion: a person, a next action, a time."""
    _must_be_open(turn)
    state = turn.state
    if state.exhausted_at is None:
        raise Refusal("not_exhausted", f"{state.here.title} is still asked; acknowledge it instead")
    if state.charge is not None and state.charge.person != command.by.person:
        raise Refusal("in_charge", _in_charge(state.charge))
    if command.by.is_machine:
        raise Refusal("person_needed", "only a person can take charge", "authority")
    if command.until <= turn.now:
        raise Refusal("until_past", f"until {command.until.isoformat()} is not in the future", "input")
    longest = turn.limit(state.pinned.exhaustion.charge_for_at_most)
    if longest is not None and command.until > turn.now + longest:
        latest = (turn.now + longest).isoformat(timespec="seconds")
        raise Refusal(
            "until_too_late", f"the next action may be {words(longest)} ahead at most: until {latest}", "input"
        )
    note_missed(turn)
    turn.emit(e.ChargeTaken(person=command.by.person, until=command.until, next_action=command.next_action))


def _in_charge(charge: Charge) -> str:
    return f"{charge.person} has taken charge until {instant(charge.until)}"


def _must_be_open(turn: Deciding) -> None:
    if turn.state.status != "open":
        raise not_open(turn.state)
