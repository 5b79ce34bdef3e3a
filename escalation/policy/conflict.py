"""Who may not be asked about an issue: whom it is about, their deputies, whoever is below them, who has a conflict.

Which of these it is stays here: what goes on record says that there is a conflict of interest, and no more.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from escalation.policy.directory import Directory

IN_WORDS = "a conflict of interest"
"""Why somebody is left out, as it goes on record."""


class Conflicts:
    """Holds, by `in`, everybody of a directory who may not be asked about an issue at an instant."""

    def __init__(
        self, directory: Directory, about: Collection[str], at: datetime | None = None, never: Collection[str] = ()
    ) -> None:
        """`about`: whom it is about; `never`: who has a conflict of their own, which nobody shares with them."""
        self._directory = directory
        self._about = frozenset(about)
        self._known = dict.fromkeys((*about, *never, *_deputies(directory, about, at)), True)

    def __contains__(self, person: object) -> bool:
        if not isinstance(person, str):
            return False
        if not self._about:
            return person in self._known
        found = self._known.get(person)
        if found is None:
            found = self._known[person] = any(above in self._about for above in managers(self._directory, person))
        return found


def managers(directory: Directory, person: str) -> Iterator[str]:
    """Everybody above this person, the nearest first, each once; nobody where there is no such person."""
    seen = {person}
    here = person
    while directory.has(here):
        above = directory.person(here).manager
        if above is None or above in seen:
            return
        seen.add(above)
        yield above
        here = above


def ties(directory: Directory, person: str, at: datetime) -> tuple[str, ...]:
    """Whose matters are not this person's: those above them, and those whose deputy they are at that instant."""
    behind = directory.standing_behind(person)
    stands_in_for = (each.id for each in behind if person in {each.deputy, each.deputy_at(at)})
    return tuple(dict.fromkeys((*managers(directory, person), *stands_in_for)))


def _deputies(directory: Directory, about: Collection[str], at: datetime | None) -> Iterator[str]:
    for each in about:
        if not directory.has(each):
            continue
        person = directory.person(each)
        yield from (deputy for deputy in (person.deputy, at and person.deputy_at(at)) if deputy)
