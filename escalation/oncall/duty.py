"""Who is on duty, and every instant at which that changes: the layers' turns, changes and absences, swept in order.

What holds at one instant is settled in `settle.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from escalation.oncall.answer import Duty, Gap, Handoff
from escalation.oncall.away import NOBODY_AWAY, Away
from escalation.oncall.clock_face import zone_of
from escalation.oncall.rota import Layer, Rota
from escalation.oncall.settle import Changes, settle
from escalation.oncall.turns import Span, Turn, turns_of, turns_of_feed, windows_of

FAR = timedelta(days=2 * 366)
"""How far ahead the next hand-overs are looked for."""
_AN_INSTANT = timedelta(microseconds=1)
_FIRST_LOOK = timedelta(days=8)


class _Lasting(Protocol):
    @property
    def begins_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


_Spanning = TypeVar("_Spanning", bound=_Lasting)


def on_duty(rota: Rota, at: datetime, away: Away = NOBODY_AWAY) -> Duty:
    """Who is on duty at that instant (aware). Its span is that instant alone: `next_handoffs` says how long."""
    return next(iter(_duties(rota, at, at + _AN_INSTANT, away)))


def duties(rota: Rota, from_at: datetime, until_at: datetime, away: Away = NOBODY_AWAY) -> Iterator[Duty]:
    """Every span in which nothing changes, one after the other without a hole; those without anybody too.

    Raises ValueError where the span ends before it begins.
    """
    if until_at <= from_at:
        raise ValueError(f"until: {until_at.isoformat()} is not after {from_at.isoformat()}")
    last: Duty | None = None
    for duty in _duties(rota, from_at, until_at, away):
        if last is not None and _are_one(last, duty):
            last = last._replace(ends_at=duty.ends_at)
            continue
        if last is not None:
            yield last
        last = duty
    if last is not None:
        yield last


def shifts(rota: Rota, from_at: datetime, until_at: datetime, away: Away = NOBODY_AWAY) -> tuple[Duty, ...]:
    """Who is on duty when, in order. Those under way at either end are cut there. Raises ValueError as `duties`."""
    return tuple(duty for duty in duties(rota, from_at, until_at, away) if duty.people)


def gaps(rota: Rota, from_at: datetime, until_at: datetime, away: Away = NOBODY_AWAY) -> tuple[Gap, ...]:
    """When somebody must be on duty and nobody is, or only people who are absent. Raises ValueError as `duties`."""
    found: list[Gap] = []
    for duty in duties(rota, from_at, until_at, away):
        if duty.people or duty.is_closed:
            continue
        if found and found[-1].ends_at == duty.begins_at:
            found[-1] = found[-1]._replace(ends_at=duty.ends_at)
        else:
            found.append(Gap(duty.begins_at, duty.ends_at, duty))
    return tuple(found)


def next_handoffs(rota: Rota, at: datetime, count: int = 1, away: Away = NOBODY_AWAY) -> tuple[Handoff, ...]:
    """The next so many changes of who is on duty, fewer where there are no more in the next two years."""
    found: list[Handoff] = []
    before = on_duty(rota, at, away).people
    begin, end, look = at, at + FAR, _FIRST_LOOK
    while begin < end and len(found) < count:
        for duty in duties(rota, begin, min(begin + look, end), away):
            if duty.people != before:
                found.append(Handoff(duty.begins_at, before, duty))
                before = duty.people
            if len(found) == count:
                break
        begin, look = begin + look, look * 2
    return tuple(found)


def _are_one(first: Duty, second: Duty) -> bool:
    return (
        first.people == second.people
        and first.layer == second.layer
        and first.turn == second.turn
        and first.is_closed == second.is_closed
    )


def _duties(rota: Rota, from_at: datetime, until_at: datetime, away: Away) -> Iterator[Duty]:
    stacked = _stack(rota, from_at, until_at)
    overrides = [each for each in rota.overrides if each.begins_at < until_at and each.ends_at > from_at]
    swaps = [
        (swap, Span(spell.begins_at, spell.ends_at))
        for swap in rota.swaps
        for spell in swap.spans
        if spell.begins_at < until_at and spell.ends_at > from_at
    ]
    covered = windows_of(rota.covers, zone_of(rota.zone), from_at, until_at) if rota.covers else None
    spans: list[Iterable[datetime]] = [(turn.begins_at, turn.ends_at) for _, turns in stacked for turn in turns]
    spans += [(each.begins_at, each.ends_at) for each in overrides]
    spans += [span for _, span in swaps]
    spans += covered or ()
    if until_at - from_at > _AN_INSTANT:
        spans.append(away.cuts(rota.everybody(), from_at, until_at))
    cuts = {from_at, until_at} | {at for span in spans for at in span if from_at < at < until_at}
    layers = [(layer, _Ahead(turns)) for layer, turns in stacked]
    open_hours = None if covered is None else _Ahead(covered)
    for begins_at, ends_at in pairwise(sorted(cuts)):
        changes = Changes(
            next((each for each in overrides if each.begins_at <= begins_at < each.ends_at), None),
            [(swap, span) for swap, span in swaps if span.begins_at <= begins_at < span.ends_at],
        )
        in_force = [(layer, turn) for layer, ahead in layers if (turn := ahead.at(begins_at)) is not None]
        is_closed = open_hours is not None and open_hours.at(begins_at) is None
        yield settle(rota, Span(begins_at, ends_at), in_force, changes, away, is_closed=is_closed)


class _Ahead(Generic[_Spanning]):
    """Spans in order, asked for instants in order: each is gone through once."""

    def __init__(self, spans: Sequence[_Spanning]) -> None:
        self._spans = spans
        self._place = 0

    def at(self, at: datetime) -> _Spanning | None:
        """The one that holds at that instant, or None."""
        while self._place < len(self._spans) and self._spans[self._place].ends_at <= at:
            self._place += 1
        if self._place == len(self._spans) or self._spans[self._place].begins_at > at:
            return None
        return self._spans[self._place]


def _stack(rota: Rota, from_at: datetime, until_at: datetime) -> list[tuple[Layer | None, Sequence[Turn]]]:
    """The layers with their turns, the uppermost first, in the end the feed, which is no layer."""
    found: list[tuple[Layer | None, Sequence[Turn]]] = [
        (layer, turns_of(layer, rota.zone, from_at, until_at)) for layer in reversed(rota.layers)
    ]
    if rota.feed_shifts is not None:
        found.append((None, turns_of_feed(rota.feed_shifts.touching(from_at, until_at))))
    return found
