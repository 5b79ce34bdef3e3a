"""What somebody with the database in their hands can do to the record: the triggers dropped, the rows edited.

Five copies and an attacker who knows how the chain is made. Used by the tests of `records` and of `escalon audit`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select, text, update

from escalation.issue.chain import link, row_digest
from records import tables
from records.database import Database

_ENTRIES = tables.entries
_ON_SQLITE = ("entries_come_in_order", "entries_stand_against_UPDATE", "entries_stand_against_DELETE")


@contextmanager
def unguarded(db: Database) -> Iterator[Connection]:
    """A connection to the record without what guards its entries."""
    with db.writing() as connection:
        if db.is_sqlite:
            for trigger in _ON_SQLITE:
                connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        else:
            connection.execute(text("ALTER TABLE entries DISABLE TRIGGER ALL"))
        yield connection


def change_a_row(db: Database, issue: str) -> None:
    """Entry 3 never said what it says now."""
    with unguarded(db) as connection:
        _edit(connection, issue, 3, tier="elsewhere")


def lose_a_row(db: Database, issue: str) -> None:
    """Entry 3 is taken out."""
    with unguarded(db) as connection:
        connection.execute(_ENTRIES.delete().where(_ENTRIES.c.issue == issue, _ENTRIES.c.number == 3))


def swap_two(db: Database, issue: str) -> None:
    """Entries 2 and 4 change places."""
    with unguarded(db) as connection:
        for number, place in ((2, -2), (4, 2), (-2, 4)):
            of_row = _ENTRIES.c.issue == issue, _ENTRIES.c.number == number
            connection.execute(update(_ENTRIES).where(*of_row).values(number=place))


def cut_the_tail(db: Database, issue: str) -> None:
    """The last two entries are taken out, and the issue's row agrees."""
    with unguarded(db) as connection:
        connection.execute(_ENTRIES.delete().where(_ENTRIES.c.issue == issue, _ENTRIES.c.number > 4))
        connection.execute(update(tables.issues).where(tables.issues.c.issue == issue).values(entries=4))


def delete_the_issue(db: Database, issue: str) -> None:
    """As if it had never been."""
    with unguarded(db) as connection:
        for table in (_ENTRIES, tables.issues, tables.asked, tables.parties, tables.links):
            connection.execute(table.delete().where(table.c.issue == issue))


def make_the_chain_anew(db: Database, issue: str) -> None:
    """Entry 3 is changed, and every digest and link after it is computed again, as we do it."""
    with unguarded(db) as connection:
        _edit(connection, issue, 3, tier="elsewhere")
        rows = select(_ENTRIES).where(_ENTRIES.c.issue == issue).order_by(_ENTRIES.c.number)
        chain = ""
        for row in connection.execute(rows).mappings().all():
            digest = row_digest(dict(row))
            chain = link(chain, digest)
            of_row = _ENTRIES.c.issue == issue, _ENTRIES.c.number == row["number"]
            connection.execute(update(_ENTRIES).where(*of_row).values(digest=digest, chain=chain))


def _edit(connection: Connection, issue: str, number: int, **fields: Any) -> None:
    of_row = _ENTRIES.c.issue == issue, _ENTRIES.c.number == number
    event: dict[str, Any] = connection.execute(select(_ENTRIES.c.event).where(*of_row)).scalar_one()
    assert event != {**event, **fields}
    connection.execute(update(_ENTRIES).where(*of_row).values(event={**event, **fields}))


SEEN_BY_ITSELF: dict[Callable[[Database, str], None], tuple[str, int]] = {
    change_a_row: ("changed", 3),
    lose_a_row: ("missing", 3),
    swap_two: ("reordered", 2),
}
"""What the rows alone show: what is found, and at which entry."""
SEEN_FROM_OUTSIDE: dict[Callable[[Database, str], None], tuple[str, int | None]] = {
    cut_the_tail: ("cut", 5),
    delete_the_issue: ("deleted", None),
    make_the_chain_anew: ("made_anew", 6),
}
"""What only a head shows that lies elsewhere, of an issue with six entries."""
