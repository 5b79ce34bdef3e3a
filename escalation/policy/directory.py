"""The directory: who there is, which role and teams they have, how they are reached, what they may decide.

Live, never pinned: it is looked up when a tier begins. Reading it from YAML is in `read_directory.py`, who must not be
missing in `lint_directory.py`.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, Self, TypeVar

from pydantic import Field

from escalation.issue.facts import PersonFacts
from escalation.issue.personal_rules import QuietHours
from escalation.narrate import instant
from escalation.policy.absence import Absence, Moment, instant_after
from escalation.policy.model import Tell
from escalation.policy.own_rules import OwnRules, carried
from escalation.value import Value

_Key = TypeVar("_Key")
INBOX = "inbox"
"""The channel by which everybody is reached."""


class Person(Value):
    """Somebody who can be asked, told, and held accountable."""

    id: str
    """Opaque and lasting: what travels and is on record in place of the name; written before the colon."""
    name: str
    """As colleagues call them."""
    role: str
    """The word by which policies tell people and let them act."""
    teams: tuple[str, ...] = ()
    """The teams whose issues they are asked about first."""
    addresses: dict[str, str]
    """By channel, the preferred one first: inbox, email; also the person's id in an outside system such as pagerduty.

    One after the other is used where the one before fails; the inbox always, beside them.
    """
    limit: dict[str, Decimal] = Field(default_factory=dict)
    """What this person may decide alone, by currency (ISO 4217), in its unit."""
    deputy: str | None = None
    """The id of the person who is asked in their place while they are away or gone, and where no channel reaches them.

    Where no channel reaches them and there is none, the duty lead is asked.
    """
    language: str = "en"
    """BCP 47, such as en or pt-BR: what they are written to in."""
    zone: str = "UTC"
    """IANA time zone, such as Europe/Dublin."""
    manager: str | None = None
    """The id of the person to whom they report."""
    department: str | None = None
    """Where in the house they work, in words."""
    skills: tuple[str, ...] = ()
    """What they know about, one word each."""
    at_once: int | None = Field(default=None, ge=1, le=1000)
    """How many issues and tasks they may have at once: at the limit they are not asked; absent: any number."""
    languages: tuple[str, ...] = ()
    """Further languages in which they can help customers, as BCP 47."""
    left_at: Moment | None = None
    """Their last day, or the instant from which on they are gone: nobody asks them any more."""
    absences: tuple[Absence, ...] = ()
    """When they are away: a list, in any order, in which nothing overlaps."""
    rules: OwnRules = OwnRules()
    """How they want to be told, by urgency; absent: by the inbox and the first of their other addresses, at once."""
    quiet_hours: tuple[QuietHours, ...] = ()
    """When they are told of urgent issues alone: what is ordinary waits until the end, but in the inbox."""

    def absence_at(self, at: datetime) -> Absence | None:
        """The absence that is under way at that instant, or None."""
        return next((absence for absence in self.absences if absence.covers(at, self.zone)), None)

    def is_absent(self, at: datetime) -> bool:
        """Whether they are away at that instant. Who has left is gone, and not absent for that alone."""
        return self.absence_at(at) is not None

    def is_gone(self, at: datetime) -> bool:
        """Whether they have left for good by that instant."""
        return self.left_at is not None and instant_after(self.left_at, self.zone) <= at

    def is_present(self, at: datetime) -> bool:
        """Whether they can be asked at that instant: neither away nor gone."""
        return not self.is_gone(at) and not self.is_absent(at)

    def deputy_at(self, at: datetime) -> str | None:
        """The id of who is asked in their place at that instant: the absence's deputy, else their own."""
        absence = self.absence_at(at)
        return self.deputy if absence is None or absence.deputy is None else absence.deputy

    def words(self) -> tuple[str, ...]:
        """By which people mean them, in small letters: id, name, e-mail address."""
        named = (self.id, self.name, self.addresses.get("email", ""))
        return tuple(dict.fromkeys(word.strip().casefold() for word in named if word.strip()))

    def deputies(self) -> tuple[str, ...]:
        """The ids of all who are asked in their place at some time, each once."""
        named = (self.deputy, *(absence.deputy for absence in self.absences))
        return tuple(dict.fromkeys(each for each in named if each is not None))

    def whereabouts(self, at: datetime) -> str:
        """Where they are at that instant, in words that may go on record: here, away until when, gone."""
        if self.is_gone(at):
            return "has left"
        absence = self.absence_at(at)
        if absence is None:
            return "is here"
        ends_at = absence.ends_at(self.zone)
        return "is away until further notice" if ends_at is None else f"is away until {instant(ends_at)}"

    def facts(self, channels: Iterable[str] = ("inbox", "email")) -> PersonFacts:
        """What a decision may copy of this person; `channels` are those that can tell anybody, the first one first."""
        return PersonFacts(
            id=self.id,
            role=self.role,
            team=self.teams[0] if self.teams else None,
            channels=tuple(channel for channel in channels if channel in self.addresses),
            limit={currency: str(amount) for currency, amount in self.limit.items()},
        )

    def reachable(self, channels: Collection[str], at: datetime | None) -> PersonFacts:
        """The same with those of their channels that are set up, in their own order, as of that instant.

        The inbox is always among them: a person who can be reached by nothing else is told there.
        """
        usable = [channel for channel in self.addresses if channel in channels or channel == INBOX]
        if INBOX not in usable:
            usable.append(INBOX)
        rules = carried(self.rules, self.quiet_hours, self.zone, usable, at)
        return self.facts().model_copy(update={"channels": tuple(usable), "rules": rules})


class Present(NamedTuple):
    """Those of some people who are there to be asked, or stand in for one who is not."""

    people: tuple[Person, ...]
    """Each once."""
    words: tuple[str, ...] = ()
    """For everybody who is not there: why, and who is asked in their place. Ids, no names."""


class Team(Value):
    """People who take issues in together."""

    name: str
    """The word by which issues and policies refer to it; written before the colon."""
    duty_lead: str
    """The person who owns what a machine raised here, from birth."""


class Directory(Value):
    """All people and teams, and whom Escalon itself calls when something is wrong with it."""

    operator: str
    """The person whom the self-watch tells."""
    people: tuple[Person, ...]
    """Everybody: a mapping from id to who that is."""
    teams: tuple[Team, ...]
    """Every team: a mapping from name to what it is."""

    def person(self, id: str) -> Person:  # noqa: A002 - the word of the model
        """The person with this id; raises KeyError."""
        return self._by_id[id]

    def has(self, id: str) -> bool:  # noqa: A002
        """Whether there is a person with this id."""
        return id in self._by_id

    def has_team(self, name: str) -> bool:
        """Whether there is a team of this name."""
        return name in self._by_team

    def team(self, name: str) -> Team:
        """The team of this name; raises KeyError."""
        return self._by_team[name]

    def roles(self) -> tuple[str, ...]:
        """Every role that somebody has, each once, in the order of the people."""
        return tuple(self._by_role)

    def holders(self, role: str, team: str | None = None) -> tuple[Person, ...]:
        """Who has this role, in this team or, without one, anywhere: in the order of the people."""
        if team is None:
            return self._by_role.get(role, ())
        return self._by_role_and_team.get((role, team), ())

    def by_address(self, channel: str, address: str) -> Person | None:
        """Whose address this is; case does not count."""
        return self._by_address.get((channel, address.lower()))

    def called(self, word: str) -> tuple[Person, ...]:
        """Whose id, name or e-mail address this is; case does not count. In the order of the people."""
        return self._by_word.get(word.strip().casefold(), ())

    def names(self) -> Mapping[str, str]:
        """People's names by id."""
        return _Names(self)

    def ids(self) -> Iterable[str]:
        """The id of everybody, in their order."""
        return (person.id for person in self.people)

    def standing_behind(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose deputy this person is, always or during an absence: in the order of the people."""
        return tuple(each for each in self.people if id in each.deputies())

    def reporting_to(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose manager this person is: in the order of the people."""
        return tuple(each for each in self.people if each.manager == id)

    def duty_lead(self, team: str) -> Person:
        """The team's duty lead; raises KeyError."""
        return self.person(self.team(team).duty_lead)

    def in_place_of(self, id: str, team: str, at: datetime | None = None) -> tuple[tuple[Person, str], ...]:  # noqa: A002
        """Who is asked where this person cannot be reached, the first one first, each with the reason in words.

        The deputy, the deputy's deputy and so on, then the duty lead of `team`, where there is such a team. With `at`,
        deputies are those of that instant, and only who is there then.
        """
        found: dict[str, str] = {}
        person = self.person(id)
        while (deputy := person.deputy if at is None else person.deputy_at(at)) is not None:
            if deputy in {id, *found} or not self.has(deputy):
                break
            found[deputy] = f"deputy of {person.id}"
            person = self.person(deputy)
        lead = self._by_team[team].duty_lead if team in self._by_team else id
        if lead != id and self.has(lead):
            found.setdefault(lead, f"duty lead of team {team}")
        listed = ((self.person(each), why) for each, why in found.items())
        return tuple((each, why) for each, why in listed if at is None or each.is_present(at))

    def present(self, people: Iterable[Person], at: datetime, never: Container[str] = ()) -> Present:
        """Those of these people who are there at that instant; in place of each who is not, their deputy who is.

        A deputy who is not there either has their own deputy asked. Where that ends, goes round, or meets one of
        `never` (those who may not be asked), nobody is asked in their place.
        """
        wanted = tuple(people)
        asked: dict[str, Person] = {person.id: person for person in wanted if person.is_present(at)}
        words: list[str] = []
        # In the order of the people, so that who is asked first does not hang on who happens to be away.
        placed: dict[str, Person] = {}
        for person in wanted:
            if person.id in asked:
                placed.setdefault(person.id, person)
                continue
            stand_in = self._stand_in(person, at, never)
            words.append(_in_words(person, stand_in, at, is_asked_anyway=stand_in is not None and stand_in.id in asked))
            if stand_in is not None:
                placed.setdefault(stand_in.id, stand_in)
        return Present(tuple(placed.values()), tuple(words))

    def _stand_in(self, person: Person, at: datetime, never: Container[str]) -> Person | None:
        seen = {person.id}
        while (deputy := person.deputy_at(at)) is not None:
            if deputy in seen or deputy in never or not self.has(deputy):
                return None
            seen.add(deputy)
            person = self.person(deputy)
            if person.is_present(at):
                return person
        return None

    def in_tell(self, tell: Tell, team: str, on_duty: Iterable[str] = ()) -> tuple[Person, ...]:
        """Whom this tells about an issue of `team`: the people named, who is on duty, the holders of roles, each once.

        `on_duty` are the ids of those who are on duty by its rotas: `escalation/oncall/look_up.py` says who that is.

        With `tell.team`, holders in that team. Without, for each role its holders in the issue's team or, where nobody
        there has it, anyone who has it. A named person who is not in the directory any more is left out.
        """
        told = {named: self.person(named) for named in (*tell.people, *on_duty) if self.has(named)}
        for role in tell.roles:
            near = self.holders(role, tell.team or team)
            for person in near if near or tell.team else self.holders(role):
                told.setdefault(person.id, person)
        return tuple(told.values())

    # Made once for each directory, when first asked for: a house may have 100,000 people. A copy makes its own.

    def __copy__(self) -> Self:
        return type(self).trusted(**{name: getattr(self, name) for name in type(self).model_fields})

    def changed(self, change: dict[str, Any]) -> Self:
        """A copy with these fields changed, unchecked."""
        return self.model_copy(update=change)

    @cached_property
    def _by_id(self) -> Mapping[str, Person]:
        return {person.id: person for person in reversed(self.people)}

    @cached_property
    def _by_team(self) -> Mapping[str, Team]:
        return {team.name: team for team in reversed(self.teams)}

    @cached_property
    def _by_role(self) -> Mapping[str, tuple[Person, ...]]:
        return _gathered((person.role, person) for person in self.people)

    @cached_property
    def _by_role_and_team(self) -> Mapping[tuple[str, str], tuple[Person, ...]]:
        return _gathered(
            ((person.role, team), person) for person in self.people for team in dict.fromkeys(person.teams)
        )

    @cached_property
    def _by_word(self) -> Mapping[str, tuple[Person, ...]]:
        return _gathered((word, person) for person in self.people for word in person.words())

    @cached_property
    def _by_address(self) -> Mapping[tuple[str, str], Person]:
        return {
            (channel, address.lower()): person
            for person in reversed(self.people)
            for channel, address in person.addresses.items()
            if address
        }


class _Names(Mapping[str, str]):
    """Names by id, without a copy of them: there may be 100,000."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def __getitem__(self, id: str) -> str:  # noqa: A002
        try:
            return self._directory.person(id).name
        except (LookupError, OSError):  # cannot be looked up now: to say a name is a courtesy
            raise KeyError(id) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._directory.ids())

    def __len__(self) -> int:
        return len(self._directory.people)


def _gathered(pairs: Iterable[tuple[_Key, Person]]) -> dict[_Key, tuple[Person, ...]]:
    found: dict[_Key, list[Person]] = {}
    for key, person in pairs:
        found.setdefault(key, []).append(person)
    return {key: tuple(people) for key, people in found.items()}


def _in_words(person: Person, stand_in: Person | None, at: datetime, *, is_asked_anyway: bool) -> str:
    says = f"{person.id} {person.whereabouts(at)}"
    if stand_in is None:
        return f"{says}: nobody is there in their place"
    if is_asked_anyway:
        return f"{says}: {stand_in.id}, who stands in, is asked anyway"
    return f"{says}: {stand_in.id} is asked in their place"
