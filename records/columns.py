"""The column types that both databases share. Which columns there are: `tables.py`."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware instant, always given back in UTC; ValueError on a naive one.

    PostgreSQL: timestamptz. SQLite: text of fixed width such as `2026-11-21T19:40:00.000000Z`, which sorts by time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, which has no type for instants."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone; allowed: aware instants")
        return in_words(value) if dialect.name == "sqlite" else to_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return None if value is None else value.astimezone(UTC)


def to_utc(instant: datetime) -> datetime:
    """The aware instant in UTC; at the ends of the calendar, the nearest that UTC can say."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        is_first = instant.year == 1
        return datetime(1, 1, 1, tzinfo=UTC) if is_first else datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def in_words(instant: datetime) -> str:
    """The aware instant in UTC with microseconds, in a form that sorts by time and is the same for equal instants."""
    return to_utc(instant).isoformat(timespec="microseconds").replace("+00:00", "Z")


def storable(value: Any) -> Any:
    """The value with every character that no database stores (NUL, halves of characters) replaced by `�`.

    Refusing them is for the doors; here they may hold up nothing. Goes into dictionaries, lists and tuples.
    """
    match value:
        case str():
            return _CANNOT_BE_STORED.sub("\ufffd", value)
        case dict():
            return {storable(key): storable(part) for key, part in value.items()}
        case list() | tuple():
            return [storable(part) for part in value]
        case _:
            return value
