"""What people have to do, by the record: for the choice of who gets an issue next. Never waits for a writer."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, and_, exists, func, not_, or_, select

from escalation.issue.routing import ASK, Load
from records import tables
from records.database import Database

_AT_ONCE = 200
"""People, or issues, that are asked for in one question."""


class Recorded(NamedTuple):
    """What the record says."""

    loads: dict[str, Load]
    """Of those who have anything, or had."""
    known: frozenset[str]
    """Which of what was asked for it has people for: issues, and `issue#ask` of what is put to others."""


def read(db: Database, org: str, people: Collection[str], issues: Collection[str] = ()) -> Recorded:
    """What these people have to do, and which of these issues are on record with people. Raises what the database does.

    An open issue counts for who works on it; where nobody does, for everybody whom it asks. In hand is what they work
    on, here and beside the ladder, and what asks them alone.
    """
    found: dict[str, Load] = {}
    for some in _in_parts(people):
        found.update(_loads(db, org, some))
    known: set[str] = set()
    table = tables.issues
    has_people = or_(table.c.handler.is_not(None), table.c.issue.in_(select(tables.asked.c.issue)))
    asks = [each for each in issues if ASK in each]
    helpers = tables.helpers
    named = helpers.c.issue + ASK + helpers.c.ask
    with db.reading() as connection:
        for some in _in_parts(asks):
            of = {each.partition(ASK)[0] for each in some}
            known.update(set(some) & set(connection.scalars(select(named).where(helpers.c.issue.in_(of)))))
        for some in _in_parts([each for each in issues if ASK not in each]):
            known.update(connection.scalars(select(table.c.issue).where(table.c.issue.in_(some), has_people)))
    return Recorded(found, frozenset(known))


def _in_parts(names: Collection[str]) -> list[list[str]]:
    each = list(dict.fromkeys(names))
    return [each[start : start + _AT_ONCE] for start in range(0, len(each), _AT_ONCE)]


def _loads(db: Database, org: str, people: list[str]) -> dict[str, Load]:
    table, asked = tables.issues, tables.asked
    facts = (table.c.status, func.count(), func.max(table.c.opened_at))
    handled = select(table.c.handler, *facts).where(table.c.org == org, table.c.handler.in_(people))
    told = (
        select(asked.c.person, *facts)
        .join(table, and_(table.c.issue == asked.c.issue, table.c.handler.is_(None)))
        .where(table.c.org == org, asked.c.person.in_(people))
    )
    questions = (
        handled.group_by(table.c.handler, table.c.status),
        told.group_by(asked.c.person, table.c.status),
    )
    found: dict[str, Load] = {}
    with db.reading() as connection:
        for question in questions:
            for person, status, count, last_at in connection.execute(question):
                before = found.get(person, Load())
                latest = last_at if before.last_at is None else max(before.last_at, last_at)
                found[person] = Load(before.open + (count if status == "open" else 0), latest)
        for person, count in _in_hand(connection, org, people):
            before = found.get(person, Load())
            found[person] = before._replace(working=before.working + count)
    return found


def _in_hand(connection: Connection, org: str, people: list[str]) -> list[tuple[str, int]]:
    """What each of them has in hand, counted in parts that are to be added up."""
    table, asked, helpers = tables.issues, tables.asked, tables.helpers
    other = asked.alias()
    alone = not_(exists().where(other.c.issue == asked.c.issue, other.c.person != asked.c.person))
    is_open = and_(table.c.org == org, table.c.status == "open")
    counts = (
        select(table.c.handler, func.count()).where(is_open, table.c.handler.in_(people)).group_by(table.c.handler),
        select(asked.c.person, func.count())
        .join(table, and_(table.c.issue == asked.c.issue, table.c.handler.is_(None)))
        .where(is_open, asked.c.person.in_(people), alone)
        .group_by(asked.c.person),
        select(helpers.c.person, func.count())
        .join(table, table.c.issue == helpers.c.issue)
        .where(is_open, helpers.c.person.in_(people))
        .group_by(helpers.c.person),
    )
    return [(person, count) for each in counts for person, count in connection.execute(each).all()]
