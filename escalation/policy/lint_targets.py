"""Rules of a policy about its targets: names, limits, the time in which they count, and their warnings."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from escalation.calendar.limit import Limit
from escalation.calendar.open_times import open_times
from escalation.calendar.working_hours import WorkingHours
from escalation.duration import words
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_ladder import severity_names, unique
from escalation.policy.model import Policy, Target, TargetWarn

Rule = Callable[[Policy, Findings], None]


def targets_are_sound(policy: Policy, findings: Findings) -> None:
    """Every target has a name of its own, a limit for some severity, and somebody who hears that it was missed."""
    unique([target.name for target in policy.targets], "targets", findings)
    for agreement in policy.agreements:
        unique([each.name for each in agreement.targets], f"agreements.{agreement.name}.targets", findings)
    for field, target in policy.targets_by_field():
        if not target.within:
            allowed = f"a limit for at least one of {listed(severity_names(policy))}"
            findings.add(f"{field}.within", "is empty: no issue would have this target", allowed=allowed)
        if not target.tell:
            allowed = "at least one of asked, handler, owner, next_tier"
            findings.add(f"{field}.tell", "tells nobody", allowed=allowed)


def target_hours_have_limits(policy: Policy, findings: Findings) -> None:
    """A target has hours where it has a limit, and none that its calendar cannot hold; long ones are warned of."""
    for field, target in policy.targets_by_field():
        for severity, name in target.hours.items():
            within, calendar = target.within.get(severity), policy.pinned_calendars.get(name)
            if within is None and severity in severity_names(policy):
                problem = f"has no effect: the target has no limit for {severity}"
                allowed = f"only {listed(target.within)}" if target.within else "only for severities that have a limit"
                findings.add(f"{field}.hours.{severity}", problem, value=name, allowed=allowed)
            if isinstance(within, Limit):
                within = within.length if within.unit == "working" else None
            if within is not None and calendar is not None:
                _fits(within, calendar, f"{field}.within.{severity}", findings)


def _fits(within: timedelta, calendar: WorkingHours, field: str, findings: Findings) -> None:
    """A week written as such is a week of working time: 7 times 24 hours of it."""
    week = longest_week(calendar)
    there_is = _in_a_year(calendar)
    if within > there_is:
        problem = f"is more working time than calendar {calendar.name} has in a year"
        findings.add(field, problem, value=words(within), allowed=f"at most {words(there_is)}")
    elif within > week:
        problem = f"is more than a working week of calendar {calendar.name} has: {words(week)}"
        allowed = f"working time: 5 days of 8 h are {words(timedelta(hours=40))}; longer where that is meant"
        findings.add(field, problem, value=words(within), allowed=allowed, is_warning=True)


def longest_week(calendar: WorkingHours) -> timedelta:
    """The working time of a week without holidays, by the longest of its timetables."""
    weeks = [
        sum(until - since for windows in timetable.week for since, until in windows)
        for timetable in calendar.timetables
    ]
    return timedelta(seconds=max(weeks))


def _in_a_year(calendar: WorkingHours) -> timedelta:
    times = open_times(calendar)
    year = calendar.last_year - 1 if calendar.last_year > calendar.first_year else calendar.last_year
    return times.between(times.instant_of(date(year, 1, 1), 0), times.instant_of(date(year, 12, 31), 0))


def worse_targets_never_wait_alone(policy: Policy, findings: Findings) -> None:
    """Where a target counts in working time for a severity, it does not count day and night for a milder one."""
    for field, target in policy.targets_by_field():
        for worse, milder in pairwise([name for name in severity_names(policy) if name in target.within]):
            if worse in target.hours and milder not in target.hours:
                problem = f"counts in working time, though {milder}, which is less bad, counts day and night"
                allowed = f"hours for {milder}, too; or none for {worse}"
                findings.add(f"{field}.hours.{worse}", problem, value=target.hours[worse], allowed=allowed)


def target_warnings_come_in_time(policy: Policy, findings: Findings) -> None:
    """A target's warning says at which share, or how long before the end it comes: after the beginning, and once."""
    for field, target in policy.targets_by_field():
        for number, warn in enumerate(target.warnings):
            here = f"{field}.warnings[{number}]"
            if (warn.at is None) == (warn.before is None):
                problem = "says both at and before" if warn.at is not None else "does not say when"
                findings.add(
                    here, problem, allowed="either at: a share such as 75 %, or before: a duration such as 1 h"
                )
            if warn in target.warnings[:number] or _when(warn) in map(_when, target.warnings[:number]):
                findings.add(here, "comes when another one does", allowed="each warning once")
            if not warn.tell:
                findings.add(f"{here}.tell", "tells nobody", allowed="at least one of asked, handler, owner, next_tier")
            _after_the_beginning(target, warn, here, findings)


def _when(warn: TargetWarn) -> tuple[float | None, timedelta | None]:
    return warn.at, warn.before


def _after_the_beginning(target: Target, warn: TargetWarn, here: str, findings: Findings) -> None:
    if warn.before is None or not target.within:
        return
    plain = [(each.length if isinstance(each, Limit) else each, name) for name, each in target.within.items()]
    shortest, severity = min([(each, name) for each, name in plain if each is not None], default=(timedelta.max, ""))
    if warn.before >= shortest:
        problem = f"would come before the target begins: for {severity} it is {words(shortest)} in all"
        findings.add(f"{here}.before", problem, value=words(warn.before), allowed=f"less than {words(shortest)}")


def targets_end_after_they_start(policy: Policy, findings: Findings) -> None:
    """A target ends after it starts, names its tier where it needs one, and no other field that has no effect."""
    tiers = [tier.name for tier in policy.tiers]
    for field, target in policy.targets_by_field():
        here = field
        needs_tier = target.starts == "tier_began" or target.ends == "tier_left"
        if target.tier is not None and target.tier not in tiers:
            findings.unknown(f"{here}.tier", target.tier, "is not a tier", tiers)
        if needs_tier and target.tier is None:
            problem = f"is missing: {'tier_began' if target.starts == 'tier_began' else 'tier_left'} needs one"
            findings.add(f"{here}.tier", problem, allowed=listed(tiers))
        if not needs_tier and target.tier is not None:
            problem = "has no effect: it is for starts: tier_began and ends: tier_left"
            findings.add(f"{here}.tier", problem, value=target.tier, allowed="with one of those only")
        if target.starts == "acknowledged" and target.ends == "acknowledged":
            allowed = "first_response, tier_left or resolved"
            findings.add(f"{here}.ends", "is over as it starts", value=target.ends, allowed=allowed)
        if target.ends == "updated" and target.starts in {"acknowledged", "tier_began", "reopened"}:
            problem = "has no effect on a promise of an update, which counts from the customer's last word"
            findings.add(f"{here}.starts", problem, value=target.starts, allowed="opened or customer_wrote")
        if target.ends != "updated" and target.starts == "customer_wrote":
            problem = "is for a promise of an update"
            allowed = "opened, acknowledged, tier_began or reopened; or with ends: updated"
            findings.add(f"{here}.starts", problem, value=target.starts, allowed=allowed)
        for name in ("runs_when_answered", "begins_when_missed"):
            if getattr(target, name) and target.ends != "updated":
                problem = "has no effect: it is for ends: updated"
                findings.add(f"{here}.{name}", problem, value="true", allowed="with ends: updated only")
        if target.when_reopened is not None and (target.ends == "updated" or target.starts == "reopened"):
            problem = "has no effect on what begins anew with a reopening"
            allowed = "without ends: updated and starts: reopened"
            findings.add(f"{here}.when_reopened", problem, value=target.when_reopened, allowed=allowed)


def the_ladder_can_be_fitted(policy: Policy, findings: Findings) -> None:
    """What the ladder is fitted to is promised to customers from opening to resolution, and every tier can be left."""
    name = policy.fit_ladder_to
    if name is None:
        return
    found = [each for _, each in policy.targets_by_field() if each.name == name]
    if not found:
        findings.unknown("fit_ladder_to", name, "is not a target", [each.name for each in policy.targets])
    for target in found:
        _can_be_fitted(policy, target, findings)


def _can_be_fitted(policy: Policy, target: Target, findings: Findings) -> None:
    name, allowed = target.name, "an sla from the opening to the resolution"
    if target.is_ola:
        findings.add(
            "fit_ladder_to", "is agreed inside the house, and no deadline of a customer", value=name, allowed=allowed
        )
    if target.starts not in {None, "opened"} or target.ends not in {None, "resolved"}:
        findings.add("fit_ladder_to", "does not last from the opening to the resolution", value=name, allowed=allowed)
    for tier in policy.climb()[:-1]:
        place = [each.name for each in policy.tiers].index(tier)
        missing = [each for each in target.within if each not in policy.tiers[place].work_within]
        if missing:
            problem = f"has no limit for {listed(missing)}: acknowledged there, no tier above would hear before {name}"
            findings.add(f"tiers[{place}].work_within", problem, allowed="a limit; or no fit_ladder_to")


TARGET_RULES: tuple[Rule, ...] = (
    targets_are_sound,
    target_hours_have_limits,
    worse_targets_never_wait_alone,
    target_warnings_come_in_time,
    targets_end_after_they_start,
    the_ladder_can_be_fitted,
)
