"""A policy as a person reads it: tables and sentences as plain data, for `escalon policy show` and its like."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from escalation.calendar.limit import Within, span_words
from escalation.duration import words
from escalation.policy.desk import Desk
from escalation.policy.finding import listed
from escalation.policy.model import Listener, Policy, Target, Tell, Tier
from escalation.policy.target import promised
from escalation.value import Value

_LISTENERS: dict[Listener, str] = {
    "asked": "whoever is asked",
    "handler": "the handler",
    "owner": "the owner",
    "next_tier": "the next tier",
}


class Table(Value):
    """Rows of words under columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Description(Value):
    """A policy in words."""

    title: str
    tables: tuple[Table, ...]
    sentences: tuple[str, ...]


def describe_policy(policy: Policy) -> Description:
    """Everything that people ask of a policy: how bad, who, how long, why, and what if nobody answers."""
    return Description(
        title=f"{policy.name} (version {policy.version}): {policy.title}",
        tables=(
            _severities(policy),
            _ladder(policy),
            *([_targets("Targets", policy, policy.targets)] if policy.targets else []),
            *(_agreed(policy)),
            *([_desks(policy)] if policy.desks else []),
            _entries(policy),
            _triggers(policy),
            _roles(policy),
        ),
        sentences=(
            *_hours(policy),
            *_fit(policy),
            _acknowledgement(policy),
            _hold(policy),
            _severity_change(policy),
            *_hand_over(policy),
            _exhaustion(policy),
            _closing(policy),
        ),
    )


def told_at_the_latest(
    policy: Policy,
    severity: str,
    tier: str,
    clock: Literal["acknowledge", "work"],
    enter_at: str | None = None,
) -> timedelta | None:
    """How long after it enters a tier of the ladder hears of an issue at the latest.

    `acknowledge`: nobody answers. `work`: everybody acknowledges and nobody solves, which is the ceiling. `enter_at`:
    the tier where it enters, by default the lowest. None where a tier below has no such limit, or one that is no plain
    duration. Raises KeyError, and
    ValueError where `tier` does not lie above `enter_at`.
    """
    ladder = policy.climb()
    begin, end = ladder.index(enter_at or ladder[0]), ladder.index(tier)
    if end < begin:
        raise ValueError(f"tier '{tier}' lies below '{ladder[begin]}', where the issue enters")
    limits = [_limits(policy.tier(name), clock).get(severity) for name in ladder[begin:end]]
    known = [limit for limit in limits if isinstance(limit, timedelta)]
    return sum(known, timedelta(0)) if len(known) == len(limits) else None


def _in_all(policy: Policy, severity: str, tier: str, clock: Literal["acknowledge", "work"]) -> str:
    """The same in words: limits that cannot be added up, such as days, are named one by one."""
    total = told_at_the_latest(policy, severity, tier, clock)
    if total is not None:
        return words(total)
    ladder = policy.climb()
    limits = [_limits(policy.tier(name), clock).get(severity) for name in ladder[: ladder.index(tier)]]
    return "-" if None in limits else " + ".join(span_words(limit) for limit in limits if limit is not None)


def _limits(tier: Tier, clock: Literal["acknowledge", "work"]) -> Within:
    return tier.acknowledge_within if clock == "acknowledge" else tier.work_within


def _severities(policy: Policy) -> Table:
    rows = tuple((severity.name, str(severity.priority), severity.means) for severity in policy.severities)
    return Table(title="Severities, worst first", columns=("severity", "priority", "means"), rows=rows)


def _ladder(policy: Policy) -> Table:
    names = [severity.name for severity in policy.severities]
    rows = [(_tier_name(tier), _told(tier), *(_clocks(tier, severity) for severity in names)) for tier in policy.tiers]
    last = policy.climb()[-1] if policy.climb() else None
    if last is not None:
        hears = f"{last} hears, at the latest"
        for clock, says in (("acknowledge", "if nobody answers"), ("work", "although acknowledged")):
            sums = [_in_all(policy, severity, last, clock) for severity in names]  # type: ignore[arg-type]
            rows.append((hears, says, *sums))
    columns = ("tier", "tells", *(f"{name}: acknowledge / work" for name in names))
    return Table(title="The ladder", columns=columns, rows=tuple(rows))


def _told(tier: Tier) -> str:
    more = [f"{severity} also {tell_in_words(tell)}" for severity, tell in tier.also_tell.items()]
    return "; ".join((tell_in_words(tier.tell), *more))


def _tier_name(tier: Tier) -> str:
    return f"{tier.name} (beside, then {tier.then})" if tier.is_beside else tier.name


def _clocks(tier: Tier, severity: str) -> str:
    limits = (tier.acknowledge_within.get(severity), tier.work_within.get(severity))
    said = " / ".join("-" if limit is None else span_words(limit) for limit in limits)
    return f"{said}, in hours of {tier.hours[severity]}" if severity in tier.hours else said


_WHEN_CLOSED = {
    "wait": "waits until it opens",
    "skip": "is passed by",
    "page_out_of_hours": "pages its out-of-hours duty, and time counts day and night",
}


def _hours(policy: Policy) -> tuple[str, ...]:
    """What each tier that has hours does outside of them."""
    found: list[str] = []
    for tier in policy.tiers:
        then = {severity: tier.when_closed.get(severity, "wait") for severity in tier.hours}
        for does, says in _WHEN_CLOSED.items():
            severities = [severity for severity in then if then[severity] == does]
            if severities:
                whom = f" ({tell_in_words(tier.out_of_hours)})" if "out-of" in says and tier.out_of_hours else ""
                found.append(f"Where {tier.name} is closed, for {', '.join(severities)} it {says}{whom}.")
    if found:
        found.append(
            "Hours are working time: limits, warnings, reminders and acknowledgements of such a tier count in them, "
            "what hears at the latest is added up without nights and weekends; targets without "
            "hours of their own, holds and the last resort count day and night."
        )
    return tuple(found)


def _agreed(policy: Policy) -> Iterator[Table]:
    """What is promised to some customers: the whole of it, as it applies to them."""
    for agreement in policy.agreements:
        whom = ", ".join(agreement.customers) or "whoever no other agreement names"
        title = f"Agreement {agreement.name}: {agreement.title}" if agreement.title else f"Agreement {agreement.name}"
        yield _targets(f"{title}, with {whom}", policy, promised(policy.targets, agreement))


def _targets(title: str, policy: Policy, targets: tuple[Target, ...]) -> Table:
    names = [severity.name for severity in policy.severities]
    rows = tuple(
        (
            target.name,
            target.title or "-",
            "OLA" if target.is_ola else "SLA",
            _measures(target),
            *(_within(target, name) for name in names),
            "stands still" if target.stops_on_hold else "runs on",
            _warnings(target),
            ", ".join(_LISTENERS[word] for word in target.tell),
        )
        for target in targets
    )
    columns = ("target", "means", "kind", "from", *names, "on hold it", "warns", "who hears that it is missed")
    return Table(title=title, columns=columns, rows=rows)


def _desks(policy: Policy) -> Table:
    names = [severity.name for severity in policy.severities]
    rows = tuple(
        (
            desk.name,
            desk.title,
            tell_in_words(desk.tell),
            desk.lead or "the duty lead of its team",
            *(_times_of(desk, name) for name in names),
            "is on hold" if desk.holds_as else "goes on",
        )
        for desk in policy.desks
    )
    columns = ("desk", "is", "asks", "lead", *names, "while it is waited for, the issue")
    return Table(title="Desks", columns=columns, rows=rows)


def _times_of(desk: Desk, severity: str) -> str:
    times = (("taken on", desk.take_within), ("done", desk.done_within), ("answered", desk.answer_within))
    said = [f"{what} in {span_words(limits[severity])}" for what, limits in times if severity in limits]
    hours = f" ({desk.hours[severity]})" if said and severity in desk.hours else ""
    return f"{', '.join(said)}{hours}" if said else "-"


def _fit(policy: Policy) -> tuple[str, ...]:
    if policy.fit_ladder_to is None:
        return ()
    top = policy.climb()[-1]
    where = f"Where {top} would not hear before {policy.fit_ladder_to} ends, the limits of the tiers are shortened"
    return (f"{where} in proportion; where one would have no minute then, {top} and the owner are told at once.",)


def _hand_over(policy: Policy) -> tuple[str, ...]:
    rule = policy.hand_over
    if rule is None:
        return ()
    where = f" at {listed(rule.tiers)}" if rule.tiers else ""
    whose = f", of issues of {listed(rule.teams)}" if rule.teams else ""
    times = "; ".join(
        f"{name} {words(before)} before, to be accepted within {words(rule.accept_within.get(name, before))}"
        for name, before in rule.before.items()
    )
    lead = f"When the shift of whoever has it ends{where}{whose}, it is offered to who is on duty next: {times}"
    return (f"{lead}. Else the duty lead has it.",)


def _measures(target: Target) -> str:
    begins = {
        "reopened": "each reopening",
        "acknowledged": "the first acknowledgement",
        "tier_began": f"{target.tier} begins",
    }
    ends = {
        "acknowledged": "somebody acknowledges",
        "first_response": "the customer is answered",
        "updated": "the customer hears again",
        "tier_left": f"{target.tier} is left",
    }
    since = begins.get(target.starts or "", "the opening")
    since = "the customer's last word" if target.ends == "updated" else since
    anew = ", then from each answer" if target.runs_when_answered else ""
    anew += ", and from a further message after a miss" if target.begins_when_missed else ""
    anew += "; goes on when it is reopened" if target.when_reopened else ""
    return f"{since} to: {ends.get(target.ends or '', 'it is resolved')}{anew}"


def _within(target: Target, severity: str) -> str:
    if severity not in target.within:
        return "-"
    hours = f", in hours of {target.hours[severity]}" if severity in target.hours else ""
    return f"{span_words(target.within[severity])}{hours}"


def _warnings(target: Target) -> str:
    said = []
    for warn in target.warnings:
        when = f"{words(warn.before)} before" if warn.before is not None else f"at {warn.at or 0:.0%}"
        said.append(f"{when}: {', '.join(_LISTENERS[word] for word in warn.tell)}")
    return "; ".join(said) or "-"


def _entries(policy: Policy) -> Table:
    names = [severity.name for severity in policy.severities]
    rows = tuple(
        (raised_by, *(entry.get(name, "-") for name in names))
        for raised_by, entry in (("a person", policy.entry.person), ("a machine", policy.entry.machine))
    )
    return Table(title="Where an issue enters", columns=("raised by", *names), rows=rows)


def _triggers(policy: Policy) -> Table:
    rows = tuple(
        (
            str(place),
            trigger.name,
            trigger.why,
            trigger.severity_words,
            trigger.enter_at or "as above",
            trigger.owner,
        )
        for place, trigger in enumerate(policy.triggers, start=1)
    )
    columns = ("", "trigger", "why", "at least", "enters at", "owner")
    return Table(title="Which issues enter, and why: the first that holds", columns=columns, rows=rows)


def _roles(policy: Policy) -> Table:
    rows = tuple(
        (command, ", ".join(roles), policy.assurance.get(command, "asserted"))
        for command, roles in policy.roles.items()
    )
    return Table(title="Who may do what", columns=("command", "who", "assurance, at least"), rows=rows)


def _acknowledgement(policy: Policy) -> str:
    rule = policy.acknowledgement
    lapses = (
        f"lapses after {_by_severity(rule.lapses_after)} without progress" if rule.lapses_after else "does not lapse"
    )
    second = "joins" if rule.second == "joins" else "takes over"
    asked = f", or {_by_severity(rule.answer_within)} after a reminder, unanswered," if rule.answer_within else ""
    return (
        f"An acknowledgement {lapses}{asked} and can be renewed {_times(rule.renewals)} in a tier; "
        f"a second person who acknowledges {second}."
    )


def _hold(policy: Policy) -> str:
    rule = policy.hold
    if rule is None:
        return "It is never put on hold."
    reasons = "; ".join(f"{name} ({means})" for name, means in rule.reasons.items())
    stops = " and ".join(f"the time to {clock}" for clock in rule.stops) or "no clock of the tier"
    return (
        f"It can be put on hold while somebody is waited for, which stops {stops}: at most "
        f"{_by_severity(rule.at_most)} at a time and {_by_severity(rule.in_all_at_most)} in all. Reasons: {reasons}."
    )


def _severity_change(policy: Policy) -> str:
    rule = policy.severity_change
    does = {
        "keep": "leaves the clocks as they are",
        "recount": "counts the new severity's limits from the beginnings of the clocks that run",
        "restart": "asks the tier anew",
    }[rule.clocks]
    told = ", ".join(_LISTENERS[word] for word in rule.tell) or "nobody"
    missed = " A target that is over by the new severity is missed at once." if rule.misses_targets else ""
    return f"A change of severity {does}; no tier hears later for it.{missed} Who is told of it: {told}."


def _exhaustion(policy: Policy) -> str:
    rule = policy.exhaustion
    passes = "the last tier's time is up" if not rule.repeats else f"the ladder was climbed {_times(rule.repeats + 1)}"
    then = {
        "last_resort": "",
        "restart": ", and the ladder is climbed again",
        "fallback": f", and the ladder of {rule.fallback} is climbed",
    }[rule.procedure]
    told = f"{tell_in_words(rule.last_resort)} are told every {_by_severity(rule.last_resort_every)}"
    return (
        f"When {passes}, {told}{then}, "
        f"until a person takes charge, with a next action within {_by_severity(rule.charge_for_at_most)}."
    )


def _closing(policy: Policy) -> str:
    rule = policy.closing
    after = rule.silence_after
    silence = f"; after {span_words(after)} of silence it is closed" if after else "; silence never closes it"
    reasons = ", ".join(reason.replace("_", " ") for reason in rule.reasons)
    hours = f", in hours of {rule.hours}" if rule.hours is not None else ""
    return (
        f"Once resolved, confirmation is asked for again after {span_words(rule.remind_after)}{silence}. "
        f"Reasons to close: {reasons}. It can be reopened within {span_words(rule.reopen_within)}{hours}."
    )


def tell_in_words(tell: Tell) -> str:
    """Whom it tells: `team_lead, sample-lead-1 (in team support)`."""
    on_duty = (f"who is on duty by {rota}" for rota in tell.rotas)
    who = ", ".join((*on_duty, *tell.roles, *tell.people)) or "nobody"
    who = f"{who} (in team {tell.team})" if tell.team else who
    return f"{who}: {', '.join(_routing(tell))}" if tell.is_routed else who


def _routing(tell: Tell) -> Iterator[str]:
    """Who of them gets it."""
    if tell.skills:
        yield f"with skill {' and '.join(tell.skills)}"
    if tell.authority:
        yield "with authority for " + " and ".join(f"{amount:,f} {name}" for name, amount in tell.authority.items())
    if tell.when_full == "wait":
        yield "nobody where all are at their limit"
    if tell.language is not None:
        yield f"the customer's language {tell.language}"
    if tell.choose not in {None, "everybody"}:
        count = tell.at_most or 1
        chosen = {"first": "the first", "round_robin": "in turn", "least_loaded": "who has least to do"}
        yield f"{chosen[tell.choose or 'first']}, {count} at a time"


def _by_severity(limits: Within) -> str:
    if len(set(limits.values())) == 1:
        return span_words(next(iter(limits.values())))
    return ", ".join(f"{span_words(limit)} ({name})" for name, limit in limits.items())


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
