"""Reading the fields of a case so that none is passed over in silence.

Every field that is read is ticked off; one that is left over, or holds what the player cannot use, makes the case
unsupported, by name.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from tests.peers.spans import read_span


class Unsupported(Exception):
    """The case needs something that is not there; the message names it."""


class Fields:
    """One mapping of a case. `where` is its path, as it is named to a reader."""

    def __init__(self, data: Mapping[str, object], where: str) -> None:
        self.data = data
        self.where = where
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def take(self, name: str) -> object:
        """Whatever stands there; None where nothing does."""
        self._read.add(name)
        return self.data.get(name)

    def text(self, name: str) -> str | None:
        """A word or phrase; a number is taken as it is written."""
        value = self.take(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self.cannot(name)

    def words(self, name: str) -> str:
        """A word or phrase that must be there."""
        value = self.text(name)
        if value is None:
            raise self.cannot(name)
        return value

    def number(self, name: str, otherwise: int = 0) -> int:
        """A whole number."""
        value = self.take(name)
        if value is None and name not in self.data:
            return otherwise
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self.cannot(name)

    def instant(self, name: str) -> str | datetime | None:
        """An instant or a span as it is written; `instants.py` reads it."""
        value = self.take(name)
        if value is None or isinstance(value, str | datetime):
            return value
        raise self.cannot(name)

    def span(self, name: str) -> timedelta | None:
        """A span such as `PT30M`; None where there is none."""
        if name not in self.data:
            return None
        span = read_span(self.take(name))
        if span is None:
            raise self.cannot(name)
        return span

    def items(self, name: str) -> list[object]:
        """A list; empty where there is none."""
        value = self.take(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise self.cannot(name)

    def names(self, name: str) -> list[str]:
        """A list of words."""
        items = self.items(name)
        if all(isinstance(item, str) for item in items):
            return [str(item) for item in items]
        raise self.cannot(name)

    def below(self, name: str) -> "Fields | None":
        """The mapping that stands there."""
        value = self.take(name)
        return None if value is None else as_fields(value, f"{self.where}.{name}")

    def rows(self, name: str) -> list["Fields"]:
        """The mappings of a list."""
        return [as_fields(item, f"{self.where}.{name}") for item in self.items(name)]

    def each(self) -> Iterator[tuple[str, object]]:
        """All fields, for a mapping from names to what they are."""
        self._read.update(self.data)
        yield from self.data.items()

    def done(self) -> None:
        """Every field has been used; raises Unsupported with the first that was not."""
        for name in self.data:
            if name not in self._read:
                raise Unsupported(f"{self.where}.{name}")

    def cannot(self, name: str) -> Unsupported:
        """What stands in this field is nothing that can be used."""
        return Unsupported(f"{self.where}.{name} {shown(self.data.get(name))}")


def as_fields(value: object, where: str) -> Fields:
    """The value as a mapping; raises Unsupported."""
    if isinstance(value, Mapping):
        return Fields({str(key): item for key, item in value.items()}, where)
    raise Unsupported(f"{where} {shown(value)}")


def shown(value: object) -> str:
    """A value on one line, shortened."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
