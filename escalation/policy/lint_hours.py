"""Rules of a policy about the hours of its tiers: known calendars, what a closed tier does, and that waiting fits."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from escalation.calendar.due import due_surely
from escalation.calendar.explained import moment
from escalation.calendar.limit import Limit, span_words
from escalation.calendar.open_times import open_times
from escalation.calendar.working_hours import WorkingHours
from escalation.duration import words
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_ladder import severity_names
from escalation.policy.model import Policy, Target, Tier

Rule = Callable[[Policy, Findings], None]


def hours_are_known(policy: Policy, findings: Findings) -> None:
    """Hours are of known severities, and of calendars that the policy has pinned."""
    for whose, hours in policy.hours_by_field():
        for severity, name in hours.items():
            field = f"{whose}.{severity}"
            if severity not in severity_names(policy):
                findings.unknown(field, severity, "is not a severity", severity_names(policy))
            is_said = any(found.field == field for found in findings.found)
            if name not in policy.pinned_calendars and not is_said:
                findings.unknown(field, name, "is not a calendar", policy.pinned_calendars)
    named = policy.closing.hours
    is_said = any(found.field == "closing.hours" for found in findings.found)
    if named is not None and named not in policy.pinned_calendars and not is_said:
        findings.unknown("closing.hours", named, "is not a calendar", policy.pinned_calendars)


def closed_tiers_know_what_to_do(policy: Policy, findings: Findings) -> None:
    """What a tier does while it is closed is said where it has hours, and whom it pages then where it pages."""
    for place, tier in enumerate(policy.tiers):
        here = f"tiers[{place}]"
        for severity, then in tier.when_closed.items():
            if severity not in tier.hours:
                problem = f"has no effect: the tier has no hours for {severity}"
                findings.add(f"{here}.when_closed.{severity}", problem, value=then, allowed=_with_hours(tier))
            if then == "page_out_of_hours" and tier.out_of_hours is None:
                problem = "pages nobody: out_of_hours is missing"
                allowed = "wait or skip; or out_of_hours with whom it tells then"
                findings.add(f"{here}.when_closed.{severity}", problem, value=then, allowed=allowed)
        if tier.out_of_hours is not None and "page_out_of_hours" not in tier.when_closed.values():
            problem = "is never told: no severity's when_closed is page_out_of_hours"
            findings.add(f"{here}.out_of_hours", problem, allowed="only with when_closed: page_out_of_hours")


def _with_hours(tier: Tier) -> str:
    return f"only {listed(tier.hours)}" if tier.hours else "only for severities that have hours"


def worse_never_waits_alone(policy: Policy, findings: Findings) -> None:
    """Where a severity counts in working time, no milder one counts day and night."""
    for place, tier in enumerate(policy.tiers):
        for worse, milder in pairwise(severity_names(policy)):
            if worse in tier.hours and milder not in tier.hours:
                problem = f"counts in working time, though {milder}, which is less bad, counts day and night"
                field, allowed = f"tiers[{place}].hours.{worse}", f"hours for {milder}, too; or none for {worse}"
                findings.add(field, problem, value=tier.hours[worse], allowed=allowed)


def waiting_fits_targets(policy: Policy, findings: Findings) -> None:
    """No tier waits for longer than a target lasts: from a closing to the next opening, whenever that is."""
    for place, tier in enumerate(policy.tiers):
        for severity, name in tier.hours.items():
            calendar = policy.pinned_calendars.get(name)
            if calendar is None or tier.when_closed.get(severity, "wait") != "wait":
                continue
            closes_at, opens_at = longest_closed(calendar)
            for _, target in policy.targets_by_field():
                within = target.within.get(severity)
                times = open_times(calendar)
                if within is None or _lasts(policy, target, severity, closes_at, opens_at):
                    continue
                stretch = f"{moment(closes_at, times)} to {moment(opens_at, times)} ({words(opens_at - closes_at)})"
                problem = f"waits for longer than target {target.name} lasts: calendar {name} is closed {stretch}"
                field = f"tiers[{place}].when_closed.{severity}"
                allowed = f"skip or page_out_of_hours; or a target of at least {words(opens_at - closes_at)}"
                findings.add(field, f"{problem}, the target is {span_words(within)}", value="wait", allowed=allowed)


def _lasts(policy: Policy, target: Target, severity: str, closes_at: datetime, opens_at: datetime) -> bool:
    """Whether the target is not over by then."""
    within = target.within[severity]
    if not isinstance(within, Limit):
        return _passes(policy, target, severity, closes_at, opens_at) <= within
    calendar = policy.pinned_calendars.get(target.hours.get(severity, ""))
    return due_surely(closes_at, within, calendar)[0] >= opens_at


def _passes(policy: Policy, target: Target, severity: str, closes_at: datetime, opens_at: datetime) -> timedelta:
    """How much of the target passes meanwhile: where it has hours, the working time of those."""
    name = target.hours.get(severity, "")
    calendar = policy.pinned_calendars.get(name)
    if calendar is None:
        return opens_at - closes_at
    return open_times(calendar).between(closes_at, opens_at)


@lru_cache(maxsize=64)
def longest_closed(calendar: WorkingHours) -> tuple[datetime, datetime]:
    """From when until when it is closed for longest between two of its windows, in the years that are pinned."""
    times = open_times(calendar)
    begins_at = times.instant_of(date(calendar.first_year, 1, 1), 0)
    ends_at = times.instant_of(date(calendar.last_year, 12, 31), 0)
    windows = times.windows(begins_at, ends_at)
    closed = [(before[1], after[0]) for before, after in pairwise(windows)]
    never = (datetime(calendar.first_year, 1, 1, tzinfo=UTC),) * 2
    return max(closed, key=_length, default=never)


def _length(stretch: tuple[datetime, datetime]) -> timedelta:
    return stretch[1] - stretch[0]


HOURS_RULES: tuple[Rule, ...] = (
    hours_are_known,
    closed_tiers_know_what_to_do,
    worse_never_waits_alone,
    waiting_fits_targets,
)
