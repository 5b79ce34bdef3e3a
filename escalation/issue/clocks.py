"""The clocks of an issue, reduced to the next instant at which something is due.

Everything here is a view of the state. What is done when an instant comes is in `decide_clock.py`.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from pydantic import AwareDatetime

from escalation.duration import words
from escalation.issue.events import TargetDue
from escalation.issue.holding import hand_over_times, holders
from escalation.issue.keeping import answer_due_at, remind_handler_at
from escalation.issue.quorum import is_for_several, quorum
from escalation.issue.state import DUTY_LEAD, LAST_RESORT, IssueState
from escalation.narrate import instant
from escalation.value import Value

What: TypeAlias = Literal[
    "find",
    "hold",
    "opens",
    "maintenance",
    "ceiling",
    "target",
    "snooze",
    "offer",
    "shift",
    "acknowledge",
    "work",
    "unreached",
    "lapse",
    "answer",
    "charge",
    "last_resort",
    "warn",
    "target_warn",
    "remind",
    "remind_handler",
    "ask_warn",
    "ask_take",
    "ask_due",
    "ask_again",
    "look_again",
    "confirm",
    "silence",
    "window",
]
_ORDER: tuple[What, ...] = (
    "find", "hold", "opens", "maintenance", "target", "target_warn", "ask_due", "ask_warn", "ask_take", "ask_again",
    "look_again", "warn", "remind", "remind_handler", "snooze", "offer", "shift", "lapse", "answer", "acknowledge",
    "work", "unreached", "ceiling", "charge", "last_resort", "confirm", "silence", "window",
)  # fmt: skip
_Found: TypeAlias = tuple[datetime, What, int, float, Literal["acknowledge", "work", ""], str]
"""The fields of a moment."""
_EVER = datetime.max.replace(tzinfo=UTC)
_PLACE: dict[What, int] = {what: place for place, what in enumerate(_ORDER)}
_OF_ASKS: frozenset[What] = frozenset({"ask_warn", "ask_take", "ask_due", "ask_again", "look_again"})
_TELLS: frozenset[What] = _OF_ASKS | frozenset(
    {"warn", "target_warn", "remind", "remind_handler", "find", "confirm", "target", "snooze", "offer", "shift"}
)

GRACE = timedelta(seconds=1)
"""A tick that is late by no more than this is on time: a server's timers may fire up to a second late
(measured on Temporal's development server), and a tier then begins at the instant that was due."""

FIND_WITHIN = timedelta(seconds=30)
"""How long a look-up of people may take before the last known are asked. Ours."""


OPENS = "opens and is asked"
"""What a tier does for which its hours are waited for, as `Due.words` end."""

_LISTENERS = {
    "asked": "whoever is asked",
    "handler": "the handler",
    "owner": "the owner",
    "next_tier": "the next tier",
}


class Moment(NamedTuple):
    """Something that is due at an instant: all that a decision needs of it."""

    at: datetime
    what: What
    turn: int = 0
    share: float = 0
    of: Literal["acknowledge", "work", ""] = ""
    name: str = ""
    """The tier that a ceiling is for, the target that is missed or warned of, the person whose snooze ends, the ask."""

    @property
    def moves(self) -> bool:
        """Whether it changes who is asked or how the issue stands, rather than only telling somebody."""
        return self.what not in _TELLS


class Due(Value):
    """The same in words, for people."""

    at: AwareDatetime
    what: What
    turn: int = 0
    share: float = 0
    of: Literal["acknowledge", "work", ""] = ""
    name: str = ""
    words: str
    """What happens then."""

    @property
    def moves(self) -> bool:
        """As of a moment."""
        return self.what not in _TELLS


def moments(state: IssueState) -> list[Moment]:
    """All that is due, earliest first; at one instant in the order in which it is done."""
    return _in_order(_found(state))


def reached(state: IssueState, now: datetime) -> list[Moment]:
    """Those of the moments that are due at or before `now`, in the same order."""
    return _in_order(_found(state, now))


def _in_order(found: list[_Found]) -> list[Moment]:
    if len(found) > 1:
        found.sort(key=lambda each: (each[0], _PLACE[each[1]], each[2], each[3], each[5]))
    return [Moment._make(each) for each in found]


def next_at(state: IssueState) -> datetime | None:
    """The instant of `next_timer`, and nothing else of it: this is asked after every step. As `_found` has them."""
    if state.status != "open":
        alone = (state.confirm_at, state.silence_at, state.reopen_until)
        return min([at for at in alone if at is not None], default=None)
    is_simple = state.hold is None and state.maintenance is None and state.shift is None
    if not is_simple or state.asks or state.full is not None or state.warnings or state.snoozes or state.ceilings:
        found = _found(state)
        return min([each[0] for each in found if each[1] != "find"] or [each[0] for each in found], default=None)
    charge_until = state.charge.until if state.charge is not None else None
    opens_at = state.opens_at if state.is_closed else None
    offer_due_at = state.offer.due_at if state.offer is not None else None
    tier = (opens_at, state.acknowledge_due_at, state.remind_at, state.work_due_at, state.lapses_at, state.unreached_at)
    kept = (remind_handler_at(state), answer_due_at(state)) if state.keeping is not None else ()
    at = [at for at in (*tier, *kept, state.last_resort_at, charge_until, offer_due_at) if at is not None]
    for target in state.targets:
        at += [target.due_at, *(warning.at for warning in target.warnings)]
    return min(at or [finding.due_at for finding in state.findings], default=None)


def deadlines(state: IssueState) -> tuple[Due, ...]:
    """The moments in words, in the same order."""
    return tuple(_in_words(state, moment) for moment in moments(state))


def next_due(state: IssueState) -> Due | None:
    """What is due first; None only for an issue that is over."""
    return next((_in_words(state, moment) for moment in moments(state)), None)


def next_timer(state: IssueState) -> Due | None:
    """What the shell's one timer waits for: all but look-ups, whose errand ends by itself at the same instant."""
    found = moments(state)
    chosen = next((moment for moment in found if moment.what != "find"), found[0] if found else None)
    return _in_words(state, chosen) if chosen is not None else None


def next_move(state: IssueState) -> Due | None:
    """The first deadline that moves the issue; warnings and reminders left out."""
    return next((_in_words(state, moment) for moment in moments(state) if moment.moves), None)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether what was due then is served late at `now`."""
    return now - due_at > GRACE


def _next_words(state: IssueState) -> str:
    following = state.pinned.next_tier(state.tier)
    if following is not None:
        return f"{state.pinned.tier(following).title} is asked"
    if state.passes <= state.pinned.exhaustion.repeats and state.has_pass_people:
        return "the ladder is climbed again"
    return "all tiers' time is up, and the last resort is told"


def _found(state: IssueState, until: datetime = _EVER) -> list[_Found]:
    """Every moment up to `until`, in no order; as plain tuples, since this is asked several times in every step."""
    hold = state.hold
    alone: tuple[tuple[datetime | None, What], ...]
    if state.status != "open":
        alone = ((state.confirm_at, "confirm"), (state.silence_at, "silence"), (state.reopen_until, "window"))
        return [(at, what, 0, 0, "", "") for at, what in alone if at is not None and at <= until]
    stops = hold.stops if hold is not None else ()
    acknowledge_stands, work_stands = "acknowledge" in stops, "work" in stops
    alone = (
        (None if acknowledge_stands else state.acknowledge_due_at, "acknowledge"),
        (None if acknowledge_stands else state.remind_at, "remind"),
        (None if work_stands else state.work_due_at, "work"),
        (None if work_stands else state.lapses_at, "lapse"),
        (hold.until if hold is not None else None, "hold"),
        (state.opens_at if state.is_closed else None, "opens"),
        (_quiet_until(state), "maintenance"),
        (state.unreached_at, "unreached"),
        (state.full.look_again_at if state.full is not None else None, "look_again"),
        (state.last_resort_at, "last_resort"),
        (state.offer.due_at if state.offer is not None else None, "offer"),
        (_look_at(state), "shift"),
        (remind_handler_at(state), "remind_handler"),
        (answer_due_at(state), "answer"),
        (state.charge.until if state.charge is not None else None, "charge"),
    )
    found: list[_Found] = [(at, what, 0, 0, "", "") for at, what in alone if at is not None and at <= until]
    targets = state.targets if hold is None else running_targets(state)
    found += [(target.due_at, "target", 0, 0, "", target.name) for target in targets if target.due_at <= until]
    for target in targets:
        if target.warnings:
            found += [(w.at, "target_warn", 0, w.share, "", target.name) for w in target.warnings if w.at <= until]
    if state.findings:
        found += [(each.due_at, "find", each.turn, 0, "", "") for each in state.findings if each.due_at <= until]
    if state.warnings:
        found += [
            (warning.at, "warn", 0, warning.share, warning.of, "")
            for warning in state.warnings
            if warning.at <= until and not (work_stands if warning.of == "work" else acknowledge_stands)
        ]
    if state.snoozes:
        found += [(at, "snooze", 0, 0, "", person) for person, at in state.snoozes.items() if at <= until]
    if state.asks:
        found += _of_asks(state, until)
    # The tier's own limit speaks for the ceiling that it does not exceed.
    for ceiling in state.ceilings[:1] if not work_stands else ():
        if ceiling.at <= until and (state.work_due_at is None or ceiling.at < state.work_due_at):
            found.append((ceiling.at, "ceiling", 0, 0, "", ceiling.tier))
    return found


def _look_at(state: IssueState) -> datetime | None:
    """When it is looked up who goes off duty; not while a maintenance window holds it, in which nobody is told."""
    if state.shift is None or state.is_in_maintenance or hand_over_times(state) is None:
        return None
    return state.shift.look_at


def _of_asks(state: IssueState, until: datetime) -> list[_Found]:
    """What is due of what is put to others: the issue's one timer serves them, too."""
    found: list[_Found] = []
    for ask in state.asks:
        alone: tuple[tuple[datetime | None, What], ...] = (
            (ask.take_due_at, "ask_take"),
            (ask.due_at, "ask_due"),
            (ask.look_again_at, "ask_again"),
        )
        found += [(at, what, 0, 0, "", ask.id) for at, what in alone if at is not None and at <= until]
        found += [(each.at, "ask_warn", 0, each.share, "", ask.id) for each in ask.warnings if each.at <= until]
    return found


def _quiet_until(state: IssueState) -> datetime | None:
    """When people are told by every way again; a window that holds the issue ends when its tier opens."""
    window = state.maintenance
    return window.until if window is not None and not state.is_in_maintenance else None


def _in_words(state: IssueState, moment: Moment) -> Due:
    at, what, turn, share, of, name = moment
    return Due(at=at, what=what, turn=turn, share=share, of=of, name=name, words=_words(state, moment))


def running_targets(state: IssueState) -> tuple[TargetDue, ...]:
    """The targets whose clocks run: those that stop on hold stand still while it is on."""
    if state.hold is None:
        return state.targets
    return tuple([target for target in state.targets if not target.stops_on_hold])


def _words(state: IssueState, moment: Moment) -> str:  # noqa: PLR0911, PLR0912 - one arm per deadline
    match moment.what:
        case "hold":
            if state.hold is None or state.facts.issue_class != "normal":
                return "the hold ends, and the clocks run on"
            return f"the hold ends, and the clocks run on: {state.hold.waiting_for} was waited for"
        case "opens" if state.is_in_maintenance:
            return f"the maintenance ends, and {state.here.title} is asked"
        case "maintenance":
            return "the maintenance ends, and people are told by every way again"
        case "opens":
            return f"{state.here.title} {OPENS}"
        case "target":
            return f"the target {moment.name} is missed"
        case "target_warn":
            return _target_warning(state, moment)
        case "snooze":
            return f"{moment.name} is told again"
        case "offer":
            whom = state.offer.to if state.offer is not None else "nobody"
            is_shift = state.offer is not None and state.offer.leaving
            return f"{whom} has not accepted it: the duty lead {'has' if is_shift else 'owns'} it"
        case "shift":
            return _shift_words(state)
        case "ceiling":
            title = state.pinned.tier(moment.name).title
            return f"it has been below {title} for as long as it may be: {title} is asked"
        case "acknowledge":
            is_partly = is_for_several(state) and bool(quorum(state).have)
            return f"{'too few have' if is_partly else 'nobody has'} acknowledged: {_next_words(state)}"
        case "work":
            return f"the time to work is spent: {_next_words(state)}"
        case "unreached":
            return f"nobody could be reached: {_next_words(state)}"
        case "lapse":
            then = "" if state.is_resting else f", and {state.here.title} is asked again"
            return f"the acknowledgement of {state.handler} lapses{then}"
        case "remind":
            return f"{state.here.title} is reminded"
        case "remind_handler":
            return f"{state.handler}, who works on it, is reminded of it"
        case "answer":
            return f"{state.handler} has not answered the reminder: {state.here.title} is asked again"
        case "last_resort":
            return "the last resort is told again"
        case "charge":
            who = state.charge.person if state.charge is not None else "nobody"
            return f"the time that {who} set is past: the last resort is told"
        case "find":
            finding = next(finding for finding in state.findings if finding.turn == moment.turn)
            if finding.tier == DUTY_LEAD:
                return "the look-up of the duty lead is given up: the last known one owns it"
            whom = "the last resort" if finding.tier == LAST_RESORT else state.here.title
            return f"the look-up is given up: the last known people of {whom} are asked"
        case "warn":
            warning = next(w for w in state.warnings if (w.at, w.of, w.share) == (moment.at, moment.of, moment.share))
            whom = " and ".join(_LISTENERS[word] for word in warning.tell)
            return f"{warning.share:.0%} of the time to {warning.of} is used up: a warning to {whom}"
        case "look_again":
            return f"{state.here.title} is looked up again: everybody there was at their limit"
        case "ask_warn" | "ask_take" | "ask_due" | "ask_again":
            return _of_ask(state, moment)
        case "confirm":
            return f"{state.owner} is reminded to have it confirmed"
        case "silence":
            return "it is closed, since nobody objected"
        case "window":
            return "it can no longer be reopened"


def _shift_words(state: IssueState) -> str:
    until = state.shift.until if state.shift is not None else {}
    if not until:
        return f"it is looked up again until when {' and '.join(holders(state))} are on duty"
    who = min(until, key=lambda each: until[each])
    return f"the shift of {who}, which ends {instant(until[who])}, is looked up: who is on duty next is offered it then"


def _of_ask(state: IssueState, moment: Moment) -> str:
    ask = next(each for each in state.asks if each.id == moment.name)
    match moment.what:
        case "ask_warn":
            return f"{moment.share:.0%} of the time of {ask.title} for {ask.id} is used up: a warning"
        case "ask_take":
            return f"nobody has taken {ask.id} on: the next one in line is asked"
        case "ask_again":
            return f"those who can be asked for {ask.id} are looked up again"
        case _:
            is_question = ask.what == "advice" and not ask.is_passed_on and bool(ask.line)
            then = "the next one in line is asked" if is_question else "it is missed, and its owner and lead are told"
            return f"the time of {ask.title} for {ask.id} is up: {then}"


def _target_warning(state: IssueState, moment: Moment) -> str:
    target = next(target for target in state.targets if target.name == moment.name)
    warning = next(each for each in target.warnings if (each.at, each.share) == (moment.at, moment.share))
    whom = " and ".join(_LISTENERS[word] for word in warning.tell)
    if warning.share:
        return f"{warning.share:.0%} of the target {target.name} is used up: a warning to {whom}"
    return f"the target {target.name} ends in {words(timedelta(seconds=warning.before_s))}: a warning to {whom}"
