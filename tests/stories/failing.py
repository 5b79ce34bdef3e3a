"""Stories in which messages fail, told again on the simulated clock: what became of each message is stated to it.

The journals must then agree in everything but what the world alone knows of messages: how often it tried, in which
words it failed.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.commands import Open
from escalation.issue.effects import FindResponders, Notify
from escalation.issue.events import Entry
from escalation.issue.events import Told as ToldEvent
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import Deliver, Delivery, LookUp, World, people_of
from tests.stories.clocks import MOMENT, Told

CHANNELS = ("inbox", "email", "webhook")
_OF_THE_WORLD = {"attempts", "error", "tries", "is_possible_repeat", "is_delivered"}


def simulated_again(begun: Open, directory: str, journal: list[Entry], looked_at: datetime) -> list[Entry]:
    """The same issue, up to then, in a world that does as the journal says."""
    heard = Told(begun, begun.issue.opened_at, [], [], journal=journal, looked_at=looked_at).heard()
    find = people_of(read_directory(directory, "people.yaml"), CHANNELS)

    def as_fast(effect: FindResponders, at: datetime) -> LookUp:
        return find(effect, at)._replace(after=heard.took.get(effect.key, FIND_WITHIN))

    issue = Simulated(World(find=as_fast, deliver=as_told(journal), served=heard.served))
    issue.send(begun, heard.taken_up[begun.id])
    issue.run_to(looked_at + 100 * MOMENT)
    return issue.entries


def as_told(journal: Iterable[Entry]) -> Deliver:
    """What became of each message there, one errand after the other; one that was never heard of hangs for ever."""
    became: dict[str, list[tuple[datetime, ToldEvent]]] = defaultdict(list)
    place, before = 0, datetime.min.replace(tzinfo=UTC)
    for entry in journal:
        place = place + 1 if entry.recorded_at == before else 0
        before = entry.recorded_at
        if isinstance(entry.event, ToldEvent):
            # Answers of one instant, in their order there.
            became[entry.event.message].append((entry.recorded_at + place * MOMENT, entry.event))

    def deliver(effect: Notify, at: datetime) -> Delivery:
        if not became[effect.key]:
            return Delivery(after=datetime.max.replace(tzinfo=at.tzinfo) - at)
        heard_at, event = became[effect.key].pop(0)
        return Delivery(event.outcome, heard_at - at)

    return deliver


def in_short(journal: Iterable[Entry]) -> list[Any]:
    """What both clocks must say alike."""
    found = []
    for entry in journal:
        event = entry.event.model_dump(mode="json", exclude=_OF_THE_WORLD if entry.event.kind == "told" else set())
        times = (round(at.timestamp(), 3) for at in (entry.happened_at, entry.recorded_at))
        found.append((entry.number, *times, event))
    return found
