"""What holds at one instant: the uppermost layer in force, then swaps, then the override, then who is absent.

A swap or an override names the person whose turn it is by plan, so it counts whether that person is absent or not:
most of them are made because somebody will be.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from escalation.oncall.answer import FEED, Duty, Step
from escalation.oncall.away import Away
from escalation.oncall.rota import Layer, Override, Rota, Swap
from escalation.oncall.turns import Span, Turn


class Changes(NamedTuple):
    """What holds at an instant beside the layers."""

    override: Override | None
    swaps: Sequence[tuple[Swap, Span]]
    """Those of that instant; no two name the same person."""


def settle(
    rota: Rota,
    span: Span,
    in_force: Sequence[tuple[Layer | None, Turn]],
    changes: Changes,
    away: Away,
    *,
    is_closed: bool = False,
) -> Duty:
    """Who is on duty in a span in which nothing changes; `in_force` has the turns, the uppermost layer's first."""
    settling = _Settling(rota, span.begins_at, changes, away)
    people = settling.people(in_force)
    if not people and is_closed:
        settling.steps.append(Step("closed"))
    return Duty(
        span.begins_at,
        span.ends_at,
        people,
        is_closed and not people,
        settling.layer,
        settling.turn,
        tuple(settling.steps),
    )


class _Settling:
    def __init__(self, rota: Rota, at: datetime, changes: Changes, away: Away) -> None:
        self.layer: str | None = None
        self.turn: Span | None = None
        self.steps: list[Step] = []
        self._rota = rota
        self._at = at
        self._changes = changes
        self._away = away
        override = changes.override
        self._lasting = None if override is None else Span(override.begins_at, override.ends_at)

    def people(self, in_force: Sequence[tuple[Layer | None, Turn]]) -> tuple[str, ...]:
        """Who is on duty; the steps say why."""
        override = self._changes.override
        if override is not None and override.only:
            self.steps.append(Step("only", ", ".join(override.only), span=self._lasting))
            alone = self._there(override.only)
            # Where none of them may be asked, somebody is: the layers say who.
            return alone if alone or not self._has_unfit(override.only) else self._by_layers(in_force)
        people = self._by_layers(in_force)
        if override is not None and override.add:
            added = tuple(person for person in override.add if person not in people)
            self.steps += [Step("added", person, span=self._lasting) for person in added]
            people = (*people, *self._there(added))
        return people

    def _by_layers(self, in_force: Sequence[tuple[Layer | None, Turn]]) -> tuple[str, ...]:
        if not in_force:
            self.steps.append(Step("no_layer"))
        for layer, turn in in_force:
            self.layer, self.turn = (FEED if layer is None else layer.name), turn.of
            piece = Span(turn.begins_at, turn.ends_at)
            self.steps.append(Step("turn", ", ".join(turn.people), layer=self.layer, span=piece))
            planned = self._changed(turn.people)
            people = self._there(planned)
            # Whom an override takes off, nobody is asked in the place of.
            is_gap = self._rota.when_absent == "gap" and not self._has_unfit(planned)
            if people or not planned or is_gap:
                return people
            people = self._next_in_line(layer, turn)
            if people:
                return people
        return ()

    def _changed(self, people: Iterable[str]) -> tuple[str, ...]:
        """After swaps and the override: each once."""
        return tuple(dict.fromkeys(found for person in people if (found := self._in_place_of(person)) is not None))

    def _in_place_of(self, person: str) -> str | None:
        for swap, span in self._changes.swaps:
            if person in swap.people:
                one, other = swap.people
                self.steps.append(Step("swapped", other if person == one else one, person, span=span))
                person = other if person == one else one
                break
        override = self._changes.override
        if override is not None and person in override.replace:
            self.steps.append(Step("replaced", override.replace[person], person, span=self._lasting))
            person = override.replace[person]
        if override is not None and person in override.remove:
            self.steps.append(Step("removed", person, span=self._lasting))
            return None
        return person

    def _has_unfit(self, people: Iterable[str]) -> bool:
        return any(person in self._away.unfit for person in people)

    def _there(self, people: Iterable[str]) -> tuple[str, ...]:
        """Those who are not absent."""
        found = []
        for person in people:
            until = self._away.until(person, self._at)
            if not self._away.is_known(person):
                self.steps.append(Step("unknown", person))
            elif person in self._away.unfit:
                self.steps.append(Step("unfit", person))
            elif until is not None:
                self.steps.append(Step("absent", person, span=Span(self._at, until)))
            else:
                found.append(person)
        return tuple(found)

    def _next_in_line(self, layer: Layer | None, turn: Turn) -> tuple[str, ...]:
        """The first after the one whose turn it is of whom anybody is there. A feed has no line."""
        removed = () if self._changes.override is None else self._changes.override.remove
        for ahead in range(1, len(layer.people) if layer is not None else 0):
            assert layer is not None
            group = layer.people[(turn.place + ahead) % len(layer.people)]
            people = tuple(each for each in group if each not in removed and self._away.is_there(each, self._at))
            if people:
                self.steps.append(Step("next_in_line", ", ".join(people), layer=layer.name))
                return people
        self.steps.append(Step("nobody_in_line", layer=self.layer or ""))
        return ()
