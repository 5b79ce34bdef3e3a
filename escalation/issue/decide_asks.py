"""What is put to others beside the ladder: put, taken on, passed on, answered, left, withdrawn (docs/asks.md).

Nothing here moves the issue, its owner, its handler or its own clocks; save that a policy may hold it while it waits.
What the clock does with it is in `decide_asks_clock.py`.
"""

from datetime import datetime, timedelta

from escalation.calendar.limit import Span, Within
from escalation.issue import events as e
from escalation.issue.asks import AskWarningDue, PutAsk
from escalation.issue.command import Command
from escalation.issue.commands_of_asks import Ask, Complete, Leave, PassOn, TakeOn, Withdraw
from escalation.issue.deciding import Deciding, Refusal, must_be_open
from escalation.issue.events_of_asks import NextWhy
from escalation.issue.holding import holders
from escalation.issue.hours import WALL, Hours
from escalation.issue.state import IssueState
from escalation.issue.target_clocks import target_hours
from escalation.policy.desk import AskKind, Desk

MOST_OPEN = 20
"""So many may be open at once. Ours: each is carried along and looked at in every step."""


def decide_ask(turn: Deciding, command: Ask) -> None:
    """Put it to others: whom, is looked up. The issue waits for it where that is said."""
    must_be_open(turn)
    state = turn.state
    _must_be_one_of_two(command)
    desk = _desk(state, command) if command.of is not None else None
    what = command.what or ("work" if desk is not None and desk.done_within else "advice")
    within = _within(state, desk, what)
    if command.to is not None:
        _must_be_fit(state, command)
    if sum(1 for each in state.asks if each.is_open) >= MOST_OPEN:
        raise Refusal("too_many_asks", f"so many are open already: {MOST_OPEN}; withdraw what is not needed any more")
    hours = hours_of_desk(state, desk)
    due_at = hours.due(turn.now, within) if within is not None else None
    share = [(each.at, each.tell) for each in desk.warnings] if desk is not None and within is not None else []
    warnings = [
        AskWarningDue(at=hours.share(turn.now, within, at), share=at, tell=tell)
        for at, tell in sorted(share)
        if within is not None
    ]
    turn.emit(
        e.AskPut(
            ask=f"{command.of or command.to}-{state.asks_put + 1}",
            what=what,
            desk=command.of or "",
            title=desk.title if desk is not None else command.to or "",
            to=command.to or "",
            skill=command.skill or "",
            text=command.text,
            is_awaited=command.is_awaited,
            turn=state.turn + 1,
            take_due_at=take_due_at(state, desk, turn.now) if what != "advice" else None,
            due_at=due_at,
            warnings=tuple(warnings),
        ),
        turn.now,
    )
    if desk is not None and desk.holds_as is not None and what == "work" and command.is_awaited:
        _hold(turn, desk.holds_as)


def _must_be_one_of_two(command: Ask) -> None:
    if (command.of is None) == (command.to is None):
        given = "both of and to are given" if command.of is not None else "neither of nor to is given"
        raise Refusal("bad_field", f"{given}; allowed: of, a desk of the policy; or to, a person", "input")
    if command.to is not None and command.what in {"work", "swarm"}:
        problem = f"what {command.what!r} is not for a person by name"
        raise Refusal("bad_field", f"{problem}; allowed: advice; or of, a desk of the policy", "input")
    if command.to is not None and command.skill is not None:
        raise Refusal("bad_field", "skill is given beside to; allowed: with of, a desk of the policy", "input")


def _desk(state: IssueState, command: Ask) -> Desk:
    policy = state.policies[0]
    desk = policy.desk(command.of or "")
    if desk is None:
        allowed = ", ".join(each.name for each in policy.desks) or f"none: policy {policy.name} has no desks"
        raise Refusal("unknown_desk", f"of {command.of!r} is not a desk of the policy; allowed: {allowed}", "input")
    return desk


def _within(state: IssueState, desk: Desk | None, what: AskKind) -> Span | None:
    """How long it may take; refused where nothing of the kind is taken at this severity."""
    policy = state.policies[0]
    if desk is None:
        limits: Within = policy.advice_within
        whom = f"policy {policy.name} has nobody asked for advice by name"
    elif what == "swarm":
        return None
    else:
        limits = desk.done_within if what == "work" else desk.answer_within
        whom = f"{desk.title} {'takes no work' if what == 'work' else 'gives no advice'}"
    if state.severity not in limits:
        allowed = f"at {', '.join(limits)}" if limits else "not at any severity"
        raise Refusal("not_taken_there", f"{whom} at {state.severity}; allowed: {allowed}")
    return limits[state.severity]


def _must_be_fit(state: IssueState, command: Ask) -> None:
    to = command.to or ""
    facts = command.facts if command.facts is not None and command.facts.id == to else state.person(to)
    if not state.fit_to_ask([facts]):
        raise Refusal("unfit_person", f"{to} cannot be asked about what is about them or conflicts with them", "input")


def _hold(turn: Deciding, reason: str) -> None:
    """Hold the issue while it waits, for as long as the policy lets it; where it may not, its clocks run on."""
    state = turn.state
    rules = state.policies[0].hold
    longest = turn.limit(rules.at_most) if rules is not None else None
    in_all = turn.limit(rules.in_all_at_most) if rules is not None else None
    if rules is None or longest is None or in_all is None or state.hold is not None or not state.is_climbing:
        return
    left = min(longest, in_all - timedelta(seconds=state.held_s))
    if left > timedelta() and state.exhausted_at is None:
        waited_for = state.asks[-1].id
        turn.emit(e.Held(reason=reason, waiting_for=waited_for, until=turn.now + left, stops=rules.stops), turn.now)


def hours_of_desk(state: IssueState, desk: Desk | None) -> Hours:
    """In what time its clocks count."""
    calendar = desk.hours.get(state.severity) if desk is not None else None
    return target_hours(state.policies[0], calendar) or WALL


def take_due_at(state: IssueState, desk: Desk | None, at: datetime) -> datetime | None:
    """By when somebody is to take it on who is asked then."""
    within = desk.take_within.get(state.severity) if desk is not None else None
    return hours_of_desk(state, desk).due(at, within) if within is not None else None


def decide_take_on(turn: Deciding, command: TakeOn) -> None:
    """The sender is on it. A second one joins; the issue's owner and handler stay who they are."""
    must_be_open(turn)
    person = command.by.person
    ask = _meant(turn.state, command.ask, person)
    if command.by.is_machine:
        raise Refusal("person_needed", "only a person can take it on", "authority")
    if person in ask.takers:
        raise Refusal("already_taken_on", f"{person} is on {ask.id} already")
    turn.emit(e.AskTakenOn(ask=ask.id, what=ask.what, person=person, is_joining=bool(ask.takers)))


def decide_pass_on(turn: Deciding, command: PassOn) -> None:
    """The sender cannot do it: the next one in line is asked at once."""
    must_be_open(turn)
    person = command.by.person
    ask = _meant(turn.state, command.ask, person)
    if person in ask.takers:
        raise Refusal("taken_on", f"{person} has taken {ask.id} on; leave it instead")
    if person not in ask.asked:
        raise Refusal("not_asked", f"{ask.id} is not put to {person}, so there is nothing to pass on")
    turn.emit(e.AskPassedOn(ask=ask.id, person=person, reason=command.reason))
    after = now_of(turn, ask)
    if not ask_next(turn, after, "passed_on", person, turn.now) and not after.hands:
        turn.emit(e.AskUntaken(ask=ask.id, what=ask.what, why="passed_on"))


def decide_leave(turn: Deciding, command: Leave) -> None:
    """The sender is not on it any more; where nobody else is, the next one in line is asked."""
    must_be_open(turn)
    person = command.by.person
    ask = _meant(turn.state, command.ask, person)
    if person not in ask.takers:
        raise Refusal("not_on_it", f"{person} is not on {ask.id}; allowed: {', '.join(ask.takers) or 'nobody is'}")
    left = len(ask.takers) - 1
    turn.emit(e.AskLeft(ask=ask.id, person=person, left=left, reason=command.reason))
    after = now_of(turn, ask)
    if left:
        return
    if not ask_next(turn, after, "left", person, turn.now) and not after.asked:
        turn.emit(e.AskUntaken(ask=ask.id, what=ask.what, why="left"))


def decide_complete(turn: Deciding, command: Complete) -> None:
    """The work is done, or there is an answer. A swarm goes on until it is withdrawn."""
    must_be_open(turn)
    person = command.by.person
    ask = _meant(turn.state, command.ask, person)
    if not ask.is_put_to(person):
        on_it = ", ".join(ask.hands) or "nobody yet"
        raise Refusal("not_on_it", f"{ask.id} is not put to {person}; allowed: {on_it}")
    awaited = sum(1 for each in turn.state.asks if each.is_open and each.is_awaited and each.id != ask.id)
    turn.emit(
        e.AskAnswered(
            ask=ask.id,
            what=ask.what,
            person=person,
            result=command.result,
            goes_on=ask.what == "swarm",
            is_late=ask.missed_at is not None,
            still_awaited=awaited if ask.is_awaited else 0,
        )
    )


def decide_withdraw(turn: Deciding, command: Withdraw) -> None:
    """It is not needed any more: whoever is on it is told."""
    must_be_open(turn)
    ask = _meant(turn.state, command.ask, command.by.person)
    turn.emit(e.AskWithdrawn(ask=ask.id, why="withdrawn", reason=command.reason))


def must_be_known(state: IssueState, command: Command) -> None:
    """Raises `Refusal` where what is named was never put to anybody: a slip, which says nothing of who may.

    Of an issue that is not of class normal nobody is told so whom it does not concern, nor who it is about of any.
    """
    named = getattr(command, "ask", None)
    if named is None or any(each.id == named for each in state.asks) or command.by.person in state.facts.about:
        return
    if state.status != "open":
        return  # that it is over is said first
    concerned = {*holders(state), *state.asked, *(who for each in state.asks for who in (each.by, *each.hands))}
    if state.facts.issue_class == "normal" or command.by.person in concerned:
        raise _unknown(state, named)


def _unknown(state: IssueState, named: str) -> Refusal:
    open_ones = _ids([each for each in state.asks if each.is_open])
    return Refusal("unknown_ask", f"ask {named!r} is not known; allowed: {open_ones}", "input")


def _meant(state: IssueState, named: str | None, person: str) -> PutAsk:
    """The open one that is named, or the only one that is put to this person."""
    found = [each for each in state.asks if each.is_open]
    if named is None:
        theirs = [each for each in found if each.is_put_to(person)]
        if len(theirs) == 1:
            return theirs[0]
        if not theirs:
            raise Refusal("not_asked", f"nothing is put to {person}; allowed: {_ids(found)}")
        problem = f"ask is missing, and several are put to {person}"
        raise Refusal("ask_missing", f"{problem}; allowed: {_ids(theirs)}", "input")
    ask = next((each for each in state.asks if each.id == named), None)
    if ask is None:
        raise _unknown(state, named)
    if not ask.is_open:
        raise Refusal("ask_over", f"{ask.id} is {ask.status} already")
    return ask


def _ids(asks: list[PutAsk]) -> str:
    return ", ".join(each.id for each in asks) or "none is open"


def now_of(turn: Deciding, ask: PutAsk) -> PutAsk:
    """The same one as it stands after the entries so far."""
    return next(each for each in turn.state.asks if each.id == ask.id)


def ask_next(turn: Deciding, ask: PutAsk, why: NextWhy, in_place_of: str, at: datetime) -> bool:
    """Ask the next one in line; says whether there is one."""
    state = turn.state
    never = {*ask.declined, *ask.asked, *ask.takers}
    facts = (state.person(person) for person in ask.line if person not in never)
    following = next(iter(state.fit_to_ask(facts)), None)
    if following is None:
        return False
    desk = state.policies[0].desk(ask.desk) if ask.desk else None
    due_at = None
    if why == "not_answered":
        limits: Within = desk.answer_within if desk is not None else state.policies[0].advice_within
        within = limits.get(state.severity)
        due_at = hours_of_desk(state, desk).due(at, within) if within is not None else None
    event = e.AskNextAsked(
        ask=ask.id,
        what=ask.what,
        person=following.id,
        why=why,
        in_place_of=in_place_of,
        take_due_at=take_due_at(state, desk, at) if ask.what != "advice" else None,
        due_at=due_at,
    )
    turn.by_clock(event, at)
    return True


def follow_asks(turn: Deciding, before: IssueState | None) -> None:
    """Once the issue is over nothing more is asked; once nothing is awaited any more, it is held no longer for it."""
    if before is None or not before.asks or not turn.entries:
        return
    state = turn.state
    if state.status != "open":
        for ask in state.asks:
            if ask.is_open:
                turn.by_clock(e.AskWithdrawn(ask=ask.id, why="over"), turn.now)
        return
    hold = state.hold
    if hold is None or not any(each.id == hold.waiting_for for each in state.asks):
        return
    if not any(each.is_open and each.is_awaited and _holds(state, each) for each in state.asks):
        turn.end_hold("heard_from", turn.now)


def _holds(state: IssueState, ask: PutAsk) -> bool:
    desk = state.policies[0].desk(ask.desk)
    return desk is not None and desk.holds_as is not None and ask.what == "work"


def must_not_wait(state: IssueState) -> None:
    """Raises `Refusal` where the issue waits for what is not done yet."""
    awaited = [each for each in state.asks if each.is_open and each.is_awaited]
    if awaited:
        waits = "; ".join(f"{each.id} ({each.title}: {', '.join(each.hands) or 'nobody yet'})" for each in awaited)
        raise Refusal("waits_for_others", f"it waits for {waits}; withdraw what is not needed any more")
