"""A script on each of the three clocks: what was answered, and the journal up to the script's end.

On a running clock nothing happens at an exact instant. So what the world did there (when a command was taken up, how
long a look-up took) is stated to the simulated clock, which must then come to the same journal.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from escalation.issue.clocks import FIND_WITHIN
from escalation.issue.commands import Command, Open
from escalation.issue.effects import FindResponders
from escalation.issue.events import Entry
from escalation.issue.events import Told as ToldEvent
from escalation.issue.facts import CLOCK
from escalation.issue.identity import IssueId
from escalation.issue.refusal import Rejected
from escalation.policy.finding import PolicyErrors
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import FindPeople, Linked, LookUp, World, never_found, people_of
from tests.server import House
from tests.stories.script import FIRST, UNREADABLE, Script

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
    linked_after: timedelta = timedelta(0)
    """How long another issue took to answer its duplicate."""
    ticks: list[datetime] = field(default_factory=list)
    """When the clock was served, time after time."""


@dataclass
class Told:
    """What came of a script."""

    begun: Open
    opened_at: datetime
    answers: list[str]
    """For each line `done`, or the code of its refusal."""
    entries: list[Entry]
    refused_at: dict[str, datetime] = field(default_factory=dict)
    """When each refused command was sent, by its id."""
    decisions: int = 0

    def heard(self) -> Heard:
        """What the journal tells of the world."""
        heard = Heard(taken_up=dict(self.refused_at))
        asked_at: dict[int, datetime] = {}
        suppressed_at: datetime | None = None
        for entry in self.entries:
            turn = getattr(entry.event, "turn", 0)
            if entry.event.kind == "suppression_asked":
                suppressed_at = entry.recorded_at
            if entry.event.kind in {"tier_began", "exhausted", "last_resort_told"}:
                asked_at[turn] = entry.recorded_at
            if entry.by.person == CLOCK.person and "/find/" in entry.command:
                heard.took.setdefault(entry.command, entry.recorded_at - asked_at[turn])
            elif "/suppress/" in entry.command and suppressed_at is not None:
                heard.linked_after = entry.recorded_at - suppressed_at
            elif entry.command:
                heard.taken_up.setdefault(entry.command, entry.recorded_at)
            elif entry.by == CLOCK and entry.recorded_at not in heard.ticks:
                heard.ticks.append(entry.recorded_at)
        return heard


def world_of(script: Script, heard: Heard | None = None) -> World:
    """The script's people, found as fast as they were found there; of other issues there is one at most."""
    find: FindPeople
    try:
        find = people_of(read_directory(script.people, "people.yaml"))
    except PolicyErrors as error:
        find = never_found(str(error), GIVEN_UP_AFTER)

    def as_there(effect: FindResponders, at: datetime) -> LookUp:
        found = find(effect, at)
        # An answer that left no entry there came too late to be of use.
        return found if heard is None else found._replace(after=heard.took.get(effect.key, FIND_WITHIN))

    def served(due_at: datetime) -> datetime:
        return min((tick for tick in heard.ticks if tick >= due_at), default=due_at) if heard else due_at

    is_there = any(FIRST in line.fields.values() for line in script.lines)
    linked = Linked(None if is_there else "there is no such issue", heard.linked_after if heard else timedelta(0))
    return World(find=as_there, link=lambda *_: linked, served=served)


def simulated(script: Script, begun: Open, opened_at: datetime, heard: Heard | None = None) -> Told:
    """On the simulated clock; with `heard`, as the world was then."""
    taken_up = heard.taken_up if heard is not None else {}
    issue = Simulated(world_of(script, heard))
    first = issue.send(begun, taken_up.get(begun.id, opened_at))
    assert not isinstance(first, Rejected), first
    answers = []
    for at, command in script.commands(begun, opened_at):
        answer = issue.send(command, taken_up.get(command.id, at))
        answers.append(answer.code if isinstance(answer, Rejected) else "done")
    end = opened_at + script.until
    issue.run_to(end + timedelta(seconds=1))
    return Told(begun, opened_at, answers, _until(issue.entries, end), decisions=issue.decisions)


def ties(script: Script) -> list[int]:
    """The places of the lines that are said within a second of what is due: which comes first is left to chance."""
    opened_at = datetime(2026, 1, 1, tzinfo=UTC)
    entries = simulated(script, script.begin(opened_at, "TIE"), opened_at).entries
    due = [entry.happened_at for entry in entries if entry.by == CLOCK and not entry.command]
    said = [opened_at + line.after for line in script.lines]
    return [place for place, at in enumerate(said) if any(abs(at - instant) <= timedelta(seconds=1) for instant in due)]


class Clock(Protocol):
    """What lets the time of an issue pass."""

    async def wait(self, issue: IssueId, until: datetime) -> datetime:
        """Let time pass; what time it is then, for this issue."""
        ...


class Skipped:
    """Time that is skipped on the server: all that is due on the way is done."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def wait(self, issue: IssueId, until: datetime) -> datetime:
        """Put the workflow's clock forward."""
        now = await self._house.env.get_current_time(self._house.handle(issue))
        if until > now:
            await self._house.pass_time(issue, until - now)
        return max(until, now)


class Real:
    """Time as it is."""

    async def wait(self, issue: IssueId, until: datetime) -> datetime:
        """Sleep."""
        await asyncio.sleep((until - datetime.now(UTC)).total_seconds())
        return datetime.now(UTC)


async def on_the_server(house: House, script: Script, reference: str) -> Told:
    """As a workflow whose time is skipped."""
    return await _running(house, script, reference, Skipped(house))


async def live(house: House, script: Script, reference: str) -> Told:
    """As a workflow in real time."""
    return await _running(house, script, reference, Real())


async def _running(house: House, script: Script, reference: str, clock: Clock) -> Told:
    opened_at = datetime.now(UTC)
    begun = script.begin(opened_at, reference)
    first = script.first(opened_at, reference)
    if first is not None:
        await house.open(first)
    issue = (await house.open(begun)).issue
    if script.people != UNREADABLE:
        await house.until(issue, lambda state: state.turn > 0 and not state.findings)
    answers, refused_at = [], {}
    for at, command in script.commands(begun, opened_at):
        sent_at = await clock.wait(issue, at)
        answers.append(await _send(house, begun, command))
        if answers[-1] != "done":
            refused_at[command.id] = sent_at
    end = opened_at + script.until
    await clock.wait(issue, end + timedelta(seconds=2))
    return Told(begun, opened_at, answers, _until(await house.recorded(issue), end), refused_at)


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
