"""Changing the directory that is kept in the record: each change whole or not at all, chained to the one before it.

Whether a change leaves a directory fit for use is not asked here. What is out of use can be erased: that there was a
change, when, and by whom stays, and the chain holds.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice, pairwise
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from escalation.issue.chain import in_words, link
from escalation.policy.directory import Directory, Person, Team
from escalation.value import Value
from records import tables
from records.columns import storable
from records.database import Database
from records.people_rows import NEVER, OPERATOR, WHOSE, KeptPerson, Kind, content_of, digest_of, marks_of, row

_CHANGES, _ENTRIES, _MARKS = tables.directory_changes, tables.directory_entries, tables.directory_marks
_AT_ONCE = 500
ABOUT = "directory of people"


class Overtaken(RuntimeError):
    """Somebody else has changed the directory meanwhile: look again, and decide again."""


class Alteration(Value):
    """What one change does; None in place of a person or team: they are not there any more."""

    people: dict[str, Person | None] = {}
    teams: dict[str, Team | None] = {}
    operator: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not self.people and not self.teams and self.operator is None


class Change(Value):
    """One change, as it is on record."""

    number: int
    """Counted from 1."""
    at: AwareDatetime
    by: str
    door: str
    why: str
    """In the words of whoever made it; empty: none were given, or they were erased."""
    size: int
    """So many people, teams and operators it touched."""
    erased_at: AwareDatetime | None
    erased_by: str | None
    erased_why: str | None


def write(db: Database, after: int, made: Alteration, *, at: datetime, by: str, door: str, why: str = "") -> int:
    """Make a change to the directory as change `after` (0: none yet) left it; its number.

    Raises Overtaken where another change came in between, RecordBusy, and what the database raises: then nothing is.
    """
    new = [(kind, name, thing, b"" if thing is None else content_of(thing)) for kind, name, thing in _things(made)]
    reason = json.dumps([secrets.token_hex(16), why], ensure_ascii=False).encode()
    with db.writing(ABOUT) as connection:
        latest = connection.execute(select(_CHANGES).order_by(_CHANGES.c.number.desc()).limit(1)).mappings().first()
        if (0 if latest is None else latest["number"]) != after:
            raise Overtaken(f"the directory was changed since change {after}")
        number = after + 1
        places = _places(connection, [(kind, name) for kind, name, _, _ in new])
        entries: list[dict[str, Any]] = []
        marks: list[dict[str, Any]] = []
        items: list[list[Any]] = []
        for kind, name, thing, content in new:
            if thing is None:
                items.append([kind, name, None, None])
                continue
            place = places[kind, name]
            entries.append(row(kind, name, content, number, place))
            items.append([kind, name, place, entries[-1]["digest"]])
            if isinstance(thing, Person):
                marks += marks_of(thing, number, place)
        for kind, ids in _by_kind(new):
            for some in _in_parts(ids):
                out = {"until": number}
                open_ = _ENTRIES.c.until == NEVER, _ENTRIES.c.kind == kind, _ENTRIES.c.id.in_(some)
                connection.execute(update(_ENTRIES).where(*open_).values(out))
                if kind == "person":
                    connection.execute(update(_MARKS).where(_MARKS.c.until == NEVER, _MARKS.c.id.in_(some)).values(out))
        if entries:
            connection.execute(insert(_ENTRIES), entries)
        if marks:
            connection.execute(insert(_MARKS), marks)
        # The clocks of two machines may differ; the order of changes is that of their numbers.
        at = at if latest is None else max(at, latest["at"])
        digest = _digest(number, at, by, door, digest_of(reason), items)
        made_row = {
            **WHOSE, "number": number, "at": at, "by_person": by, "door": door, "size": len(new), "digest": digest,
            "chain": link("" if latest is None else latest["chain"], digest), "why_digest": digest_of(reason),
        }  # fmt: skip
        connection.execute(insert(_CHANGES).values({**storable(made_row), "why": reason}))
    return number


def between(before: Directory | None, after: Directory) -> Alteration:
    """The change that makes the one of the other; the order of people who are in both stays as it was."""
    were = {} if before is None else {person.id: person for person in before.people}
    people: dict[str, Person | None] = dict.fromkeys(were)
    for person in after.people:
        if were.get(person.id) == person:
            del people[person.id]
        else:
            people[person.id] = person
    had = {} if before is None else {team.name: team for team in before.teams}
    teams: dict[str, Team | None] = dict.fromkeys(had)
    for team in after.teams:
        if had.get(team.name) == team:
            del teams[team.name]
        else:
            teams[team.name] = team
    operator = after.operator if before is None or before.operator != after.operator else None
    return Alteration.trusted(people=people, teams=teams, operator=operator)


def changes(db: Database, count: int, person: str = "") -> list[Change]:
    """The latest changes, the latest first; with a person only those that touched them."""
    wanted = select(_CHANGES).order_by(_CHANGES.c.number.desc()).limit(count)
    if person:
        theirs = _ENTRIES.c.kind == "person", _ENTRIES.c.id == person
        numbers = select(_ENTRIES.c.since).where(*theirs).union(select(_ENTRIES.c.until).where(*theirs))
        wanted = wanted.where(_CHANGES.c.number.in_(numbers))
    with db.reading() as connection:
        return [_change(each) for each in connection.execute(wanted).mappings()]


def touched(db: Database, number: int, most: int) -> list[tuple[Kind, str]]:
    """Whom and what a change touched, up to so many."""
    whom = _ENTRIES.c.kind, _ENTRIES.c.id
    found = select(*whom).where(_ENTRIES.c.since == number).union(select(*whom).where(_ENTRIES.c.until == number))
    with db.reading() as connection:
        return [(each.kind, each.id) for each in connection.execute(found.order_by("kind", "id").limit(most))]


def erase(db: Database, before: datetime, at: datetime, by: str, why: str) -> int:
    """Erase what changes said that was out of use before that instant; of how many. What is in use stays."""
    with db.writing(ABOUT) as connection:
        rows = connection.execute(
            select(_CHANGES.c.number, _CHANGES.c.at, _CHANGES.c.erased_at).order_by(_CHANGES.c.number)
        ).all()
        over = [first for first, following in pairwise(rows) if following.at <= before]
        if not over:
            return 0
        last = over[-1].number + 1
        gone = {"erased_at": at, "erased_by": by, "erased_why": why}
        fresh = [each.number for each in over if each.erased_at is None]
        for some in _in_parts(fresh):
            connection.execute(
                update(_CHANGES).where(_CHANGES.c.number.in_(some)).values({**storable(gone), "why": b""})
            )
        connection.execute(update(_ENTRIES).where(_ENTRIES.c.until <= last).values(content=b""))
        connection.execute(delete(_MARKS).where(_MARKS.c.until <= last))
    return len(fresh)


def faults(db: Database) -> list[str]:
    """What does not fit together: a change, a person or a word changed, missing, or put in. In words."""
    found: list[str] = []
    with db.reading() as connection:
        chain, expected = "", 1
        erased: set[int] = set()
        for each in connection.execute(select(_CHANGES).order_by(_CHANGES.c.number)).mappings():
            found += _faults(connection, each, chain, expected)
            chain, expected = each["chain"], each["number"] + 1
            if each["erased_at"] is not None:
                erased.add(each["number"])
        found += _faults_of_entries(connection, erased, expected - 1)
    return found


def _faults(connection: Connection, change: RowMapping, chain: str, expected: int) -> list[str]:
    what = f"change {change['number']} of the directory"
    if change["number"] != expected:
        return [f"directory: change {expected} is missing before {what}"]
    if change["chain"] != link(chain, change["digest"]):
        return [f"{what} was changed: its chain does not fit"]
    if change["why"] and digest_of(change["why"]) != change["why_digest"]:
        return [f"{what} was changed: it does not say what its digest says"]
    if not change["why"] and change["erased_at"] is None:
        return [f"{what} says nothing, and was not erased"]
    items = _items(connection, change["number"])
    said = change["by_person"], change["door"], change["why_digest"]
    if change["digest"] != _digest(change["number"], change["at"], *said, items):
        return [f"{what} was changed: its entries are other ones"]
    return []


def _items(connection: Connection, number: int) -> list[list[Any]]:
    columns = _ENTRIES.c.kind, _ENTRIES.c.id, _ENTRIES.c.place, _ENTRIES.c.digest
    items = [list(each) for each in connection.execute(select(*columns).where(_ENTRIES.c.since == number))]
    there = {(kind, name) for kind, name, _, _ in items}
    ended = connection.execute(select(_ENTRIES.c.kind, _ENTRIES.c.id).where(_ENTRIES.c.until == number))
    return items + [[each.kind, each.id, None, None] for each in ended if (each.kind, each.id) not in there]


def _faults_of_entries(connection: Connection, erased: set[int], last: int) -> Iterator[str]:
    wanted = select(_ENTRIES.c.kind, _ENTRIES.c.id, _ENTRIES.c.since, _ENTRIES.c.until, _ENTRIES.c.place)
    keys = connection.execute(wanted).all()
    for some in _in_parts(keys, 5 * _AT_ONCE):
        ids = list({each.id for each in some})
        words: dict[tuple[str, int], set[tuple[Any, ...]]] = {}
        for part in _in_parts(ids):
            for each in connection.execute(select(_MARKS).where(_MARKS.c.id.in_(part))):
                words.setdefault((each.id, each.since), set()).add((each.mark, each.value, each.until, each.place))
            rows = connection.execute(select(_ENTRIES).where(_ENTRIES.c.id.in_(part)))
            wanted_keys = {(each.kind, each.id, each.since) for each in some}
            for each in rows:
                if (each.kind, each.id, each.since) in wanted_keys:
                    yield from _entry_faults(each, words.get((each.id, each.since), set()), erased, last)


def _entry_faults(each: Any, words: set[tuple[Any, ...]], erased: set[int], last: int) -> Iterator[str]:
    what = f"{each.kind} {each.id} of change {each.since} of the directory"
    if not 0 < each.since <= last:
        yield f"{what} is of no change"
    elif each.content and digest_of(each.content) != each.digest:
        yield f"{what} was changed: it does not say what its digest says"
    elif not each.content and each.since not in erased:
        yield f"{what} says nothing, and was not erased"
    elif each.kind == "person" and each.content:
        person = KeptPerson.model_validate_json(each.content).person
        right = {
            (mark["mark"], mark["value"], each.until, each.place) for mark in marks_of(person, each.since, each.place)
        }
        if right != words:
            yield f"{what} is not found by what it says"


def _things(made: Alteration) -> Iterator[tuple[Kind, str, Person | Team | str | None]]:
    if made.operator is not None:
        yield "operator", OPERATOR, made.operator
    for name, team in made.teams.items():
        yield "team", name, team
    for name, person in made.people.items():
        yield "person", name, person


def _places(connection: Connection, things: Sequence[tuple[Kind, str]]) -> dict[tuple[Kind, str], int]:
    """Where each stands: where it stood, else after the last one."""
    found: dict[tuple[Kind, str], int] = {}
    for kind, ids in _by_kind(things):
        for some in _in_parts(ids):
            stand = select(_ENTRIES.c.id, _ENTRIES.c.place).where(
                _ENTRIES.c.kind == kind, _ENTRIES.c.id.in_(some), _ENTRIES.c.until == NEVER
            )
            found.update({(kind, each.id): each.place for each in connection.execute(stand)})
        last = connection.execute(select(func.max(_ENTRIES.c.place)).where(_ENTRIES.c.kind == kind)).scalar() or 0
        for name in ids:
            if (kind, name) not in found:
                last += 1
                found[kind, name] = last
    return found


def _by_kind(things: Iterable[tuple[Any, ...]]) -> list[tuple[Kind, list[str]]]:
    found: dict[Kind, list[str]] = {}
    for kind, name, *_ in things:
        found.setdefault(kind, []).append(name)
    return list(found.items())


def _in_parts(these: Iterable[Any], most: int = _AT_ONCE) -> Iterator[list[Any]]:
    rest = iter(these)
    while part := list(islice(rest, most)):
        yield part


def _digest(number: int, at: datetime, by: str, door: str, why: str, items: Iterable[Sequence[Any]]) -> str:
    said = [number, in_words(at), by, door, why, sorted(items, key=lambda item: (item[0], item[1]))]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _change(row: RowMapping) -> Change:
    why = json.loads(row["why"])[1] if row["why"] else ""
    return Change.model_validate({**row, "by": row["by_person"], "why": why})
