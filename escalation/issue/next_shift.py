"""Until when those who have an issue are on duty, and who is next: read from directory and rotas, for an errand.

Pure, as `responders.py` is. By a rota a shift ends when somebody else's turn begins; without one, when an absence
begins or somebody leaves. Who is next is who is on duty by the same rota then, else whom the tier tells,
or who is there in their place.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.issue.commands import TakeShifts
from escalation.issue.effects import FindShifts
from escalation.oncall.away import Away, away_in
from escalation.oncall.look_up import people_on_duty
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.oncall.shift_end import Shift, shift_of
from escalation.policy.conflict import Conflicts
from escalation.policy.directory import Directory


class OnDuty(NamedTuple):
    """By what it is known who is on duty."""

    directory: Directory
    rotas: Rotas


def find_next_shift(
    directory: Directory, effect: FindShifts, channels: Collection[str], rotas: Rotas = NO_ROTAS
) -> TakeShifts:
    """Until when each of them is on duty; where one goes within `before`, who is on duty when the first of them goes.

    Of whom the directory does not know (any more), and who has left or is away, it is now. Who is on no duty and not
    away goes nowhere: whoever takes an issue off duty has it.
    """
    away = away_in(directory)
    shifts = {who: _shift(effect, who, since, rotas, away) for who, since in effect.people.items()}
    until: dict[str, datetime] = {}
    for who, shift in shifts.items():
        ends = [at for at in (_gone_at(directory, who, effect.at), shift.ends_at if shift else None) if at is not None]
        if ends:
            until[who] = min(ends)
    leaving = [who for who, at in until.items() if at <= effect.at + effect.before]
    if not leaving:
        return TakeShifts(id=effect.key, number=effect.number, until=until)
    goes_at = max(min(until[who] for who in leaving), effect.at)
    by_rota = tuple(dict.fromkeys(shift.rota for who in leaving if (shift := shifts[who]) is not None))
    people = _next(directory, effect, by_rota, goes_at, leaving, rotas)
    return TakeShifts(
        id=effect.key,
        number=effect.number,
        until=until,
        people=tuple(directory.person(who).reachable(channels, goes_at) for who in people),
        why=f"on duty next by rota {', '.join(by_rota)}" if by_rota else "whom the tier tells",
    )


def otherwise_on_duty(
    before: OnDuty, after: OnDuty, people: Collection[str], at: datetime, ahead: timedelta
) -> frozenset[str]:
    """Of these people those of whom it is not the same whether they are on duty, and until when within `ahead`."""
    was, now = (_stands(of, people, at, ahead) for of in (before, after))
    return frozenset(who for who in people if was[who] != now[who])


def _stands(of: OnDuty, people: Collection[str], at: datetime, ahead: timedelta) -> dict[str, object]:
    away, found = away_in(of.directory), dict[str, object]()
    for who in people:
        gone_at = _gone_at(of.directory, who, at)
        ends: list[datetime | None] = [gone_at]
        on_duty: list[str] = []
        for rota in of.rotas.rotas:
            shift = shift_of(rota, who, at, at, timedelta(), away)
            if shift is not None:
                on_duty.append(rota.name)
                ends.append(shift.ends_at)
        soon = tuple(sorted(end for end in ends if end is not None and end <= at + ahead))
        found[who] = (tuple(on_duty), soon)
    return found


def _shift(effect: FindShifts, who: str, since: datetime, rotas: Rotas, away: Away) -> Shift | None:
    """Theirs by the rotas of the tier, or else by any: the one that ends last."""
    told = [rota for name in effect.tell.rotas if (rota := rotas.rota(name)) is not None]
    for listed in (told, [rota for rota in rotas.rotas if rota not in told]):
        found = [shift_of(rota, who, effect.at, since, effect.before, away) for rota in listed]
        shifts = [shift for shift in found if shift is not None]
        if shifts:
            return max(shifts, key=lambda shift: (shift.ends_at is None, shift.ends_at or effect.at))
    return None


def _gone_at(directory: Directory, who: str, at: datetime) -> datetime | None:
    """When they are away or gone: now, or the first such instant to come; None: not as far as is known."""
    if not directory.has(who):
        return at
    person = directory.person(who)
    if not person.is_present(at):
        return at
    return min((span.begins_at for span in away_in(directory).spans.get(who, ()) if span.begins_at > at), default=None)


def _next(
    directory: Directory,
    effect: FindShifts,
    by_rota: tuple[str, ...],
    goes_at: datetime,
    leaving: Iterable[str],
    rotas: Rotas,
) -> tuple[str, ...]:
    """Who is there then, without those who go and who may not be asked: by rota, else by whom the tier tells."""
    about = [person for person in effect.about if person not in effect.excluded]
    conflicts = Conflicts(directory, about, goes_at, effect.excluded)
    gone = set(leaving)
    found = tuple(
        who for who in people_on_duty(rotas, by_rota, directory, goes_at, conflicts).people if who not in gone
    )
    if not found:
        on_duty = people_on_duty(rotas, effect.tell.rotas, directory, goes_at, conflicts)
        told = directory.in_tell(effect.tell, effect.issue.team, on_duty.people)
        found = tuple(person.id for person in directory.present(told, goes_at, conflicts).people)
    return tuple(who for who in found if who not in gone and who not in conflicts)
