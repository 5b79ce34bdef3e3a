"""Rules of a policy about who of those whom it tells gets an issue: skills, authority, language, and the choice."""

from collections.abc import Callable, Collection, Iterator

from escalation.oncall.rota import Rotas
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import Findings
from escalation.policy.lint_leavers import tells_of
from escalation.policy.model import Policy, Tell

Rule = Callable[[Policy, Findings], None]


def a_choice_is_one(policy: Policy, findings: Findings) -> None:
    """How many are chosen is said where some are; authority is for an amount; `also_tell` adds people and no choice."""
    for field, tell in tells_of(policy):
        if tell.at_most is not None and tell.choose in {None, "everybody"}:
            problem = f"has no effect where {'everybody is chosen' if tell.choose else 'nobody is chosen out of them'}"
            allowed = "with choose: first, round_robin or least_loaded"
            findings.add(f"{field}.at_most", problem, value=tell.at_most, allowed=allowed)
        for currency, amount in tell.authority.items():
            if amount <= 0:
                findings.add(f"{field}.authority.{currency}", "is no amount", value=amount, allowed="more than 0")
        for place, skill in enumerate(tell.skills):
            if skill in tell.skills[:place]:
                findings.add(f"{field}.skills[{place}]", "is written twice", value=skill, allowed="each once")
        if ".also_tell." in field and tell.is_routed:
            words = "skills, authority, language, choose, at_most and when_full"
            allowed = f"{words} in `tell`, for everybody whom the tier tells"
            findings.add(field, "says who of them gets it", allowed=allowed)


def so_many_can_acknowledge(policy: Policy, findings: Findings) -> None:
    """Either so many must acknowledge or all; never more than are asked, where that is known from the policy alone."""
    for place, tier in enumerate(policy.tiers):
        field, needed = f"tiers[{place}].acknowledged_by", tier.acknowledged_by
        if needed is None:
            continue
        if tier.is_acknowledged_by_all:
            allowed = "one of acknowledged_by and is_acknowledged_by_all"
            findings.add(field, "is given beside is_acknowledged_by_all", value=needed, allowed=allowed)
        for severity in policy.severities:
            told = tier.told_for(severity.name)
            most = len(told.people) if not (told.roles or told.rotas) else None
            if tier.tell.choose not in {None, "everybody"}:
                most = min(tier.tell.at_most or 1, tier.tell.at_most or 1 if most is None else most)
            if most is not None and needed > most:
                problem = f"is more than are asked for {severity.name}"
                findings.add(
                    field, problem, value=needed, allowed=f"at most {most}" if most > 1 else "absent: one is asked"
                )
                break


ROUTING_RULES: tuple[Rule, ...] = (a_choice_is_one, so_many_can_acknowledge)


def somebody_is_able(policy: Policy, directory: Directory, rotas: Rotas | None, findings: Findings) -> None:
    """Whoever has the skills and the authority that a tier needs is among those whom it tells."""
    for field, tell in tells_of(policy):
        told = list(_told(tell, directory, rotas)) if tell.is_routed else []
        skills = {skill for person in told for skill in person.skills}
        if not skills.issuperset(tell.skills):  # only then everybody is gone through: there may be 100,000
            skills = {skill for person in directory.people for skill in person.skills}
        unknown = [skill for skill in tell.skills if skill not in skills]
        for place, skill in enumerate(tell.skills):
            if skill in unknown:
                findings.unknown(f"{field}.skills[{place}]", skill, "is a skill that nobody has", sorted(skills))
        if told and tell.skills and not unknown and not any(_has_skills(person, tell.skills) for person in told):
            who = ", ".join(person.id for person in directory.people if _has_skills(person, tell.skills))
            allowed = f"skills of somebody whom it tells; who has them: {who or 'nobody has all of them'}"
            problem = "are skills that nobody has whom it tells"
            findings.add(f"{field}.skills", problem, value=", ".join(tell.skills), allowed=allowed)
        for currency, amount in tell.authority.items():
            most = max((person.limit.get(currency, 0) for person in told), default=0)
            if told and most < amount:
                problem = "is more than anybody may decide whom it tells"
                findings.add(f"{field}.authority.{currency}", problem, value=amount, allowed=f"at most {most:,f}")


def _has_skills(person: Person, skills: Collection[str]) -> bool:
    return all(skill in person.skills for skill in skills)


def _told(tell: Tell, directory: Directory, rotas: Rotas | None) -> Iterator[Person]:
    """Everybody whom it may tell, by whatever team and turn."""
    named = list(tell.people)
    for name in tell.rotas:
        rota = rotas.rota(name) if rotas is not None else None
        named += rota.everybody() if rota is not None else ()
    yield from (directory.person(each) for each in named if directory.has(each))
    for role in tell.roles:
        yield from directory.holders(role, tell.team)
