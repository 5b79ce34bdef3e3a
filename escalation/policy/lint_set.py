"""Rules between policies, and between a policy and the directory: what no file can get wrong alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from escalation.issue.authority import RELATIONS
from escalation.oncall.rota import Rotas
from escalation.policy.choose import entry_policies
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, PolicyError, listed
from escalation.policy.lint_desks import leads_exist
from escalation.policy.lint_hand_over import lint_next_shifts, teams_are_known
from escalation.policy.lint_leavers import lint_told_leavers, tells_of
from escalation.policy.lint_reach import lint_reach
from escalation.policy.lint_routing import somebody_is_able
from escalation.policy.model import Policy, Tell

Places: TypeAlias = Mapping[str, Findings]
"""By policy name, the findings of its file, which know the lines of its fields."""

RULES_IN_WORDS = (
    "Every policy has a name of its own.",
    "There is one policy for each legal entity and kind; a further one only as fallback of the first.",
    "A fallback is a known policy with the same severities and legal entity; a chain of fallbacks leads in no circle.",
    "Every person, role and team that is told is in the directory; in a team that is named, somebody has the role.",
    "Every rota that is told is among the rotas.",
    "Somebody has every skill that is needed, and somebody of those who are told all of them and the authority.",
    "Every role that may send a command is one of the directory, or a word for somebody in the issue.",
    "Nobody who is told has left, nor has everybody with a role that is told; so too the operator and the duty leads.",
    "Who is told of what is urgent can be reached in 15 minutes by more than e-mail and inbox: a warning of the check.",
    "The teams of `hand_over` are in the directory; a shift too short for it, or with nobody after it: a warning.",
    "That somebody left is an error of `policy check` alone, a warning four weeks before: the service asks deputies.",
)


def lint_set(
    policies: Iterable[Policy],
    directory: Directory | None,
    places: Places | None = None,
    at: datetime | None = None,
    rotas: Rotas | None = None,
) -> tuple[PolicyError, ...]:
    """Everything that is wrong between these policies and with the directory, where one is given.

    Without `places`, findings name the policy instead of file and line. With `at` (aware), who has left by then and is
    told is found, too; with `rotas`, which of them there are not.
    """
    known = tuple(policies)
    findings = [_findings_for(policy, places or {}) for policy in known]
    pairs = list(zip(known, findings, strict=True))
    _names_are_unique(pairs)
    _one_for_each_kind(pairs)
    for policy, found in pairs:
        _fallback_is_sound(policy, known, found)
        if directory is not None:
            _told_people_exist(policy, directory, found)
            leads_exist(policy, directory, found)
            if rotas is not None:
                _told_rotas_exist(policy, rotas, found)
            somebody_is_able(policy, directory, rotas, found)
            _role_words_exist(policy, directory, found)
            teams_are_known(policy, directory, found)
            if at is not None and rotas is not None:
                lint_next_shifts(policy, directory, rotas, at, found)
            if at is not None:
                lint_told_leavers(policy, directory, at, found)
                lint_reach(policy, directory, found, rotas)
    return tuple(finding for found in findings for finding in found.in_order())


def _findings_for(policy: Policy, places: Places) -> Findings:
    place = places.get(policy.name)
    return Findings(policy.name) if place is None else Findings(place.file, place.lines)


def _names_are_unique(pairs: Sequence[tuple[Policy, Findings]]) -> None:
    seen: set[str] = set()
    for policy, findings in pairs:
        if policy.name in seen:
            findings.add("name", "is the name of another policy too", value=policy.name, allowed="a name of its own")
        seen.add(policy.name)


def _one_for_each_kind(pairs: Sequence[tuple[Policy, Findings]]) -> None:
    entered = entry_policies(policy for policy, _ in pairs)
    first: dict[tuple[str, str], Policy] = {}
    for policy, findings in pairs:
        if policy not in entered:
            continue
        other = first.setdefault((policy.legal_entity, policy.kind), policy)
        if other is not policy and other.name != policy.name:
            problem = f"of legal entity '{policy.legal_entity}' has a policy already: {other.name}"
            allowed = "one policy for each legal entity and kind; a further one only as fallback of the first"
            findings.add("kind", problem, value=policy.kind, allowed=allowed)


def _fallback_is_sound(policy: Policy, known: tuple[Policy, ...], findings: Findings) -> None:
    name, field = policy.exhaustion.fallback, "exhaustion.fallback"
    if policy.exhaustion.procedure != "fallback" or name is None:
        return
    by_name = {each.name: each for each in known}
    if name not in by_name:
        findings.unknown(field, name, "is not a policy", [each for each in by_name if each != policy.name])
        return
    fallback = by_name[name]
    if fallback.legal_entity != policy.legal_entity:
        problem = f"is a policy of legal entity '{fallback.legal_entity}'"
        findings.add(field, problem, value=name, allowed=f"one of legal entity '{policy.legal_entity}'")
    ours, theirs = _severities(policy), _severities(fallback)
    if ours != theirs:
        problem = f"has other severities: {listed(theirs)}"
        findings.add(field, problem, value=name, allowed=f"a policy with {listed(ours)}")
    chain = [policy.name]
    while name is not None and name in by_name:
        chain.append(name)
        if name in chain[:-1]:
            if name == policy.name:
                allowed = "a chain that ends in a policy with procedure restart or last_resort"
                findings.add(field, f"leads in a circle: {' -> '.join(chain)}", allowed=allowed)
            return
        name = by_name[name].exhaustion.fallback


def _severities(policy: Policy) -> tuple[str, ...]:
    return tuple(severity.name for severity in policy.severities)


def _told_people_exist(policy: Policy, directory: Directory, findings: Findings) -> None:
    for field, tell in tells_of(policy):
        for place, person in enumerate(tell.people):
            if not directory.has(person):
                findings.unknown(f"{field}.people[{place}]", person, "is not in the directory", directory.ids())
        for place, role in enumerate(tell.roles):
            if role not in directory.roles():
                findings.unknown(f"{field}.roles[{place}]", role, "is a role that nobody has", directory.roles())
        teams = [team.name for team in directory.teams]
        if tell.team is not None and tell.team not in teams:
            findings.unknown(f"{field}.team", tell.team, "is not a team of the directory", teams)
        elif tell.team is not None:
            _team_has_roles(tell, tell.team, directory, field, findings)


def _told_rotas_exist(policy: Policy, rotas: Rotas, findings: Findings) -> None:
    for field, tell in tells_of(policy):
        for place, name in enumerate(tell.rotas):
            if rotas.rota(name) is None:
                findings.unknown(f"{field}.rotas[{place}]", name, "is not a rota", rotas.names)


def _team_has_roles(tell: Tell, team: str, directory: Directory, field: str, findings: Findings) -> None:
    for place, role in enumerate(tell.roles):
        if directory.holders(role) and not directory.holders(role, team):
            held = {person.role for person in directory.people if team in person.teams}
            problem = f"is a role that nobody in team '{team}' has"
            allowed = listed(sorted(held)) or "none: the team has no people"
            findings.add(f"{field}.roles[{place}]", problem, value=role, allowed=allowed)


def _role_words_exist(policy: Policy, directory: Directory, findings: Findings) -> None:
    known = (*RELATIONS, *directory.roles())
    for command, roles in policy.roles.items():
        for place, role in enumerate(roles):
            if role not in known:
                problem = "is neither a role of the directory nor a word for somebody in the issue"
                findings.unknown(f"roles.{command}[{place}]", role, problem, known)
