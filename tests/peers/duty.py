"""Who is on duty in a case, as rotas of ours, with what changes them: overrides, temporary schedules, swaps.

Peers' rules of a schedule count side by side, our layers one over the other: so each rule is a rota of its own, and
who is on duty by any of them is on duty. Our overrides of a rota never overlap: peers' are cut at each other's ends.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from escalation.oncall.duty import duties, on_duty
from escalation.oncall.rota import Layer, Override, Rota, Spell, Swap
from escalation.oncall.turns import Rotation, Span, joined

ALWAYS = date(1990, 1, 1)
Beat: TypeAlias = Literal["hourly", "daily", "weekly", "monthly"]


class Change(NamedTuple):
    """An override as a case has it: `only` None, or who alone is there (perhaps nobody)."""

    begins_at: datetime
    ends_at: datetime
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] | None = None


class Offer(NamedTuple):
    """A span that somebody wants to swap."""

    by: str
    begins_at: datetime
    ends_at: datetime

    def taken(self, by: str) -> Swap:
        """The swap with who takes it."""
        return Swap(
            people=(self.by, by), spans=(Spell.model_validate({"from": self.begins_at, "until": self.ends_at}),)
        )


@dataclass(frozen=True)
class Schedule:
    """Rotas of which each counts, and what changes them."""

    rotas: tuple[Rota, ...] = ()
    changes: tuple[Change, ...] = ()
    swaps: tuple[Swap, ...] = ()

    def in_force(self) -> tuple[Rota, ...]:
        """The rotas with their changes. Of a schedule without rules, who is added is all that there is."""
        rotas = self.rotas or (Rota(name="nobody", zone="UTC"),)
        return tuple(
            rota.model_copy(update={"overrides": self._overrides(rota, is_first=place == 0), "swaps": self.swaps})
            for place, rota in enumerate(rotas)
        )

    def _overrides(self, rota: Rota, *, is_first: bool) -> tuple[Override, ...]:
        cuts = sorted({at for change in self.changes for at in (change.begins_at, change.ends_at)})
        found = []
        for begins_at, ends_at in pairwise(cuts):
            there = [change for change in self.changes if change.begins_at <= begins_at < change.ends_at]
            override = _merged(there, self._everybody(rota), is_first=is_first)
            if override:
                found.append(Override.model_validate({"from": begins_at, "until": ends_at, **override}))
        return tuple(found)

    def _everybody(self, rota: Rota) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*rota.everybody(), *(each for swap in self.swaps for each in swap.people))))

    def people_at(self, at: datetime) -> tuple[str, ...]:
        """Who is on duty then."""
        return tuple(dict.fromkeys(person for rota in self.in_force() for person in on_duty(rota, at).people))

    def shifts(self, from_at: datetime, until_at: datetime) -> list[tuple[str, Span]]:
        """Who is on duty when, person by person; what is under way at either end is cut there."""
        by_person: dict[str, list[Span]] = {}
        for rota in self.in_force():
            for duty in duties(rota, from_at, until_at):
                for person in duty.people:
                    by_person.setdefault(person, []).append(Span(duty.begins_at, duty.ends_at))
        return [(person, span) for person, spans in by_person.items() for span in joined(spans)]

    def gaps(self, from_at: datetime, until_at: datetime) -> list[Span]:
        """When nobody is on duty."""
        busy = joined(span for _, span in self.shifts(from_at, until_at))
        edges = [from_at, *(at for span in busy for at in span), until_at]
        return [Span(begins, ends) for begins, ends in zip(edges[::2], edges[1::2], strict=True) if begins < ends]


def _merged(changes: Sequence[Change], everybody: tuple[str, ...], *, is_first: bool) -> dict[str, object]:
    """What several changes of one time come to."""
    only = [change.only for change in changes if change.only is not None]
    if only:
        there = tuple(dict.fromkeys(person for people in only for person in people))
        if there and is_first:
            return {"only": there}
        return {"remove": everybody} if everybody else {}
    instead = {out: to for change in changes for out, to in change.instead}
    removed = tuple(dict.fromkeys(p for change in changes for p in change.remove if p not in instead))
    added = tuple(dict.fromkeys(person for change in changes for person in change.add)) if is_first else ()
    found = {"replace": instead, "remove": removed, "add": added}
    return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Duties:
    """All schedules and rotations of a case."""

    zone: str = "UTC"
    usual: Schedule | None = None
    """The only one, whatever a policy calls it."""
    by_name: dict[str, Schedule] = field(default_factory=dict)
    rotations: dict[str, Rotation] = field(default_factory=dict)
    """By the field that gives it: `rotation`, `second_rotation`."""
    windows: dict[str, Schedule] = field(default_factory=dict)
    """Rules without people, by name."""
    query: tuple[datetime, datetime] | None = None
    offered: tuple[Offer, ...] = ()
    """Swaps that are asked for and not taken yet."""

    def named(self, name: str | None) -> Schedule | None:
        """The schedule of that name; None: the case fills no such one."""
        found = self.by_name.get(name) if name is not None else self.usual
        if found is None and name is not None and not self.by_name and not name.startswith(("empty", "nobody")):
            return self.usual
        return found

    def changed(self, name: str | None, schedule: Schedule) -> "Duties":
        """The same with another schedule in its place."""
        if name is not None and name in self.by_name:
            return replace(self, by_name={**self.by_name, name: schedule})
        return replace(self, usual=schedule)


def add_people(schedule: Schedule, people: Iterable[str], zone: str) -> Schedule:
    """The same with people who are always on duty besides."""
    layer = layer_of("daily", 1, datetime.combine(ALWAYS, time()), (tuple(people),))
    rota = Rota(name=f"rule-{len(schedule.rotas)}", zone=zone, layers=(layer,))
    return replace(schedule, rotas=(*schedule.rotas, rota))


def remove_people(schedule: Schedule, people: Iterable[str]) -> Schedule:
    """The same without them in any of its rules."""
    gone = frozenset(people)
    rotas = []
    for rota in schedule.rotas:
        layers = []
        for layer in rota.layers:
            left = tuple(group for each in layer.people if (group := tuple(p for p in each if p not in gone)))
            layers += [layer.model_copy(update={"people": left})] if left else []
        rotas += [rota.model_copy(update={"layers": tuple(layers)})] if layers else []
    return replace(schedule, rotas=tuple(rotas))


def layer_of(
    rotates: Beat,
    every: int,
    begins: datetime,
    people: tuple[tuple[str, ...], ...],
    zone: str | None = None,
) -> Layer:
    return Layer.model_validate(
        {
            "name": "turns", "people": people, "rotates": rotates, "every": every,
            "handoff": begins.time(), "from": begins.date(), "zone": zone,
        }
    )  # fmt: skip
