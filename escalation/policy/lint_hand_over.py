"""Rules of a policy about the end of shifts: times that fit, and that somebody is there to hand over to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from escalation.duration import words
from escalation.narrate import instant
from escalation.oncall.answer import Duty
from escalation.oncall.away import away_in
from escalation.oncall.duty import duties
from escalation.oncall.rota import Rota, Rotas
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, listed
from escalation.policy.lint_ladder import severity_names, tier_names
from escalation.policy.model import Policy

AHEAD = timedelta(weeks=4)
"""So far ahead shifts are looked at, as for gaps (`escalation/oncall/lint_gaps.py`). Ours."""


def hand_overs_are_in_time(policy: Policy, findings: Findings) -> None:
    """A hand-over is offered before the shift ends and decided by then, for known severities and tiers."""
    rule = policy.hand_over
    if rule is None:
        return
    if not rule.before:
        findings.add("hand_over.before", "is empty: nothing is handed over", allowed="a time for a severity; or none")
    for name in rule.before:
        if name not in severity_names(policy):
            findings.unknown(f"hand_over.before.{name}", name, "is not a severity", severity_names(policy))
    missing = [name for name in rule.before if name not in rule.accept_within]
    if missing:
        problem, allowed = f"has no time for {listed(missing)}", "the severities of hand_over.before"
        findings.add("hand_over.accept_within", problem, allowed=allowed)
    for name, within in rule.accept_within.items():
        before, field = rule.before.get(name), f"hand_over.accept_within.{name}"
        if before is None and name in severity_names(policy):
            problem = f"has no effect: {name} is not handed over"
            findings.add(field, problem, value=words(within), allowed="the severities of hand_over.before")
        elif before is not None and within > before:
            problem = "is longer than before: the shift would be over"
            findings.add(field, problem, value=words(within), allowed=f"at most {words(before)}")
    for place, tier in enumerate(rule.tiers):
        if tier not in tier_names(policy):
            findings.unknown(f"hand_over.tiers[{place}]", tier, "is not a tier", tier_names(policy))


def teams_are_known(policy: Policy, directory: Directory, findings: Findings) -> None:
    """The teams whose issues are handed over are in the directory."""
    teams = [team.name for team in directory.teams]
    for place, team in enumerate(policy.hand_over.teams if policy.hand_over is not None else ()):
        if team not in teams:
            findings.unknown(f"hand_over.teams[{place}]", team, "is not a team of the directory", teams)


def lint_next_shifts(policy: Policy, directory: Directory, rotas: Rotas, at: datetime, findings: Findings) -> None:
    """Warn where a shift of the next four weeks is too short for the hand-over, or where nobody is on duty after it."""
    rule = policy.hand_over
    if rule is None or not rule.before:
        return
    longest = max(rule.before.values())
    for name in dict.fromkeys(name for tier in policy.tiers for name in _told(policy, tier.name)):
        rota = rotas.rota(name)
        if rota is None:
            continue  # said where it is told
        shifts = list(duties(rota, at, at + AHEAD, away_in(directory)))
        _warn_of_short_ones(rota, shifts, longest, findings)
        _warn_of_nobody(rota, shifts, findings)


def _told(policy: Policy, tier: str) -> tuple[str, ...]:
    assert policy.hand_over is not None
    if policy.hand_over.tiers and tier not in policy.hand_over.tiers:
        return ()
    named = [rota for severity in policy.hand_over.before for rota in policy.tier(tier).told_for(severity).rotas]
    return tuple(dict.fromkeys(named))


def _warn_of_short_ones(rota: Rota, shifts: list[Duty], longest: timedelta, findings: Findings) -> None:
    """Of whole shifts alone: the first and the last are cut."""
    whole = [each for each in _of_one(shifts[1:-1]) if each.people and each.ends_at - each.begins_at <= longest]
    if whole:
        first = whole[0]
        span = f"from {instant(first.begins_at)} until {instant(first.ends_at)}"
        problem = f"is as long as a shift by rota {rota.name} or longer: {', '.join(first.people)}'s {span}"
        allowed = f"less than {words(first.ends_at - first.begins_at)}"
        findings.add("hand_over.before", problem, value=words(longest), allowed=allowed, is_warning=True)


def _of_one(shifts: Iterable[Duty]) -> list[Duty]:
    """Spans of the same people one after the other are one shift."""
    found: list[Duty] = []
    for each in shifts:
        if found and found[-1].people == each.people:
            found[-1] = found[-1]._replace(ends_at=each.ends_at)
        else:
            found.append(each)
    return found


def _warn_of_nobody(rota: Rota, shifts: list[Duty], findings: Findings) -> None:
    for before, after in pairwise(shifts):
        if before.people and not after.people and not after.is_closed:
            problem = (
                f"has nobody to hand over to by rota {rota.name} when the shift of {', '.join(before.people)} ends"
            )
            problem += f" at {instant(after.begins_at)}: the duty lead would have it"
            findings.add("hand_over", problem, allowed="somebody on duty in every next shift", is_warning=True)
            return
