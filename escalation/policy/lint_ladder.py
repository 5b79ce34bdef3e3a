"""Rules of a policy about its ladder: severities, tiers, their limits, and what follows the last of them.

Each rule is one function: `(policy, findings)`. They look at the model alone, so that a policy that is sent to a
running issue is held to them too.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import pairwise

from pydantic import TypeAdapter, ValidationError

from escalation.calendar.limit import Span, span_words
from escalation.issue.identity import ALLOWED_NAME, Name
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_limits import Timed, limits_have_their_calendar, longer, never_shorter, of_every_tier
from escalation.policy.model import Policy, Tell, Tier

Rule = Callable[[Policy, Findings], None]
_ENTITY: TypeAdapter[str] = TypeAdapter(Name)


def severity_names(policy: Policy) -> tuple[str, ...]:
    """The policy's severities, worst first."""
    return tuple(severity.name for severity in policy.severities)


def tier_names(policy: Policy) -> tuple[str, ...]:
    """Every tier, lanes beside the ladder included, as written."""
    return tuple(tier.name for tier in policy.tiers)


def names_are_unique(policy: Policy, findings: Findings) -> None:
    """Tiers, triggers and checklist items are referred to by name."""
    unique([tier.name for tier in policy.tiers], "tiers", findings)
    unique([trigger.name for trigger in policy.triggers], "triggers", findings)
    for place, tier in enumerate(policy.tiers):
        unique([item.name for item in tier.checklist], f"tiers[{place}].checklist", findings)


def the_legal_entity_is_one_of_issues(policy: Policy, findings: Findings) -> None:
    """A legal entity is written as issues write it."""
    try:
        _ENTITY.validate_python(policy.legal_entity)
    except ValidationError:
        findings.add("legal_entity", "is not a name of issues", value=policy.legal_entity, allowed=ALLOWED_NAME)


def there_is_a_ladder(policy: Policy, findings: Findings) -> None:
    """At least one severity and one tier that time climbs."""
    if not policy.severities:
        findings.add("severities", "is empty", allowed="at least one severity, worst first")
    if not policy.climb():
        findings.add("tiers", "has no tier that time climbs", allowed="at least one tier that is not beside the ladder")


def limits_cover_severities(policy: Policy, findings: Findings) -> None:
    """Every limit names known severities; those without which an issue would be parked name all of them."""
    for field, limits, must_cover in _all_limits(policy):
        for name in limits:
            if name not in severity_names(policy):
                findings.unknown(f"{field}.{name}", name, "is not a severity", severity_names(policy))
        missing = [name for name in severity_names(policy) if name not in limits]
        if must_cover and missing:
            findings.add(field, f"has no limit for {listed(missing)}", allowed="a limit for every severity")


def worse_is_never_slower(policy: Policy, findings: Findings) -> None:
    """A worse severity never has the longer limit."""
    for field, limits, _ in _all_limits(policy):
        known = [name for name in severity_names(policy) if name in limits]
        for worse, milder in pairwise(known):
            why = _slower(policy, field, (worse, limits[worse]), (milder, limits[milder]))
            if why is not None:
                findings.add(
                    f"{field}.{worse}",
                    f"is longer than that of {milder}, which is less bad{why}",
                    value=span_words(limits[worse]),
                    allowed=f"at most {span_words(limits[milder])}",
                )


def _slower(policy: Policy, field: str, worse: tuple[str, Span], milder: tuple[str, Span]) -> str | None:
    """Why the worse severity has the longer limit, empty where the durations say so; None where it has not."""
    if isinstance(worse[1], timedelta) and isinstance(milder[1], timedelta):
        return "" if worse[1] > milder[1] else None
    own = dict(policy.hours_by_field()).get(f"{field.rpartition('.')[0]}.hours", {})
    for hours in [tier.hours for tier in policy.tiers] if field in of_every_tier(policy) else [own]:
        one, other = (Timed(limit, policy.pinned_calendars.get(hours.get(name, ""))) for name, limit in (worse, milder))
        found = longer(one, other)
        if found is not None:
            return found.words
    return None


def entries_exist(policy: Policy, findings: Findings) -> None:
    """Every severity has its entry tier, for what a person and what a machine raised."""
    for raised_by, entry in (("person", policy.entry.person), ("machine", policy.entry.machine)):
        field = f"entry.{raised_by}"
        for severity, tier in entry.items():
            if severity not in severity_names(policy):
                findings.unknown(f"{field}.{severity}", severity, "is not a severity", severity_names(policy))
            if tier not in tier_names(policy):
                findings.unknown(f"{field}.{severity}", tier, "is not a tier", tier_names(policy))
        missing = [name for name in severity_names(policy) if name not in entry]
        if missing:
            findings.add(field, f"has no entry tier for {listed(missing)}", allowed="a tier for every severity")


def lanes_lead_back(policy: Policy, findings: Findings) -> None:
    """A lane beside the ladder names the tier after it, which is on the ladder; a tier on the ladder does not."""
    for place, tier in enumerate(policy.tiers):
        field = f"tiers[{place}].then"
        if tier.is_beside and tier.then is None:
            findings.add(
                field, "is missing: a lane beside the ladder must lead back to it", allowed=listed(policy.climb())
            )
        elif tier.is_beside and tier.then not in policy.climb():
            findings.unknown(field, str(tier.then), "is not a tier of the ladder", policy.climb())
        elif not tier.is_beside and tier.then is not None:
            findings.add(field, "follows a tier of the ladder", value=tier.then, allowed="only with is_beside: true")


def tiers_tell_somebody(policy: Policy, findings: Findings) -> None:
    """Every tier, and the last resort, tells at least one person, rota or role."""
    tells: list[tuple[str, Tell]] = [(f"tiers[{place}].tell", tier.tell) for place, tier in enumerate(policy.tiers)]
    for place, tier in enumerate(policy.tiers):
        for severity, more in tier.also_tell.items():
            field = f"tiers[{place}].also_tell.{severity}"
            tells.append((field, more))
            if severity not in severity_names(policy):
                findings.unknown(field, severity, "is not a severity", severity_names(policy))
            if more.team is not None:
                findings.add(f"{field}.team", "is given twice", value=more.team, allowed="a team in `tell` alone")
        if tier.out_of_hours is not None:
            tells.append((f"tiers[{place}].out_of_hours", tier.out_of_hours))
    for field, tell in (*tells, ("exhaustion.last_resort", policy.exhaustion.last_resort)):
        if not tell.people and not tell.roles and not tell.rotas:
            findings.add(field, "tells nobody", allowed="people, rotas or roles")


def clocks_fit_together(policy: Policy, findings: Findings) -> None:
    """Work takes at least as long as acknowledging; reminders come before the limit; no acknowledgement is for ever."""
    for place, tier in enumerate(policy.tiers):
        here = f"tiers[{place}]"
        for name, limit in tier.acknowledge_within.items():
            calendar = policy.pinned_calendars.get(tier.hours.get(name, ""))
            work = tier.work_within.get(name)
            why = None if work is None else _shorter(Timed(work, calendar), Timed(limit, calendar))
            if work is not None and why is not None:
                problem = f"is shorter than the time to acknowledge{why}"
                _too(findings, f"{here}.work_within.{name}", problem, work, f"at least {span_words(limit)}")
            remind = tier.remind_every.get(name)
            if remind is not None and never_shorter(Timed(remind, calendar), Timed(limit, calendar)):
                problem = "would come when the tier's time is up"
                _too(findings, f"{here}.remind_every.{name}", problem, remind, f"less than {span_words(limit)}")
            again = tier.remind_handler_every.get(name)
            if work is not None and again is not None and never_shorter(Timed(again, calendar), Timed(work, calendar)):
                problem = "would come when the tier's time is up"
                _too(findings, f"{here}.remind_handler_every.{name}", problem, again, f"less than {span_words(work)}")
        _never_parked(policy, tier, here, findings)


def _shorter(one: Timed, other: Timed) -> str | None:
    """Why the one is shorter than the other, as `_slower`."""
    if isinstance(one.limit, timedelta) and isinstance(other.limit, timedelta):
        return "" if one.limit < other.limit else None
    found = longer(other, one)
    return None if found is None else found.words


def _never_parked(policy: Policy, tier: Tier, here: str, findings: Findings) -> None:
    lapses = policy.acknowledgement.lapses_after
    parked = [name for name in severity_names(policy) if name not in tier.work_within and name not in lapses]
    if parked:
        problem = f"lets an acknowledged issue of {listed(parked)} rest here for ever"
        findings.add(here, problem, allowed="work_within, or acknowledgement.lapses_after, for every severity")


def warnings_have_their_clock(policy: Policy, findings: Findings) -> None:
    """A warning is a share of a limit that exists, and tells somebody."""
    for place, tier in enumerate(policy.tiers):
        for number, warning in enumerate(tier.warnings):
            field = f"tiers[{place}].warnings[{number}]"
            if warning.of == "work" and not tier.work_within:
                findings.add(f"{field}.of", "has no limit to be a share of", value="work", allowed="acknowledge")
            if not warning.tell:
                findings.add(
                    f"{field}.tell", "tells nobody", allowed="at least one of asked, handler, owner, next_tier"
                )


def waivers_name_severities(policy: Policy, findings: Findings) -> None:
    """What a checklist waives, it waives for known severities."""
    for place, tier in enumerate(policy.tiers):
        for number, item in enumerate(tier.checklist):
            for index, name in enumerate(item.waived_for):
                if name not in severity_names(policy):
                    field = f"tiers[{place}].checklist[{number}].waived_for[{index}]"
                    findings.unknown(field, name, "is not a severity", severity_names(policy))


def the_end_is_never_empty(policy: Policy, findings: Findings) -> None:
    """A fallback is named exactly where the procedure is to fall back, and is another policy."""
    exhaustion = policy.exhaustion
    if exhaustion.procedure == "fallback" and exhaustion.fallback is None:
        findings.add("exhaustion.fallback", "is missing", allowed="the name of the policy that is climbed next")
    if exhaustion.procedure != "fallback" and exhaustion.fallback is not None:
        problem = f"has no effect with procedure {exhaustion.procedure}"
        findings.add("exhaustion.fallback", problem, value=exhaustion.fallback, allowed="only with procedure: fallback")
    if exhaustion.fallback == policy.name:
        allowed = "another policy; or procedure: restart"
        findings.add("exhaustion.fallback", "is this policy itself", value=exhaustion.fallback, allowed=allowed)


LADDER_RULES: tuple[Rule, ...] = (
    names_are_unique,
    the_legal_entity_is_one_of_issues,
    there_is_a_ladder,
    limits_cover_severities,
    limits_have_their_calendar,
    worse_is_never_slower,
    entries_exist,
    lanes_lead_back,
    tiers_tell_somebody,
    clocks_fit_together,
    warnings_have_their_clock,
    waivers_name_severities,
    the_end_is_never_empty,
)


def _all_limits(policy: Policy) -> Iterable[tuple[str, Mapping[str, Span], bool]]:
    """Every limit by severity: its field, the limits, and whether all severities must be there."""
    for place, tier in enumerate(policy.tiers):
        yield f"tiers[{place}].acknowledge_within", tier.acknowledge_within, True
        yield f"tiers[{place}].work_within", tier.work_within, False
        yield f"tiers[{place}].remind_every", tier.remind_every, False
        yield f"tiers[{place}].remind_handler_every", tier.remind_handler_every, False
    yield "acknowledgement.lapses_after", policy.acknowledgement.lapses_after, False
    yield "acknowledgement.answer_within", policy.acknowledgement.answer_within, False
    yield "accept_within", policy.accept_within, False
    if policy.hand_over is not None:
        yield "hand_over.accept_within", policy.hand_over.accept_within, False
    yield "exhaustion.last_resort_every", policy.exhaustion.last_resort_every, True
    yield "exhaustion.charge_for_at_most", policy.exhaustion.charge_for_at_most, True
    for field, target in policy.targets_by_field():
        yield f"{field}.within", target.within, False
    for desk in policy.desks:
        yield f"desks.{desk.name}.take_within", desk.take_within, False
        yield f"desks.{desk.name}.done_within", desk.done_within, False
        yield f"desks.{desk.name}.answer_within", desk.answer_within, False
    yield "advice_within", policy.advice_within, False
    if policy.hold is not None:
        yield "hold.at_most", policy.hold.at_most, False
        yield "hold.in_all_at_most", policy.hold.in_all_at_most, False


def unique(names: list[str], field: str, findings: Findings) -> None:
    """Each of these names, in the list of that field, is there once."""
    first: dict[str, int] = {}
    for place, name in enumerate(names):
        if first.setdefault(name, place) != place:
            problem = f"is also the name of {field}[{first[name]}]"
            findings.add(f"{field}[{place}].name", problem, value=name, allowed="a name of its own")


def _too(findings: Findings, field: str, problem: str, value: Span, allowed: str) -> None:
    findings.add(field, problem, value=span_words(value), allowed=allowed)
