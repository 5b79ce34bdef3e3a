"""A rota: who is on duty when, as it is written. Layers, hours, overrides, swaps; no arithmetic.

Which turns a layer has is in `turns.py`, who is on duty in the end in `duty.py`; reading it from YAML is in
`read_rotas.py`. All spans are half-open: what ends at 09:00 is over at 09:00, when the next begins.
"""

from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, Protocol, TypeAlias

from pydantic import AwareDatetime, ConfigDict, Field, PrivateAttr

from escalation.value import Value

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Occurrence(NamedTuple):
    """A shift of a feed: from and until (UTC), and who."""

    begins_at: datetime
    ends_at: datetime
    people: tuple[str, ...]


class FeedShifts(Protocol):
    """The shifts of a feed that was read."""

    @property
    def people(self) -> tuple[str, ...]:
        """Every id that it names."""

    def touching(self, from_at: datetime, until_at: datetime) -> tuple[Occurrence, ...]:
        """Those that touch this span (UTC), whole, in order."""


class Hours(Value):
    """A window of the clock face, on some days or every day."""

    opens: time
    """When it opens, in the layer's zone."""
    closes: time
    """When it closes; at or before `opens` it is the next day's time: 22:00 to 06:00, or 00:00 to 00:00 for all day."""
    days: tuple[Day, ...] = ()
    """The days on which it opens; absent: every day."""


class Layer(Value):
    """People who take turns, in an order, from one hand-over to the next. A later layer goes over an earlier one."""

    model_config = ConfigDict(populate_by_name=True)

    name: str
    """The word by which it is referred to; written before the colon."""
    people: tuple[tuple[str, ...], ...]
    """Ids of the directory, in the order of their turns; a list in the list is a group that is on duty together."""
    rotates: Literal["hourly", "daily", "weekly", "monthly"] = "weekly"
    """How long a turn is, by the clock face: a day from 09:00 ends at 09:00, if it has 23, 24 or 25 hours."""
    every: int = Field(default=1, ge=1, le=1000)
    """So many hours, days, weeks or months to a turn."""
    handoff: time = time(9)
    """When one hands over to the next; for hourly turns, when the first turn begins."""
    begins: date = Field(alias="from")
    """The day on which the first turn begins. Weekly turns change on its weekday, monthly ones on its day."""
    ends: date | None = Field(default=None, alias="until")
    """The day on which the layer ends, at `handoff`; absent: never."""
    zone: str | None = None
    """The zone of its times, where it is not the rota's."""
    hours: tuple[Hours, ...] = ()
    """When it is in force; outside of these hours the layers below count. Absent: always."""


class Feed(Value):
    """An iCalendar feed of another system, in a file beside the rotas. It lies below all layers."""

    file: str
    """The file's name, such as support.ics. With `url`, where the copy is kept."""
    url: str | None = None
    """The feed's address on the web, from which the file is fetched every quarter of an hour. It is a secret."""
    at_most_old: timedelta = timedelta(days=1)
    """How old the copy of what the address has may be, before the watch says so."""
    people: dict[str, str] = Field(default_factory=dict)
    """By id, what the feed calls somebody: an event's summary or attendee that is not their e-mail address or name."""


class Override(Value):
    """A change for a span: who stands in for whom, who is there besides, who is not there, or who alone is."""

    model_config = ConfigDict(populate_by_name=True)

    begins_at: AwareDatetime = Field(alias="from")
    """When it begins."""
    ends_at: AwareDatetime = Field(alias="until")
    """When it is over."""
    replace: dict[str, str] = Field(default_factory=dict)
    """By who would be on duty: who is, in their place. Any number."""
    add: tuple[str, ...] = ()
    """Who is on duty besides."""
    remove: tuple[str, ...] = ()
    """Who is not on duty, without anybody in their place."""
    only: tuple[str, ...] = ()
    """Who alone is on duty, whatever the layers say; stands alone."""
    why: str = ""
    """The reason, for people who read the rota; it is never sent or recorded."""


class Spell(Value):
    """A span of a swap."""

    model_config = ConfigDict(populate_by_name=True)

    begins_at: AwareDatetime = Field(alias="from")
    """When it begins."""
    ends_at: AwareDatetime = Field(alias="until")
    """When it is over."""


class Swap(Value):
    """Two people exchange spans: in each, whichever of the two would be on duty, the other is."""

    people: tuple[str, ...]
    """The two ids."""
    spans: tuple[Spell, ...]
    """What they exchange, such as one's week and the other's."""


class Rota(Value):
    """Who is on duty when, in one respect: the word that policies tell."""

    name: str
    """The word by which policies tell it; written before the colon."""
    title: str = ""
    """What it is for, in a few words."""
    owner: str | None = None
    """The id of the person who sees to it that somebody is on duty: gaps are named to them."""
    zone: str
    """IANA time zone of its times, such as Europe/Dublin."""
    covers: tuple[Hours, ...] = ()
    """When somebody must be on duty; outside, it is closed and nobody is missed. Absent: always."""
    when_absent: Literal["next", "gap"] = "next"
    """Whose turn it is and who is absent: the next in line is on duty, in the end the layer below; or nobody is."""
    layers: tuple[Layer, ...] = ()
    """Who takes turns: a mapping from name to who, the last one uppermost."""
    feed: Feed | None = None
    """Another system's calendar, below all layers."""
    overrides: tuple[Override, ...] = ()
    """Changes for a span; no two at one time."""
    swaps: tuple[Swap, ...] = ()
    """Spans that two people exchange. Overrides go over them."""
    _feed_shifts: FeedShifts | None = PrivateAttr(default=None)

    @property
    def feed_shifts(self) -> FeedShifts | None:
        """The shifts of the feed; None where there is none, or it is not read."""
        return self._feed_shifts

    def with_feed(self, shifts: FeedShifts) -> "Rota":
        """The same with its feed, read."""
        made = self.model_copy()
        made._feed_shifts = shifts
        return made

    def everybody(self) -> tuple[str, ...]:
        """Every id in it, each once: first those who take turns, in their order."""
        named = [person for layer in self.layers for group in layer.people for person in group]
        for override in self.overrides:
            named += [*override.replace, *override.replace.values(), *override.add, *override.remove, *override.only]
        for swap in self.swaps:
            named += swap.people
        named += self._feed_shifts.people if self._feed_shifts is not None else ()
        return tuple(dict.fromkeys(named))


class Rotas(Value):
    """All rotas of an installation."""

    rotas: tuple[Rota, ...] = ()
    """Every rota: a mapping from name to what it is."""

    def rota(self, name: str) -> Rota | None:
        """The rota of this name, or None."""
        return next((rota for rota in self.rotas if rota.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called."""
        return tuple(rota.name for rota in self.rotas)


NO_ROTAS = Rotas()
