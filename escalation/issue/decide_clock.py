"""What is done when an instant comes: each due thing once, in order; late ones collapse into one step.

A tier that ended while the system was away is followed by one tier whose time counts from now, never by a burst.
"""

from datetime import datetime, timedelta

from escalation.calendar.limit import Span
from escalation.issue import events as e
from escalation.issue.asking_again import ask_again, open_tier, tell_last_resort
from escalation.issue.climb import (
    begin_tier,
    exhaust,
    miss_target,
    move_up,
    note_missed,
)
from escalation.issue.clocks import FIND_WITHIN, Moment, is_late, reached
from escalation.issue.commands import FoundHow, TakePeople
from escalation.issue.decide_asks_clock import looked_up_for, serve_ask, take_people_of_ask
from escalation.issue.decide_delivery import leave_unreached
from escalation.issue.decide_maintenance import end_maintenance
from escalation.issue.decide_offer import lapse_offer, note_gaps, take_duty_lead
from escalation.issue.decide_shifts import look_up_shifts
from escalation.issue.decide_targets import warn_of_target
from escalation.issue.deciding import Deciding
from escalation.issue.facts import PersonFacts
from escalation.issue.hours import WALL, Hours, hours_here, hours_of_closing, reopen_until
from escalation.issue.keeping import answer_by, answer_due_at
from escalation.issue.quorum import is_for_several, quorum
from escalation.issue.state import BESIDE_THE_TIERS, DUTY_LEAD, LAST_RESORT, IssueState
from escalation.issue.ways import kept_back

MOST_ASKED = 200
"""People who are asked in one turn. Ours: each is carried along, and told."""

LOOK_AGAIN = timedelta(minutes=5)
"""How soon a tier is looked up again of which everybody was at their limit. Ours: its own time runs on meanwhile."""

ENDS_A_TIER = {"acknowledge", "work", "unreached", "ceiling"}
"""What is due when a tier's time is up."""
_LAPSES = {"lapse", "answer"}
_TELL_THE_TIER = {"warn", "remind", "remind_handler", "find", *_LAPSES}
"""Moot once the tier's time is up: what would have been said to it while the system was away."""


def decide_tick(turn: Deciding) -> None:
    """Do all that is due at or before now."""
    for _ in range(1000):
        due = _first_due(turn)
        if due is None:
            return
        _serve(turn, due)


def _first_due(turn: Deciding) -> Moment | None:
    found = reached(turn.state, turn.now)
    if len(found) <= 1:
        return found[0] if found else None
    missed = {due.name for due in found if due.what == "target"}
    if missed:  # a warning of what is over warns of nothing
        found = [due for due in found if due.what != "target_warn" or due.name not in missed]
    run_out = {due.name for due in found if due.what == "ask_due"}
    if run_out:
        found = [due for due in found if due.what != "ask_warn" or due.name not in run_out]
    over = [due for due in found if due.what in ENDS_A_TIER]
    if any(is_late(due.at, turn.now) for due in over):
        beside = {f.turn for f in turn.state.findings if f.tier in BESIDE_THE_TIERS}
        found = [d for d in found if d.what not in _TELL_THE_TIER or (d.what == "find" and d.turn in beside)]
    elif over:
        found = [due for due in found if due.what not in _LAPSES]
    if any(due.what == "silence" for due in found):
        found = [due for due in found if due.what != "confirm"]
    return found[0]


def _serve(turn: Deciding, due: Moment) -> None:  # noqa: PLR0912 - one arm per deadline
    late = is_late(due.at, turn.now)
    at = turn.now if late else due.at
    late_by_s = round((turn.now - due.at).total_seconds(), 3) if late else 0
    match due.what:
        case "acknowledge":
            is_partly = is_for_several(turn.state) and bool(quorum(turn.state).have)
            move_up(turn, "too_few_acknowledged" if is_partly else "not_acknowledged", at, late_by_s=late_by_s)
        case "work":
            move_up(turn, "work_limit_spent", at, late_by_s=late_by_s)
        case "unreached":
            leave_unreached(turn, at, late_by_s)
        case "ceiling":
            if late:  # the tier's own time may be up by now, too
                note_missed(turn)
            tier = turn.state.pinned.tier(due.name)
            begin_tier(turn, turn.state.pinned, tier, "ceiling_reached", at, late_by_s=late_by_s)
        case "hold":
            turn.end_hold("until", due.at)
        case "opens" | "maintenance":
            _end_waiting(turn, due, at, late_by_s)
        case "target":
            miss_target(turn, due.name)
        case "target_warn":
            warn_of_target(turn, due.name, at)
        case "offer":
            lapse_offer(turn, at)
        case "shift":
            look_up_shifts(turn, at)
        case "snooze":
            _wake(turn, due.name, at)
        case "lapse" | "answer" | "remind_handler":
            _hold_to_it(turn, due, at)
        case "charge":
            charge = turn.state.charge
            turn.by_clock(e.ChargeLapsed(person=charge.person if charge else ""), at)
            exhaust(turn, "charge_lapsed", at, late_by_s=late_by_s)
        case "last_resort":
            tell_last_resort(turn, at)
        case "find":
            fall_back_on_last_known(turn, due.turn, "no answer in time", at)
        case "warn" | "remind":
            _tell_people(turn, due, at)
        case "look_again":
            number, find_due_at = turn.state.turn + 1, turn.now + FIND_WITHIN
            turn.by_clock(e.LookedAgain(turn=number, tier=turn.state.tier, find_due_at=find_due_at), at)
        case "ask_warn" | "ask_take" | "ask_due" | "ask_again":
            serve_ask(turn, due, at)
        case "confirm" | "silence" | "window":
            _after(turn, due, at)


def _end_waiting(turn: Deciding, due: Moment, at: datetime, late_by_s: float) -> None:
    if turn.state.maintenance is None or (due.what == "opens" and not turn.state.is_in_maintenance):
        open_tier(turn, at, late_by_s)
        return
    end_maintenance(turn, "until", at, late_by_s)


def _later(turn: Deciding, first: datetime, every: Span | None, hours: Hours = WALL) -> datetime | None:
    """The next instant of a cadence that is not past: what was missed while away is not made up for."""
    if every is None:
        return None
    following = hours.due(first, every)
    return following if following > turn.now else hours.due(turn.now, every)


def _tell_people(turn: Deciding, due: Moment, at: datetime) -> None:
    state = turn.state
    if due.what == "remind":
        following = _later(turn, due.at, turn.limit(state.here.remind_every), hours_here(state))
        if following and state.acknowledge_due_at and following >= state.acknowledge_due_at:
            following = None
        turn.by_clock(e.Reminded(tier=state.tier, count=state.reminders + 1, next_at=following), at)
        return
    warning = next(w for w in state.warnings if (w.of, w.share, w.at) == (due.of, due.share, due.at))
    limit = state.acknowledge_due_at if warning.of == "acknowledge" else state.work_due_at
    turn.by_clock(
        e.Warned(tier=state.tier, of=warning.of, share=warning.share, due_at=limit or due.at, tell=warning.tell), at
    )


def _hold_to_it(turn: Deciding, due: Moment, at: datetime) -> None:
    """The acknowledgement lapses; or who has it is reminded, once, however many reminders came due meanwhile."""
    state = turn.state
    if due.what != "remind_handler":
        is_unanswered = due.what == "answer"
        turn.by_clock(e.AcknowledgementLapsed(person=state.handler or "", is_unanswered=is_unanswered), at)
        ask_again(turn, "lapsed", at)
        return
    count = state.keeping.count + 1 if state.keeping is not None else 1
    by = answer_due_at(state) or answer_by(state, at)
    turn.by_clock(e.HandlerReminded(person=state.handler or "", tier=state.tier, count=count, answer_by=by), at)


def _wake(turn: Deciding, person: str, at: datetime) -> None:
    """Tell who snoozed again. An acknowledgement that nothing else would end is over then: nothing lies for ever."""
    state = turn.state
    is_theirs = state.handler == person and person in state.asked and state.charge is None
    is_over = is_theirs and state.lapses_at is None and state.acknowledge_due_at is None and not state.is_resting
    turn.by_clock(e.SnoozeEnded(person=person, is_asked_again=is_over), at)
    if is_over:
        ask_again(turn, "snooze_over", at)


def fall_back_on_last_known(turn: Deciding, number: int, error: str, at: datetime) -> None:
    """The people of a turn could not be looked up: ask the last known; never nobody."""
    state = turn.state
    finding = next((f for f in state.findings if f.turn == number), None)
    ask = looked_up_for(state, number)
    if ask is not None:
        take_people_of_ask(turn, ask, (), f"they could not be looked up: {error[:200]}", None)
    if finding is None:
        return
    turn.by_clock(e.LookupFailed(turn=number, tier=finding.tier, error=error[:200]), at)
    known = state.known_for(finding.tier)
    why = "the last known people" if known else "nobody could be looked up, and nobody is known"
    take_people(turn, number, known, "last_known", why, at)


def take_people(
    turn: Deciding,
    number: int,
    people: tuple[PersonFacts, ...],
    how: FoundHow,
    why: str,
    at: datetime,
    found: TakePeople | None = None,
) -> None:
    """Who is asked in a turn. An empty tier is left at once; an empty last resort is the last known, or the owner."""
    state = turn.state
    finding = next((f for f in state.findings if f.turn == number), None)
    ask = looked_up_for(state, number) if state.asks and state.status == "open" else None
    if ask is not None:
        take_people_of_ask(turn, ask, people, why, found)
        return
    if finding is None or state.status != "open":
        return
    people = state.fit_to_ask(people)
    left_out, gaps = (found.left_out, found.gaps) if found is not None else ((), ())
    if finding.tier == DUTY_LEAD:
        take_duty_lead(turn, number, people, why, at)
        return
    note_gaps(turn, number, finding.tier, gaps, at)
    if len(people) > MOST_ASKED:
        people, why = people[:MOST_ASKED], f"{why}; the first {MOST_ASKED} of {len(people)}"
    is_full = found is not None and found.is_full
    if not people and is_full and waits_where_full(state, finding.tier):
        is_again, look_again_at = state.full is not None, turn.now + LOOK_AGAIN
        full = e.TierFull(
            turn=number, tier=finding.tier, why=why, left_out=left_out, is_again=is_again, look_again_at=look_again_at
        )
        turn.by_clock(full, at)
        return
    if not people and finding.tier == LAST_RESORT:
        people, how, why = state.known_for(LAST_RESORT), "last_known", f"{why}; so the last known people"
    if people:
        stand_ins, beside = (found.stand_ins, found.beside) if found is not None and how == "looked_up" else ({}, ())
        asked = e.PeopleAsked.trusted(
            turn=number, tier=finding.tier, people=people, how=how, why=why, stand_ins=stand_ins, beside=beside,
            left_out=left_out,
            is_full=is_full,
            quiet=kept_back(state, people, "last_resort" if finding.tier == LAST_RESORT else "asked", turn.now),
        )  # fmt: skip
        turn.by_clock(asked, at)
        return
    turn.by_clock(e.TierFoundEmpty(turn=number, tier=finding.tier, why=why, left_out=left_out), at)
    if finding.tier != LAST_RESORT:
        note_missed(turn)
        move_up(turn, "nobody_on_duty", at)


def waits_where_full(state: IssueState, tier: str) -> bool:
    """Whether nobody is asked there where everybody is at their limit, rather than their lead."""
    if tier in BESIDE_THE_TIERS:
        return False
    here = state.pinned.tier(tier)
    out_of_hours = here.out_of_hours if state.is_out_of_hours else None
    return (out_of_hours or here.told_for(state.severity)).when_full == "wait"


def _after(turn: Deciding, due: Moment, at: datetime) -> None:
    state = turn.state
    closing = state.policies[0].closing
    if due.what == "confirm":
        following = _later(turn, due.at, closing.remind_after, hours_of_closing(state.policies[0]))
        if following is not None and state.silence_at is not None and following >= state.silence_at:
            following = None
        turn.by_clock(e.ConfirmationRequested(count=state.confirm_count + 1, next_at=following), at)
    elif due.what == "silence":
        turn.by_clock(e.Closed(reason="silence", reopen_until=reopen_until(state.policies[0], at)), at)
    else:
        turn.by_clock(e.WindowEnded(), at)
