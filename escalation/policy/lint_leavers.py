"""Who has left, or is about to, and is needed: found by a check, before a case needs them.

The rules know no clock: who checks says as of when. The service itself starts with such a directory, and asks deputies.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from escalation.policy.absence import instant_after
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import Findings
from escalation.policy.model import Policy, Tell

SOON = timedelta(days=28)
"""Who leaves within this time is warned of. Ours: time enough to find and tell a successor."""
_WHO_STAYS = "somebody who stays"


def lint_leavers(directory: Directory, at: datetime, findings: Findings) -> None:
    """Add what those who have left by then, or leave soon after, still are in the directory: leads, deputies."""
    lint_offices(directory, at, findings)
    for person in directory.people:
        lint_behind(person, directory, at, findings)


def lint_offices(directory: Directory, at: datetime, findings: Findings) -> None:
    """Add who has left by then, or leaves soon after, and operates Escalon or leads a team."""
    _lint(directory.person(directory.operator), "operator", at, findings)
    for team in directory.teams:
        _lint(directory.person(team.duty_lead), f"teams.{team.name}.duty_lead", at, findings)


def lint_behind(person: Person, directory: Directory, at: datetime, findings: Findings) -> None:
    """Add who has left by then and stands behind somebody who is still there."""
    if person.is_gone(at):
        return
    for field, behind in (("deputy", person.deputy), ("manager", person.manager)):
        if behind is not None and directory.person(behind).is_gone(at):
            problem = f"{directory.person(behind).whereabouts(at)}, and is {person.id}'s {field} still"
            findings.add(f"people.{person.id}.{field}", problem, value=behind, allowed=_WHO_STAYS, is_warning=True)


def lint_told_leavers(policy: Policy, directory: Directory, at: datetime, findings: Findings) -> None:
    """Add whom the policy tells who have left by then or leave soon, and roles which nobody has any more."""
    for desk in policy.desks:
        if desk.lead is not None and directory.has(desk.lead):
            _lint(directory.person(desk.lead), f"desks.{desk.name}.lead", at, findings)
    for field, tell in tells_of(policy):
        for place, named in enumerate(tell.people):
            if directory.has(named):
                _lint(directory.person(named), f"{field}.people[{place}]", at, findings)
        for place, role in enumerate(tell.roles):
            _lint_role(directory.holders(role, tell.team), role, f"{field}.roles[{place}]", at, findings)


def tells_of(policy: Policy) -> tuple[tuple[str, Tell], ...]:
    """Every field in which the policy tells people, by its path."""
    tells: list[tuple[str, Tell]] = [(f"tiers[{place}].tell", tier.tell) for place, tier in enumerate(policy.tiers)]
    for place, tier in enumerate(policy.tiers):
        tells += [(f"tiers[{place}].also_tell.{severity}", more) for severity, more in tier.also_tell.items()]
        if tier.out_of_hours is not None:
            tells.append((f"tiers[{place}].out_of_hours", tier.out_of_hours))
    tells += [(f"desks.{desk.name}.tell", desk.tell) for desk in policy.desks]
    return (*tells, ("exhaustion.last_resort", policy.exhaustion.last_resort))


def _lint(person: Person, field: str, at: datetime, findings: Findings) -> None:
    if person.is_gone(at):
        findings.add(field, "has left", value=person.id, allowed=_WHO_STAYS)
    elif person.is_gone(at + SOON):
        findings.add(field, _leaves(person), value=person.id, allowed=_WHO_STAYS, is_warning=True)


def _lint_role(holders: Iterable[Person], role: str, field: str, at: datetime, findings: Findings) -> None:
    people = tuple(holders)
    if not people:
        return  # nobody ever had it: said where roles are checked
    if all(person.is_gone(at) for person in people):
        last = people[-1] if len(people) == 1 else max(people, key=_gone_at)
        problem = f"is a role that nobody has any more: {last.id} has left"
        findings.add(field, problem, value=role, allowed=f"a role of {_WHO_STAYS}")
    elif all(person.is_gone(at + SOON) for person in people):
        last = max(people, key=_gone_at)
        problem = f"is a role that nobody will have soon: {last.id} {_leaves(last)}"
        findings.add(field, problem, value=role, allowed=f"a role of {_WHO_STAYS}", is_warning=True)


def _leaves(person: Person) -> str:
    return f"leaves soon: their last day or instant is {person.left_at}"


def _gone_at(person: Person) -> datetime:
    assert person.left_at is not None
    return instant_after(person.left_at, person.zone)
