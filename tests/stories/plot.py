"""The story that goes on while worker or server are killed: several issues on a ladder of seconds, in real time.

Whoever acts in it looks at the record and sends through the client, as a person at the command line does.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random

from temporalio.service import RPCError

from client.sending import NoSuchIssue
from escalation.issue.commands import Acknowledge, Command, Escalate, Release, Resolve, TakeCharge
from escalation.issue.facts import TextRef
from escalation.issue.identity import IssueId
from escalation.policy.model import Closing, Policy
from records import reading
from records.reading import IssueRow
from starter.recording import send_and_record
from tests.given import actor, exhaustion, policy, tier
from tests.server import House

SECONDS = 1 / 60
SOON = timedelta(seconds=2)
"""How long somebody waits for an answer before the command is stored as a signal."""
STUCK_AFTER = timedelta(seconds=60)
"""When a story in which nothing more comes on record counts as stuck: longest is the wait for a dead worker's task."""
PEOPLE = """
operator: olga
teams: {main: {duty_lead: lee}}
people:
  ray: {name: Sample Raiser, role: agent, teams: [main], addresses: {inbox: ray}}
  ann: {name: Sample One, role: first, teams: [main], addresses: {email: ann@example.org, inbox: ann}}
  ben: {name: Sample Two, role: first, teams: [main], addresses: {inbox: ben}}
  lee: {name: Sample Lead, role: second, teams: [main], addresses: {email: lee@example.org, inbox: lee}}
  boss: {name: Sample Boss, role: senior, teams: [main], addresses: {email: boss@example.org, inbox: boss}}
  olga: {name: Sample Operator, role: operator, teams: [main], addresses: {inbox: olga}}
"""


def quick_policy() -> Policy:
    """A ladder of seconds, with everything that time can do."""
    short = {"S1": timedelta(seconds=3), "S2": timedelta(seconds=3)}
    return policy(
        tier("first", acknowledge=3 * SECONDS, work=8 * SECONDS),
        tier("second", acknowledge=3 * SECONDS, work=8 * SECONDS),
        exhaustion=exhaustion(last_resort_every=short),
        courtesies=("left_tier", "outcome"),
        closing=Closing(
            reasons=("confirmed", "silence"),
            remind_after=timedelta(seconds=1),
            silence_after=timedelta(seconds=2),
            reopen_within=timedelta(seconds=2),
        ),
    )


@asynccontextmanager
async def going_on(house: House, kills: Callable[[], int] = lambda: 0) -> AsyncIterator[None]:
    """TimeoutError once nothing came on record for a while and nothing was killed, however slow the machine is."""
    loop = asyncio.get_running_loop()

    async def watching(limit: asyncio.Timeout) -> None:
        before: tuple[int, list[datetime]] = (0, [])
        while True:
            now = kills(), [row.written_at for row in reading.list_issues(house.db)]
            if now != before:
                before = now
                limit.reschedule(loop.time() + STUCK_AFTER.total_seconds())
            await asyncio.sleep(0.5)

    async with asyncio.timeout(STUCK_AFTER.total_seconds()) as limit:
        watch = asyncio.create_task(watching(limit))
        try:
            yield
        finally:
            watch.cancel()


class Part:
    """One issue's part in the story, and those who act in it."""

    def __init__(self, house: House, chance: Random) -> None:
        self.house = house
        self.chance = chance
        self.opening = house.fresh(quick_policy())
        self.issue: IssueId = self.opening.issue.id

    async def play(self, act: Callable[["Part"], Awaitable[None]]) -> None:
        """Open it, act, and see it to its end."""
        await self._try(lambda: self.house.open(self.opening))
        await act(self)
        await self.until(lambda row: row.status == "ended")

    async def until(self, holds: Callable[[IssueRow], bool]) -> IssueRow:
        """Wait until the record says so."""
        while True:
            row = reading.issue(self.house.db, self.issue)
            if row is not None and holds(row):
                return row
            await asyncio.sleep(0.05)

    async def say(self, kind: type[Command], person: str, **more: object) -> None:
        """Send a command, again and again under one id, until it is done, stored or refused."""
        given = f"{kind.__name__}-{self.chance.random()}"
        if kind is TakeCharge:
            more["next_action"] = TextRef(ref=f"{given}.next_action", length=9)
        command = kind.model_validate({"id": given, "by": actor(person), **more})
        await asyncio.sleep(self.chance.uniform(0, 1))
        record = self.house.db if self.chance.random() < 0.7 else None  # else its sender leaves it to the issue
        await self._try(lambda: send_and_record(self.house.client, record, self.issue, command, SOON))

    async def _try(self, call: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await call()
            except (RPCError, NoSuchIssue):
                await asyncio.sleep(0.2)
            else:
                return


async def nobody_answers(part: Part) -> None:
    """All tiers are silent; the boss takes charge at last, and resolves."""
    await part.until(lambda row: row.is_exhausted)
    while (await part.until(lambda row: bool(row.status))).is_exhausted:
        until = datetime.now(UTC) + timedelta(seconds=20)
        await part.say(TakeCharge, "boss", until=until)
        await asyncio.sleep(1)
    await resolved_by(part, "boss")


async def first_answers(part: Part) -> None:
    """The first tier acknowledges, gives it back and moves it up; the second resolves."""
    await part.say(Acknowledge, "ben")
    await part.say(Release, "ben")
    await part.say(Escalate, "ann")
    await resolved_by(part, "lee")


async def second_answers(part: Part) -> None:
    """The first tier is silent; the second acknowledges."""
    await part.until(lambda row: row.tier == "second" and bool(row.asked))
    await part.say(Acknowledge, "lee")
    await resolved_by(part, "lee")


async def resolved_by(part: Part, person: str) -> None:
    """Resolved, perhaps at the second try."""
    while (await part.until(lambda row: bool(row.status))).status == "open":
        await part.say(Resolve, person, outcome="solved")
        await asyncio.sleep(1)


ACTS = (nobody_answers, first_answers, second_answers)
