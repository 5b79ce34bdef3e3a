"""Who of those who are there gets it: by skill, language and authority, then whose turn it is or who has least to do.

Pure. What people have to do is handed in (`Loads`): from the record, and from what was given out and is not on it yet.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from escalation.issue.effects import FindResponders
from escalation.issue.facts import LeftOut
from escalation.policy.directory import Person
from escalation.policy.model import Tell

LAG = timedelta(minutes=1)
"""What was given out longer ago is on record. Ours: an entry is written within seconds while the record is there."""


class Load(NamedTuple):
    """What somebody has to do."""

    open: int = 0
    """Open issues that they work on, or that ask them and that nobody works on."""
    last_at: datetime | None = None
    """When the latest issue was opened that they were given, whatever became of it; None: none yet."""
    working: int = 0
    """What they have in hand: open issues that they work on, what they have taken on beside the ladder, and what asks
    them and nobody else and that nobody works on."""


Loads: TypeAlias = Mapping[str, Load]
"""By person; who is not in it has nothing to do."""


class Routed(NamedTuple):
    """Who gets it, and who of the others could have."""

    chosen: tuple[Person, ...]
    others: tuple[Person, ...] = ()
    """Who is asked where one of the chosen declines or cannot be reached, the first one first."""
    left_out: tuple[LeftOut, ...] = ()
    words: tuple[str, ...] = ()


def able(people: Iterable[Person], effect: FindResponders) -> tuple[tuple[Person, ...], tuple[LeftOut, ...]]:
    """Those who have every skill, the authority and, where it is needed, the language; and why the others do not."""
    found: list[Person] = []
    left_out: list[LeftOut] = []
    for person in people:
        lacks = _lacks(person, effect.tell, effect.languages)
        if lacks:
            left_out.append(LeftOut(id=person.id, why=f"lacks {', '.join(lacks)}"))
        else:
            found.append(person)
    return tuple(found), tuple(left_out)


class Limited(NamedTuple):
    """Who may be given more, and who may not."""

    free: tuple[Person, ...]
    left_out: tuple[LeftOut, ...] = ()
    """Those who are at their limit, with how much they have."""


def within_limit(people: Iterable[Person], loads: Loads) -> Limited:
    """Those who have less in hand than they may have at once."""
    free: list[Person] = []
    left_out: list[LeftOut] = []
    for person in people:
        has = loads.get(person.id, Load()).working
        if person.at_once is not None and has >= person.at_once:
            left_out.append(LeftOut(id=person.id, why=f"at the limit: {has} of {person.at_once}"))
        else:
            free.append(person)
    return Limited(tuple(free), tuple(left_out))


def routed(people: Sequence[Person], effect: FindResponders, loads: Loads) -> Routed:
    """Who of these people, who are all able to, gets it."""
    tell = effect.tell
    words: list[str] = []
    left_out: list[LeftOut] = []
    if tell.language == "preferred" and effect.languages:
        speaking = [person for person in people if speaks(person, effect.languages)]
        if speaking and len(speaking) < len(people):
            words.append(f"who speaks {' or '.join(effect.languages)}")
            there = {person.id for person in speaking}
            left_out += [
                LeftOut(id=each.id, why="others speak the language") for each in people if each.id not in there
            ]
            people = speaking
        elif not speaking:
            words.append(f"nobody of them speaks {' or '.join(effect.languages)}")
    if tell.choose in {None, "everybody"}:
        return Routed(tuple(people), (), tuple(left_out), tuple(words))
    ranked = _in_order(people, effect, loads)
    count = tell.at_most or 1
    chosen, others = ranked[:count], ranked[count:]
    words.append(f"{_CHOSEN[tell.choose or 'first']}, {count} of {len(ranked)}")
    left_out += [LeftOut(id=person.id, why=_why(person, tell, loads)) for person in others]
    return Routed(tuple(chosen), tuple(others), tuple(left_out), tuple(words))


def speaks(person: Person, languages: Collection[str]) -> bool:
    """Whether they speak one of these, in any region: `pt` serves `pt-BR`."""
    wanted = {_tongue(language) for language in languages}
    return any(_tongue(language) in wanted for language in (person.language, *person.languages))


_CHOSEN = {
    "first": "the first of the list",
    "round_robin": "whose turn it is",
    "least_loaded": "who has least to do",
}


def _lacks(person: Person, tell: Tell, languages: Sequence[str]) -> list[str]:
    lacks = [f"skill {skill}" for skill in tell.skills if skill not in person.skills]
    lacks += [
        f"authority for {amount:,f} {currency}"
        for currency, amount in tell.authority.items()
        if person.limit.get(currency, 0) < amount
    ]
    if tell.language == "needed" and languages and not speaks(person, languages):
        lacks.append(f"language {' or '.join(languages)}")
    return lacks


def _in_order(people: Sequence[Person], effect: FindResponders, loads: Loads) -> list[Person]:
    """The one whose turn it is first. Between equals the issue decides, so that it is not always the same one."""
    if effect.tell.choose == "first":
        return list(people)

    def rank(person: Person) -> tuple[int, bool, float, str]:
        load = loads.get(person.id, Load())
        first = load.open if effect.tell.choose == "least_loaded" else 0
        since = load.last_at.timestamp() if load.last_at is not None else 0.0
        return first, load.last_at is not None, since, hashlib.sha256(f"{effect.key} {person.id}".encode()).hexdigest()

    return sorted(people, key=rank)


def _why(person: Person, tell: Tell, loads: Loads) -> str:
    load = loads.get(person.id, Load())
    match tell.choose:
        case "least_loaded":
            return f"others have less to do: {load.open} open"
        case "round_robin":
            return "it is another one's turn"
        case _:
            return "comes later in the list"


def _tongue(language: str) -> str:
    return language.partition("-")[0].lower()


ASK = "#"
"""Between an issue's id and what is put to others of it; no id has it."""


def _what(effect: FindResponders) -> str:
    return f"{effect.issue}{ASK}{effect.ask}" if effect.ask else str(effect.issue)


class GivenOut:
    """What was given out and is perhaps not on record yet; counts beside what the record says."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._given: dict[str, tuple[datetime, str, tuple[str, ...]]] = {}

    def note(self, effect: FindResponders, people: Iterable[str]) -> None:
        """Remember who was found for this look-up; the same one again replaces what it found before."""
        if effect.at is not None:
            self._given.pop(effect.key, None)
            self._given[effect.key] = (effect.at, _what(effect), tuple(people))
            while len(self._given) > self._most:
                del self._given[next(iter(self._given))]

    def with_record(self, recorded: Loads | None, known: Collection[str], effect: FindResponders) -> Loads:
        """What people have to do: by the record, and what was given out in the last minute that it does not know.

        `known`: the issues that the record knows of. Without a record all counts that was given out. The look-up that
        is to be answered counts for nobody, however often it is asked again.
        """
        loads = dict(recorded or {})
        counted: set[tuple[str, str]] = set()
        for key, (at, issue, people) in self._given.items():
            is_old = effect.at is not None and effect.at - at > LAG
            if key == effect.key or (recorded is not None and is_old):
                continue
            for person in people:
                load = loads.get(person, Load())
                is_new = issue not in known and (issue, person) not in counted
                counted.add((issue, person))
                last_at = at if load.last_at is None else max(load.last_at, at)
                is_alone = is_new and not is_old and len(people) == 1
                is_issue = is_new and ASK not in issue
                loads[person] = Load(load.open + is_issue, last_at, load.working + is_alone)
        return loads

    def recent(self, effect: FindResponders) -> tuple[str, ...]:
        """What was looked up in the last minute: issues, and `issue#ask` of what is put to others."""
        if effect.at is None:
            return ()
        since = effect.at - LAG
        return tuple(dict.fromkeys(issue for at, issue, _ in self._given.values() if at >= since))
