"""Instants and spans of a case: ISO 8601 offsets from T0, or timestamps with their zone."""

from datetime import UTC, datetime, timedelta

from tests.peers.fields import Unsupported
from tests.peers.spans import iso, read_span

ANY_MONDAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""T0 of cases that give offsets alone."""


def read_timestamp(text: object) -> datetime | None:
    """A timestamp with its zone, in UTC; None where it is no such thing."""
    found = _aware(text)
    return None if found is None else found.astimezone(UTC)


def _aware(text: object) -> datetime | None:
    if isinstance(text, str):
        try:
            text = datetime.fromisoformat(text)
        except ValueError:
            return None
    return text if isinstance(text, datetime) and text.tzinfo is not None else None


def is_instant(text: object) -> bool:
    """Whether it is an offset or a timestamp."""
    return read_span(text) is not None or read_timestamp(text) is not None


class Times:
    """The times of one case, whose T0 is known."""

    def __init__(self, first: object) -> None:
        """`first`: the instant of the first event as it is written."""
        absolute = read_timestamp(first)
        self.is_absolute = absolute is not None
        self.t0 = absolute or ANY_MONDAY
        self.written = _aware(first) or self.t0
        """T0 in the zone in which the case writes it."""

    def at(self, text: object, where: str) -> datetime:
        """The instant; raises Unsupported where it is none."""
        span = read_span(text)
        found = self.t0 + span if span is not None else read_timestamp(text)
        if found is None:
            raise Unsupported(f"{where} {text!r}")
        return found

    def span(self, text: object, where: str) -> timedelta:
        """The span; raises Unsupported where it is none."""
        found = read_span(text)
        if found is None:
            raise Unsupported(f"{where} {text!r}")
        return found

    def shown(self, at: datetime) -> str:
        """An instant as the case would write it."""
        return at.isoformat().replace("+00:00", "Z") if self.is_absolute else iso(at - self.t0)
