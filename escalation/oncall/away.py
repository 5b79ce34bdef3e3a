"""Who is not there, and until when: what of the directory counts for a rota. Handed in, never looked up here."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from escalation.oncall.turns import Span
from escalation.policy.absence import instant_after
from escalation.policy.directory import Directory

NEVER_BACK = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when somebody is away of whom no return is known."""


@dataclass(frozen=True)
class Away:
    """Absences by person, and who there is at all."""

    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    known: Container[str] | None = None
    """The ids of the directory; None: everybody is in it."""

    def is_known(self, person: str) -> bool:
        """Whether they are in the directory."""
        return self.known is None or person in self.known

    def until(self, person: str, at: datetime) -> datetime | None:
        """Until when they are away at that instant; None: they are there."""
        found = [span.ends_at for span in self.spans.get(person, ()) if span.begins_at <= at < span.ends_at]
        return max(found, default=None)

    def is_there(self, person: str, at: datetime) -> bool:
        """Whether they are in the directory and not away."""
        return self.is_known(person) and self.until(person, at) is None

    def cuts(self, people: Iterable[str], from_at: datetime, until_at: datetime) -> Iterator[datetime]:
        """When any of these leaves or comes back within the span."""
        for person in people:
            for span in self.spans.get(person, ()):
                yield from (at for at in span if from_at < at < until_at)


NOBODY_AWAY = Away()


class _Known:
    """The directory's ids, without a copy of them: there may be 100,000."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def __contains__(self, person: object) -> bool:
        return isinstance(person, str) and self._directory.has(person)


def away_in(directory: Directory, people: Iterable[str]) -> Away:
    """When these people are away or gone, as the directory says."""
    spans: dict[str, tuple[Span, ...]] = {}
    for each in people:
        if not directory.has(each):
            continue
        person = directory.person(each)
        found = [
            Span(absence.begins_at(person.zone), absence.ends_at(person.zone) or NEVER_BACK)
            for absence in person.absences
        ]
        if person.left_at is not None:
            found.append(Span(instant_after(person.left_at, person.zone), NEVER_BACK))
        if found:
            spans[each] = tuple(sorted(found))
    return Away(spans, _Known(directory))
