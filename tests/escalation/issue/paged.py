"""A play whose people have channels and stand-ins, and in which it is said what becomes of each message."""

from collections.abc import Mapping
from typing import Any

from escalation.issue.commands import Open, TakeDelivery, TakePeople
from escalation.issue.delivery import StandIn
from escalation.issue.effects import FindResponders, Notify
from escalation.issue.events import Entry, Told
from escalation.issue.facts import PersonFacts
from escalation.issue.further import further
from escalation.issue.refusal import Rejected
from tests.given import Played, person


class Paged(Played):
    """Those who are found have an inbox alone, and nobody to stand in for them, unless it is said."""

    def __init__(
        self,
        command: Open | None = None,
        *,
        channels: Mapping[str, tuple[str, ...]] | None = None,
        stand_ins: Mapping[str, tuple[str, ...]] | None = None,
        **more: Any,
    ) -> None:
        self._channels = channels or {}
        self._stand_ins = stand_ins or {}
        super().__init__(command, **more)

    def found(self, effect: FindResponders, names: tuple[str, ...]) -> TakePeople:
        """With their channels and stand-ins."""
        instead = {name: self._stand_ins[name] for name in names if name in self._stand_ins}
        return TakePeople(
            id=effect.key,
            turn=effect.turn,
            people=tuple(self._facts(name, effect.tier or "boss") for name in names),
            why="on duty",
            stand_ins={
                name: tuple(StandIn(id=each, why=f"deputy of {name}") for each in listed)
                for name, listed in instead.items()
            },
            beside=tuple(self._facts(each, "deputy") for listed in instead.values() for each in listed),
        )

    def _facts(self, name: str, role: str) -> PersonFacts:
        return person(name, role, channels=self._channels.get(name, ("inbox",)))

    def message(self, who: str, channel: str, about: str = "asked") -> Notify:
        """The latest message to this person by this channel about that."""
        found = [each for each in self.effects if isinstance(each, Notify) and each.person.id == who]
        return next(each for each in reversed(found) if (each.channel, each.about) == (channel, about))

    def became(self, note: Notify, outcome: str, now: Any = None, **more: Any) -> tuple[Entry, ...]:
        """What became of a message, and what follows from it."""
        given: dict[str, Any] = {
            "id": note.key, "message": note.key, "person": note.person.id, "channel": note.channel,
            "about": note.about, "turn": note.turn, "outcome": outcome, "is_later": note.earlier > 0,
            "attempts": note.earlier + 1, "error": None if outcome == "sent" else "no route", **more,
        }  # fmt: skip
        answer = TakeDelivery.model_validate(given)
        made = self.send(answer, now)
        assert not isinstance(made, Rejected), made
        for entry in made:
            if isinstance(entry.event, Told):
                self.effects.extend(further(note, entry.event, answer))
        return made

    def by(self, who: str, about: str = "asked") -> list[str]:
        """By which channels this person was told about that, in order."""
        notes = [each for each in self.effects if isinstance(each, Notify)]
        return [each.channel for each in notes if each.person.id == who and each.about == about]


MAIL = ("inbox", "email")
BY_MAIL = dict.fromkeys(("first-1", "first-2", "second-1", "second-2", "boss", "dora", "lead"), MAIL)


def kinds(made: Any) -> list[str]:
    """The kinds of the entries."""
    return [entry.event.kind for entry in made]


def all_fail(played: Paged, *people: str, channel: str = "email", about: str = "asked", now: Any = None) -> list[str]:
    """Their messages fail for good; what came of the last one."""
    made: list[str] = []
    for who in people:
        made = kinds(played.became(played.message(who, channel, about), "failed", now))
    return made
