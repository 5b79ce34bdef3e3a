"""Who is asked when a tier begins: read from a directory, as the answer of the errand that looks them up.

Pure: which directory, and as of when, is the business of who asks (the activity, or a simulated world).
"""

from collections.abc import Collection, Sequence

from escalation.issue.commands import TakePeople
from escalation.issue.delivery import MOST_STAND_INS, StandIn
from escalation.issue.effects import FindResponders
from escalation.issue.facts import PersonFacts
from escalation.oncall.look_up import OnDuty, people_on_duty
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.directory import Directory, Present
from escalation.policy.model import Tell

_MOST_REASONS = 10
"""Of so many people who are not there it is said who is asked in their place: the record is no list of holidays."""


def find_in(
    directory: Directory, effect: FindResponders, channels: Collection[str], rotas: Rotas = NO_ROTAS
) -> TakePeople:
    """Whom the tier tells, without those whom the issue is about; perhaps nobody. With them who may stand in for each.

    Who is away or gone when the tier begins is not asked: their deputy is; by a rota, whom its rule says. `channels`
    are the names of those that are set up.
    """
    team = effect.issue.team
    on_duty = people_on_duty(rotas, effect.tell.rotas, directory, effect.at)
    found = directory.in_tell(effect.tell, team, on_duty.people)
    fit = [person for person in found if person.id not in effect.about]
    asked, absent = Present(tuple(fit)) if effect.at is None else directory.present(fit, effect.at, effect.about)
    beside: dict[str, PersonFacts] = {}
    stand_ins: dict[str, tuple[StandIn, ...]] = {}
    for person in asked:
        listed = [each for each in directory.in_place_of(person.id, team, effect.at) if each[0].id not in effect.about]
        stand_ins[person.id] = tuple(StandIn(id=each.id, why=why) for each, why in listed[:MOST_STAND_INS])
        beside.update({each.id: each.reachable(channels) for each, _ in listed[:MOST_STAND_INS]})
    return TakePeople(
        id=effect.key,
        turn=effect.turn,
        people=tuple(person.reachable(channels) for person in asked),
        why=_why(effect, on_duty, len(found) - len(fit), absent, is_anybody=bool(asked)),
        stand_ins={person: listed for person, listed in stand_ins.items() if listed},
        beside=tuple(beside.values()),
    )


def _why(effect: FindResponders, on_duty: OnDuty, excluded: int, absent: Sequence[str], *, is_anybody: bool) -> str:
    words = _told(effect.tell, effect.issue.team, on_duty)
    if excluded:
        words += f", without {excluded} whom the issue is about"
    words = "; ".join([words, *absent[:_MOST_REASONS]])
    if len(absent) > _MOST_REASONS:
        words += f"; and {len(absent) - _MOST_REASONS} more are not there"
    return words if is_anybody else f"nobody found: {words}"


def _told(tell: Tell, team: str, on_duty: OnDuty) -> str:
    parts = ["those named by the policy"] if tell.people else []
    parts += on_duty.words
    if tell.roles:
        where = f"in team {tell.team}" if tell.team else f"in team {team}, or anywhere where it has none"
        parts.append(f"{', '.join(tell.roles)} {where}")
    return " and ".join(parts) or "the policy names nobody"
