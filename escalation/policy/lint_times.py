"""Rules of a policy about times beside the ladder's: holds, and what a change of severity does to clocks.

Those of targets are in `lint_targets.py`. That their limits name known severities, and that a worse one never has the
longer limit, is held in `lint_ladder.py`.
"""

from collections.abc import Callable

from escalation.duration import words
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_agreements import AGREEMENT_RULES
from escalation.policy.lint_hours import HOURS_RULES
from escalation.policy.lint_ladder import severity_names
from escalation.policy.lint_reminders import REMINDER_RULES
from escalation.policy.lint_targets import TARGET_RULES
from escalation.policy.model import Policy

Rule = Callable[[Policy, Findings], None]


def holds_are_capped(policy: Policy, findings: Findings) -> None:
    """A hold has its reasons, and for every severity a cap for one and one for all; none is longer than all may be."""
    hold = policy.hold
    if hold is None:
        return
    if not hold.reasons:
        findings.add("hold.reasons", "is empty: no reason could be given", allowed="at least one reason; or no hold")
    if not hold.at_most and not hold.in_all_at_most:
        findings.add("hold.at_most", "is empty: nothing could be held", allowed="a limit for a severity; or no hold")
    pairs = (("at_most", hold.at_most, hold.in_all_at_most), ("in_all_at_most", hold.in_all_at_most, hold.at_most))
    for field, limits, others in pairs:
        missing = [name for name in others if name not in limits and name in severity_names(policy)]
        if missing:
            problem = f"has no limit for {listed(missing)}, which the other cap names"
            findings.add(f"hold.{field}", problem, allowed="the same severities in at_most and in_all_at_most")
    for name, limit in hold.at_most.items():
        whole = hold.in_all_at_most.get(name)
        if whole is not None and limit > whole:
            problem = "is longer than all holds together may be"
            findings.add(f"hold.at_most.{name}", problem, value=words(limit), allowed=f"at most {words(whole)}")
    for place, clock in enumerate(hold.stops):
        if clock in hold.stops[:place]:
            findings.add(f"hold.stops[{place}]", "is written twice", value=clock, allowed="once")


def who_is_asked_anew_is_timed(policy: Policy, findings: Findings) -> None:
    """A change of severity does not ask a tier anew whose time to acknowledge a hold has stopped."""
    is_stopped = policy.hold is not None and "acknowledge" in policy.hold.stops
    if policy.severity_change.clocks == "restart" and is_stopped:
        problem = "would ask a tier anew while a hold has stopped its time to acknowledge"
        allowed = "keep or recount; or hold.stops without acknowledge"
        findings.add("severity_change.clocks", problem, value="restart", allowed=allowed)


def kept_clocks_miss_nothing(policy: Policy, findings: Findings) -> None:
    """A change of severity that leaves the clocks as they are has no targets missed by it."""
    if policy.severity_change.misses_targets and policy.severity_change.clocks == "keep":
        problem = "has no effect: clocks: keep counts no target anew"
        findings.add("severity_change.misses_targets", problem, value="true", allowed="with recount or restart")
    if policy.severity_change.ends_targets and policy.severity_change.clocks == "keep":
        problem = "has no effect: clocks: keep leaves every target as it is"
        findings.add("severity_change.ends_targets", problem, value="true", allowed="with recount or restart")


TIME_RULES: tuple[Rule, ...] = (
    *TARGET_RULES,
    *AGREEMENT_RULES,
    holds_are_capped,
    who_is_asked_anew_is_timed,
    kept_clocks_miss_nothing,
    *HOURS_RULES,
    *REMINDER_RULES,
)
