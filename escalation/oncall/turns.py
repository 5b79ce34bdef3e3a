"""The turns of a layer: whose it is by order and clock face, cut to the layer's hours. No absences, no overrides.

Nothing here steps from the beginning: the turn of an instant is worked out from what the clock shows.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from escalation.oncall.clock_face import instant_of, shown_at, zone_of
from escalation.oncall.rota import DAYS, Hours, Layer, Occurrence

STEPS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
_AROUND = timedelta(days=2)
"""Days to look at on either side: no zone ever jumped further than one."""


class Span(NamedTuple):
    """From and until, in UTC, half-open."""

    begins_at: datetime
    ends_at: datetime


class Turn(NamedTuple):
    """A piece of a turn: when (UTC, half-open), who, and which turn it is a piece of."""

    begins_at: datetime
    ends_at: datetime
    people: tuple[str, ...]
    place: int
    """In the layer's order, from 0; -1 where there is none."""
    of: Span
    """The whole turn, from hand-over to hand-over."""


class Rotation:
    """The hand-overs of a layer, numbered from 0."""

    def __init__(self, layer: Layer, zone: ZoneInfo) -> None:
        self._layer = layer
        self._zone = zone
        self._first = datetime.combine(layer.begins, layer.handoff)
        self._ends_at = None if layer.ends is None else instant_of(datetime.combine(layer.ends, layer.handoff), zone)

    def handoff(self, number: int) -> datetime:
        """The instant (UTC) at which turn `number` begins."""
        layer = self._layer
        if layer.rotates != "monthly":
            return instant_of(self._first + number * layer.every * STEPS[layer.rotates], self._zone)
        months = self._first.year * 12 + self._first.month - 1 + number * layer.every
        (year, month), (next_year, next_month) = divmod(months, 12), divmod(months + 1, 12)
        # Always counted from the first: the 31st becomes the 28th in February, and the 31st again in March.
        longest = (date(next_year, next_month + 1, 1) - timedelta(days=1)).day
        day = min(self._first.day, longest)
        return instant_of(self._first.replace(year=year, month=month + 1, day=day), self._zone)

    def number_at(self, at: datetime) -> int:
        """Which turn it is at this instant; below 0 before the first."""
        shown, layer = shown_at(at, self._zone), self._layer
        if layer.rotates == "monthly":
            months = (shown.year - self._first.year) * 12 + shown.month - self._first.month
            number = months // layer.every
        else:
            number = (shown - self._first) // (layer.every * STEPS[layer.rotates])
        # What the clock shows is not the instant: in the hour that comes twice, and where the hands jump.
        while self.handoff(number + 1) <= at:
            number += 1
        while self.handoff(number) > at:
            number -= 1
        return number

    def turns(self, from_at: datetime, until_at: datetime) -> Iterator[tuple[int, Span]]:
        """Every turn that touches the span, whole, with its number. Those of no length are nobody's."""
        first_at = self.handoff(0)
        end = until_at if self._ends_at is None else min(until_at, self._ends_at)
        number = self.number_at(from_at) if from_at > first_at else 0
        begins_at = self.handoff(number)
        while begins_at < end:
            ends_at = self.handoff(number + 1)
            if begins_at < ends_at and ends_at > from_at:
                yield number, Span(begins_at, ends_at if self._ends_at is None else min(ends_at, self._ends_at))
            number, begins_at = number + 1, ends_at


def turns_of(layer: Layer, rota_zone: str, from_at: datetime, until_at: datetime) -> tuple[Turn, ...]:
    """The pieces of the layer's turns that touch the span, in order, disjoint."""
    zone = zone_of(layer.zone or rota_zone)
    windows = windows_of(layer.hours, zone, from_at, until_at) if layer.hours else None
    found: list[Turn] = []
    for number, whole in Rotation(layer, zone).turns(from_at, until_at):
        place = number % len(layer.people)
        pieces = [whole] if windows is None else _within(whole, windows)
        found += [Turn(piece.begins_at, piece.ends_at, layer.people[place], place, whole) for piece in pieces]
    return tuple(turn for turn in found if turn.begins_at < until_at and turn.ends_at > from_at)


def turns_of_feed(shifts: Sequence[Occurrence]) -> tuple[Turn, ...]:
    """The same of a feed's shifts: where some overlap, all of their people are on duty."""
    cuts = sorted({at for shift in shifts for at in (shift.begins_at, shift.ends_at)})
    people: list[list[str]] = [[] for _ in cuts]
    for shift in shifts:
        for place in range(bisect_right(cuts, shift.begins_at) - 1, bisect_right(cuts, shift.ends_at) - 1):
            people[place] += shift.people
    return tuple(
        Turn(begins, ends, tuple(dict.fromkeys(there)), -1, Span(begins, ends))
        for begins, ends, there in zip(cuts, cuts[1:], people, strict=False)
        if there
    )


def windows_of(hours: Iterable[Hours], zone: ZoneInfo, from_at: datetime, until_at: datetime) -> tuple[Span, ...]:
    """When these hours are open, around the span: whole windows, in order; those that touch are one."""
    found: list[Span] = []
    first = (shown_at(from_at, zone) - _AROUND).date()
    days = (shown_at(until_at, zone) + _AROUND).date() - first
    each_day = [first + timedelta(days=ahead) for ahead in range(days.days)]
    for window in hours:
        opens_on = {DAYS.index(day) for day in window.days} or set(range(7))
        overnight = timedelta(days=1 if window.closes <= window.opens else 0)
        for day in each_day:
            if day.weekday() in opens_on:
                opens_at = instant_of(datetime.combine(day, window.opens), zone)
                closes_at = instant_of(datetime.combine(day + overnight, window.closes), zone)
                if opens_at < closes_at:
                    found.append(Span(opens_at, closes_at))
    return joined(found)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same in order, with those that touch or overlap as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.begins_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].begins_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return tuple(found)


def _within(whole: Span, windows: Sequence[Span]) -> list[Span]:
    """What of the turn lies in the windows."""
    pieces: list[Span] = []
    place = max(bisect_right(windows, whole.begins_at, key=lambda window: window.begins_at) - 1, 0)
    while place < len(windows) and windows[place].begins_at < whole.ends_at:
        piece = Span(max(whole.begins_at, windows[place].begins_at), min(whole.ends_at, windows[place].ends_at))
        if piece.begins_at < piece.ends_at:
            pieces.append(piece)
        place += 1
    return pieces
