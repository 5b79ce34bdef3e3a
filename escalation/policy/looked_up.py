"""A directory that is asked rather than held: what it says of somebody is looked up when it is wanted.

Pure: where it is looked up says who makes it (`records/people_pages.py`); the rules see a `Directory` like any other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeVar, cast, overload

from pydantic import Field

from escalation.policy.directory import Directory, Person, Team

_Key = TypeVar("_Key")
_Found = TypeVar("_Found")
_Each = TypeVar("_Each")


class Pages(Protocol):
    """One state of a directory, never changing. Each answer is found by an index, but for those that say everybody."""

    @property
    def operator(self) -> str:
        """The id of the person whom the self-watch tells."""

    def person(self, id: str) -> Person | None:  # noqa: A002 - the word of the model
        """The person with this id."""

    def team(self, name: str) -> Team | None:
        """The team of this name."""

    def roles(self) -> tuple[str, ...]:
        """Every role that somebody has."""

    def holders(self, role: str, team: str | None) -> tuple[Person, ...]:
        """Who has this role, in this team or anywhere: in the order of the people."""

    def by_address(self, channel: str, address: str) -> Person | None:
        """Whose address this is; it is given in small letters."""

    def called(self, word: str) -> tuple[Person, ...]:
        """Whose id, name or e-mail address this is; it is given as `Person.words` has them."""

    def standing_behind(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose deputy this person is, always or during an absence."""

    def reporting_to(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose manager this person is."""

    def count(self) -> int:
        """How many people there are."""

    def ids(self) -> Sequence[str]:
        """Everybody's id, in the order of the people."""

    def people(self) -> Iterator[Person]:
        """Everybody, in order."""

    def teams(self) -> tuple[Team, ...]:
        """Every team, in order."""


class LookedUp(Directory):
    """A directory over pages. `people` and `teams` are read whole only where somebody goes through them."""

    pages: Any = Field(default=None, exclude=True, repr=False)

    @classmethod
    def over(cls, pages: Pages) -> "LookedUp":
        """The directory that these pages hold."""
        people = cast(tuple[Person, ...], _Whole(pages.people, pages.count))
        teams = cast(tuple[Team, ...], _Whole(lambda: iter(pages.teams()), lambda: len(pages.teams())))
        return cls.trusted(operator=pages.operator, people=people, teams=teams, pages=pages)

    @property
    def _pages(self) -> Pages:
        return cast(Pages, self.pages)

    def roles(self) -> tuple[str, ...]:
        """Every role that somebody has, each once, in the order of the people."""
        return self._pages.roles()

    def ids(self) -> Iterable[str]:
        """The id of everybody, in their order."""
        return self._pages.ids()

    def standing_behind(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose deputy this person is, always or during an absence."""
        return self._pages.standing_behind(id)

    def reporting_to(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose manager this person is."""
        return self._pages.reporting_to(id)

    def held(self) -> Directory:
        """The same with everybody in memory."""
        return Directory.trusted(operator=self.operator, people=tuple(self.people), teams=self._pages.teams())

    @cached_property
    def _by_id(self) -> Mapping[str, Person]:
        return _Asked(self._pages.person, self._pages.ids)

    @cached_property
    def _by_team(self) -> Mapping[str, Team]:
        return _Asked(self._pages.team, lambda: [team.name for team in self._pages.teams()])

    @cached_property
    def _by_role(self) -> Mapping[str, tuple[Person, ...]]:
        return _Asked(lambda role: self._pages.holders(role, None) or None, self._pages.roles)

    @cached_property
    def _by_role_and_team(self) -> Mapping[tuple[str, str], tuple[Person, ...]]:
        return _Asked(lambda which: self._pages.holders(*which) or None, tuple)

    @cached_property
    def _by_word(self) -> Mapping[str, tuple[Person, ...]]:
        return _Asked(lambda word: self._pages.called(word) or None, tuple)

    @cached_property
    def _by_address(self) -> Mapping[tuple[str, str], Person]:
        return _Asked(lambda which: self._pages.by_address(*which), tuple)


class _Asked(Mapping[_Key, _Found]):
    """A mapping each of whose values is looked up; what there is none of is no key."""

    def __init__(self, ask: Callable[[_Key], _Found | None], keys: Callable[[], Sequence[_Key]]) -> None:
        self._ask = ask
        self._keys = keys

    def __getitem__(self, key: _Key) -> _Found:
        found = self._ask(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())


class _Whole(Sequence[_Each]):
    """Everybody, read when somebody goes through them."""

    def __init__(self, each: Callable[[], Iterator[_Each]], count: Callable[[], int]) -> None:
        self._each = each
        self._count = count

    def __iter__(self) -> Iterator[_Each]:
        return self._each()

    def __len__(self) -> int:
        return self._count()

    @overload
    def __getitem__(self, place: int) -> _Each: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_Each]: ...
    def __getitem__(self, place: int | slice) -> _Each | Sequence[_Each]:
        return tuple(self._each())[place]


class Altered:
    """Pages with some people and teams other than they are: what a change would make of them, before it is made."""

    def __init__(
        self,
        pages: Pages,
        people: Mapping[str, Person | None],
        teams: Mapping[str, Team | None] | None = None,
        operator: str | None = None,
    ) -> None:
        """None in place of a person or team: they would not be there any more."""
        self._pages = pages
        self._people = people
        self._teams = teams or {}
        self._operator = operator

    @property
    def operator(self) -> str:
        """The id of the person whom the self-watch tells."""
        return self._pages.operator if self._operator is None else self._operator

    def person(self, id: str) -> Person | None:  # noqa: A002
        """The person with this id."""
        return self._people[id] if id in self._people else self._pages.person(id)

    def team(self, name: str) -> Team | None:
        """The team of this name."""
        return self._teams[name] if name in self._teams else self._pages.team(name)

    def roles(self) -> tuple[str, ...]:
        """Every role that somebody has."""
        wanted = dict.fromkeys((*self._pages.roles(), *(each.role for each in self._there())))
        lost = {each.role for each in map(self._pages.person, self._people) if each is not None}
        return tuple(role for role in wanted if role not in lost or self.holders(role, None))

    def holders(self, role: str, team: str | None) -> tuple[Person, ...]:
        """Who has this role, in this team or anywhere."""
        new = (each for each in self._there() if each.role == role and (team is None or team in each.teams))
        return self._with(self._pages.holders(role, team), new)

    def by_address(self, channel: str, address: str) -> Person | None:
        """Whose address this is; where two would have it, one who is other than before."""
        for each in self._there():
            if each.addresses.get(channel, "").lower() == address:
                return each
        found = self._pages.by_address(channel, address)
        return None if found is None or found.id in self._people else found

    def called(self, word: str) -> tuple[Person, ...]:
        """Whose id, name or e-mail address this is."""
        return self._with(self._pages.called(word), (each for each in self._there() if word in each.words()))

    def standing_behind(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose deputy this person is, always or during an absence."""
        return self._with(self._pages.standing_behind(id), (each for each in self._there() if id in each.deputies()))

    def reporting_to(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose manager this person is."""
        return self._with(self._pages.reporting_to(id), (each for each in self._there() if each.manager == id))

    def count(self) -> int:
        """How many people there are."""
        before = sum(self._pages.person(each) is not None for each in self._people)
        return self._pages.count() - before + len(self._there())

    def ids(self) -> Sequence[str]:
        """Everybody's id."""
        stay = [each for each in self._pages.ids() if each not in self._people]
        return [*stay, *(each.id for each in self._there())]

    def people(self) -> Iterator[Person]:
        """Everybody."""
        yield from (each for each in self._pages.people() if each.id not in self._people)
        yield from self._there()

    def teams(self) -> tuple[Team, ...]:
        """Every team."""
        stay = (team for team in self._pages.teams() if team.name not in self._teams)
        return (*stay, *(team for team in self._teams.values() if team is not None))

    def _there(self) -> tuple[Person, ...]:
        return tuple(each for each in self._people.values() if each is not None)

    def _with(self, before: Iterable[Person], new: Iterable[Person]) -> tuple[Person, ...]:
        return (*(each for each in before if each.id not in self._people), *new)
