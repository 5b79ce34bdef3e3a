"""Time that is skipped on the server: exactly so much, also where the worker is slow, and all on the way is served."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from client.skipping import pass_time, time_of
from tests.server import dev_server

pytestmark = pytest.mark.server

QUEUE = "passing-time"
SOON = 0.2
"""From the start of a workflow to the call that passes its time, as from an issue's opening to a test's next line."""
CROWD = 12


@activity.defn
async def third_time_lucky() -> None:
    """Fails twice."""
    if activity.info().attempt < 3:
        raise ApplicationError("not yet")


@workflow.defn
class Sleeper:
    """Sleeps again and again, and is busy for a while whenever it wakes, as a worker on a slow machine is."""

    def __init__(self) -> None:
        self.woke: list[float] = []

    @workflow.run
    async def run(self, sleeps_s: list[float], busy_s: float, is_new: bool = False, tries_s: float = 0) -> None:
        """`is_new`: each sleep in a run of its own; `tries_s`: between the tries of an activity at the end."""
        begun = workflow.now()
        for place, sleep_s in enumerate(sleeps_s):
            await workflow.sleep(sleep_s)
            self.woke.append((workflow.now() - begun).total_seconds())
            time.sleep(busy_s)  # noqa: ASYNC251 - the task is to take so long
            if is_new and sleeps_s[place + 1 :]:
                workflow.continue_as_new(args=[sleeps_s[place + 1 :], busy_s, True])
        if tries_s:
            interval = timedelta(seconds=tries_s)
            policy = RetryPolicy(initial_interval=interval, backoff_coefficient=1)
            await workflow.execute_activity(third_time_lucky, start_to_close_timeout=interval, retry_policy=policy)
            self.woke.append((workflow.now() - begun).total_seconds())

    @workflow.signal
    def disturb(self, busy_s: float) -> None:
        """Give it something to do."""
        time.sleep(busy_s)

    @workflow.query
    def wakings(self) -> list[float]:
        """When it woke, in seconds after its start."""
        return self.woke


@pytest.fixture(scope="module")
async def sleeping(env: WorkflowEnvironment) -> AsyncIterator[Client]:
    """A worker for sleepers."""
    async with worker(env.client):
        yield env.client


def worker(client: Client) -> Worker:
    """A worker for sleepers, on which a task may take its time."""
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Sleeper],
        activities=[third_time_lucky],
        workflow_runner=UnsandboxedWorkflowRunner(),
        debug_mode=True,
    )


async def asleep(client: Client, name: str, *args: Any) -> WorkflowHandle[Any, Any]:
    """One that has begun to sleep."""
    await client.start_workflow(Sleeper.run, args=list(args), id=f"sleeper-{name}", task_queue=QUEUE)
    handle = client.get_workflow_handle(f"sleeper-{name}")
    await handle.query(Sleeper.wakings)
    await asyncio.sleep(SOON)
    return handle


async def woke(handle: WorkflowHandle[Any, Any]) -> list[float]:
    """When it woke, to ten seconds."""
    return [round(after_s, -1) for after_s in await handle.query(Sleeper.wakings)]


@pytest.mark.parametrize("busy_s", [0, 0.25])
async def test_as_much_is_skipped_as_was_asked_for(sleeping: Client, busy_s: float) -> None:
    handle = await asleep(sleeping, f"alone-{busy_s}", [60, 600, 3600], busy_s)
    before = await time_of(sleeping, handle.id)
    await pass_time(sleeping, handle.id, timedelta(minutes=1))
    after = await time_of(sleeping, handle.id)
    assert timedelta(minutes=1) <= after - before < timedelta(minutes=2)
    assert await woke(handle) == [60]
    await pass_time(sleeping, handle.id, timedelta(minutes=9))
    assert await woke(handle) == [60]
    await pass_time(sleeping, handle.id, timedelta(minutes=2))
    assert await woke(handle) == [60, 660]
    await handle.terminate()


async def test_no_more_is_skipped_though_the_minute_is_over_while_a_task_is_played(sleeping: Client) -> None:
    """By the server's own fast-forward the ten minutes after it went by as well, mostly where the machine was idle."""

    async def one(number: int) -> list[float]:
        await asyncio.sleep(number / 4)
        handle = await asleep(sleeping, f"crowd-{number}", [60, 600, 3600], SOON + number / 100)
        await pass_time(sleeping, handle.id, timedelta(minutes=1))
        await asyncio.sleep(SOON)
        times = await woke(handle)
        await handle.terminate()
        return times

    assert await asyncio.gather(*map(one, range(CROWD))) == [[60]] * CROWD


async def test_timers_that_a_busy_server_serves_late_are_not_left_behind() -> None:
    flags = "--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1s"'
    async with dev_server(*flags) as env, worker(env.client):
        handle = await asleep(env.client, "late", [60, 60, 60, 3600], 0)
        await pass_time(env.client, handle.id, timedelta(minutes=3, seconds=10))
        assert await woke(handle) == [60, 120, 180]


async def test_nor_while_it_is_given_other_work(sleeping: Client) -> None:
    handle = await asleep(sleeping, "disturbed", [60, 600, 3600], 0.1)
    passing = asyncio.create_task(pass_time(sleeping, handle.id, timedelta(minutes=1)))
    while not passing.done():
        await handle.signal(Sleeper.disturb, 0.02)
        await asyncio.sleep(0.04)
    await passing
    assert await woke(handle) == [60]
    await handle.terminate()


async def test_all_that_is_due_on_the_way_is_served_at_its_instant(sleeping: Client) -> None:
    handle = await asleep(sleeping, "many", [60, 0.05, 600, 1, 3600, 86400], 0.1, False, 60)
    await pass_time(sleeping, handle.id, timedelta(days=1, hours=2))
    assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED
    assert await handle.query(Sleeper.wakings) == pytest.approx([60, 60.05, 660, 661, 4261, 90661, 90781], abs=5)


async def test_also_where_it_goes_on_in_a_new_run(sleeping: Client) -> None:
    handle = await asleep(sleeping, "anew", [60, 600, 3600], 0.1, True)
    await pass_time(sleeping, handle.id, timedelta(minutes=12))
    assert await handle.query(Sleeper.wakings) == []
    before = await time_of(sleeping, handle.id)
    await pass_time(sleeping, handle.id, timedelta(hours=1))
    assert timedelta(0) < await time_of(sleeping, handle.id) - before <= timedelta(hours=1)
    assert await woke(handle) == [3600]
