"""When a shift ends: what whoever goes off duty has of an issue is offered to who is on duty next, who must accept it.

Before it ends, as the policy says. Who declines is followed by the next of those on duty; where nobody accepts in time,
or nobody is on duty, the duty lead has it, by name. Until then it stays with the sender: it is never nobody's.
"""

from datetime import datetime

from escalation.issue import events as e
from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.commands import Accept
from escalation.issue.commands_of_errands import LookAtShifts, TakeShifts
from escalation.issue.decide_people import lapses_after
from escalation.issue.deciding import Deciding, Refusal
from escalation.issue.facts import PersonFacts
from escalation.issue.holding import HandOverTimes, hand_over_times, holders, is_read_back_needed
from escalation.issue.shifts import LOOK_AGAIN, TRY_AGAIN
from escalation.issue.state import DUTY_LEAD, IssueState, Offer
from escalation.narrate import instant

MOST_IN_LINE = 5
"""People to whom it is offered in turn, besides the first. Ours."""


def follow_shifts(turn: Deciding, before: IssueState | None) -> None:
    """Have it looked up until when those are on duty who have it now and had not, and where shifts were not followed
    for a while; end an offer of what is gone.
    """
    state = turn.state if turn.entries else None
    if state is None or state.pinned.hand_over is None or state.status != "open" or state.is_in_maintenance:
        return
    has = holders(state)
    offer = state.offer
    if offer is not None and offer.leaving and not set(has) & offer.leaving.keys():
        turn.by_clock(e.OfferWithdrawn(to=offer.to), turn.now)
    if hand_over_times(state) is None:
        return
    if state.shift is None or not state.shift.since.keys() >= set(has) or _is_outdated(state, before, turn.now):
        look_up_shifts(turn, turn.now)


def _is_outdated(state: IssueState, before: IssueState | None, now: datetime) -> bool:
    """Whether the look was due while nobody followed shifts: under another severity, or in a maintenance window."""
    look_at = state.shift.look_at if state.shift is not None else None
    was_followed = before is not None and not before.is_in_maintenance and hand_over_times(before) is not None
    return look_at is not None and look_at < now and not was_followed


def look_up_shifts(turn: Deciding, at: datetime) -> None:
    """Have it looked up; an answer that is under way counts no more."""
    known = turn.state.shift.since if turn.state.shift is not None else {}
    turn.by_clock(e.ShiftsAsked(people={who: known.get(who, turn.now) for who in holders(turn.state)}), at)


def look_sooner(turn: Deciding, command: LookAtShifts) -> None:
    """Rotas or absences have changed: look now, where shifts are followed and no look is under way."""
    state = turn.state
    if state.status != "open" or state.is_in_maintenance or hand_over_times(state) is None:
        return
    if state.shift is not None and state.shift.look_at is not None:
        # As a deed of whoever noticed, so that the same notice from another worker is no second look.
        people = {who: state.shift.since.get(who, turn.now) for who in holders(state)}
        turn.emit(e.ShiftsAsked(people=people), turn.now, command.by)


def take_shifts(turn: Deciding, command: TakeShifts) -> None:
    """Until when those who have it are on duty: look again in time, or offer it now."""
    state = turn.state
    watch, times, has = state.shift, hand_over_times(state), holders(state)
    if watch is None or watch.number != command.number or state.status != "open":
        return
    ahead = times.before if times is not None else None
    if command.error is not None:
        _look_failed(turn, command.error[:200])
        return
    until = {who: at for who, at in command.until.items() if who in has}
    leaving = {who: at for who, at in until.items() if ahead is not None and at <= turn.now + ahead}
    if times is None or not leaving:
        next_looks = [at - ahead for at in until.values()] if ahead is not None else []
        turn.by_clock(e.ShiftsSeen(until=until, look_at=min([*next_looks, turn.now + LOOK_AGAIN])), turn.now)
        return
    pending = state.offer.due_at if state.offer is not None else None
    if pending is not None and turn.now < pending <= max(turn.now + times.before, min(leaving.values())):
        # Somebody else is about to have it: first what comes of that.
        turn.by_clock(e.ShiftsSeen(until=until, look_at=pending), turn.now)
        return
    over_at = max(turn.now + times.accept_within, *leaving.values())
    turn.by_clock(e.ShiftsSeen(until=until, look_at=over_at + TRY_AGAIN), turn.now)
    fit = tuple(person for person in state.fit_to_ask(command.people) if person.id not in leaving)
    _offer(turn, leaving, fit, times)


def _offer(turn: Deciding, leaving: dict[str, datetime], people: tuple[PersonFacts, ...], times: HandOverTimes) -> None:
    if not people:
        _to_the_duty_lead(turn, "", leaving)
        return
    first, *others = people[: MOST_IN_LINE + 1]
    due_at = turn.now + times.accept_within
    turn.by_clock(e.Reassigned(to=first, others=tuple(others), leaving=leaving, accept_due_at=due_at), turn.now)


def _to_the_duty_lead(turn: Deciding, to: str, leaving: dict[str, datetime]) -> None:
    turn.by_clock(
        e.OfferLapsed(
            to=to,
            by=next(iter(leaving)),
            turn=turn.state.turn + 1,
            find_due_at=turn.now + FIND_WITHIN,
            relieves=tuple(leaving),
            as_of=max(turn.now, min(leaving.values())),
        ),
        turn.now,
    )


def _look_failed(turn: Deciding, error: str) -> None:
    """Try again; but who is known to be off duty by now goes, and the duty lead has it."""
    state = turn.state
    known = state.shift.until if state.shift is not None else {}
    gone = {who: at for who, at in known.items() if at <= turn.now and who in holders(state)}
    turn.by_clock(e.ShiftsSeen(until=known, look_at=turn.now + TRY_AGAIN, error=error), turn.now)
    is_under_way = any(each.tier == DUTY_LEAD for each in state.findings) or state.offer is not None
    if gone and not is_under_way and hand_over_times(state) is not None:
        _to_the_duty_lead(turn, "", gone)


def lapse_hand_over(turn: Deciding, offer: Offer) -> None:
    """Who was to have it has not accepted it in time."""
    _to_the_duty_lead(turn, offer.to, offer.leaving)


def accept_hand_over(turn: Deciding, command: Accept, leaving: dict[str, datetime]) -> None:
    """The sender has what these had, and they have nothing of it any more."""
    state, person = turn.state, command.by.person
    if command.read_back is None and is_read_back_needed(state):
        whose = " and ".join(leaving)
        problem = f"read_back is missing: the policy has whoever takes over what {whose} has say what that is"
        raise Refusal("read_back_missing", f"{problem}; allowed: their own words, in a sentence or two", "input")
    charge = state.charge if state.charge is not None and state.charge.person in leaving else None
    if charge is not None and command.until is not None and command.until > charge.until:
        latest = charge.until.isoformat(timespec="seconds")
        raise Refusal("until_too_late", f"{charge.person} set the next action for {latest}, which holds", "input")
    works = charge is not None or state.handler in leaving
    turn.emit(
        e.Accepted(
            person=person,
            owner_before=state.owner,
            is_handler=works,
            is_tier_clock_stopped=False,
            handler_before=state.handler,
            relieves=tuple(leaving),
            until=command.until,
            lapses_at=lapses_after(turn, command.until) if works and charge is None else None,
            read_back=command.read_back,
        )
    )


def decline_hand_over(turn: Deciding, offer: Offer) -> None:
    """Offered to the next of those on duty, who has no more time than is left; else to nobody, and the lead has it."""
    state, times = turn.state, hand_over_times(turn.state)
    if state.offer is not None or not set(holders(state)) & offer.leaving.keys():
        return
    fit = state.fit_to_ask(state.people[who] for who in offer.others if who in state.people)
    ends_at = min(offer.leaving.values())
    if times is None or not fit:
        _to_the_duty_lead(turn, offer.to, offer.leaving)
        return
    until = max(offer.due_at or turn.now, ends_at)
    within = min(times.accept_within, until - turn.now)
    _offer(turn, offer.leaving, fit, times._replace(accept_within=within))


def off_shift_words(leaving: dict[str, datetime]) -> str:
    """Whose shift ends when, in words."""
    return " and ".join(f"the shift of {who} ends {instant(at)}" for who, at in leaving.items())
