"""Who is not there, and until when: what of the directory counts for a rota. Handed in, never looked up here."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from escalation.oncall.turns import Span
from escalation.policy.absence import instant_after
from escalation.policy.directory import Directory, Person

NEVER_BACK = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when somebody is away of whom no return is known."""


@dataclass(frozen=True)
class Away:
    """Absences by person, and who there is at all."""

    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    known: Container[str] | None = None
    """The ids of the directory; None: everybody is in it."""
    unfit: Container[str] = ()
    """Who may not be asked about the issue for which somebody is looked up."""

    def without(self, unfit: Container[str]) -> "Away":
        """The same for an issue about which these may not be asked."""
        return replace(self, unfit=unfit)

    def is_known(self, person: str) -> bool:
        """Whether they are in the directory."""
        return self.known is None or person in self.known

    def until(self, person: str, at: datetime) -> datetime | None:
        """Until when they are away at that instant; None: they are there."""
        found = [span.ends_at for span in self.spans.get(person, ()) if span.begins_at <= at < span.ends_at]
        return max(found, default=None)

    def is_there(self, person: str, at: datetime) -> bool:
        """Whether they are in the directory, not away, and may be asked."""
        return self.is_known(person) and person not in self.unfit and self.until(person, at) is None

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


def away_in(directory: Directory) -> Away:
    """When people are away or gone, as the directory says: worked out of whom it is asked for."""
    return Away(_Spans(directory), _Known(directory))


class _Spans(Mapping[str, tuple[Span, ...]]):
    """Absences by person, read from the directory when they are asked for."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._seen: dict[str, tuple[Span, ...]] = {}

    def __getitem__(self, person: str) -> tuple[Span, ...]:
        if person not in self._seen:
            self._seen[person] = _absences(self._directory.person(person))
        return self._seen[person]

    def __iter__(self) -> Iterator[str]:
        return (person.id for person in self._directory.people)

    def __len__(self) -> int:
        return len(self._directory.people)


def _absences(person: Person) -> tuple[Span, ...]:
    found = [
        Span(absence.begins_at(person.zone), absence.ends_at(person.zone) or NEVER_BACK) for absence in person.absences
    ]
    if person.left_at is not None:
        found.append(Span(instant_after(person.left_at, person.zone), NEVER_BACK))
    return tuple(sorted(found))
