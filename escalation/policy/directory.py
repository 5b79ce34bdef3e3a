"""The directory: who there is, which role and teams they have, how they are reached, what they may decide.

Live, never pinned: it is looked up when a tier begins. Reading it from YAML is in `read_directory.py`.
"""

from collections.abc import Collection, Iterable
from decimal import Decimal

from pydantic import Field

from escalation.issue.facts import PersonFacts
from escalation.policy.model import Tell
from escalation.value import Value

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
    """The id of the person who is asked in their place where no channel reaches them; else the duty lead is."""
    language: str = "en"
    """BCP 47, such as en or pt-BR."""
    zone: str = "UTC"
    """IANA time zone, such as Europe/Dublin."""

    def facts(self, channels: Iterable[str] = ("inbox", "email")) -> PersonFacts:
        """What a decision may copy of this person; `channels` are those that can tell anybody, the first one first."""
        return PersonFacts(
            id=self.id,
            role=self.role,
            team=self.teams[0] if self.teams else None,
            channels=tuple(channel for channel in channels if channel in self.addresses),
            limit={currency: str(amount) for currency, amount in self.limit.items()},
        )

    def reachable(self, channels: Collection[str]) -> PersonFacts:
        """The same with those of their channels that are set up, in their own order.

        The inbox is always among them: a person who can be reached by nothing else is told there.
        """
        usable = [channel for channel in self.addresses if channel in channels or channel == INBOX]
        if INBOX not in usable:
            usable.append(INBOX)
        return self.facts().model_copy(update={"channels": tuple(usable)})


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
        for person in self.people:
            if person.id == id:
                return person
        raise KeyError(id)

    def has(self, id: str) -> bool:  # noqa: A002
        """Whether there is a person with this id."""
        return any(person.id == id for person in self.people)

    def team(self, name: str) -> Team:
        """The team of this name; raises KeyError."""
        for team in self.teams:
            if team.name == name:
                return team
        raise KeyError(name)

    def roles(self) -> tuple[str, ...]:
        """Every role that somebody has, each once, in the order of the people."""
        return tuple(dict.fromkeys(person.role for person in self.people))

    def by_address(self, channel: str, address: str) -> Person | None:
        """Whose address this is; case does not count."""
        for person in self.people:
            if person.addresses.get(channel, "").lower() == address.lower() != "":
                return person
        return None

    def duty_lead(self, team: str) -> Person:
        """The team's duty lead; raises KeyError."""
        return self.person(self.team(team).duty_lead)

    def in_place_of(self, id: str, team: str) -> tuple[tuple[Person, str], ...]:  # noqa: A002
        """Who is asked where this person cannot be reached, the first one first, each with the reason in words.

        The deputy, the deputy's deputy and so on, then the duty lead of `team`, where there is such a team.
        """
        found: dict[str, str] = {}
        person = self.person(id)
        while person.deputy is not None and person.deputy not in {id, *found} and self.has(person.deputy):
            found[person.deputy] = f"deputy of {person.id}"
            person = self.person(person.deputy)
        lead = next((each.duty_lead for each in self.teams if each.name == team), id)
        if lead != id and self.has(lead):
            found.setdefault(lead, f"duty lead of team {team}")
        return tuple((self.person(each), why) for each, why in found.items())

    def in_tell(self, tell: Tell, team: str) -> tuple[Person, ...]:
        """Whom this tells about an issue of `team`: the people named, then the holders of its roles, each once.

        With `tell.team`, holders in that team. Without, for each role its holders in the issue's team or, where nobody
        there has it, anyone who has it. A named person who is not in the directory any more is left out.
        """
        told = {named: self.person(named) for named in tell.people if self.has(named)}
        for role in tell.roles:
            holders = [person for person in self.people if person.role == role]
            near = [person for person in holders if (tell.team or team) in person.teams]
            for person in near if near or tell.team else holders:
                told.setdefault(person.id, person)
        return tuple(told.values())
