"""Who answers for an issue and who takes it: accept, reassign, decline."""

from escalation.calendar.limit import Limit
from escalation.issue import events as e
from escalation.issue.asking_again import ask_again
from escalation.issue.climb import move_up, note_missed
from escalation.issue.commands import Accept, Decline, Reassign
from escalation.issue.decide_delivery import ask_next, has_next, note_nobody_reached
from escalation.issue.decide_people import lapses_after, note_late_acknowledgement
from escalation.issue.decide_shifts import accept_hand_over, decline_hand_over
from escalation.issue.deciding import Deciding, Refusal, must_be_open
from escalation.issue.hours import WALL, hours_here
from escalation.issue.quorum import is_out_of_reach, is_reached_by, is_reached_without


def decide_accept(turn: Deciding, command: Accept) -> None:
    """The sender answers for it from now on. What was offered to them they work on, too, as if they acknowledged."""
    must_be_open(turn)
    state, person = turn.state, command.by.person
    is_offered = state.offer is not None and state.offer.to == person
    if command.by.is_machine:
        raise Refusal("person_needed", "only a person can answer for an issue", "authority")
    leaving = state.offer.leaving if is_offered and state.offer is not None else {}
    if command.relieves is not None and command.relieves not in leaving:
        whose = f"whose shifts end: {', '.join(leaving)}" if leaving else "nothing of it is handed over to them"
        raise Refusal("not_handed_over", f"what {command.relieves} has of it is not offered to {person}; {whose}")
    if state.owner == person and not is_offered:
        raise Refusal("already_owner", f"{person} answers for it already")
    if command.until is not None and command.until <= turn.now:
        raise Refusal("until_past", f"until {command.until.isoformat()} is not in the future", "input")
    if leaving:
        accept_hand_over(turn, command, leaving)
        return
    works = is_offered and state.charge is None
    lapses_at = lapses_after(turn, command.until) if works else None
    is_theirs = state.handler is None or person in state.asked
    stops_the_clock = works and is_theirs and is_reached_by(state, person, None)
    if stops_the_clock:
        note_late_acknowledgement(turn)
    turn.emit(
        e.Accepted(
            person=person,
            owner_before=state.owner,
            is_handler=works,
            is_tier_clock_stopped=stops_the_clock,
            handler_before=state.handler,
            until=command.until,
            lapses_at=lapses_at,
            read_back=command.read_back,
        )
    )


def decide_reassign(turn: Deciding, command: Reassign) -> None:
    """Offer it to somebody; until they accept, owner, handler and clocks stay."""
    must_be_open(turn)
    state = turn.state
    to = command.facts if command.facts is not None and command.facts.id == command.to else state.person(command.to)
    if not command.to:
        raise Refusal("to_missing", "to is missing: name the person who is to take it over", "input")
    if not state.fit_to_ask([to]):
        raise Refusal("unfit_person", f"{command.to} cannot take what is about them or conflicts with them", "input")
    if command.to == state.owner and state.handler in {None, command.to}:
        raise Refusal("already_owner", f"{command.to} answers for it already")
    if state.offer is not None and state.offer.to == command.to:
        raise Refusal("already_offered", f"it is offered to {command.to} already, who has not answered yet")
    within = turn.limit(state.pinned.accept_within)
    hours = hours_here(state) if isinstance(within, Limit) else WALL
    due_at = hours.due(turn.now, within) if within else None
    turn.emit(e.Reassigned(to=to, reason=command.reason, accept_due_at=due_at))


def decide_decline(turn: Deciding, command: Decline) -> None:
    """Somebody who is asked, or to whom it is offered, cannot take it. Without anybody left it moves up at once."""
    must_be_open(turn)
    state, person = turn.state, command.by.person
    was_offered = state.offer is not None and state.offer.to == person
    if state.charge is not None and state.charge.person == person:
        raise Refusal("in_charge", f"{person} has taken charge; release it instead")
    if person not in state.asked and not was_offered:
        if person in state.last_resort and state.exhausted_at is not None:
            raise Refusal("last_resort", "there is nobody behind the last resort: take charge, or name who does")
        raise Refusal("not_asked", f"{person} is not asked, so there is nothing to decline")
    left = sum(1 for asked in state.asked if asked != person)
    turn.emit(
        e.Declined(
            person=person,
            tier=state.tier,
            was_offered=was_offered,
            has_conflict=command.has_conflict,
            left=left,
            is_tier_clock_stopped=not has_next(state, person) and is_reached_without(state, person),
            reason=command.reason,
        )
    )
    if was_offered and state.offer is not None and state.offer.leaving:
        decline_hand_over(turn, state.offer)
    if not state.is_climbing:
        return
    is_followed = ask_next(turn, state, person)
    if is_followed and turn.state.acknowledge_due_at is None and turn.state.handler is None:
        ask_again(turn, "declined", turn.now)
    elif is_followed:
        return
    elif person in state.asked and not left:
        note_missed(turn)
        move_up(turn, "everybody_declined", turn.now)
    elif is_out_of_reach(turn.state):
        note_missed(turn)
        move_up(turn, "too_few_left", turn.now)
    elif state.handler == person and turn.state.handler is None:
        ask_again(turn, "declined", turn.now)
    else:
        note_nobody_reached(turn)  # those left may be the ones whom nothing reached
