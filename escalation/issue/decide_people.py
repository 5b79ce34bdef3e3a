"""What people do while an issue is open: acknowledge, release, take charge."""

from datetime import datetime

from escalation.calendar.limit import Limit
from escalation.duration import words
from escalation.issue import events as e
from escalation.issue.asking_again import ask_again
from escalation.issue.authority import acts_as_machine, relations
from escalation.issue.climb import exhaust, note_missed
from escalation.issue.clocks import is_late
from escalation.issue.commands import Acknowledge, Release, TakeCharge
from escalation.issue.deciding import Deciding, Refusal, must_be_open
from escalation.issue.hours import hours_here
from escalation.issue.keeping import awaits_answer
from escalation.issue.quorum import is_for_several, is_reached_by, quorum
from escalation.issue.state import Charge, IssueState
from escalation.narrate import instant

MOST_JOINED = 50
"""People, besides those asked, the handler and the owner, who may acknowledge in one tier. Ours: whoever can send a
signal can make up names, and each would be carried along."""


def decide_acknowledge(turn: Deciding, command: Acknowledge) -> None:
    """Stops the acknowledgement clock, nothing else. A second person joins, or takes over where they say so."""
    must_be_open(turn)
    state, person = turn.state, command.by.person
    rules = state.pinned.acknowledgement
    taken_from = _taken_from(turn, command)
    if command.until is not None and command.until <= turn.now:
        raise Refusal("until_past", f"until {command.until.isoformat()} is not in the future", "input")
    # While somebody is in charge their time counts, and no acknowledgement has one of its own.
    lapse_at = lapses_after(turn, command.until) if state.charge is None else None
    _must_not_be_one_too_many(turn, command)
    times = state.acknowledgements.get(person, 0)
    is_handler = state.handler == person
    is_theirs = state.handler is None or person in state.asked
    # Where several must, it counts once, whoever says it twice.
    counts = not is_for_several(state) or person not in quorum(state).have
    stops_the_clock = is_theirs and state.acknowledge_due_at is not None and counts
    answers = awaits_answer(state, person)
    renews = is_handler and lapse_at is not None
    if (is_handler or person in state.joined) and not (taken_from or stops_the_clock or renews or answers):
        raise Refusal("already_acknowledged", f"{person} has acknowledged it already")
    until = command.until
    if times > rules.renewals and lapse_at is not None and answers and until is None:
        # An answer to a reminder is taken for one; it renews nothing that is not to be renewed.
        lapse_at, until = state.lapses_at, state.lapses_at if state.is_promised else None
    elif times > rules.renewals and lapse_at is not None:
        raise Refusal(
            "renewals_spent",
            f"{person} has acknowledged {times} times in this tier; allowed: once and {rules.renewals} renewals",
        )
    role: e.AckRole = "handler" if state.handler in {None, person} or taken_from else "joined"
    if is_theirs:
        note_late_acknowledgement(turn)
    have, needed = _counted(state, person, taken_from)
    turn.emit(
        e.Acknowledged(
            person=person,
            role=role,
            renewal=times,
            is_tier_clock_stopped=is_theirs and is_reached_by(state, person, taken_from),
            have=have,
            needed=needed,
            took_over_from=taken_from,
            until=until,
            lapses_at=lapse_at if role == "handler" else None,
            next_action=command.next_action,
        )
    )


def _counted(state: IssueState, person: str, instead_of: str | None) -> tuple[int, int]:
    """How many have acknowledged with this one, and how many must, where several must."""
    if not is_for_several(state):
        return 0, 0
    found = quorum(state)
    have = ({*found.have, person} - {instead_of}) & set(state.asked)
    return len(have), found.needed


def lapses_after(turn: Deciding, until: datetime | None) -> datetime | None:
    """When an acknowledgement of now lapses: when its sender says, at the latest when the policy does."""
    lapse = turn.limit(turn.state.pinned.acknowledgement.lapses_after)
    if lapse is None:
        return None
    hours = hours_here(turn.state)
    latest = hours.due(turn.now, lapse)
    if until is not None and until > latest:
        length = str(lapse) if isinstance(lapse, Limit) else f"{words(lapse)}{hours.words}"
        at_most = latest.isoformat(timespec="seconds")
        raise Refusal("until_too_late", f"an acknowledgement holds for {length} at most: until {at_most}", "input")
    return until or latest


def note_late_acknowledgement(turn: Deciding) -> None:
    """Put on record that the time to acknowledge was over before somebody did, where the clock was not served."""
    state = turn.state
    due_at = state.acknowledge_due_at
    if due_at is not None and not state.stands_still("acknowledge") and is_late(due_at, turn.now):
        turn.by_clock(e.LimitMissed(tier=state.tier, of="acknowledge", due_at=due_at), due_at)


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
            raise Refusal("in_charge", in_charge(state.charge))
        return command.take_over_from
    if state.charge is not None:
        return None
    if state.pinned.acknowledgement.second == "takes_over" and state.handler not in {None, person}:
        return state.handler
    return None


def decide_release(turn: Deciding, command: Release) -> None:
    """The handler gives it back: the tier is asked again; its work limit stays."""
    must_be_open(turn)
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


def decide_take_charge(turn: Deciding, command: TakeCharge) -> None:
    """Ends exhaustion: a person, a next action, a time."""
    must_be_open(turn)
    state = turn.state
    if state.exhausted_at is None:
        raise Refusal("not_exhausted", f"{state.here.title} is still asked; acknowledge it instead")
    if state.charge is not None and state.charge.person != command.by.person:
        raise Refusal("in_charge", in_charge(state.charge))
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


def in_charge(charge: Charge) -> str:
    """Who is, and until when."""
    return f"{charge.person} has taken charge until {instant(charge.until)}"
