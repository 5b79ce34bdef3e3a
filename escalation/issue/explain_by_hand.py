"""The arithmetic of clocks that people move: holds, snoozes, targets, ceilings, beginnings that a hold has put off."""

from datetime import datetime, timedelta

from escalation.calendar.limit import Limit, Within, span_words
from escalation.duration import words
from escalation.issue.clocks import Due
from escalation.issue.decide_asks import hours_of_desk
from escalation.issue.delivery import PATIENCE
from escalation.issue.explain_targets import target_sum, warning_sum
from escalation.issue.holding import hand_over_times
from escalation.issue.hours import Hours, hours_here
from escalation.issue.state import IssueState
from escalation.narrate import instant

_ROUNDING = timedelta(seconds=1)


def beginning(state: IssueState, start: datetime) -> str:
    """The beginning of a tier's clock, with what has moved it: a hold puts it off, an earlier promise stays."""
    began = state.counts_from
    moved = start - began
    if not moved:
        return f"{instant(began)} (when the tier {'opens' if state.opens_at is not None else 'began'})"
    if timedelta() < moved <= timedelta(seconds=state.held_s) + _ROUNDING:
        return f"{instant(began)} (when the tier began) + {words(moved)} (on hold)"
    if moved < timedelta():
        return f"{instant(start)} (as was promised before)"
    return f"{instant(start)} (when it was last asked)"


def by_hand_sum(state: IssueState, due: Due) -> str | None:
    """How this instant was found; None for one that has no sum here."""
    match due.what:
        case "hold":
            return f"as {state.hold.by} set it" if state.hold is not None else None
        case "snooze":
            return f"as {due.name} wanted"
        case "offer":
            return _offer(state, due)
        case "shift":
            return _shift(state, due)
        case "unreached":
            is_put_off = due.at == state.tier_began_at + PATIENCE
            began = f"{instant(state.tier_began_at)} (when the tier began) + {words(PATIENCE)} (each tier has so long)"
            return began if is_put_off else "when the last of them refused"
        case "target":
            return target_sum(state, due.name)
        case "target_warn":
            return warning_sum(state, due.name, due.at)
        case "ceiling":
            return _ceiling(state, due)
        case "ask_due" | "ask_take" | "ask_warn" | "ask_again":
            return _ask(state, due)
        case _:
            return None


def _offer(state: IssueState, due: Due) -> str | None:
    since = state.offer.since if state.offer is not None else None
    if since is None:
        return None
    of = "hand_over.accept_within" if state.offer is not None and state.offer.leaving else "accept_within"
    within = state.pinned.accept_within.get(state.severity) if of == "accept_within" else None
    length = f"{within}{_calendar(hours_here(state))}" if isinstance(within, Limit) else words(due.at - since)
    return f"{instant(since)} (offered) + {length} ({of})"


def _shift(state: IssueState, due: Due) -> str | None:
    """So long before the first shift ends; or when shifts are looked up anew, as may have changed."""
    times, watch = hand_over_times(state), state.shift
    for who, ends_at in watch.until.items() if watch is not None else ():
        if times is not None and ends_at - times.before == due.at:
            return f"{instant(ends_at)} (the shift of {who} ends) - {words(times.before)} (hand_over.before)"
    return "rotas and absences may have changed by then"


def _ask(state: IssueState, due: Due) -> str | None:
    """The time of what is put to others: from when it was put, in the time of the desk."""
    ask = next(each for each in state.asks if each.id == due.name)
    policy = state.policies[0]
    desk = policy.desk(ask.desk) if ask.desk else None
    named = {"work": "done_within", "advice": "answer_within" if desk is not None else "advice_within"}
    name = named.get(ask.what, "")
    limits: Within = (
        policy.advice_within if desk is None else desk.done_within if ask.what == "work" else desk.answer_within
    )
    if due.what == "ask_take" and desk is not None:
        name, limits = "take_within", desk.take_within
    within, hours = limits.get(state.severity), hours_of_desk(state, desk)
    if within is None or due.what == "ask_again":
        return None
    part = f"{due.share:.0%} of {span_words(within)}" if due.share else span_words(within)
    began = ask.asked_at
    if (hours.share(began, within, due.share) if due.share else hours.due(began, within)) != due.at:
        by = _calendar(hours) if isinstance(within, Limit) else hours.words
        return f"when it was last asked + {part}{by} ({name})"
    where = f"of {ask.desk} for {state.severity}" if desk is not None else f"for {state.severity}"
    by = _calendar(hours) if isinstance(within, Limit) else hours.words
    return f"{instant(ask.asked_at)} (when it was put) + {part}{by} ({name} {where})"


def _calendar(hours: Hours) -> str:
    """Said behind a limit with a unit or a shape of its own."""
    return f" by the calendar {hours.dates.hours.name}" if hours.dates is not None else ""


def _ceiling(state: IssueState, due: Due) -> str:
    """The work limits below the tier, added up from where this pass over the ladder began, as far as that shows."""
    ladder = state.pinned.climb()
    below = ladder[: ladder.index(due.name)] if due.name in ladder else ()
    limits = [(name, state.pinned.tier(name).work_within.get(state.severity)) for name in below]
    beginnings = {state.facts.opened_at: "opened", state.tier_began_at: "when the tier began"}
    held = timedelta(seconds=state.held_s)
    if any(isinstance(limit, Limit) for _, limit in limits):
        sums = " + ".join(f"{span_words(limit)} (work_within at {name})" for name, limit in limits if limit is not None)
        return f"set when this pass over the ladder began, by {sums}; only a hold moves it later"
    for first in range(len(limits)):
        known = [(name, limit) for name, limit in limits[first:] if isinstance(limit, timedelta)]
        total = sum((limit for _, limit in known), timedelta())
        for on_hold in {timedelta(), held}:
            start = due.at - total - on_hold
            said = next((word for at, word in beginnings.items() if abs(at - start) < _ROUNDING), None)
            if said is not None:
                sums = " + ".join(f"{words(limit)} (work_within at {name})" for name, limit in known)
                more = f" + {words(on_hold)} (on hold)" if on_hold else ""
                return f"{instant(start)} ({said}) + {sums}{more}"
    return "set when this pass over the ladder began; only a hold moves it later"
