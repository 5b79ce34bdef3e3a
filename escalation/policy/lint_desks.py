"""Rules of a policy about its desks: whom they tell, their clocks, and what the issue does meanwhile."""

from collections.abc import Callable

from escalation.calendar.limit import span_words
from escalation.policy.desk import Desk
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_ladder import severity_names
from escalation.policy.lint_limits import Timed, never_shorter
from escalation.policy.model import Policy

Rule = Callable[[Policy, Findings], None]


def desks_tell_somebody(policy: Policy, findings: Findings) -> None:
    """Every desk tells somebody, has time for work or for an answer, and warns somebody of an end that there is."""
    for desk in policy.desks:
        here = f"desks.{desk.name}"
        if not (desk.tell.people or desk.tell.roles or desk.tell.rotas):
            findings.add(f"{here}.tell", "tells nobody", allowed="at least one of people, rotas and roles")
        if not (desk.done_within or desk.answer_within):
            problem = "has neither done_within nor answer_within: neither work nor a question could be put to it"
            findings.add(here, problem, allowed="done_within for work, answer_within for advice, or both")
        for place, warning in enumerate(desk.warnings):
            if not warning.tell:
                allowed = "at least one of takers, asker, owner, lead"
                findings.add(f"{here}.warnings[{place}].tell", "tells nobody", allowed=allowed)
            if warning.at in [each.at for each in desk.warnings[:place]]:
                problem = "is the share of another warning too"
                findings.add(f"{here}.warnings[{place}].at", problem, value=f"{warning.at:.0%}", allowed="each once")


def desks_have_time_left(policy: Policy, findings: Findings) -> None:
    """Whoever takes work on has time left to do it; hours are of severities that have a time."""
    for desk in policy.desks:
        here = f"desks.{desk.name}"
        for severity, take in desk.take_within.items():
            done = desk.done_within.get(severity)
            calendar = policy.pinned_calendars.get(desk.hours.get(severity, ""))
            if done is not None and never_shorter(Timed(take, calendar), Timed(done, calendar)):
                problem = "leaves no time for the work"
                allowed = f"less than done_within, {span_words(done)}"
                findings.add(f"{here}.take_within.{severity}", problem, value=span_words(take), allowed=allowed)
        for severity, name in desk.hours.items():
            if severity in severity_names(policy) and not _has_time(desk, severity):
                problem = f"has no effect: the desk has no time for {severity}"
                allowed = "only severities of take_within, done_within or answer_within"
                findings.add(f"{here}.hours.{severity}", problem, value=name, allowed=allowed)


def desks_hold_for_a_reason(policy: Policy, findings: Findings) -> None:
    """A desk for whose work the issue is held names one of the reasons for a hold, and takes work."""
    for desk in policy.desks:
        field, reasons = f"desks.{desk.name}.holds_as", policy.hold.reasons if policy.hold is not None else {}
        if desk.holds_as is None:
            continue
        if desk.holds_as not in reasons:
            allowed = listed(reasons) if reasons else "absent: the policy has no hold"
            findings.add(field, "is not a reason of hold.reasons", value=desk.holds_as, allowed=allowed)
        elif not desk.done_within:
            problem = "has no effect: the desk takes no work"
            findings.add(field, problem, value=desk.holds_as, allowed="only with done_within")


DESK_RULES: tuple[Rule, ...] = (desks_tell_somebody, desks_have_time_left, desks_hold_for_a_reason)


def leads_exist(policy: Policy, directory: Directory, findings: Findings) -> None:
    """Who leads a desk is in the directory."""
    for desk in policy.desks:
        if desk.lead is not None and not directory.has(desk.lead):
            ids = [each.id for each in directory.people]
            findings.unknown(f"desks.{desk.name}.lead", desk.lead, "is not in the directory", ids)


def _has_time(desk: Desk, severity: str) -> bool:
    return any(severity in limits for limits in (desk.take_within, desk.done_within, desk.answer_within))
