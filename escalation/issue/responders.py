"""Who is asked when a tier begins: read from a directory, as the answer of the errand that looks them up.

Pure: which directory, and as of when, is the business of who asks (the activity, or a simulated world).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from escalation.issue.commands import TakePeople
from escalation.issue.delivery import MOST_STAND_INS, StandIn
from escalation.issue.effects import FindResponders
from escalation.issue.facts import LeftOut, PersonFacts, RotaGap
from escalation.issue.routing import Limited, Load, Loads, able, routed, within_limit
from escalation.issue.state import BESIDE_THE_TIERS, DUTY_LEAD
from escalation.oncall.look_up import OnDuty, people_on_duty
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.conflict import IN_WORDS, Conflicts
from escalation.policy.directory import Directory, Person, Present
from escalation.policy.model import Tell

NOTHING_TO_DO: Mapping[str, Load] = {}
_MOST_REASONS = 10
"""Of so many people who are not there it is said who is asked in their place: the record is no list of holidays."""
_MOST_LEFT_OUT = 20
"""So many of those who were considered and are not asked are named."""


def find_in(
    directory: Directory,
    effect: FindResponders,
    channels: Collection[str],
    rotas: Rotas = NO_ROTAS,
    loads: Loads = NOTHING_TO_DO,
) -> TakePeople:
    """Whom the tier tells, without those who may not be asked; perhaps nobody. With them who may stand in for each.

    Who may not be asked says `escalation/policy/conflict.py`; who of the others gets it `routing.py`, where `loads` is
    what they have to do. Who is away or gone when the tier begins is not asked: their deputy is; by a rota, whom its
    rule says. `channels` are the names of those that are set up.
    """
    conflicts = conflicts_of(directory, effect)
    if effect.tier == DUTY_LEAD:
        return _duty_lead(directory, effect, conflicts, channels)
    on_duty = people_on_duty(rotas, effect.tell.rotas, directory, effect.at, conflicts)
    found = directory.in_tell(effect.tell, effect.issue.team, on_duty.people)
    fit, unable = able([person for person in found if person.id not in conflicts], effect)
    there, absent = Present(fit) if effect.at is None else directory.present(fit, effect.at, conflicts)
    # A deputy must be able to, too.
    there, more = able(there, effect)
    limited = within_limit(there, loads) if has_limits(effect) else Limited(there)
    is_full = bool(there) and not limited.free
    asked, others, passed_by, how = routed(limited.free, effect, loads)
    unfit = dict.fromkeys((*on_duty.unfit, *(person.id for person in found if person.id in conflicts)))
    left_out = [LeftOut(id=person, why=IN_WORDS) for person in unfit]
    left_out += [
        *unable,
        *([] if effect.at is None else _not_there(fit, there, effect)),
        *more,
        *limited.left_out,
        *passed_by,
    ]
    stand_ins, beside = _stand_ins(directory, (asked, others), effect, conflicts, channels, loads)
    told = _told(effect.tell, effect.issue.team, on_duty)
    is_limited = has_limits(effect) and any(person.at_once is not None for person in there)
    lead = _lead(directory, effect, conflicts, channels) if effect.ask or is_limited else None
    is_for_lead = is_full and not effect.ask and effect.tell.when_full != "wait" and lead is not None
    if limited.left_out:
        told += f", without {len(limited.left_out)} at their limit"
    if is_for_lead:
        told += "; everybody else is at their limit, so their lead is asked"
    return TakePeople(
        id=effect.key,
        turn=effect.turn,
        people=(lead,) if is_for_lead and lead is not None else _reached(asked, channels, effect),
        why=_why(told, len(unfit), len(unable) + len(more), absent, how, is_anybody=bool(asked) or is_for_lead),
        stand_ins=stand_ins,
        beside=beside,
        left_out=tuple(left_out[:_MOST_LEFT_OUT]),
        gaps=tuple(_gaps(directory, effect, on_duty, conflicts, channels)),
        lead=lead,
        is_full=is_full,
    )


def _reached(people: Iterable[Person], channels: Collection[str], effect: FindResponders) -> tuple[PersonFacts, ...]:
    return tuple(person.reachable(channels, effect.at) for person in people)


def _duty_lead(
    directory: Directory, effect: FindResponders, conflicts: Conflicts, channels: Collection[str]
) -> TakePeople:
    """Who owns what nobody has accepted: the duty lead of its team, or who is there in their place."""
    found = _there_for(directory, None, effect, conflicts)
    return TakePeople(
        id=effect.key,
        turn=effect.turn,
        people=() if found is None else (found[0].reachable(channels, effect.at),),
        why="there is nobody who may own it" if found is None else found[1],
    )


def _lead(
    directory: Directory, effect: FindResponders, conflicts: Conflicts, channels: Collection[str]
) -> PersonFacts | None:
    """Who leads those to whom something is put beside the ladder, or is there in their place; of a person, who manages
    them.
    """
    lead = effect.lead
    if effect.is_by_name:
        named = effect.tell.people[0]
        lead = directory.person(named).manager if directory.has(named) else None
    elif lead is None:
        team = effect.tell.team or effect.issue.team
        lead = directory.duty_lead(team).id if directory.has_team(team) else None
    if lead is None or not directory.has(lead):
        return None
    able = [(directory.person(lead), ""), *directory.in_place_of(lead, "", effect.at)]
    fit = (person for person, _ in able if person.id not in conflicts)
    found = next((each for each in fit if effect.at is None or each.is_present(effect.at)), None)
    return found.reachable(channels, effect.at) if found is not None else None


def team_of(effect: FindResponders) -> str:
    """Whose people are looked up: the issue's team's; beside the ladder, those of the desk's team."""
    return effect.tell.team if effect.ask and effect.tell.team else effect.issue.team


def has_limits(effect: FindResponders) -> bool:
    """Whether what people have in hand counts: for a tier or a desk, never for the last resort."""
    return effect.tier not in BESIDE_THE_TIERS


def _gaps(
    directory: Directory, effect: FindResponders, on_duty: OnDuty, conflicts: Conflicts, channels: Collection[str]
) -> Iterator[RotaGap]:
    """Who is told that nobody is on duty by a rota: its owner, or who is there in their place."""
    for rota in on_duty.gaps:
        found = _there_for(directory, rota.owner, effect, conflicts)
        if found is not None:
            yield RotaGap(rota=rota.name, tells=found[0].reachable(channels, effect.at))


def _there_for(
    directory: Directory, person: str | None, effect: FindResponders, conflicts: Conflicts
) -> tuple[Person, str] | None:
    """Somebody, or who is there in their place: a deputy, the duty lead of the team, in the end the operator."""
    team = effect.issue.team
    lead = directory.duty_lead(team) if directory.has_team(team) else None
    able: list[tuple[Person, str]] = []
    if person is not None and directory.has(person):
        able = [(directory.person(person), "owner of the rota"), *directory.in_place_of(person, team, effect.at)]
    if lead is not None:
        able += [(lead, f"duty lead of team {team}"), *directory.in_place_of(lead.id, team, effect.at)]
    able.append((directory.person(directory.operator), "operator"))
    fit = (each for each in able if each[0].id not in conflicts)
    return next((each for each in fit if effect.at is None or each[0].is_present(effect.at)), None)


def needs_loads(effect: FindResponders) -> bool:
    """Whether who is chosen hangs on what people have to do, whatever they may have at once."""
    return effect.tell.choose in {"round_robin", "least_loaded"}


def conflicts_of(directory: Directory, effect: FindResponders) -> Conflicts:
    """Who may not be asked about this issue, as of the instant of the look-up."""
    about = [person for person in effect.about if person not in effect.excluded]
    return Conflicts(directory, about, effect.at, effect.excluded)


def _not_there(fit: Iterable[Person], asked: Sequence[Person], effect: FindResponders) -> list[LeftOut]:
    assert effect.at is not None
    there = {person.id for person in asked}
    return [LeftOut(id=each.id, why=each.whereabouts(effect.at)) for each in fit if each.id not in there]


def _stand_ins(
    directory: Directory,
    routed: tuple[Sequence[Person], Sequence[Person]],
    effect: FindResponders,
    conflicts: Conflicts,
    channels: Collection[str],
    loads: Loads,
) -> tuple[dict[str, tuple[StandIn, ...]], tuple[PersonFacts, ...]]:
    """Who may stand in for each of those who are asked, and facts of them: first who could have been asked as well."""
    asked, others = routed
    beside: dict[str, PersonFacts] = {}
    stand_ins: dict[str, tuple[StandIn, ...]] = {}
    for person in asked:
        behind = directory.in_place_of(person.id, team_of(effect), effect.at)
        next_ones = {each.id for each in others}
        listed = [(each, "next of those who could be asked") for each in others]
        listed += [each for each in behind if each[0].id not in conflicts and each[0].id not in next_ones]
        if has_limits(effect):
            listed = [each for each in listed if within_limit([each[0]], loads).free]
        listed = listed[:MOST_STAND_INS]
        if listed:
            stand_ins[person.id] = tuple(
                StandIn(id=each.id, why=why, is_next=each.id in next_ones) for each, why in listed
            )
            beside.update({each.id: each.reachable(channels, effect.at) for each, _ in listed})
    return stand_ins, tuple(beside.values())


def _why(told: str, unfit: int, unable: int, absent: Sequence[str], how: Sequence[str], *, is_anybody: bool) -> str:
    words = f"{told}, without {unfit} for {IN_WORDS}" if unfit else told
    if unable:
        words += f", without {unable} who cannot"
    words = "; ".join([words, *absent[:_MOST_REASONS]])
    if len(absent) > _MOST_REASONS:
        words += f"; and {len(absent) - _MOST_REASONS} more are not there"
    words = "; ".join([words, *how])
    return words if is_anybody else f"nobody found: {words}"


def _told(tell: Tell, team: str, on_duty: OnDuty) -> str:
    parts = ["those named by the policy"] if tell.people else []
    parts += on_duty.words
    if tell.roles:
        where = f"in team {tell.team}" if tell.team else f"in team {team}, or anywhere where it has none"
        parts.append(f"{', '.join(tell.roles)} {where}")
    return " and ".join(parts) or "the policy names nobody"
