"""A script on each of the three clocks: what was answered, and the journal up to the script's end.

On a running clock nothing happens at an exact instant. So what the world did there (when a command was taken up, how
long a look-up took) is stated to the simulated clock, which must then come to the same journal.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from escalation.issue.commands import Command, Open
from escalation.issue.effects import FindResponders
from escalation.issue.events import Entry
from escalation.issue.events import Told as ToldEvent
from escalation.issue.facts import CLOCK
from escalation.issue.refusal import Rejected
from escalation.policy.finding import PolicyErrors
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import FindPeople, Linked, LookUp, World, never_found, people_of
from tests.server import House
from tests.stories.script import Script

GIVEN_UP_AFTER = timedelta(seconds=29.3)
"""When a look-up that fails again and again is given up: the try after it would be beyond its 30 s
(`workflows/errands.py`; 0.3 s to 5 s between tries, on Temporal's development server)."""


@dataclass
class Heard:
    """What the world did on a running clock."""

    taken_up: dict[str, datetime] = field(default_factory=dict)
    """When each command was decided, by its id."""
    took: dict[str, timedelta] = field(default_factory=dict)
    """How long each look-up took, by the key of its errand."""


@dataclass
class Told:
    """What came of a script."""

    begun: Open
    opened_at: datetime
    answers: list[str]
    """For each line `done`, or the code of its refusal."""
    entries: list[Entry]
    decisions: int = 0

    def heard(self) -> Heard:
        """What the journal tells of the world."""
        heard = Heard()
        asked_at: dict[int, datetime] = {}
        for entry in self.entries:
            turn = getattr(entry.event, "turn", 0)
            if entry.event.kind in {"tier_began", "exhausted", "last_resort_told"}:
                asked_at[turn] = entry.recorded_at
            if entry.by.person == CLOCK.person and "/find/" in entry.command:
                heard.took.setdefault(entry.command, entry.recorded_at - asked_at[turn])
            elif entry.command:
                heard.taken_up.setdefault(entry.command, entry.recorded_at)
        return heard


def world_of(script: Script, heard: Heard) -> World:
    """The script's people, found as fast as they were found there; the one other issue that is named is not there."""
    find: FindPeople
    try:
        find = people_of(read_directory(script.people, "people.yaml"))
    except PolicyErrors as error:
        find = never_found(str(error), GIVEN_UP_AFTER)

    def as_there(effect: FindResponders, at: datetime) -> LookUp:
        found = find(effect, at)
        return found._replace(after=heard.took.get(effect.key, found.after))

    return World(find=as_there, link=lambda *_: Linked(error="there is no such issue"))


def simulated(script: Script, begun: Open, opened_at: datetime, heard: Heard | None = None) -> Told:
    """On the simulated clock; with `heard`, as the world was then."""
    heard = heard or Heard()
    issue = Simulated(world_of(script, heard))
    first = issue.send(begun, heard.taken_up.get(begun.id, opened_at))
    assert not isinstance(first, Rejected), first
    answers = []
    for at, command in script.commands(opened_at):
        taken_up = heard.taken_up.get(command.id, at)
        answer = issue.send(command, max(taken_up, issue.now or taken_up))
        answers.append(answer.code if isinstance(answer, Rejected) else "done")
    end = opened_at + script.until
    issue.run_to(end)
    return Told(begun, opened_at, answers, _until(issue.entries, end), issue.decisions)


def ties(script: Script) -> list[int]:
    """The places of the lines that are said within a second of what is due: which comes first is left to chance."""
    opened_at = datetime(2026, 1, 1, tzinfo=UTC)
    entries = simulated(script, script.begin(opened_at, "TIE"), opened_at).entries
    due = [entry.happened_at for entry in entries if entry.by == CLOCK and not entry.command]
    said = [at for at, _ in script.commands(opened_at)]
    return [place for place, at in enumerate(said) if any(abs(at - instant) <= timedelta(seconds=1) for instant in due)]


async def on_the_server(house: House, script: Script, reference: str) -> Told:
    """As a workflow whose time is skipped."""

    async def wait(begun: Open, at: datetime) -> None:
        now = await house.env.get_current_time(house.handle(begun.issue.id))
        if at > now:
            await house.pass_time(begun.issue.id, at - now)

    return await _running(house, script, reference, wait)


async def live(house: House, script: Script, reference: str) -> Told:
    """As a workflow in real time."""

    async def wait(begun: Open, at: datetime) -> None:
        await asyncio.sleep((at - datetime.now(UTC)).total_seconds())

    return await _running(house, script, reference, wait)


async def _running(
    house: House, script: Script, reference: str, wait: Callable[[Open, datetime], Awaitable[None]]
) -> Told:
    opened_at = datetime.now(UTC)
    begun = script.begin(opened_at, reference)
    issue = (await house.open(begun)).issue
    await house.until(issue, lambda state: state.turn > 0)
    answers = []
    for at, command in script.commands(opened_at):
        await wait(begun, at)
        answers.append(await _send(house, begun, command))
    end = opened_at + script.until
    await wait(begun, end + timedelta(seconds=1))
    return Told(begun, opened_at, answers, _until(await house.recorded(issue), end))


async def _send(house: House, begun: Open, command: Command) -> str:
    sent = await house.send(begun.issue.id, command)
    assert sent.outcome in {"done", "refused"}, sent
    return sent.code or "done"


def _until(entries: list[Entry], end: datetime) -> list[Entry]:
    """What happened by then, and what became of the messages that were written by then."""
    kept = [entry for entry in entries if entry.event.kind != "told" and entry.happened_at <= end]
    numbers = {str(entry.number) for entry in kept}
    told = [
        entry
        for entry in entries
        if isinstance(entry.event, ToldEvent) and entry.event.message.split("/")[1] in numbers
    ]
    return sorted((*kept, *told), key=lambda entry: entry.number)
