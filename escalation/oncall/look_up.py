"""Who is on duty by the rotas that a policy tells, as of an instant, with the reasoning in words: for look-ups."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import NamedTuple

from escalation.oncall.answer import Duty
from escalation.oncall.away import away_in
from escalation.oncall.duty import on_duty
from escalation.oncall.in_words import in_words
from escalation.oncall.rota import Rota, Rotas
from escalation.policy.directory import Directory


class OnDuty(NamedTuple):
    """Who is on duty by some rotas."""

    people: tuple[str, ...] = ()
    """Ids of the directory, each once, in the order of the rotas."""
    words: tuple[str, ...] = ()
    """For each rota: who, and how that comes about. Ids, no names."""
    unfit: tuple[str, ...] = ()
    """Whose turn it was and who may not be asked."""
    gaps: tuple[Rota, ...] = ()
    """Those by which nobody is on duty though they cover that instant; not where it is for a conflict of interest."""


def duty_now(rota: Rota, directory: Directory, at: datetime, unfit: Container[str] = ()) -> Duty:
    """Who is on duty by this rota at that instant, as the directory knows them; who is `unfit` is passed over."""
    return on_duty(rota, at, away_in(directory).without(unfit))


def people_on_duty(
    rotas: Rotas, names: Iterable[str], directory: Directory, at: datetime | None, unfit: Container[str] = ()
) -> OnDuty:
    """Who is on duty by the rotas of these names; by one that there is not, nobody is.

    Without an instant nobody is, either: whoever asks without one is of a release that knew no rotas. In the place of
    who is `unfit` the next in line is on duty.
    """
    people: list[str] = []
    passed_over: list[str] = []
    gaps: list[Rota] = []
    words: list[str] = []
    for name in names:
        rota = rotas.rota(name)
        if rota is None or at is None:
            words.append(f"rota {name}: nobody (there is no such rota any more)")
            continue
        duty = duty_now(rota, directory, at, unfit)
        people += duty.people
        unfit_here = [step.person for step in duty.steps if step.because == "unfit"]
        passed_over += unfit_here
        if not (duty.people or duty.is_closed or unfit_here):
            gaps.append(rota)
        words.append(in_words(rota, duty))
    return OnDuty(tuple(dict.fromkeys(people)), tuple(words), tuple(dict.fromkeys(passed_over)), tuple(gaps))
