"""What else is true of an issue beside its tier: hold, offer, snoozes, targets, ceilings, what is asked of it.

For card, explanation and views alike. People by their ids, instants in UTC. Computed from the state alone.
"""

from datetime import datetime, timedelta

from escalation.duration import words
from escalation.issue.beside_asks import blocked_by, put_before, put_to_others
from escalation.issue.clocks import running_targets
from escalation.issue.events import TargetDue
from escalation.issue.holding import holders
from escalation.issue.quorum import is_for_several, quorum
from escalation.issue.state import IssueState
from escalation.issue.target_clocks import still_owed, target_hours
from escalation.issue.word import ANSWERED
from escalation.narrate import instant, short
from escalation.policy.target import agreement_with
from escalation.value import Value

_SHOWN = 5
"""How many duplicates are named."""


class Fact(Value):
    """One thing that is true of it, under its name."""

    name: str
    words: str


def beside(state: IssueState, *, hides_parties: bool = False) -> tuple[Fact, ...]:
    """All of it, nothing where nothing is. `hides_parties`: not who is waited for, which may be a party."""
    found = (
        ("On hold", _hold(state, "somebody" if hides_parties else None)),
        ("Stands still", "; ".join(standing_clocks(state))),
        ("Was on hold", f"for {words(timedelta(seconds=state.held_s))} in all" if state.held_s >= 1 else ""),
        ("Acknowledged", _quorum(state)),
        ("Offered", _offer(state)),
        ("On duty", _on_duty(state)),
        ("Waits for", blocked_by(state)),
        ("Put to others", put_to_others(state)),
        ("Put before", put_before(state)),
        ("Nobody on duty", f"by rota {', '.join(state.gaps_told)}" if state.gaps_told else ""),
        ("Told again", "; ".join(f"{person} {instant(at)}" for person, at in sorted(state.snoozes.items()))),
        ("Agreement", _agreement(state)),
        ("Targets", "; ".join(_target(state, each) for each in running_targets(state))),
        ("Overdue", "; ".join(f"{name} since {instant(at)}" for name, at in still_owed(state).items())),
        ("Answered", _answered(state)),
        ("Must hear", _ceilings(state)),
        ("Shortened", f"limits are {state.fitted_parts / 10:g}% of the policy's" if state.fitted_parts else ""),
        ("Declined", ", ".join(state.declined)),
        ("Not reached", "; ".join(_out_of_reach(state))),
        ("Never asked", f"{', '.join(state.excluded)}: a conflict of interest" if state.excluded else ""),
        (
            "Cancelling",
            f"asked by {state.cancel_asked_by}; a second person must agree" if state.cancel_asked_by else "",
        ),
        ("Repeats", _repeats(state)),
        ("Repeated by", _duplicates(state)),
    )
    return tuple(Fact(name=name, words=said) for name, said in found if said)


def _out_of_reach(state: IssueState) -> list[str]:
    """Whom no channel has reached of those who are asked, and by which it may still."""
    found = []
    for asking in state.askings:
        for person in state.asked_in(asking):
            if state.is_out_of_reach(asking, person, "failed", "delayed"):
                ways = asking.ways.get(person, {}).items()
                said = ", ".join(f"{way} {'refused' if became == 'failed' else 'tried on'}" for way, became in ways)
                found.append(f"{person} ({said})")
    return found


def standing_clocks(state: IssueState) -> tuple[str, ...]:
    """The clocks that a hold has stopped, each with what is left of it."""
    hold = state.hold
    if hold is None:
        return ()
    since, began = hold.since, state.tier_began_at
    clocks: list[tuple[str, datetime | None, datetime]] = []
    if state.stands_still("acknowledge"):
        clocks.append(("the time to acknowledge", state.acknowledge_due_at, max(since, state.asked_again_at or began)))
    if state.stands_still("work"):
        clocks.append(("the time to work", state.work_due_at, max(since, began)))
        clocks.append(
            (f"the acknowledgement of {state.handler}", state.lapses_at, max(since, state.acknowledged_at or began))
        )
    said = [f"{name}, {words(max(at - stopped, timedelta()))} left" for name, at, stopped in clocks if at is not None]
    for target in state.targets:
        hours = target_hours(state.policies[0], target.hours)
        if target.stops_on_hold and hours is not None:
            known = next((each for each in state.promised if each.name == target.name), None)
            within = known.within.get(state.severity) if known is not None else None
            hours = hours if within is None else hours.measure(within)
            left = max(hours.between(since, target.due_at), timedelta())
            said.append(f"the target {target.name}, {words(left)}{hours.words} left")
    return tuple(said)


def _agreement(state: IssueState) -> str:
    found = agreement_with(state.policies[0].agreements, state.facts.customers)
    return "" if found is None else f"{found.name}: {found.title}" if found.title else found.name


def _answered(state: IssueState) -> str:
    at = state.milestones.get(ANSWERED)
    return f"{instant(at)}, and the customer has the word" if at is not None and state.status == "open" else ""


def _target(state: IssueState, target: TargetDue) -> str:
    known = next((each for each in state.promised if each.name == target.name), None)
    inside = " (OLA)" if known is not None and known.is_ola else ""
    return f"{target.name}{inside} by {instant(target.due_at)}"


def _hold(state: IssueState, instead: str | None) -> str:
    hold = state.hold
    if hold is None:
        return ""
    whom = instead or hold.waiting_for
    asked = f", question {hold.question}" if hold.question else ""
    rules = state.policies[0].hold
    means = rules.reasons.get(hold.reason, "") if rules is not None else ""
    why = f"{hold.reason.replace('_', ' ')}{f': {means}' if means else ''}"
    since = f"since {instant(hold.since)}, by {hold.by}, until {instant(hold.until)} at the latest"
    return f"{since}; {whom} is waited for ({why}{asked})"


def _quorum(state: IssueState) -> str:
    """Where several must acknowledge, who has."""
    if not (state.is_climbing and is_for_several(state) and state.asked):
        return ""
    found = quorum(state)
    return f"{found.words}: {', '.join(found.have) or 'nobody'}"


def _offer(state: IssueState) -> str:
    if state.offer is None:
        return ""
    due_at = state.offer.due_at
    if state.offer.leaving:
        ends = ", ".join(f"{who} (until {instant(at)})" for who, at in state.offer.leaving.items())
        by_when = f"; unless they accept by {instant(due_at)} the duty lead has it" if due_at is not None else ""
        return f"to {state.offer.to}, who is on duty after {ends}, no answer yet{by_when}"
    by_when = f"; unless they accept by {instant(due_at)} the duty lead owns it" if due_at is not None else ""
    return f"to {state.offer.to} by {state.offer.by}, no answer yet{by_when}"


def _on_duty(state: IssueState) -> str:
    """Until when those who have it are, where it is handed over then."""
    until = state.shift.until if state.shift is not None else {}
    return "; ".join(f"{who} until {instant(until[who])}" for who in holders(state) if who in until)


def _ceilings(state: IssueState) -> str:
    """By when tiers above hear of it, where that is before the tier's own limit, or while it is on hold."""
    stopped = ", and later by the hold" if state.stands_still("work") else ""
    ahead = [each for each in state.ceilings if stopped or state.work_due_at is None or each.at < state.work_due_at]
    return "; ".join(f"{each.tier} by {instant(each.at)}{stopped}" for each in ahead)


def _repeats(state: IssueState) -> str:
    if state.suppressing:
        return f"{short(state.suppressing)}, which is being asked to record it"
    return short(state.duplicate_of) if state.duplicate_of else ""


def _duplicates(state: IssueState) -> str:
    if not state.duplicates:
        return ""
    last = ", ".join(short(each) for each in state.duplicates[-_SHOWN:])
    more = len(state.duplicates) - _SHOWN
    return f"{last} and {more} more" if more > 0 else last
