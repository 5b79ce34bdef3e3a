"""explain: why the issue is where it is and why what comes next is due then, in words, with the arithmetic.

The same text for CLI, query and console. Computed from the state alone, so that it can be checked by hand.
"""

from datetime import datetime, timedelta

from escalation.calendar.limit import Limit, Span, span_words
from escalation.duration import words
from escalation.issue.beside import beside
from escalation.issue.clocks import FIND_WITHIN, Due, deadlines
from escalation.issue.explain_by_hand import beginning, by_hand_sum
from escalation.issue.explain_people import chosen
from escalation.issue.hours import Hours, hours_here, hours_of_closing
from escalation.issue.state import IssueState
from escalation.issue.ways import kept_back
from escalation.narrate import instant, why_began
from escalation.value import Value


class Explanation(Value):
    """Sentences under three questions, and how working time comes about."""

    why_here: tuple[str, ...]
    who: tuple[str, ...]
    what_next: tuple[str, ...]
    working_time: tuple[str, ...] = ()
    """Where the tier keeps hours: what of the time until its next limit counts, and what is skipped, and why."""

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, one sentence to a line."""
        return (*self.why_here, *self.who, *self.what_next, *self.working_time)


def explain(state: IssueState, now: datetime) -> Explanation:
    """Why here, who, and what next; `now` says how far away the next instants are."""
    return Explanation(
        why_here=_why_here(state),
        who=_who(state, now),
        what_next=_what_next(state, now),
        working_time=_working_time(state),
    )


def _why_here(state: IssueState) -> tuple[str, ...]:
    match, policy = state.match, state.pinned
    severity = policy.severity(state.severity)
    version = f"{policy.title} (policy {policy.name}, version {policy.version}, text {policy.digest[:12] or 'unknown'})"
    lines = [
        f"It is on the ladder of {version}, decided by rules revision {state.rules_revision}.",
        f"It entered because of trigger {match.trigger}: {match.why}",
        *(f"Trigger {tried.words}" for tried in match.tried),
        f"Its severity is {severity.name}: {severity.means}",
    ]
    if state.policy != state.policies[0].name:
        lines.append(f"The ladder of policy {state.policies[0].name} was exhausted; this is its fallback.")
    title = state.here.title
    if state.status == "open":
        passed = f", in pass {state.passes} over the ladder" if state.passes > 1 else ""
        since = f"is asked since {instant(state.tier_began_at)}{passed}: {why_began(state.why)}."
        lines.append(f"{title[:1].upper()}{title[1:]} {since}")
        if state.is_closed and state.opens_at is not None:
            local = hours_here(state).local(state.opens_at)
            why = "A maintenance window holds it" if state.is_in_maintenance else "It is closed"
            lines.append(f"{why}: {state.opens_words} {local}, and its people are told then.")
        if state.is_out_of_hours:
            lines.append("It is closed: its out-of-hours duty is asked, and its times count day and night.")
    else:
        lines.append(f"It is {state.status}; {title} was asked last.")
    if state.is_exhausted and state.exhausted_at is not None:
        lines.append(f"All tiers' time has been up since {instant(state.exhausted_at)}; nobody has taken charge.")
    if state.missed:
        lines.append(
            f"{state.missed} time limit{'s were' if state.missed > 1 else ' was'} missed; that stays on record."
        )
    return tuple(lines)


def _who(state: IssueState, now: datetime) -> tuple[str, ...]:
    lines = [f"{state.owner} owns it."]
    if state.handler:
        until = f", and that holds until {instant(state.lapses_at)}" if state.lapses_at else ""
        until = ", and that does not lapse while it is on hold" if until and state.stands_still("work") else until
        lines.append(f"{state.handler} works on it{until}.")
    else:
        lines.append("Nobody works on it." if state.status == "open" else "Nobody needs to work on it.")
    if state.charge is not None:
        lines.append(f"{state.charge.person} took charge until {instant(state.charge.until)}.")
    if state.status == "open":
        asked = ", ".join(state.asked) or _nobody_yet(state)
        lines.append(f"Asked at this tier: {asked}.")
        lines += chosen(state)
        lines += _left_alone(state, now)
    if state.joined:
        lines.append(f"Also working on it: {', '.join(state.joined)}.")
    lines += [
        f"{fact.name}: {fact.words}." for fact in beside(state, hides_parties=state.facts.issue_class != "normal")
    ]
    return tuple(lines)


def _working_time(state: IssueState) -> tuple[str, ...]:
    """From the tier's beginning to its first limit, on the calendar's clock."""
    limits = [at for at in (state.acknowledge_due_at, state.work_due_at) if at is not None]
    if not limits or not state.is_climbing:
        return ()
    return hours_here(state).counted(state.tier_began_at, min(limits))


def _left_alone(state: IssueState, now: datetime) -> list[str]:
    people = [state.person(person) for person in state.asked]
    return [
        f"{person} has quiet hours until {instant(until)}: what is not urgent waits, but in the inbox."
        for person, until in kept_back(state, people, "asked", now).items()
    ]


def _nobody_yet(state: IssueState) -> str:
    if state.is_closed and state.opens_at is not None:
        return f"nobody yet: {state.opens_words} {instant(state.opens_at)}"
    if state.full is not None:
        return "nobody: everybody is at their limit"
    return "nobody yet: the people are being looked up"


def _what_next(state: IssueState, now: datetime) -> tuple[str, ...]:
    dues = deadlines(state)
    if not dues:
        return ("Nothing more is due: it is over.",)
    sums = _sums(state)
    lines = []
    for due in dues:
        away = due.at - now
        when = f"in {words(away)}" if away > timedelta(0) else f"{words(-away)} ago"
        arithmetic = sums.get((due.what, due.share, due.of)) or _found_by(due) or by_hand_sum(state, due)
        shown = f" = {arithmetic}" if arithmetic else ""
        lines.append(f"{instant(due.at)}{shown} ({when}): {due.words}.")
    return tuple(lines)


def _found_by(due: Due) -> str | None:
    """Of a look-up, of which several may be under way."""
    if due.what != "find":
        return None
    return f"{instant(due.at - FIND_WITHIN)} (when the look-up began) + {words(FIND_WITHIN)}"


def _sums(state: IssueState) -> dict[tuple[str, float, str], str]:
    """How each instant was computed: from when, and by what limit of the policy."""
    tier, severity, hours = state.here, state.severity, hours_here(state)
    sums: dict[tuple[str, float, str], str] = {}

    def add(what: str, at: datetime | None, limit: Span | None, name: str, share: float = 0, of: str = "") -> None:
        if at is None or limit is None:
            return
        if isinstance(limit, Limit):
            sums[(what, share, of)] = _of_limit(state, what, limit, f"({name} for {severity} at {tier.name})", share)
            return
        start = hours.later(at, -(limit * (share or 1)))
        if hours.later(state.counts_from, limit * (share or 1)) == at:
            start = state.counts_from  # of a night and of a weekend every instant is the same working time
        part = f"{share:.0%} of {words(limit)}{hours.words}" if share else f"{words(limit)}{hours.words}"
        sums[(what, share, of)] = f"{beginning(state, start)} + {part} ({name} for {severity} at {tier.name})"

    acknowledge, work = tier.acknowledge_within.get(severity), tier.work_within.get(severity)
    add("acknowledge", state.acknowledge_due_at, acknowledge, "acknowledge_within")
    add("work", state.work_due_at, work, "work_within")
    for warning in state.warnings:
        limit = acknowledge if warning.of == "acknowledge" else work
        add("warn", warning.at, limit, f"{warning.of}_within", warning.share, warning.of)
    add("remind", state.remind_at, tier.remind_every.get(severity), "remind_every")
    every, within = tier.remind_handler_every.get(severity), state.pinned.acknowledgement.answer_within.get(severity)
    if state.keeping is not None and every is not None:
        since, length = instant(state.keeping.since), f"{span_words(every)}{hours.words}"
        sums[("remind_handler", 0, "")] = f"{since} + {length} (remind_handler_every for {severity} at {tier.name})"
    if state.keeping is not None and state.keeping.unanswered_since is not None and within is not None:
        since, length = instant(state.keeping.unanswered_since), f"{words(within)}{hours.words}"
        sums[("answer", 0, "")] = f"{since} (reminded) + {length} (answer_within for {severity})"
    sums.update(_persons_sums(state))
    closing, of_closing = state.policies[0].closing, hours_of_closing(state.policies[0])
    if state.resolved_at is not None and closing.silence_after is not None and state.silence_at is not None:
        start = _start(of_closing, state.silence_at, closing.silence_after, state.resolved_at)
        sums[("silence", 0, "")] = f"{start} (resolved) + {_length(of_closing, closing.silence_after)} (silence_after)"
    if state.closed_at is not None and state.reopen_until is not None:
        start = _start(of_closing, state.reopen_until, closing.reopen_within, state.closed_at)
        sums[("window", 0, "")] = f"{start} (closed) + {_length(of_closing, closing.reopen_within)} (reopen_within)"
    every = state.pinned.exhaustion.last_resort_every.get(severity)
    if state.last_resort_at is not None and every is not None:
        told_at = state.last_resort_at - every
        sums[("last_resort", 0, "")] = (
            f"{instant(told_at)} (last told) + {words(every)} (last_resort_every for {severity})"
        )
    if state.confirm_at is not None:
        before = None if state.confirm_count else state.resolved_at
        start = _start(of_closing, state.confirm_at, closing.remind_after, before)
        since = "last asked for" if state.confirm_count else "resolved"
        sums[("confirm", 0, "")] = f"{start} ({since}) + {_length(of_closing, closing.remind_after)} (remind_after)"
    return sums


def _start(hours: Hours, due_at: datetime, limit: Span, began_at: datetime | None) -> str:
    """From when it counts; of what has a unit or a shape of its own, where that is known."""
    if isinstance(limit, Limit):
        return instant(began_at) if began_at is not None else "when it was"
    return instant(hours.later(due_at, -limit))


def _length(hours: Hours, limit: Span) -> str:
    if not isinstance(limit, Limit):
        return f"{words(limit)}{hours.words}"
    return f"{limit} by the calendar {hours.dates.hours.name}" if hours.dates is not None else str(limit)


def _of_limit(state: IssueState, what: str, limit: Limit, named: str, share: float) -> str:
    """Of one with a unit or a shape of its own: from where it counts, and what put it off."""
    since = state.acknowledge_from if what == "acknowledge" else state.counts_from
    if what == "remind":
        return f"every {limit} {named}"
    part = f"{share:.0%} of {limit}" if share else str(limit)
    held = sum((max(ends - max(begins, since), timedelta()) for begins, ends in state.holds), timedelta())
    on_hold = f", put off by {words(held)} on hold" if held else ""
    dates = hours_here(state).dates
    by = f" by the calendar {dates.hours.name}" if dates is not None else ""
    return f"{beginning(state, since)} + {part}{by} {named}{on_hold}"


def _persons_sums(state: IssueState) -> dict[tuple[str, float, str], str]:
    """How the instants were computed that hang on what a person did."""
    lapse = state.pinned.acknowledgement.lapses_after.get(state.severity)
    sums: dict[tuple[str, float, str], str] = {}
    if state.lapses_at is not None and state.is_promised:
        sums[("lapse", 0, "")] = f"as {state.handler} promised"
    elif state.lapses_at is not None and state.acknowledged_at is not None:
        hours, start = hours_here(state), f"{instant(state.acknowledged_at)} (acknowledged)"
        if isinstance(lapse, Limit):
            sums[("lapse", 0, "")] = f"{start} + {_length(hours, lapse)} (lapses_after for {state.severity})"
            return {**sums, **_charge(state)}
        whole = hours.between(state.acknowledged_at, state.lapses_at)
        limit = min(whole, lapse) if lapse is not None and state.held_s else whole
        on_hold = f" + {words(whole - limit)} (on hold)" if whole > limit else ""
        sums[("lapse", 0, "")] = f"{start} + {words(limit)}{hours.words} (lapses_after for {state.severity}){on_hold}"
    return {**sums, **_charge(state)}


def _charge(state: IssueState) -> dict[tuple[str, float, str], str]:
    return {("charge", 0, ""): f"as {state.charge.person} set it"} if state.charge is not None else {}
