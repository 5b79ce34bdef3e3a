"""The directory that is kept in the record, looked up: as it is now, and as it was after any change or at any instant.

What was looked up is kept in memory until a change touches it. How the directory is changed: `people_changes.py`.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select
from sqlalchemy.exc import SQLAlchemyError

from escalation.policy.directory import Person, Team
from escalation.policy.looked_up import LookedUp
from records import tables
from records.database import Database, RecordBusy
from records.people_rows import (
    ADDRESS,
    DEPUTY,
    MANAGER,
    OPERATOR,
    ROLE,
    ROLE_IN_TEAM,
    WORD,
    KeptOperator,
    KeptPerson,
    KeptTeam,
    address_word,
    role_in_team,
)

_CHANGES, _ENTRIES, _MARKS = tables.directory_changes, tables.directory_entries, tables.directory_marks
_MOST_KEPT = 20_000
"""So many people are kept in memory: some 60 MB."""
_MOST_LISTS = 2_000
_AT_ONCE = 5_000


class PeopleAway(OSError):
    """The record cannot be asked about people now."""


class NoPeople(LookupError):
    """The record has no directory, or had none then."""


class PeopleErased(LookupError):
    """What the directory said then was erased."""


def head(db: Database) -> int:
    """The number of the latest change; 0: there is no directory. Raises PeopleAway."""
    with _asking(db) as connection:
        return connection.execute(select(func.max(_CHANGES.c.number))).scalar() or 0


def number_as_of(db: Database, at: datetime) -> int:
    """The latest change up to that instant; 0: there was none. Raises PeopleAway."""
    wanted = select(_CHANGES.c.number).where(_CHANGES.c.at <= at).order_by(_CHANGES.c.number.desc()).limit(1)
    with _asking(db) as connection:
        return connection.execute(wanted).scalar() or 0


def directory_at(db: Database, number: int) -> LookedUp:
    """The directory as it was after that change. Raises NoPeople, PeopleErased, PeopleAway."""
    return LookedUp.over(StoredPages(db, number))


class PeopleNow:
    """The directory as it is, for one process. Threads may share it.

    Asked again it is the very same one, unless a change was made: then only whom the change touches is read anew.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._number = 0
        self._pages: StoredPages | None = None
        self._directory: LookedUp | None = None

    def current(self) -> LookedUp:
        """The directory. Raises NoPeople where there is none, PeopleAway."""
        number = head(self._db)
        with self._lock:
            # A look that took longer than another one must not take the directory back.
            if self._directory is None or number > self._number:
                pages = StoredPages(self._db, number)
                if self._pages is not None:
                    pages.take_over(self._pages)
                self._directory, self._pages, self._number = LookedUp.over(pages), pages, number
            return self._directory


class StoredPages:
    """The directory after one change (`escalation/policy/looked_up.py`). Threads may share it.

    Raises PeopleAway where the record does not answer and what is asked is not in memory; PeopleErased.
    """

    def __init__(self, db: Database, number: int) -> None:
        """Raises NoPeople where there is no such change."""
        if number < 1:
            raise NoPeople("the record has no directory of people")
        self.number = number
        self._db = db
        self._people: dict[str, Person | None] = {}
        self._lists: dict[tuple[str, str], tuple[str, ...]] = {}
        self._teams: dict[str, Team | None] = {}
        self._roles: tuple[str, ...] | None = None

    def take_over(self, before: "StoredPages") -> None:
        """Keep in memory what an earlier one knew of whom nothing has touched since."""
        lasting = _ENTRIES.c.until.between(before.number + 1, self.number)
        new = _ENTRIES.c.since.between(before.number + 1, self.number)
        with _asking(self._db) as connection:
            touched: set[tuple[str, str]] = set()
            for which in (lasting, new):  # one after the other: each has an index
                touched.update((row.kind, row.id) for row in connection.execute(_which(which)))
        people, teams = dict(before._people), dict(before._teams)
        for kind, id in touched:  # noqa: A001
            (people if kind == "person" else teams).pop(id, None)
        self._people, self._teams = people, teams
        if not any(kind == "person" for kind, _ in touched):
            self._lists, self._roles = dict(before._lists), before._roles

    @cached_property
    def operator(self) -> str:
        """The id of the person whom the self-watch tells."""
        content = self._content(OPERATOR, OPERATOR)
        if content is None:
            raise NoPeople("the record has no directory of people")
        return KeptOperator.model_validate_json(content).operator

    def person(self, id: str) -> Person | None:  # noqa: A002
        """The person with this id."""
        if id not in self._people:
            content = self._content("person", id)
            self._keep(id, None if content is None else _person(content))
        return self._people[id]

    def team(self, name: str) -> Team | None:
        """The team of this name."""
        if name not in self._teams:
            content = self._content("team", name)
            self._teams[name] = None if content is None else KeptTeam.model_validate_json(content).team
        return self._teams[name]

    def roles(self) -> tuple[str, ...]:
        """Every role that somebody has, each once, in the order of the people."""
        if self._roles is None:
            wanted = (
                select(_MARKS.c.value)
                .where(_MARKS.c.mark == ROLE, *self._valid(_MARKS))
                .group_by(_MARKS.c.value)
                .order_by(func.min(_MARKS.c.place))
            )
            with _asking(self._db) as connection:
                self._roles = tuple(connection.scalars(wanted))
        return self._roles

    def holders(self, role: str, team: str | None) -> tuple[Person, ...]:
        """Who has this role, in this team or anywhere: in the order of the people."""
        return self._marked(ROLE, role) if team is None else self._marked(ROLE_IN_TEAM, role_in_team(role, team))

    def by_address(self, channel: str, address: str) -> Person | None:
        """Whose address this is; case does not count."""
        return next(iter(self._marked(ADDRESS, address_word(channel, address))), None)

    def called(self, word: str) -> tuple[Person, ...]:
        """Whose id, name or e-mail address this is; it is given as `Person.words` has them."""
        return self._marked(WORD, word)

    def standing_behind(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose deputy this person is, always or during an absence."""
        return self._marked(DEPUTY, id)

    def reporting_to(self, id: str) -> tuple[Person, ...]:  # noqa: A002
        """Whose manager this person is."""
        return self._marked(MANAGER, id)

    def count(self) -> int:
        """How many people there are."""
        with _asking(self._db) as connection:
            return connection.execute(self._entries("person", func.count())).scalar() or 0

    def ids(self) -> Sequence[str]:
        """Everybody's id, in their order."""
        with _asking(self._db) as connection:
            return connection.scalars(self._entries("person", _ENTRIES.c.id).order_by(_ENTRIES.c.place)).all()

    def people(self) -> Iterator[Person]:
        """Everybody, in their order; read in one go, and not kept."""
        wanted = self._entries("person", _ENTRIES.c.content).order_by(_ENTRIES.c.place)
        with _asking(self._db) as connection:
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(wanted)
            for row in rows:
                yield _person(row.content)

    def part(self, after: str, most: int) -> list[tuple[Person, int]]:
        """So many people after this one (empty: from the first one on), each with the change that last touched them."""
        wanted = self._entries("person", _ENTRIES.c.content, _ENTRIES.c.since)
        if after:
            wanted = wanted.where(_ENTRIES.c.place > self._entries("person", _ENTRIES.c.place).where(
                _ENTRIES.c.id == after
            ).scalar_subquery())  # fmt: skip
        with _asking(self._db) as connection:
            rows = connection.execute(wanted.order_by(_ENTRIES.c.place).limit(most)).all()
        return [(_person(row.content), row.since) for row in rows]

    def teams(self) -> tuple[Team, ...]:
        """Every team, in their order."""
        wanted = self._entries("team", _ENTRIES.c.content).order_by(_ENTRIES.c.place)
        with _asking(self._db) as connection:
            contents = connection.scalars(wanted).all()
        return tuple(KeptTeam.model_validate_json(_there(each)).team for each in contents)

    def versions(self, ids: Sequence[str]) -> dict[str, int]:
        """The change that last touched each of these people; who is not there is not in it."""
        wanted = self._entries("person", _ENTRIES.c.id, _ENTRIES.c.since).where(_ENTRIES.c.id.in_(ids))
        with _asking(self._db) as connection:
            return {row.id: row.since for row in connection.execute(wanted)}

    def _keep(self, id: str, person: Person | None) -> None:  # noqa: A002
        if len(self._people) >= _MOST_KEPT:
            self._people = {}
        self._people[id] = person

    def _marked(self, mark: str, value: str) -> tuple[Person, ...]:
        listed = self._lists.get((mark, value))
        if listed is not None:
            found = [self.person(each) for each in listed]
            return tuple(each for each in found if each is not None)
        wanted = (
            select(_MARKS.c.id, _ENTRIES.c.content)
            .join(_ENTRIES, (_ENTRIES.c.id == _MARKS.c.id) & (_ENTRIES.c.since == _MARKS.c.since))
            .where(_ENTRIES.c.kind == "person", _MARKS.c.mark == mark, _MARKS.c.value == value, *self._valid(_MARKS))
            .order_by(_MARKS.c.place)
        )
        with _asking(self._db) as connection:
            rows = connection.execute(wanted).all()
        people = tuple(self._people.get(row.id) or _person(row.content) for row in rows)
        if len(people) < _MOST_KEPT // 4:  # a list of thousands would drive out everybody else
            for each in people:
                self._keep(each.id, each)
            if len(self._lists) >= _MOST_LISTS:
                self._lists = {}
            self._lists[mark, value] = tuple(each.id for each in people)
        return people

    def _content(self, kind: str, id: str) -> bytes | None:  # noqa: A002
        wanted = self._entries(kind, _ENTRIES.c.content).where(_ENTRIES.c.id == id)
        with _asking(self._db) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else _there(row.content)

    def _entries(self, kind: str, *columns: Any) -> Select[Any]:
        return select(*columns).where(_ENTRIES.c.kind == kind, *self._valid(_ENTRIES))

    def _valid(self, table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return table.c.since <= self.number, table.c.until > self.number


def _which(touched: ColumnElement[bool]) -> Select[tuple[str, str]]:
    return select(_ENTRIES.c.kind, _ENTRIES.c.id).where(touched)


def _person(content: bytes) -> Person:
    return KeptPerson.model_validate_json(_there(content)).person


def _there(content: bytes) -> bytes:
    if not content:
        raise PeopleErased("what the directory said then was erased")
    return content


@contextmanager
def _asking(db: Database) -> Iterator[Connection]:
    try:
        with db.reading() as connection:
            yield connection
    except (SQLAlchemyError, RecordBusy) as error:
        raise PeopleAway(f"the record cannot be asked about people: {type(error).__name__}") from error
