"""A script on each of the three clocks: what was answered, and the journal up to the script's end.

On a running clock nothing happens at an exact instant, and a busy machine is late by any time. So what the world did
there (when a command was taken up, how long a look-up took, when the clock was served) is stated to the simulated
clock, which must then come to the same journal. Nothing is compared before all that was due by the end has been served.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from escalation.issue.clocks import FIND_WITHIN, moments
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
from tests.workflows.scenarios import pending
from tests.workflows.waiting import until_found

GIVEN_UP_AFTER = timedelta(seconds=29.3)
"""When a look-up that fails again and again is given up: the try after it would be beyond its 30 s
(`workflows/errands.py`; 0.3 s to 5 s between tries, on Temporal's development server)."""

MOMENT = timedelta(microseconds=1)
"""The least time between two instants."""
LATEST = timedelta(seconds=60)
"""How long one waits for a machine that is late, before the story counts as stuck."""


class RefusedWhen(NamedTuple):
    """A refusal, which leaves nothing behind: it was decided somewhere between the call and its answer."""

    code: str
    since: datetime
    until: datetime


@dataclass
class Heard:
    """What the world did on a running clock."""

    looked_at: datetime
    """When its journal was read: what was due by the script's end, and not moot, has been served by then."""
    taken_up: dict[str, datetime] = field(default_factory=dict)
    """When each command was decided, by its id."""
    refused: dict[str, RefusedWhen] = field(default_factory=dict)
    """The commands that were refused, by their ids."""
    took: dict[str, timedelta] = field(default_factory=dict)
    """How long each look-up took, by the key of its errand."""
    linked_after: timedelta = timedelta(0)
    """How long another issue took to answer its duplicate."""
    ticks: list[datetime] = field(default_factory=list)
    """When the clock was served, time after time."""

    def served(self, due_at: datetime) -> datetime:
        """When the clock was served for what was due then. Not by the last look: it was moot by the time it came."""
        return min((tick for tick in self.ticks if tick >= due_at), default=max(due_at, self.looked_at + MOMENT))


@dataclass
class Told:
    """What came of a script."""

    begun: Open
    opened_at: datetime
    answers: list[str]
    """For each line `done`, or the code of its refusal."""
    entries: list[Entry]
    """What happened by the script's end."""
    refused: dict[str, RefusedWhen] = field(default_factory=dict)
    """The refused commands, by their ids."""
    decisions: int = 0
    journal: list[Entry] = field(default_factory=list)
    """Of a running clock: all that was on record when it was looked at."""
    looked_at: datetime | None = None

    def heard(self) -> Heard:
        """What the journal tells of the world."""
        assert self.looked_at is not None, "of a running clock"
        heard = Heard(self.looked_at, refused=self.refused)
        asked_at: dict[int, datetime] = {}
        suppressed_at: datetime | None = None
        for entry in self.journal:
            turn = getattr(entry.event, "turn", 0)
            if entry.event.kind == "suppression_asked":
                suppressed_at = entry.recorded_at
            if entry.event.kind in {
                "tier_began",
                "tier_opened",
                "exhausted",
                "last_resort_told",
                "offer_lapsed",
                "ask_put",
                "ask_looked_again",
                "looked_again",
            }:
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

    is_there = any(FIRST in line.fields.values() for line in script.lines)
    linked = Linked(None if is_there else "there is no such issue", heard.linked_after if heard else timedelta(0))
    return World(find=as_there, link=lambda *_: linked, served=heard.served if heard is not None else None)


def simulated(script: Script, begun: Open, opened_at: datetime, heard: Heard | None = None) -> Told:
    """On the simulated clock; with `heard`, as the world was then."""
    taken_up = heard.taken_up if heard is not None else {}
    issue = Simulated(world_of(script, heard))
    first = issue.send(begun, taken_up.get(begun.id, opened_at))
    assert not isinstance(first, Rejected), first
    answers = []
    for at, command in script.commands(begun, opened_at):
        refused = heard.refused.get(command.id) if heard is not None else None
        said_at = _when_refused(issue, command, refused) if refused is not None else taken_up.get(command.id, at)
        answer = issue.send(command, said_at)
        answers.append(answer.code if isinstance(answer, Rejected) else "done")
    end = opened_at + script.until
    issue.run_to(heard.looked_at if heard is not None else end)
    return Told(begun, opened_at, answers, _until(issue.entries, end), decisions=issue.decisions)


def _when_refused(issue: Simulated, command: Command, there: RefusedWhen) -> datetime:
    """The first instant of the call at which it is refused as it was there; where there is none, that of the answer."""
    at = there.since
    while True:
        if issue.now is None or issue.now < at:
            issue.run_to(at - MOMENT)
        answer = issue.rules.work_out(issue.state, command, at)
        if isinstance(answer, Rejected) and answer.code == there.code:
            return at
        following = issue.next_at
        if following is None or following >= there.until:
            return max(at, there.until)
        at = following + MOMENT


def ties(script: Script) -> list[int]:
    """The places of the lines that are said within a second of what is due: which comes first is left to chance."""
    opened_at = datetime(2026, 1, 1, tzinfo=UTC)
    entries = simulated(script, script.begin(opened_at, "TIE"), opened_at).entries
    due = [entry.happened_at for entry in entries if entry.by == CLOCK and not entry.command]
    said = [opened_at + line.after for line in script.lines]
    return [place for place, at in enumerate(said) if any(abs(at - instant) <= timedelta(seconds=1) for instant in due)]


class Clock(Protocol):
    """What lets the time of an issue pass."""

    async def now(self, issue: IssueId) -> datetime:
        """What time it is for this issue."""
        ...

    async def wait(self, issue: IssueId, until: datetime) -> None:
        """Let time pass."""
        ...


class Skipped:
    """Time that is skipped on the server: all that is due on the way is done."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def now(self, issue: IssueId) -> datetime:
        """The workflow's clock."""
        return await self._house.env.get_current_time(self._house.handle(issue))

    async def wait(self, issue: IssueId, until: datetime) -> None:
        """Put the workflow's clock forward."""
        now = await self.now(issue)
        if until > now:
            await self._house.pass_time(issue, until - now)


class Real:
    """Time as it is."""

    async def now(self, issue: IssueId) -> datetime:
        """The machine's clock."""
        return datetime.now(UTC)

    async def wait(self, issue: IssueId, until: datetime) -> None:
        """Sleep."""
        await asyncio.sleep((until - await self.now(issue)).total_seconds())


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
    answers, refused = [], {}
    for at, command in script.commands(begun, opened_at):
        await clock.wait(issue, at)
        since = await clock.now(issue)
        answers.append(await _send(house, begun, command))
        if answers[-1] != "done":
            refused[command.id] = RefusedWhen(answers[-1], since, await clock.now(issue))
    end = opened_at + script.until
    await clock.wait(issue, end)
    journal = await _settled(house, issue, end)
    looked_at = max(await clock.now(issue), end)  # what came between the two was due after the end
    return Told(begun, opened_at, answers, _until(journal, end), refused, journal=journal, looked_at=looked_at)


async def _settled(house: House, issue: IssueId, end: datetime) -> list[Entry]:
    """The journal once what was due by then has been served, however late, and every message has left."""

    async def all_have_left() -> bool:
        return await pending(house, issue, "notify") == 0

    await house.until(issue, lambda state: all(moment.at > end for moment in moments(state)), LATEST)
    await until_found(all_have_left, LATEST.total_seconds())
    return await house.recorded(issue)


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
