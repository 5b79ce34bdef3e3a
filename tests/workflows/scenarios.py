"""Whole stories of issues on the real server, each to its end: played by tests of handing over, recorded for replay.

Whoever plays one brings the server; `staged` brings record, directory, worker and, where a story needs it, mail.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from temporalio.testing import WorkflowEnvironment

from escalation.issue.commands import (
    Acknowledge,
    Close,
    Command,
    Confirm,
    Escalate,
    Release,
    Reopen,
    Resolve,
    TakeCharge,
)
from escalation.issue.events import Entry
from escalation.issue.facts import TextRef
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from escalation.policy.model import Acknowledgement, Policy, Tell, Warn
from tests.activities.channels.mail_server import mail_server
from tests.given import actor, exhaustion, minutes, policy, tier
from tests.server import PEOPLE, House, working
from tests.workflows.waiting import until_found

MOMENT = timedelta(seconds=1)
WITH_MAIL = PEOPLE.replace("{inbox: ann}", "{email: ann@example.org, inbox: ann}").replace(
    "{inbox: lee}", "{email: nobody@example.org, inbox: lee}"
)
BROKEN = "people: {ann: {name: [\n"


@dataclass(frozen=True)
class Scenario:
    """A story and what it needs."""

    name: str
    play: Callable[[House], Awaitable[IssueId]]
    people: str = PEOPLE
    has_mail: bool = False


@asynccontextmanager
async def staged(
    env: WorkflowEnvironment, home: Path, scenario: Scenario, cached_workflows: int = 1000, task_queue: str = ""
) -> AsyncIterator[House]:
    """A house for the story, on that server."""
    queue = task_queue or str(home)
    home.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
    (home / "people.yaml").write_text(scenario.people)
    if not scenario.has_mail:
        async with working(env, home, queue, cached_workflows) as house:
            yield house
        return
    async with mail_server() as mails:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": mails.port, "smtp_security": "plain"}
        async with working(env, home, queue, cached_workflows, **mail, mail_from="escalon@example.org") as house:
            yield house


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Nobody else writes to this SQLite file during the block."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


async def pending(house: House, issue: IssueId, kind: str) -> int:
    """How many activities of that kind have not ended."""
    description = await house.handle(issue).describe()
    under_way = description.raw_description.pending_activities
    return sum(activity.activity_type.name == kind for activity in under_way)


class Telling:
    """One issue of a story: opened at once, and then moved on step by step."""

    def __init__(self, house: House, issue: IssueId, opened_at: datetime) -> None:
        self.house = house
        self.issue = issue
        self.opened_at = opened_at
        self._count = 0

    @classmethod
    async def begin(cls, house: House, *policies: Policy, is_anybody_asked: bool = True) -> "Telling":
        """Open an issue and wait until somebody is asked, where anybody is."""
        command = house.fresh(*policies)
        story = cls(house, (await house.open(command)).issue, command.issue.opened_at)
        await story.until(lambda s: bool(s.asked) or not is_anybody_asked)
        return story

    async def until(self, holds: Callable[[IssueState], bool]) -> IssueState:
        """Wait until it stands so."""
        return await self.house.until(self.issue, holds)

    async def after(self, time: timedelta, holds: Callable[[IssueState], bool]) -> IssueState:
        """Let time pass, and a moment more, until it stands so."""
        await self.house.pass_time(self.issue, time + MOMENT)
        return await self.until(holds)

    async def say(self, kind: type[Command], person: str, **more: Any) -> None:
        """A person's command, which must be done."""
        self._count += 1
        given = {"id": f"say-{self._count}", "by": actor(person), **more}
        if kind is TakeCharge:
            given["next_action"] = TextRef(ref=f"{given['id']}.next_action", length=9)
        command = kind(**given)
        sent = await self.house.send(self.issue, command)
        assert sent.outcome == "done", sent

    async def now(self) -> datetime:
        """The issue's own clock."""
        return await self.house.env.get_current_time(self.house.handle(self.issue))

    async def end(self) -> IssueId:
        """Let it be closed for lack of objection, if it is not, and its window end."""
        if (await self.house.state(self.issue)).status == "resolved":
            await self.after(timedelta(days=5), lambda s: s.status == "closed")
        await self.house.pass_time(self.issue, timedelta(days=14) + MOMENT)
        assert (await self.house.handle(self.issue).result())["status"] == "ended"
        return self.issue


async def acknowledged(house: House) -> IssueId:
    """The first tier answers, resolves, and the customer confirms."""
    story = await Telling.begin(house)
    await story.say(Acknowledge, "ann")
    await story.after(minutes(5), lambda s: s.handler == "ann")
    await story.say(Resolve, "ann", outcome="solved")
    await story.say(Confirm, "ray")
    return await story.end()


async def exhausted(house: House) -> IssueId:
    """Nobody answers; the last resort is told twice; the boss takes charge, is late, takes charge again, resolves."""
    warned = tier("first", warnings=(Warn(at=0.5, of="acknowledge", tell=("asked", "owner", "next_tier")),))
    story = await Telling.begin(house, policy(warned, tier("second", remind_every={"S1": minutes(4)})))
    await story.after(minutes(10), lambda s: s.tier == "second" and bool(s.asked))
    await story.after(minutes(10), lambda s: s.is_exhausted and bool(s.last_resort))
    await story.after(minutes(15), lambda s: s.last_resort_count == 1 and not s.findings)
    await story.say(TakeCharge, "boss", until=await story.now() + minutes(30))
    await story.after(minutes(30), lambda s: s.charge is None and not s.findings)
    await story.say(TakeCharge, "boss", until=await story.now() + minutes(30))
    await story.say(Resolve, "boss", outcome="workaround")
    await story.say(Close, "boss", reason="confirmed")
    return await story.end()


async def empty_tier(house: House) -> IssueId:
    """Nobody is on duty at the first tier, so the second is asked at once."""
    story = await Telling.begin(house, policy(tier("first", tell=Tell(roles=("absent",))), tier("second")))
    await story.until(lambda s: s.tier == "second" and bool(s.asked))
    await story.say(Acknowledge, "lee")
    await story.say(Resolve, "lee", outcome="explained")
    return await story.end()


async def failed_look_up(house: House) -> IssueId:
    """The directory cannot be read: the last known people are asked, tier for tier."""
    story = await Telling.begin(house, is_anybody_asked=False)
    await story.after(timedelta(seconds=30), lambda s: s.asked == ("first-known",))
    await story.after(minutes(10), lambda s: s.tier == "second")
    await story.after(timedelta(seconds=30), lambda s: s.asked == ("second-known",))
    await story.say(Resolve, "second-known", outcome="solved")
    return await story.end()


async def mail_failed(house: House) -> IssueId:
    """One mail arrives, one is refused by the mail server; the inbox has both."""
    story = await Telling.begin(house)
    await story.after(minutes(10), lambda s: s.tier == "second" and bool(s.asked))
    await story.say(Resolve, "lee", outcome="solved")
    return await story.end()


async def refused_signals(house: House) -> IssueId:
    """Signals of every wrong kind, one that is right, and a cancelled workflow."""
    only_handler = policy(roles={**policy().roles, "close": ("handler",)})
    story = await Telling.begin(house, only_handler)
    handle = house.handle(story.issue)
    await handle.signal("acknowledge")
    await handle.signal("acknowledge", args=[1, 2])
    await handle.signal("aknowledge", {"by": "ann"})
    await handle.signal("close", {"by": "eve", "reason": "confirmed"})
    await handle.cancel()
    await until_found(partial(_cancelling_is_refused, story))
    await handle.signal("acknowledge", {"by": "ann", "next_action": "call them back"})
    await story.until(lambda s: s.handler == "ann")
    await story.say(Resolve, "ann", outcome="solved")
    return await story.end()


async def _cancelling_is_refused(story: Telling) -> bool:
    return any(getattr(e.event, "command", "") == "cancel" for e in story.house.journal(story.issue))


async def reopened(house: House) -> IssueId:
    """Resolved, not fixed after all, resolved again; nobody objects."""
    story = await Telling.begin(house, policy(courtesies=("left_tier", "outcome")))
    await story.say(Acknowledge, "ann")
    await story.say(Resolve, "ann", outcome="solved")
    await story.after(timedelta(days=3), lambda s: s.confirm_count == 1)
    await story.say(Reopen, "ray")
    await story.until(lambda s: s.status == "open" and bool(s.asked))
    await story.after(minutes(10), lambda s: s.tier == "second" and bool(s.asked))
    await story.say(Resolve, "lee", outcome="solved")
    return await story.end()


async def fell_back(house: House) -> IssueId:
    """The ladder is exhausted and the fallback policy's ladder is climbed."""
    first = policy(tier("first"), exhaustion=exhaustion("fallback", fallback="other"))
    story = await Telling.begin(house, first, policy(tier("second"), name="other"))
    await story.after(minutes(10), lambda s: s.policy == "other" and bool(s.asked))
    await story.say(Acknowledge, "lee")
    await story.say(Resolve, "lee", outcome="solved")
    return await story.end()


async def by_hand(house: House) -> IssueId:
    """Acknowledged, lapsed, renewed, released, moved up by hand; the second tier's time to work is spent."""
    lapsing = Acknowledgement(lapses_after={"S1": minutes(5)}, renewals=2)
    story = await Telling.begin(house, policy(acknowledgement=lapsing))
    await story.say(Acknowledge, "ann")
    await story.say(Acknowledge, "ben")
    await story.after(minutes(5), lambda s: s.handler is None)
    await story.say(Acknowledge, "ann")
    await story.say(Release, "ann")
    await story.say(Escalate, "ann")
    await story.until(lambda s: s.tier == "second" and bool(s.asked))
    await story.say(Acknowledge, "lee", until=await story.now() + minutes(4))
    await story.after(minutes(4), lambda s: s.handler is None)
    await story.after(minutes(10), lambda s: s.is_exhausted and bool(s.last_resort))
    await story.say(TakeCharge, "boss", until=await story.now() + minutes(30))
    await story.say(Release, "boss")
    await story.until(lambda s: s.charge is None and not s.findings)
    await story.say(Resolve, "lee", outcome="solved")
    return await story.end()


async def record_away(house: House) -> IssueId:
    """The record is locked when the first tier's time is up; it catches up later."""
    story = await Telling.begin(house)
    await house.recorded(story.issue)
    with locked(house.settings.home / "record.db"):
        await house.handle(story.issue).signal("acknowledge")  # refused, for the record alone
        await story.until(lambda s: s.entries > len(house.journal(story.issue)))
        await until_found(partial(pending, house, story.issue, "record"))
    await house.recorded(story.issue)
    await story.say(Resolve, "ann", outcome="solved")
    return await story.end()


SCENARIOS = (
    Scenario("acknowledged", acknowledged),
    Scenario("exhausted", exhausted),
    Scenario("empty_tier", empty_tier),
    Scenario("failed_look_up", failed_look_up, people=BROKEN),
    Scenario("mail_failed", mail_failed, people=WITH_MAIL, has_mail=True),
    Scenario("refused_signals", refused_signals),
    Scenario("reopened", reopened),
    Scenario("fell_back", fell_back),
    Scenario("by_hand", by_hand),
    Scenario("record_away", record_away),
)


def in_short(entries: list[Entry], opened_at: datetime) -> tuple[list[str], list[str]]:
    """A journal such that two plays of a story can be compared: what was decided, in order, and who was told.

    Times count from the opening, in whole minutes; by how many seconds a machine was late is its own affair; messages
    leave in any order.
    """
    decided, told = [], []
    for entry in entries:
        event = entry.event.model_dump(mode="python", exclude={"open", "late_by_s"})
        line = f"{_since(entry.happened_at, opened_at)} {entry.by.person} {_shifted(event, opened_at)}"
        if entry.event.kind == "told":
            told.append(f"{event['person']} {event['channel']} {event['about']} {event['outcome']}")
        else:
            decided.append(line)
    return decided, sorted(told)


def _since(at: datetime, opened_at: datetime) -> int:
    return (at - opened_at) // timedelta(minutes=1)


def _shifted(value: Any, opened_at: datetime) -> Any:
    if isinstance(value, datetime):
        return _since(value, opened_at)
    if isinstance(value, dict):
        return {key: _shifted(item, opened_at) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shifted(item, opened_at) for item in value]
    return value
