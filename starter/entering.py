"""What an issue gets when it enters: a policy, an owner, and whom to ask when nobody can be looked up."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import get_args

from escalation.issue.facts import Actor, PersonFacts
from escalation.issue.identity import DEFAULT
from escalation.issue.state import DUTY_LEAD, LAST_RESORT
from escalation.policy.choose import choose_policy, entry_policies, policy_named
from escalation.policy.conflict import Conflicts
from escalation.policy.model import Kind, Policy, Tell
from starter.failure import WrongInput, one_of
from starter.installation import Installed


def policy_for(name: str, legal_entity: str, kind: str, here: Installed) -> Policy:
    """The policy of this name, else that of legal entity and kind; empty words are not given. Raises WrongInput."""
    if kind:
        one_of("kind", kind, get_args(Kind))
    try:
        if not name:
            return choose_policy(here.policies, legal_entity or DEFAULT, kind or "support")
        policy = policy_named(here.policies, name)
    except ValueError as error:
        raise WrongInput(str(error), "unknown_policy") from None
    if policy not in entry_policies(here.policies):
        raise WrongInput(f"policy: '{policy.name}' is only climbed after another one, as its fallback")
    for field, given, its in (("kind", kind, policy.kind), ("legal_entity", legal_entity, policy.legal_entity)):
        if given and given != its:
            raise WrongInput(f"{field}: '{given}' is not that of policy {policy.name}; allowed: {its}")
    return policy


def owner_of(raiser: Actor, team: str, about: Collection[str], here: Installed, at: datetime | None = None) -> str:
    """The raiser, where that is one of our people; else the duty lead of the team that takes it in.

    Where that duty lead may not be asked about it: another team's, in the order of the directory, else the operator.
    With `at`, who is there then comes first: in place of a duty lead who is away or gone, their deputy; where nobody at
    all is there, it is the duty lead all the same. Raises WrongInput where it is about all of them. A raiser whom it is
    about may not raise it: the rules say so.
    """
    directory = here.directory
    if not raiser.is_machine and directory.has(raiser.person):
        return raiser.person
    others = (each.duty_lead for each in directory.teams)
    able = [each for each in (directory.duty_lead(team).id, *others, directory.operator) if each not in about]
    unfit = Conflicts(directory, about, at)
    # Every issue has an owner, if it must be one of those who report to whom it is about.
    fit = [each for each in able if each not in unfit] or able
    if fit:
        there = directory.present([directory.person(each) for each in fit], at, unfit).people if at else ()
        return there[0].id if there else fit[0]
    raise WrongInput("about: it names every duty lead and the operator; allowed: to leave one who can own the issue")


def last_known_people(
    pinned: Iterable[Policy], here: Installed, team: str, severity: str, about: Iterable[str], at: datetime
) -> dict[str, tuple[str, ...]]:
    """Whom to ask when nobody can be looked up: by tier of every pinned policy, and as last resort.

    By a rota that is who is on duty at that instant.
    """
    concerned = tuple(about)

    def told(tell: Tell) -> tuple[str, ...]:
        return tuple(person.id for person in here.told(tell, team, at, concerned))

    known: dict[str, tuple[str, ...]] = {}
    for policy in pinned:
        known.update({f"{policy.name}/{tier.name}": told(tier.told_for(severity)) for tier in policy.tiers})
        known[f"{policy.name}/{LAST_RESORT}"] = told(policy.exhaustion.last_resort)
        if (policy.accept_within or policy.hand_over is not None) and here.directory.has_team(team):
            known[f"{policy.name}/{DUTY_LEAD}"] = told(Tell(people=(here.directory.duty_lead(team).id,)))
    return known


def facts_of(ids: Iterable[str], here: Installed, at: datetime) -> tuple[PersonFacts, ...]:
    """What a decision may copy of these people, each once; who is not in the directory is left out."""
    known = [here.directory.person(each) for each in dict.fromkeys(ids) if here.directory.has(each)]
    return tuple(person.reachable(here.channels, at) for person in known)
