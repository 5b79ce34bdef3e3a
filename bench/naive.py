"""A naive hand-written workflow that does and records the same story, for comparison; also its worker.

Written as one writes a first workflow: an activity for each thing that is done, each entry recorded by an activity when
it has happened, one upsert for each search attribute that changed. It has no late ticks, races, refusals, hand-overs or
card, and none of our rules.

`python -m bench.naive` works for the server at TEMPORAL_ADDRESS and records in BENCH_HOME/naive.db.
"""

import asyncio
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.worker import Worker

QUEUE = "naive"
STATUS = SearchAttributeKey.for_keyword("NaiveStatus")
TIER = SearchAttributeKey.for_keyword("NaiveTier")
DEADLINE = SearchAttributeKey.for_datetime("NaiveDeadline")
ATTRIBUTES = {"NaiveStatus": "Keyword", "NaiveTier": "Keyword", "NaiveDeadline": "Datetime"}
_SCHEMA = """
create table if not exists entries (
    issue text, number integer, kind text, at text, by text, detail text, primary key (issue, number)
);
create table if not exists inbox (issue text, person text, body text, at text);
"""


@dataclass
class Issue:
    """The workflow's input."""

    reference: str
    title: str
    silence_s: float
    window_s: float


@dataclass
class Line:
    """One entry of the record."""

    issue: str
    number: int
    kind: str
    at: str
    by: str
    detail: str


@dataclass
class Page:
    """A message to one person."""

    issue: str
    person: str
    body: str


class World:
    """The activities."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @activity.defn
    def record(self, line: Line) -> None:
        """Write the entry."""
        given = (line.issue, line.number, line.kind, line.at, line.by, line.detail)
        with open_record(self._file) as database:
            database.execute("insert or ignore into entries values (?, ?, ?, ?, ?, ?)", given)

    @activity.defn
    def find(self, tier: str) -> list[str]:
        """Who is asked at a tier."""
        return {"first": ["ann"], "second": ["lee"]}[tier]

    @activity.defn
    def notify(self, page: Page) -> str:
        """Tell them."""
        with open_record(self._file) as database:
            sent = (page.issue, page.person, page.body, datetime.now().astimezone().isoformat())
            database.execute("insert into inbox values (?, ?, ?, ?)", sent)
        return "sent"


def open_record(file: Path) -> sqlite3.Connection:
    """The record; commits at the end of a `with`."""
    database = sqlite3.connect(file, timeout=10)
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = normal")
    return database


@workflow.defn(name="Naive")
class Naive:
    """One issue, from its opening to the end of the time in which it could be reopened."""

    def __init__(self) -> None:
        self._issue = Issue("", "", 0, 0)
        self._number = 0
        self._acknowledged = ""
        self._resolved = ""
        self._closed = ""

    @workflow.run
    async def run(self, issue: Issue) -> str:
        """Climb, wait for people, end."""
        self._issue = issue
        await self._record("opened", "ray", issue.title)
        workflow.upsert_search_attributes([STATUS.value_set("open")])
        for tier in ("first", "second"):
            if await self._ask(tier):
                break
        await workflow.wait_condition(lambda: bool(self._acknowledged))
        await self._record("acknowledged", self._acknowledged, "")
        workflow.upsert_search_attributes([STATUS.value_set("acknowledged")])
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: bool(self._resolved), timeout=timedelta(days=30))
        await self._record("resolved", self._resolved, "solved")
        workflow.upsert_search_attributes([STATUS.value_set("resolved")])
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: bool(self._closed), timeout=timedelta(days=5))
        await self._record("closed", self._closed, "confirmed")
        workflow.upsert_search_attributes([STATUS.value_set("closed")])
        await workflow.sleep(issue.window_s)
        await self._record("window_ended", "clock", "")
        return "ended"

    async def _ask(self, tier: str) -> bool:
        due = workflow.now() + timedelta(seconds=self._issue.silence_s)
        await self._record("tier_began", "clock", tier)
        workflow.upsert_search_attributes([TIER.value_set(tier)])
        workflow.upsert_search_attributes([DEADLINE.value_set(due)])
        people: list[str] = await workflow.execute_activity_method(
            World.find, tier, start_to_close_timeout=timedelta(seconds=10)
        )
        await self._record("people_asked", "clock", ", ".join(people))
        for person in people:
            page = Page(self._issue.reference, person, f"{self._issue.title}: acknowledge by {due}")
            told = await workflow.execute_activity_method(
                World.notify, page, start_to_close_timeout=timedelta(seconds=10)
            )
            await self._record("told", person, told)
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: bool(self._acknowledged), timeout=due - workflow.now())
        return bool(self._acknowledged)

    async def _record(self, what: str, by: str, detail: str) -> None:
        self._number += 1
        line = Line(self._issue.reference, self._number, what, workflow.now().isoformat(), by, detail)
        await workflow.execute_activity_method(World.record, line, start_to_close_timeout=timedelta(seconds=10))

    @workflow.update
    def acknowledge(self, person: str) -> str:
        """I am working on it."""
        self._acknowledged = person
        return "done"

    @workflow.update
    def resolve(self, person: str) -> str:
        """It is fixed."""
        self._resolved = person
        return "done"

    @workflow.update
    def close(self, person: str) -> str:
        """End it."""
        self._closed = person
        return "done"


async def main() -> None:
    """Work until killed."""
    file = Path(os.environ["BENCH_HOME"]) / "naive.db"
    with open_record(file) as database:
        database.executescript(_SCHEMA)
    world = World(file)
    worker = Worker(
        await Client.connect(os.environ["TEMPORAL_ADDRESS"]),
        task_queue=QUEUE,
        workflows=[Naive],
        activities=[world.record, world.find, world.notify],
        activity_executor=ThreadPoolExecutor(8),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
