"""Who is told of urgent issues and could sleep through it: found by a check, before a case needs them.

A warning: the ladder goes on without them. Whether a channel is set up is for the worker to know; this looks at the
directory alone.
"""

from escalation.duration import words
from escalation.oncall.rota import Rotas
from escalation.people.reach import REACH_WITHIN, reaches
from escalation.policy.addresses import CHANNELS
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import Findings
from escalation.policy.lint_leavers import tells_of
from escalation.policy.model import Policy, Tell

_MOST_NAMED = 5


def lint_reach(policy: Policy, directory: Directory, findings: Findings, rotas: Rotas | None = None) -> None:
    """Add, in one finding, everybody whom the policy may tell of what is urgent and whom nothing would wake in time."""
    if not any(severity.is_urgent for severity in policy.severities):
        return
    told = {person.id: person for _, tell in tells_of(policy) for person in _people(tell, directory, rotas)}
    asleep = [person.id for person in told.values() if not reaches(person, CHANNELS)]
    if not asleep:
        return
    more = f" and {len(asleep) - _MOST_NAMED} more" if len(asleep) > _MOST_NAMED else ""
    named, within = ", ".join(asleep[:_MOST_NAMED]), words(REACH_WITHIN)
    findings.add(
        "tiers",
        f"tell of urgent issues whom nothing but e-mail and inbox reaches within {within}: {named}{more}",
        allowed=f"an address such as sms or ntfy, the first of theirs or in a rule for urgent within {within}",
        is_warning=True,
    )


def _people(tell: Tell, directory: Directory, rotas: Rotas | None) -> list[Person]:
    found = [directory.person(named) for named in tell.people if directory.has(named)]
    found += [person for role in tell.roles for person in directory.holders(role, tell.team)]
    for name in tell.rotas if rotas is not None else ():
        rota = rotas.rota(name) if rotas is not None else None
        ids = [each for layer in (rota.layers if rota is not None else ()) for group in layer.people for each in group]
        found += [directory.person(each) for each in ids if directory.has(each)]
    return found
